"""What a part of a critical path may cost its time, and which blame names it."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Cause:
    """One cause of the programs' marks.

    Attributes
    ----------
    name : str
        As the programs write it.
    meaning : str
        What the critical path does meanwhile.
    category : str
        Regular expression of the categories an attribution may give it; whole match.
    blamed : str
        Regular expression of the causes an attribution may give it; searched.
    calls : str
        Regular expression of the system calls that a reader of a table of calls, who knows the
        program, would count for it; whole match.
    """

    name: str
    meaning: str
    category: str = ".*"
    blamed: str = ""
    calls: str = ""

    def names(self, category: str, cause: str) -> bool:
        """Tell whether an attribution's category and cause are this cause."""
        return bool(re.fullmatch(self.category, category) and re.search(self.blamed, cause))

    def counts(self, call: str) -> bool:
        """Tell whether a system call of this name would be counted for it."""
        return re.fullmatch(self.calls, call) is not None


_POLLS = "select|pselect6|poll|ppoll|epoll_wait|epoll_pwait2?"
_SLEEPS = f"nanosleep|clock_nanosleep|pause|rt_sigsuspend|rt_sigtimedwait|{_POLLS}"
_TALK = rf"read|recvfrom|recvmsg|recvmmsg|write|sendto|sendmsg|sendmmsg|{_POLLS}"
_LIBRARIES = "open|openat|access|newfstatat|fstat|stat|read|pread64|mmap|munmap|mprotect|close"

# The first that names a segment has it: what is told by its category alone comes last
CAUSES = {
    cause.name: cause
    for cause in (
        Cause("back-off", "sleeps before it tries again what was refused", category="timer",
              blamed="^back-off", calls=_SLEEPS),
        Cause("sleep", "lets time pass: a sleep, a timer, a limit of a wait", category="timer",
              calls=_SLEEPS),
        Cause("dns", "waits for a name server", blamed="^DNS look-up", calls=_TALK),
        Cause("tls", "shakes hands by TLS", blamed="^TLS handshake", calls=_TALK),
        Cause("connect", "waits for a connection", blamed="^connecting to",
              calls=f"connect|{_POLLS}"),
        Cause("reply", "waits for the reply of a peer that is not traced", category="network|cpu",
              blamed=r"^(?:waiting for|talking to) .|^\S+(?: \S+)? with ", calls=_TALK),
        Cause("loading", "a program is executed, and its libraries found and mapped",
              blamed="^(?:kernel exec|dynamic loader|library )", calls=f"execve|{_LIBRARIES}"),
        Cause("library search", "looks for libraries where they are not",
              blamed="^library search", calls=_LIBRARIES),
        Cause("library load", "opens, maps and relocates libraries",
              blamed="^(?:library loading|dynamic loader)", calls=_LIBRARIES),
        Cause("process", "makes a process, or sees its end",
              blamed="^(?:creating a process|starting child process|kernel exec|looking for a pro)",
              calls="clone3?|v?fork|execve|wait4|waitid|exit_group"),
        Cause("page faults", "touches memory for the first time", blamed="^page fault"),
        Cause("gc", "collects garbage", blamed="garbage|GC"),
        Cause("files", "reads, writes, makes safe or looks for files", blamed="files|^storage",
              calls="open|openat|read|pread64|write|fsync|close|lseek|getdents64|newfstatat|"
                    "fstat|stat|unlink"),
        Cause("allocation", "its own code allocates, and helps the garbage collector as it must",
              category="cpu|memory", calls="mmap|madvise"),
        Cause("cpu", "its own code works", category="cpu"),
    )
}  # fmt: skip
