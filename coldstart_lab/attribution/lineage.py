"""Threads and processes of a start: who created whom, how long each lived, what it is called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from coldstart_lab.attribution.calls import Bools, Calls
from coldstart_lab.attribution.lives import Ints
from coldstart_lab.attribution.masks import categorical, contains
from coldstart_lab.tables import THREADS

CREATING = ("clone", "clone3", "fork", "vfork")
# Go's monitor thread sleeps 20 us between looks when it begins (runtime/proc.go, sysmon)
_SYSMON_SLEEP = r"^\{tv_sec=0, tv_nsec=20000\}"
_SYSMON_SHARE = 0.6


@dataclass(frozen=True, eq=False)
class Lineage:
    """Threads in the order of ``Calls.lives``; every array has one entry a thread.

    Attributes
    ----------
    process : array of int64
        Place of the first thread of its process.
    parent : array of int64
        Place of the thread that created it, -1 if not seen.
    start, end : array of int64
        Life in ns.
    sysmon : array of bool
        Whether it is the monitor thread of a Go runtime.
    comm : array of object
        What it is called; None if the log does not say.
    root : int
        Place of the first thread of the service.
    frame : DataFrame
        ``tables.THREADS`` in order of appearance.
    """

    process: Ints
    parent: Ints
    start: Ints
    end: Ints
    sysmon: Bools
    comm: Any
    root: int
    frame: pd.DataFrame


def trace_lineage(calls: Calls) -> Lineage:
    """Work out which thread created which, from clone, fork and vfork.

    Parameters
    ----------
    calls : Calls
        The calls of the log.

    Returns
    -------
    Lineage
        One entry a thread.
    """
    lives = calls.lives
    count = len(lives)
    first = np.searchsorted(calls.thread, np.arange(count))
    last = np.searchsorted(calls.thread, np.arange(count), side="right") - 1
    start = calls.start[first]
    end = np.where(lives.exit_ns >= 0, np.maximum(calls.end[last], lives.exit_ns), calls.last_ns)
    parent, joins = np.full((2, count), -1, dtype=np.int64)
    made = calls.named(*CREATING)
    made = made[calls.numbers(made) > 0]
    child = lives.find(calls.numbers(made), calls.start[made])
    # what did something before it was created is another thread that had the id before
    real = (child >= 0) & (child != calls.thread[made]) & (start[child] >= calls.start[made])
    made, child = made[real], child[real]
    parent[child] = calls.thread[made]
    start[child] = np.minimum(start[child], calls.end[made])
    is_thread = contains(calls.args(made), "CLONE_THREAD", regex=False)
    joins[child[is_thread]] = calls.thread[made[is_thread]]
    heirs = np.flatnonzero(lives.predecessor >= 0)
    before = lives.predecessor[heirs]
    parent[heirs], joins[heirs] = before, before
    start[heirs] = np.minimum(start[heirs], calls.end[last[before]])
    root = int(np.lexsort((lives.pid, start))[0])
    joins[(parent < 0) & ~_executed(calls, count)] = root
    joins[root] = -1
    process = _follow(joins)
    sysmon = _find_sysmon(calls, count)
    comm = _names(calls, process, parent)
    frame = _threads_frame(calls, process, parent, start, end, sysmon, comm, root)
    return Lineage(process, parent, start, end, sysmon, comm, root, frame)


def _executed(calls: Calls, count: int) -> Bools:
    """Mark the threads that executed a program.

    Who did not and has no creator in the log was there when strace was attached: it is a thread
    of the process that strace was attached to.
    """
    execs = calls.named("execve", "execveat")
    out = np.zeros(count, dtype=bool)
    out[calls.thread[execs[~calls.failed[execs] & ~calls.open_ended[execs]]]] = True
    return out


def _find_sysmon(calls: Calls, count: int) -> Bools:
    sleeps = calls.named("nanosleep")
    slept = np.bincount(calls.thread[sleeps], minlength=count)
    total = np.bincount(calls.thread, minlength=count)
    first = sleeps[np.unique(calls.thread[sleeps], return_index=True)[1]]
    tick = np.zeros(count, dtype=bool)
    tick[calls.thread[first]] = contains(calls.args(first), _SYSMON_SLEEP)
    return tick & (slept >= 2) & (slept >= _SYSMON_SHARE * (total - _set_up(calls, count)))


def _set_up(calls: Calls, count: int) -> Ints:
    """Count the calls by which any thread sets itself up, which say nothing of its work."""
    names = ("rt_sigprocmask", "sigaltstack", "rseq", "set_robust_list", "mmap", "munmap",
             "mprotect", "gettid", "futex", "madvise", "tgkill", "getpid")  # fmt: skip
    return np.bincount(calls.thread[calls.named(*names)], minlength=count)


def _threads_frame(
    calls: Calls, process: Ints, parent: Ints, start: Ints, end: Ints,
    sysmon: Bools, comm: Any, root: int,
) -> pd.DataFrame:  # fmt: skip
    place = np.arange(len(process))
    role = np.where(place == root, 0, np.where(sysmon, 3, np.where(process == place, 2, 1)))
    frame = THREADS.frame(
        {
            "pid": calls.lives.pid,
            "process": calls.lives.pid[process],
            "parent": pd.arrays.IntegerArray(calls.lives.pid[parent], parent < 0),
            "comm": comm,
            "start_ns": start,
            "end_ns": end,
            "role": categorical(role, ["main", "thread", "process", "go-sysmon"]),
        }
    )
    return frame.sort_values(["start_ns", "pid"], ignore_index=True)


def _follow(to: Ints) -> Ints:
    """Follow the arrows from each place to where they end; -1 is no arrow."""
    place = np.arange(len(to))
    ends = np.where(to >= 0, to, place)
    for _ in range(len(to).bit_length()):  # each step doubles the distance
        ends = ends[ends]
    return ends


def _names(calls: Calls, process: Ints, parent: Ints) -> Any:
    """Name threads: as strace last printed it, else after the program the process executed."""
    last = np.searchsorted(calls.thread, np.arange(len(process)), side="right") - 1
    printed = calls.frame["comm"].iloc[last].astype(object).to_numpy()
    executed = calls.named("execve", "execveat")
    executed = executed[~calls.failed[executed] & ~calls.open_ended[executed]]
    path = calls.args(executed).str.extract(r'"((?:[^"\\]|\\.)*)"')[0]
    program = path.str.rsplit("/", n=1).str[-1].str.slice(0, 15)
    names = np.full(len(process), None, dtype=object)
    names[process[calls.thread[executed]]] = program.where(program.notna(), None)
    # a process that executed nothing goes by its creator's name
    source = np.where(process != np.arange(len(process)), process, parent)
    names = names[_follow(np.where(pd.isna(names), source, -1))]
    return np.where(pd.isna(printed), names, printed)
