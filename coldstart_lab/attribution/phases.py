"""Phases of a program's start: kernel exec, dynamic loader, Go runtime, main."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from coldstart_lab.attribution.calls import Calls
from coldstart_lab.attribution.lineage import Lineage
from coldstart_lab.attribution.lives import Ints
from coldstart_lab.attribution.masks import as_mask, contains
from coldstart_lab.attribution.matching import NOBODY
from coldstart_lab.attribution.waits import SHORT_NS
from coldstart_lab.readers.strace.arguments import leading_addresses

PHASES = ("before", "exec", "loader", "runtime", "main")
BEFORE, EXEC, LOADER, RUNTIME, MAIN = range(5)

# What ld.so of glibc and musl calls before the program's own code runs
_LOADER_CALLS = frozenset(
    ("brk", "mmap", "mmap2", "munmap", "mprotect", "access", "faccessat", "faccessat2", "open",
     "openat", "read", "pread64", "fstat", "newfstatat", "stat", "lstat", "statx", "readlink",
     "readlinkat", "close", "arch_prctl", "set_thread_area", "set_tid_address",
     "set_robust_list", "rseq", "prlimit64", "getcwd", "uname", "getuid", "geteuid", "getgid",
     "getegid", "getpid", "fcntl", "writev", "getrandom")
)  # fmt: skip
_LIBRARY = r'\.so(?:\.[0-9.]+)?"|/ld\.so\.(?:cache|preload)"|ld-musl-'
_GO_SIGNAL_HANDLERS = 30
_GO_PAGES = "/transparent_hugepage/hpage_pmd_size"
_LOOK_AHEAD = 20_000
# Package os asks for the state of standard output and error first of all; so many calls away
_ASKS_OUTPUT = r"^2\b.*F_GETFL"
_OS_AHEAD = 100


@dataclass(frozen=True, eq=False)
class PhaseMap:
    """Borders of the phases of each process, sorted by (process, time).

    Attributes
    ----------
    process, start : array of int64
        Where each phase begins.
    phase : array of int64
        Code of ``PHASES``.
    exec : array of int64
        Place of the call that executed the program, -1 before there is one.
    """

    process: Ints
    start: Ints
    phase: Ints
    exec: Ints

    def find(self, process: Ints, times: Ints) -> Ints:
        """Return the row of the phase of each process at each time; -1 where there is none."""
        out = np.full(len(times), NOBODY)
        for one in np.unique(process).tolist():  # one step a process on the path
            low, high = np.searchsorted(self.process, [one, one + 1])
            mine = process == one
            place = np.searchsorted(self.start[low:high], times[mine], side="right") - 1
            out[mine] = np.where(place < 0, NOBODY, low + place)
        return out


def find_phases(calls: Calls, lineage: Lineage, processes: Ints) -> PhaseMap:
    """Find where the phases of these processes begin, for each program they executed.

    Parameters
    ----------
    calls : Calls
        The calls.
    lineage : Lineage
        Their threads.
    processes : array of int64
        Places of the processes to look at.

    Returns
    -------
    PhaseMap
        Their borders. Where there is none, as in processes that executed nothing, it is ``MAIN``.

    Notes
    -----
    A process that another one made is its creator's program before it executes its own. The
    loader ends where it unmaps ld.so.cache, or with its last mprotect where there is none (musl).
    A Go runtime starts between there and its first thread, which is its monitor, or what the
    standard library's package os asks for when it is initialised, right after.
    """
    execs = calls.named("execve", "execveat")
    execs = execs[~calls.failed[execs] & ~calls.open_ended[execs]]
    process = lineage.process[calls.thread[execs]]
    wanted = np.isin(process, processes)
    execs, process = execs[wanted], process[wanted]
    made = np.unique(process[lineage.parent[process] >= 0])
    begin, loaded = calls.start[execs], calls.end[execs]
    first, stop = _calls_after(calls, execs)
    done = _loader_ends(calls, first, stop)
    dynamic = done >= 0
    ready = np.where(dynamic, done, loaded)
    started = _runtime_ends(calls, lineage, process, first, stop, ready)
    go = started >= 0
    borders = [
        (made, lineage.start[made], BEFORE, np.full(len(made), NOBODY)),
        (process, begin, EXEC, execs),
        (process[dynamic], loaded[dynamic], LOADER, execs[dynamic]),
        (process[go], ready[go], RUNTIME, execs[go]),
        (process, np.where(go, started, ready), MAIN, execs),
    ]
    of, since, by = (np.concatenate([border[at] for border in borders]) for at in (0, 1, 3))
    phase = np.repeat([border[2] for border in borders], [len(border[0]) for border in borders])
    order = np.lexsort((phase, since, of))
    return PhaseMap(of[order], since[order], phase[order], by[order])


def _calls_after(calls: Calls, execs: Ints) -> tuple[Ints, Ints]:
    """Return, for each exec, the places of the first calls of the new program, and their stop.

    A program executed by a thread that is not its process's first runs under the first one's id.
    """
    heir = calls.lives.successor[calls.thread[execs]]
    thread = np.where(heir >= 0, heir, calls.thread[execs])
    first = np.where(heir >= 0, np.searchsorted(calls.thread, heir), execs + 1)
    stop = np.searchsorted(calls.thread, thread, side="right")
    return first, np.minimum(stop, first + _LOOK_AHEAD)


def _loader_ends(calls: Calls, first: Ints, stop: Ints) -> Ints:
    """Return when the loader of each program was done; -1 for a static one."""
    syscall = calls.frame["syscall"]
    loading = np.append(syscall.cat.categories.isin(_LOADER_CALLS), False)
    other = np.append(np.flatnonzero(~loading[syscall.cat.codes.to_numpy()]), len(calls))
    length = np.minimum(stop, other[np.searchsorted(other, first)]) - first
    program = np.repeat(np.arange(len(first)), length)
    place = np.arange(len(program)) - np.repeat(np.cumsum(length) - length, length) + first[program]
    args = calls.args(place)
    named = syscall.iloc[place].reset_index(drop=True)
    libraries = contains(args, _LIBRARY)
    none = np.full(len(first), len(calls))
    opened, mapped, unmapped = none.copy(), none.copy(), none.copy()
    cache = contains(args, '/ld.so.cache"', regex=False)
    np.minimum.at(opened, program[cache], place[cache])
    maps = as_mask(named.eq("mmap")) & (place > opened[program])
    np.minimum.at(mapped, program[maps], place[maps])
    address = np.append(calls.frame["retval"].fillna(-1).to_numpy(dtype=np.int64), -1)[mapped]
    unmaps = np.flatnonzero(as_mask(named.eq("munmap")))
    mine = leading_addresses(args.iloc[unmaps]) == address[program[unmaps]]
    unmaps = unmaps[mine & (address[program[unmaps]] >= 0)]
    np.minimum.at(unmapped, program[unmaps], place[unmaps])
    last = np.full(len(first), -1)
    late = libraries | as_mask(named.eq("mprotect"))
    np.maximum.at(last, program[late], place[late])
    last = np.where(unmapped < len(calls), unmapped, last)
    dynamic = np.bincount(program[libraries], minlength=len(first)) > 0
    return np.where(dynamic, calls.end[last], -1)


def _runtime_ends(
    calls: Calls, lineage: Lineage, process: Ints, first: Ints, stop: Ints, ready: Ints
) -> Ints:
    """Return when each Go runtime had made its first thread; -1 for programs without one.

    It looks like one that asked for its CPUs and set many signal handlers (osinit, initsig), or,
    where a filter hides these, asked for the size of huge pages.
    """
    clones = calls.named("clone", "clone3")
    clones = clones[contains(calls.args(clones), "CLONE_THREAD", regex=False)]
    of = lineage.process[calls.thread[clones]]
    order = np.lexsort((calls.start[clones], of))
    clones, of = clones[order], of[order]
    names = calls.frame["syscall"]
    handlers, asks = (
        np.append(0, np.cumsum(as_mask(names.eq(name))))
        for name in ("rt_sigaction", "sched_getaffinity")
    )
    opens = calls.named("openat", "open")
    pages = opens[contains(calls.args(opens), _GO_PAGES, regex=False)]
    asks_output = calls.named("fcntl")
    asks_output = asks_output[contains(calls.args(asks_output), _ASKS_OUTPUT)]
    out = np.full(len(process), -1, dtype=np.int64)
    for at, one in enumerate(process.tolist()):  # one step a program on the path
        low, high = np.searchsorted(of, [one, one + 1])
        low += np.searchsorted(calls.start[clones[low:high]], ready[at])
        if low < high:
            begin, end = first[at], stop[at]
            end = begin + np.searchsorted(calls.start[begin:end], calls.start[clones[low]])
            sets = handlers[end] - handlers[begin] >= _GO_SIGNAL_HANDLERS
            sets |= bool(((pages >= begin) & (pages < end)).any())
            if sets and asks[end] > asks[begin]:
                out[at] = calls.end[_last_of_os(calls, asks_output, clones[low], stop[at])]
    return out


def _last_of_os(calls: Calls, asks_output: Ints, clone: int, stop: int) -> int:
    """Return the call by which package os is initialised, or else the clone that is given.

    Packages that need no os may be initialised before it: they show as a gap between calls.
    """
    stop = min(stop, clone + _OS_AHEAD)
    gaps = calls.start[clone + 1 : stop] - calls.end[clone : stop - 1]
    stop = clone + 1 + int(np.argmax(np.append(gaps >= SHORT_NS, True)))
    asked = asks_output[(asks_output > clone) & (asks_output < stop)]
    return int(asked[0]) if len(asked) else clone
