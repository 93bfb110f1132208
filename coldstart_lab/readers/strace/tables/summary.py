"""Counts what was read."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coldstart_lab.readers.strace.grammar.kinds import (
    LINE_NAMES,
    NO_PID,
    PID_MAX,
    SYSCALL,
    UNFINISHED,
)
from coldstart_lab.readers.strace.lines.columns import Lines
from coldstart_lab.tables import STRACE_SUMMARY


def summary_frame(
    lines: Lines,
    partner: NDArray[np.int32],
    events: pd.DataFrame,
    counts: NDArray[np.int64],
    *,
    size: int,
) -> pd.DataFrame:
    """Count what was read (``tables.STRACE_SUMMARY``).

    Parameters
    ----------
    lines : Lines
        The scanned lines.
    partner : array of int32
        The row that resumed each unfinished call, else -1.
    events : DataFrame
        The table of events.
    counts : array of int64
        How many lines there are of each kind.
    size : int
        How many bytes.

    Returns
    -------
    DataFrame
        The counts.
    """
    calls = lines.kind == SYSCALL
    begun = calls & ((lines.flags & UNFINISHED) != 0)
    threads = np.zeros(PID_MAX + 2, dtype=bool)
    threads[events["pid"].to_numpy(np.int64, na_value=NO_PID)] = True
    failed = (events["kind"] == "syscall") & events["errno"].notna()
    items = {
        "bytes": size,
        "lines": int(counts.sum()),
        **{f"lines: {name}": count for name, count in zip(LINE_NAMES, counts, strict=True)},
        "events": len(events),
        "threads": int(threads.sum()),
        "calls": int(calls.sum()),
        "calls that failed": int(failed.sum()),
        "calls joined from two lines": int((begun & (partner >= 0)).sum()),
        "calls that never returned": int((begun & (partner < 0)).sum()),
    }
    return STRACE_SUMMARY.frame({"item": list(items), "count": list(items.values())})
