"""Threads and processes of a start: who created whom, how long each lived, what it is called."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from coldstart_lab.attribution.calls import Bools, Calls, Ints
from coldstart_lab.attribution.masks import categorical, contains
from coldstart_lab.tables import STRING, THREADS

CREATING = ("clone", "clone3", "fork", "vfork")
# Go's monitor thread sleeps 20 us between looks when it begins (runtime/proc.go, sysmon)
_SYSMON_SLEEP = r"^\{tv_sec=0, tv_nsec=20000\}"
_SYSMON_SHARE = 0.6


@dataclass(frozen=True, eq=False)
class Lineage:
    """Threads in the order of ``Calls.pids``; every array has one entry a thread.

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
    count = len(calls.pids)
    parent = np.full(count, -1, dtype=np.int64)
    process = np.arange(count)
    first = np.searchsorted(calls.thread, np.arange(count))
    start = calls.start[first]
    made = calls.named(*CREATING)
    child_pid = calls.frame["retval"].iloc[made].fillna(-1).to_numpy(dtype=np.int64)
    known = np.isin(child_pid, calls.pids)
    made, child_pid = made[known], child_pid[known]
    child = np.searchsorted(calls.pids, child_pid)
    own = child != calls.thread[made]
    made, child = made[own], child[own]
    parent[child] = calls.thread[made]
    # the child may run before its creator's call has returned, but not before it began
    start[child] = np.maximum(np.minimum(start[child], calls.end[made]), calls.start[made])
    order = np.argsort(calls.start[made], kind="stable")
    is_thread = contains(calls.frame["args"].iloc[made], "CLONE_THREAD", regex=False)
    for at in order.tolist():  # one step a thread created, parents first
        if is_thread[at]:
            process[child[at]] = process[parent[child[at]]]
    last = np.searchsorted(calls.thread, np.arange(count), side="right") - 1
    end = np.maximum(calls.end[last], calls.exit_ns)
    end = np.where(calls.exit_ns >= 0, end, calls.last_ns)
    sysmon = _find_sysmon(calls, count)
    root = int(process[np.lexsort((calls.pids, start))[0]])
    frame = _threads_frame(calls, process, parent, start, end, sysmon, root)
    return Lineage(process, parent, start, end, sysmon, root, frame)


def _find_sysmon(calls: Calls, count: int) -> Bools:
    sleeps = calls.named("nanosleep")
    slept = np.bincount(calls.thread[sleeps], minlength=count)
    total = np.bincount(calls.thread, minlength=count)
    begins = contains(calls.frame["args"].iloc[sleeps], _SYSMON_SLEEP)
    tick = np.zeros(count, dtype=bool)
    first = np.unique(calls.thread[sleeps], return_index=True)[1]
    tick[calls.thread[sleeps[first]]] = begins[first]
    return tick & (slept >= 2) & (slept >= _SYSMON_SHARE * (total - _set_up(calls, count)))


def _set_up(calls: Calls, count: int) -> Ints:
    """Count the calls by which any thread sets itself up, which say nothing of its work."""
    names = ("rt_sigprocmask", "sigaltstack", "rseq", "set_robust_list", "mmap", "munmap",
             "mprotect", "gettid", "futex", "madvise", "tgkill", "getpid")  # fmt: skip
    return np.bincount(calls.thread[calls.named(*names)], minlength=count)


def _threads_frame(
    calls: Calls, process: Ints, parent: Ints, start: Ints, end: Ints, sysmon: Bools, root: int
) -> pd.DataFrame:
    place = np.arange(len(process))
    role = np.where(place == root, 0, np.where(sysmon, 3, np.where(process == place, 2, 1)))
    frame = THREADS.frame(
        {
            "pid": calls.pids,
            "process": calls.pids[process],
            "parent": pd.arrays.IntegerArray(calls.pids[parent], parent < 0),
            "comm": _names(calls, process, parent, start),
            "start_ns": start,
            "end_ns": end,
            "role": categorical(role, ["main", "thread", "process", "go-sysmon"]),
        }
    )
    return frame.sort_values(["start_ns", "pid"], ignore_index=True)


def _names(calls: Calls, process: Ints, parent: Ints, start: Ints) -> pd.Series:
    """Name threads: as strace last printed it, else after the program the process executed."""
    last = np.searchsorted(calls.thread, np.arange(len(process)), side="right") - 1
    printed = calls.frame["comm"].iloc[last].astype(STRING).reset_index(drop=True)
    executed = calls.named("execve", "execveat")
    executed = executed[~calls.failed[executed] & ~calls.open_ended[executed]]
    path = calls.frame["args"].iloc[executed].str.extract(r'"((?:[^"\\]|\\.)*)"')[0]
    program = path.str.rsplit("/", n=1).str[-1].str.slice(0, 15).to_numpy()
    names = np.full(len(process), None, dtype=object)
    for at, name in zip(process[calls.thread[executed]].tolist(), program, strict=True):
        names[at] = name
    for at in np.argsort(start, kind="stable").tolist():  # one step a thread
        if names[at] is None:
            source = process[at] if process[at] != at else parent[at]
            names[at] = names[source] if source >= 0 else None
    return printed.fillna(pd.Series(names, dtype=STRING))
