"""The calls of a log as plain arrays, sorted by thread and time, without overlaps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coldstart_lab.errors import MissingEvidenceError

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Calls:
    """System calls sorted by (thread, start); row ``i`` of every array is one call.

    Attributes
    ----------
    frame : DataFrame
        The events' columns of these calls, index 0..n-1.
    thread : array of int64
        Place of the thread in ``pids``.
    start, end : array of int64
        Half-open span in ns; within a thread none overlaps another.
    open_ended : array of bool
        The call never returned.
    failed : array of bool
        It returned an error.
    pids : array of int64
        Thread ids in ascending order.
    exit_ns : array of int64
        When each thread ended; -1 where the log does not say.
    first_ns, last_ns : int
        First and last instant of the log.
    clamped_ns : int
        Time taken off calls that overlapped the next one of their thread.
    split : bool
        Whether calls could be told from the time after them (False without -T).
    """

    frame: pd.DataFrame
    thread: Ints
    start: Ints
    end: Ints
    open_ended: Bools
    failed: Bools
    pids: Ints
    exit_ns: Ints
    first_ns: int
    last_ns: int
    clamped_ns: int
    split: bool

    def __len__(self) -> int:
        return len(self.start)

    def named(self, *names: str) -> Ints:
        """Return the places of all calls of these names, in order."""
        categories = self.frame["syscall"].cat.categories
        codes = np.flatnonzero(categories.isin(names))
        return np.flatnonzero(np.isin(self.frame["syscall"].cat.codes.to_numpy(), codes))


def collect_calls(events: pd.DataFrame) -> Calls:
    """Sort the timed calls of a log by thread and time and clamp overlaps.

    Parameters
    ----------
    events : DataFrame
        ``tables.STRACE_EVENTS``.

    Returns
    -------
    Calls
        The calls.

    Raises
    ------
    MissingEvidenceError
        If no call has a time.
    """
    timed = events[events["start_ns"].notna()]
    calls = timed[(timed["kind"] == "syscall").to_numpy()]
    if calls.empty:
        raise MissingEvidenceError(
            "this log has no times, so no time can be attributed",
            hint="record with: strace -f -ttt -T -yy (or use coldstart record)",
        )
    pid = calls["pid"].fillna(0).to_numpy(dtype=np.int64)
    pids, thread = np.unique(pid, return_inverse=True)
    start = calls["start_ns"].to_numpy(dtype=np.int64)
    order = np.lexsort((calls["line"].to_numpy(), start, thread))
    frame = calls.iloc[order].reset_index(drop=True)
    thread, start = thread[order].astype(np.int64), start[order]
    exit_ns = _exits(timed, pids)
    duration = frame["duration_ns"].fillna(-1).to_numpy(dtype=np.int64)
    split = bool((duration >= 0).any())
    last = int(max((start + np.maximum(duration, 0)).max(), timed["start_ns"].max()))
    end, clamped, open_ended = _ends(thread, start, duration, exit_ns, last, split=split)
    return Calls(
        frame=frame,
        thread=thread,
        start=start,
        end=end,
        open_ended=open_ended,
        failed=frame["errno"].notna().to_numpy(),
        pids=pids,
        exit_ns=exit_ns,
        first_ns=int(start.min()),
        last_ns=last,
        clamped_ns=clamped,
        split=split,
    )


def _exits(timed: pd.DataFrame, pids: Ints) -> Ints:
    ends = timed[timed["kind"].isin(["exit", "killed", "superseded"])]
    pid = ends["pid"].fillna(0).to_numpy(dtype=np.int64)
    exit_ns = np.full(len(pids), -1, dtype=np.int64)
    known = np.isin(pid, pids)
    np.maximum.at(
        exit_ns, np.searchsorted(pids, pid[known]), ends["start_ns"].to_numpy(np.int64)[known]
    )
    return exit_ns


def _ends(
    thread: Ints, start: Ints, duration: Ints, exit_ns: Ints, last: int, *, split: bool
) -> tuple[Ints, int, Bools]:
    """Close every call: by its duration, else at the thread's next call, exit or the log's end."""
    same = np.append(thread[1:] == thread[:-1], False)
    following = np.append(start[1:], 0)
    ending = np.where(exit_ns >= 0, exit_ns, last)[thread]
    limit = np.where(same, following, np.maximum(ending, start))
    told = duration >= 0
    end = np.where(told, start + duration, limit)
    over = same & (end > limit)
    clamped = int((end - limit)[over].sum())
    return np.where(over, limit, end), clamped, ~told & split
