"""The calls of a log as plain arrays, sorted by thread and time, without overlaps."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coldstart_lab.attribution.lives import Ints, Lives, find_lives
from coldstart_lab.errors import MissingEvidenceError

Bools = NDArray[np.bool_]

_COLUMNS = ["line", "comm", "syscall", "retval", "retval_text", "errno"]
# With -T every call that returned shows its duration; a damaged log may have lost a few
_SPLIT_SHARE = 0.9


@dataclass(frozen=True, eq=False)
class Calls:
    """System calls sorted by (thread, start); row ``i`` of every array is one call.

    Attributes
    ----------
    frame : DataFrame
        Columns of the events of these calls but for the arguments, index 0..n-1.
    thread : array of int64
        Place of the thread in ``lives``.
    start, end : array of int64
        Half-open span in ns; within a thread none overlaps another.
    open_ended : array of bool
        The call never returned.
    failed : array of bool
        It returned an error.
    lives : Lives
        The threads.
    first_ns, last_ns : int
        First and last instant of the log.
    clamped_ns : int
        Time taken off calls that overlapped the next one of their thread.
    split : bool
        Whether calls could be told from the time after them (False without -T).
    rows : array of int64
        Positions of the calls among the events.
    """

    frame: pd.DataFrame
    thread: Ints
    start: Ints
    end: Ints
    open_ended: Bools
    failed: Bools
    lives: Lives
    first_ns: int
    last_ns: int
    clamped_ns: int
    split: bool
    rows: Ints = field(repr=False)
    _text: pd.Series = field(repr=False)

    def __len__(self) -> int:
        return len(self.start)

    def named(self, *names: str) -> Ints:
        """Return the places of all calls of these names, in order."""
        categories = self.frame["syscall"].cat.categories
        wanted = np.append(categories.isin(names), False)
        return np.flatnonzero(wanted[self.frame["syscall"].cat.codes.to_numpy()])

    def args(self, places: Ints) -> pd.Series:
        """Return the arguments of the calls at these places, index 0..n-1.

        They are most of the table, so they stay where the reader put them until asked for.
        """
        return self._text.iloc[self.rows[places]].reset_index(drop=True)

    def numbers(self, places: Ints) -> Ints:
        """Return what these calls returned; -1 where they returned no number."""
        return self.frame["retval"].iloc[places].fillna(-1).to_numpy(dtype=np.int64)


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
    timed = events["start_ns"].notna().to_numpy()
    rows = np.flatnonzero(timed & (events["kind"] == "syscall").to_numpy())
    if not len(rows):
        raise MissingEvidenceError(
            "this log has no times, so no time can be attributed",
            hint="record with: strace -f -ttt -T -yy (or use coldstart record)",
        )
    lives, thread = find_lives(events, rows)
    start = events["start_ns"].to_numpy(dtype=np.int64, na_value=-1)
    first, last = int(start[rows].min()), int(start.max())
    order = np.lexsort((events["line"].to_numpy()[rows], start[rows], thread))
    rows, thread = rows[order], thread[order]
    start = start[rows]
    frame = events[_COLUMNS].take(rows).reset_index(drop=True)
    duration = events["duration_ns"].to_numpy(dtype=np.int64, na_value=-1)[rows]
    last = max(last, int((start + np.maximum(duration, 0)).max()))
    failed = frame["errno"].notna().to_numpy()
    returned = failed | frame["retval"].notna().to_numpy()
    split = bool((duration >= 0)[returned].mean() > _SPLIT_SHARE) if returned.any() else False
    end, clamped = _ends(thread, start, duration, lives.exit_ns, last)
    return Calls(
        frame=frame,
        thread=thread,
        start=start,
        end=end,
        open_ended=~returned,
        failed=failed,
        lives=lives,
        first_ns=first,
        last_ns=last,
        clamped_ns=clamped,
        split=split,
        rows=rows,
        _text=events["args"],
    )


def _ends(thread: Ints, start: Ints, duration: Ints, exit_ns: Ints, last: int) -> tuple[Ints, int]:
    """Close every call: by its duration, else at the thread's next call, exit or the log's end."""
    same = np.append(thread[1:] == thread[:-1], False)
    following = np.append(start[1:], 0)
    ending = np.where(exit_ns >= 0, exit_ns, last)[thread]
    limit = np.where(same, following, np.maximum(ending, start))
    told = duration >= 0
    end = np.where(told, start + duration, limit)
    over = same & (end > limit)
    clamped = int((end - limit)[over].sum())
    return np.where(over, limit, end), clamped
