"""The table of rules that names causes: one rule a row, the first that fits wins."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coldstart_lab.errors import SchemaError

CONDITIONS = ("phase", "state", "gap", "wake", "protocol", "syscall", "errno", "subject", "args")
COLUMNS = ("rule", *CONDITIONS, "category", "cause", "confidence", "why")

_CATEGORY = {"running": "cpu", "wakeup": "scheduler", "observer": "observer"}

_FILE_CALLS = (
    "open|openat|openat2|creat|read|readv|pread64|preadv|write|writev|pwrite64|close|lseek|stat|lstat|"
    "fstat|newfstatat|statx|access|faccessat2?|readlink|readlinkat|getdents64|mkdir|mkdirat|rename|"
    "renameat2?|unlink|unlinkat|rmdir|chmod|fchmod|fchmodat2?|chown|fchown|fchownat|ftruncate|truncate|"
    "fallocate|fsync|fdatasync|sync_file_range|utimensat|link|linkat|symlink|symlinkat|flock|getcwd|"
    "chdir|sendfile|copy_file_range|mmap|ioctl|fcntl|statfs|fstatfs|fadvise64|getxattr"
)
_LIBRARY = r"\.so(?:\.[0-9.]+)?$|/ld\.so\.(?:cache|preload)$|/ld-musl-"
# The loader also looks for folders of libraries built for this CPU
_SEARCHED = _LIBRARY + r"|/lib(?:32|64|x32)?/(?:[^/]+/)*(?:glibc-hwcaps|tls)(?:/|$)"


def _row(rule: str, cause: str, why: str, **given: str) -> dict[str, str]:
    return dict.fromkeys(COLUMNS, "") | {"rule": rule, "cause": cause, "why": why} | given


_RULES = (
    _row("probe", "readiness probe", "the service had answered; the probe had not seen it yet",
         state="observer"),
    _row("not-recorded", "not recorded", "the log shows nothing of the thread there", state="head",
         category="other", confidence="unresolved"),
    _row("exec", "kernel exec", "inside the service's own execve", phase="exec",
         category="process"),
    _row("child-start", "starting child process {comm}",
         "from the child's creation until its loader and runtime were done",
         phase="child-start", category="process"),
    _row("wake-up", "wake-up latency", "from the wake-up to the woken thread's return",
         state="wakeup"),
    _row("back-off", "back-off before retrying {subject}",
         "time that passes between a refused connection and the next try",
         wake="timer|scheduler", protocol="back-off", category="timer"),
    _row("scheduler", "Go scheduler", "woken by Go's monitor thread, for whom strace does not tell",
         wake="scheduler", category="scheduler", confidence="unresolved"),
    _row("child-sleep", "child process {comm}", "a time-out in another process", phase="child",
         wake="timer", category="timer"),
    _row("sleep", "sleep or time-out", "the call ended because its time was up", wake="timer",
         category="timer"),
    _row("library-misses", "library search (misses)", "a library was looked for where it is not",
         syscall="open|openat|access|faccessat2?|stat|lstat|newfstatat|statx|readlink|readlinkat",
         errno="ENOENT|ENOTDIR|EACCES", subject=_SEARCHED, category="files"),
    _row("loader-cpu", "dynamic loader", "between the loader's calls: relocation and look-ups",
         phase="loader", state="running", confidence="inferred"),
    _row("loader", "dynamic loader", "mapping libraries before the program's own code runs",
         phase="loader", category="files"),
    _row("go-start", "Go runtime start", "before the runtime's first thread", phase="runtime",
         confidence="inferred", category=""),
    _row("library-search", "library search (folders, cache)",
         "the loader asks for folders, and reads its list of libraries", state="call|waiting",
         protocol="^library search$", category="files"),
    _row("library-search-cpu", "library search (misses)", "between look-ups of libraries",
         state="running", protocol="^library search$", confidence="inferred"),
    _row("library-load", "library loading (dlopen)", "a library opened by the running program",
         state="call|waiting", protocol="^library load$", category="files"),
    _row("library-load-cpu", "library loading (dlopen)",
         "between the calls that map and relocate a library", state="running",
         protocol="^library load$", confidence="inferred"),
    _row("dns-files", "DNS look-up", "the resolver's configuration",
         subject=r"^/etc/(?:resolv\.conf|nsswitch\.conf|hosts|host\.conf|gai\.conf)$",
         category="files"),
    _row("dns", "DNS look-up", "traffic with a name server", protocol="DNS", category="network"),
    _row("tls", "TLS handshake with {subject}", "up to the connection's last handshake record",
         protocol="TLS handshake", category="network"),
    _row("connect", "connecting to {subject}", "a connection being made", protocol="connect",
         category="network"),
    _row("connect-call", "connecting to {subject}", "a connection being made",
         syscall="connect", subject=".", category="network"),
    _row("protocol", "{protocol} with {subject}", "told by the connection's first bytes or port",
         protocol=".", category="network"),
    _row("external-pipe", "waiting for a process outside the log", "nobody in the log wrote to it",
         wake="external", subject="^pipe$", category="process"),
    _row("external", "waiting for {subject}", "the other end is outside the log", wake="external",
         subject=".", category="network"),
    _row("external-unknown", "waiting for a peer outside the log", "the other end is not known",
         wake="external", category="network", confidence="unresolved"),
    _row("peer", "talking to {subject}", "a call on a connection", syscall=".+",
         subject=r"^(?:\[?[0-9a-f.:]+\]?:\d+|unix socket)$", category="network"),
    _row("program-search", "looking for a program (PATH)", "look-ups of a name in many folders",
         syscall="stat|newfstatat|lstat|statx|access|faccessat2?",
         subject=r"/(?:s?bin|shims|libexec)/[^/]+$",
         category="process"),
    _row("child-make", "creating a process", "fork, exec and wait for a child",
         syscall="vfork|fork|execve|execveat|wait4|waitid|waitpid|pidfd_open|pidfd_send_signal|exit|exit_group",
         category="process"),
    _row("child-vfork", "creating a process", "the creator waits until the child has its program",
         syscall="clone|clone3", args="CLONE_VFORK|SIGCHLD", category="process"),
    _row("threads", "creating threads", "clone of a thread", syscall="clone|clone3",
         category="scheduler"),
    _row("output", "writing output", "standard output or error", syscall="write|writev",
         args=r"^[12](?:<|,)", category="files"),
    _row("pipes", "handing on by pipes", "a call on a pipe", subject="^pipe$", category="process"),
    _row("locks", "waiting for a lock ({syscall})", "nothing in the log ended this wait",
         wake="unknown", syscall="futex|flock|fcntl|semop|semtimedop", category="lock",
         confidence="unresolved"),
    _row("storage", "files in {folder}", "blocked in a call on a file", wake="storage",
         subject="^/", category="files"),
    _row("storage-unknown", "storage", "blocked in a call on a file that is not named",
         wake="storage", category="files"),
    _row("certificates", "certificate files", "keys and certificates",
         subject=r"(?i)^/.*\.(?:pem|crt|cer|key|p12|pfx|jks)$|/etc/(?:ssl|pki)/|ca-certificates|ca-bundle",
         syscall=_FILE_CALLS, category="files"),
    _row("config", "configuration files", "told by the name",
         subject=r"(?i)^/.*\.(?:ya?ml|json|toml|ini|conf|cfg|env|properties)$|^/etc/",
         syscall=_FILE_CALLS, category="files"),
    _row("system-files", "system information (/proc, /sys)", "what the kernel tells",
         subject=r"^/(?:proc|sys)/", syscall=_FILE_CALLS, category="files"),
    _row("time-zone", "time zone files", "told by the path", subject="/zoneinfo",
         syscall=_FILE_CALLS, category="files"),
    _row("files", "files in {folder}", "told by the path", subject="^/", syscall=_FILE_CALLS,
         category="files"),
    _row("unexplained", "waiting in {syscall}", "nothing in the log ended this wait",
         wake="unknown", category="other", confidence="unresolved"),
    _row("synchronising", "thread synchronisation", "wake-ups and locks that were free",
         syscall="futex|sched_yield|membarrier|tgkill|getpid|gettid",
         category="lock"),
    _row("polling", "event polling", "looking for what is ready",
         syscall="epoll_.*|poll|ppoll|select|pselect6|eventfd2?|timerfd_.*", category="other"),
    _row("memory", "memory mapping", "asking the kernel for memory",
         syscall="mmap|munmap|brk|madvise|mprotect|mremap|mincore|prctl|pkey_.*",
         category="memory"),
    _row("signals", "signal handling", "signal masks, stacks and handlers",
         syscall="rt_sig.*|sigaltstack|kill|tkill|pause", category="other"),
    _row("sockets", "setting up sockets", "sockets being made and configured",
         syscall="socket|socketpair|bind|listen|accept4?|setsockopt|getsockopt|getsockname|getpeername|shutdown",
         category="network"),
    _row("own-sockets", "setting up sockets", "a socket that is not connected",
         syscall="close|read|write|fcntl|ioctl|recvfrom|recvmsg|sendto|sendmsg",
         subject="^(?:TCP|UDP|UNIX|NETLINK|socket)", category="network"),
    _row("own-events", "event polling", "the program's own events",
         subject=r"^(?:eventfd|epoll|anon_inode:.*)$", category="other"),
    _row("own-pipes", "handing on by pipes", "pipes being made", syscall="pipe2?",
         category="process"),
    _row("other-call", "system call {syscall}", "no rule is about this call", state="call|waiting",
         category="other"),
    _row("thread-start", "creating threads", "from a thread's creation until it sets itself up",
         gap="created", state="running", category="scheduler", confidence="inferred"),
    _row("child-code", "child process {comm}", "between calls, in another process", phase="child",
         state="running", confidence="inferred"),
    _row("own-code", "user code",
         "long between calls, while no more threads could run than there are CPUs",
         gap="alone", state="running", confidence="inferred"),
    _row("user-code", "user code",
         "between calls; it may be the tracer's, a wait for a CPU, or what strace does not see",
         state="running", confidence="unresolved"),
)  # fmt: skip


def default_rules() -> pd.DataFrame:
    """Return the rules that name causes, for reading and changing.

    Returns
    -------
    DataFrame
        One rule a row; the first whose conditions all fit names a segment. Conditions are regular
        expressions, empty for any: ``phase``, ``state``, ``gap`` (of time between calls: created,
        alone), ``wake`` (why a wait ended: timer, external, storage, scheduler, unknown),
        ``protocol`` (of a connection; or back-off, library search, library load), ``syscall``,
        ``errno``, ``subject`` (a file, an address; between calls the program) and ``args``.
        ``subject``, ``protocol`` and ``args`` are searched, the others match whole. Then
        ``category``, ``cause`` (may hold ``{subject}``, ``{folder}``, ``{comm}``, ``{protocol}``,
        ``{syscall}``), ``confidence`` (empty: certain) and ``why``.

    Examples
    --------
    >>> rules = add_rule(default_rules(), rule="vault", cause="Vault", subject=":8200$")
    """
    return pd.DataFrame(list(_RULES), columns=list(COLUMNS))


def add_rule(rules: pd.DataFrame, *, rule: str, cause: str, **given: str) -> pd.DataFrame:
    """Put a rule before all others.

    Parameters
    ----------
    rules : DataFrame
        As from :func:`default_rules`.
    rule, cause : str
        Name of the rule, and what time it fits is blamed on.
    **given : str
        Further columns: conditions, ``category``, ``confidence``, ``why``.

    Returns
    -------
    DataFrame
        A new table.

    Raises
    ------
    SchemaError
        If there is no such column.
    """
    unknown = set(given) - set(COLUMNS)
    if unknown:
        raise SchemaError(
            f"a rule has no {', '.join(sorted(unknown))}", hint=f"it has {', '.join(COLUMNS)}"
        )
    first = pd.DataFrame([_row(rule, cause, given.pop("why", "a rule of the user's"), **given)])
    return pd.concat([first, rules], ignore_index=True)


def check_rules(rules: pd.DataFrame) -> pd.DataFrame:
    """Check a table of rules: its columns, and that every condition is a regular expression.

    Parameters
    ----------
    rules : DataFrame
        As from :func:`default_rules`; missing cells are empty.

    Returns
    -------
    DataFrame
        The table with all columns, no cell NA.

    Raises
    ------
    SchemaError
        If a column is missing or a condition is no regular expression.
    """
    missing = {"rule", "cause"} - set(rules.columns)
    if missing:
        raise SchemaError(f"a table of rules needs the columns {', '.join(sorted(missing))}")
    whole = rules.reindex(columns=list(COLUMNS)).astype(object)
    whole = whole.where(whole.notna(), "").astype(str)
    for column in CONDITIONS:
        for name, pattern in zip(whole["rule"], whole[column], strict=True):
            try:
                re.compile(pattern)
            except re.error as error:
                raise SchemaError(
                    f"{column} of rule {name!r} is no regular expression: {error}"
                ) from error
    return whole


def are_default(rules: pd.DataFrame) -> NDArray[np.bool_]:
    """Mark the rules of a table that are the default ones, unchanged."""
    ours = {tuple(row.values()) for row in _RULES}
    rows = rules[list(COLUMNS)].itertuples(index=False, name=None)
    return np.array([row in ours for row in rows], dtype=bool)


def default_category(state: str) -> str:
    """Return the kind of time of a state for which a rule names none."""
    return _CATEGORY.get(state, "other")
