"""Phases of a program's start: kernel exec, dynamic loader, Go runtime, main."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from coldstart_lab.attribution.calls import Calls, Ints
from coldstart_lab.attribution.lineage import Lineage
from coldstart_lab.attribution.masks import contains

PHASES = ("exec", "loader", "runtime", "main")
EXEC, LOADER, RUNTIME, MAIN = range(4)

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
_LOOK_AHEAD = 20_000


@dataclass(frozen=True, eq=False)
class PhaseMap:
    """Borders of the phases of each process, sorted by (process, time).

    Attributes
    ----------
    process, start : array of int64
        Where each phase begins.
    phase : array of int64
        Code of ``PHASES``.
    """

    process: Ints
    start: Ints
    phase: Ints

    def at(self, process: Ints, times: Ints) -> Ints:
        """Return the phase of each process at each time; ``MAIN`` where no exec was seen."""
        out = np.full(len(times), MAIN)
        for one in np.unique(process).tolist():  # one step a process on the path
            low, high = np.searchsorted(self.process, [one, one + 1])
            mine = process == one
            place = np.searchsorted(self.start[low:high], times[mine], side="right") - 1
            phase = np.append(self.phase[low:high], MAIN)
            out[mine] = phase[place]
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
        Their borders.

    Notes
    -----
    The loader ends where it unmaps ld.so.cache, or with its last mprotect where there is none
    (musl). A Go runtime starts between there and its first thread, which is its monitor.
    """
    execs = calls.named("execve", "execveat")
    execs = execs[~calls.failed[execs] & ~calls.open_ended[execs]]
    of = lineage.process[calls.thread[execs]]
    creating = calls.named("clone", "clone3")
    args = calls.frame["args"].iloc[creating]
    threads = creating[contains(args, "CLONE_THREAD", regex=False)]
    rows: list[tuple[int, int, int]] = []
    for place, process in zip(execs.tolist(), of.tolist(), strict=True):
        if process in processes:
            rows += _program_phases(calls, lineage, place, process, threads)
    borders = np.array(rows, dtype=np.int64).reshape(-1, 3)
    borders = borders[np.lexsort((borders[:, 1], borders[:, 0]))]
    return PhaseMap(borders[:, 0], borders[:, 1], borders[:, 2])


def _program_phases(
    calls: Calls, lineage: Lineage, place: int, process: int, threads: Ints
) -> list[tuple[int, int, int]]:
    begin, loaded = int(calls.start[place]), int(calls.end[place])
    rows = [(process, begin, EXEC)]
    stop = int(np.searchsorted(calls.thread, calls.thread[place], side="right"))
    after = slice(place + 1, min(stop, place + 1 + _LOOK_AHEAD))
    end = _loader_end(calls, after)
    if end is not None:
        rows.append((process, loaded, LOADER))
        loaded = end
    mine = threads[lineage.process[calls.thread[threads]] == process]
    mine = mine[calls.start[mine] >= loaded]
    if len(mine) and _is_go(calls, after, int(calls.start[mine].min())):
        rows.append((process, loaded, RUNTIME))
        loaded = int(calls.end[mine[calls.start[mine].argmin()]])
    rows.append((process, loaded, MAIN))
    return rows


def _loader_end(calls: Calls, after: slice) -> int | None:
    """Return when the loader was done; None for a static program."""
    syscall = calls.frame["syscall"]
    loading = syscall.cat.categories.isin(_LOADER_CALLS)[syscall.cat.codes.to_numpy()[after]]
    others = np.flatnonzero(~loading)
    run = after.start + (int(others[0]) if len(others) else len(loading))
    frame = calls.frame.iloc[after.start : run]
    names = frame["syscall"]
    args = frame["args"].fillna("")
    libraries = contains(args, _LIBRARY)
    if not libraries.any():
        return None
    opens = contains(args, '/ld.so.cache"', regex=False)
    maps = (names == "mmap").to_numpy(dtype=bool)
    cache = np.flatnonzero(opens)
    mapped = np.flatnonzero(maps[cache[0] :]) + cache[0] if len(cache) else cache
    if len(mapped) and pd.notna(frame["retval"].iloc[mapped[0]]):
        address = f"{int(frame['retval'].iloc[mapped[0]]):#x},"
        unmaps = (names == "munmap").to_numpy(dtype=bool)
        done = np.flatnonzero(unmaps & args.str.startswith(address).to_numpy(dtype=bool))
        if len(done):
            return int(calls.end[after.start + done[0]])
    protects = np.flatnonzero((names == "mprotect").to_numpy(dtype=bool))
    last = max(protects.max(initial=0), np.flatnonzero(libraries).max())
    return int(calls.end[after.start + last])


def _is_go(calls: Calls, after: slice, until_ns: int) -> bool:
    """Whether these calls look like the start of a Go runtime (osinit and initsig)."""
    stop = after.start + int(np.searchsorted(calls.start[after], until_ns))
    names = calls.frame["syscall"].iloc[after.start : stop]
    handlers = int((names == "rt_sigaction").sum())
    return handlers >= _GO_SIGNAL_HANDLERS and bool((names == "sched_getaffinity").any())
