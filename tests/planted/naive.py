"""What one would blame without a critical path: the methods to better."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planted.causes import CAUSES
from planted.scoring import HAND_OVER

if TYPE_CHECKING:
    from pathlib import Path

    from planted.marks import Marks

# Rows of the table: % time, seconds, usecs/call, calls, errors, syscall; but not their total
_COUNTED = re.compile(r"^ *[\d.]+ +(\d+\.\d+) +\d+ +\d+ +(?:\d+ +)?(?!total$)(\w+)$", re.MULTILINE)


def cause_of_call(call: str, plants: dict[str, int]) -> str:
    """Return what a reader who knows the program takes a system call for.

    Of several planted causes it may be the first one: in the method's favour, since which of them
    a table of calls does not say.
    """
    return next((name for name in plants if CAUSES[name].counts(call)), HAND_OVER)


def sum_of_calls(events: pd.DataFrame, plants: dict[str, int]) -> pd.DataFrame:
    """Blame the time of all system calls of all threads, as pieces to score."""
    calls = events[(events["kind"] == "syscall") & events["duration_ns"].notna()]
    names = {call: cause_of_call(call, plants) for call in calls["syscall"].astype(str).unique()}
    start = calls["start_ns"].to_numpy(dtype=np.int64)
    return pd.DataFrame(
        {
            "start_ns": start,
            "end_ns": start + calls["duration_ns"].to_numpy(dtype=np.int64),
            "cause": calls["syscall"].astype(str).map(names).to_numpy(),
            "unresolved": False,
        }
    )


def main_thread(
    events: pd.DataFrame, thread: int, marks: Marks, plants: dict[str, int]
) -> pd.DataFrame:
    """Blame what one thread did: its calls, and between them its own code."""
    calls = sum_of_calls(events[events["pid"] == thread], plants)
    calls = calls[(calls["end_ns"] > marks.begin_ns) & (calls["start_ns"] < marks.ready_ns)]
    calls = calls.sort_values("start_ns", kind="stable")
    between = pd.DataFrame(
        {
            "start_ns": [marks.begin_ns, *calls["end_ns"]],
            "end_ns": [*calls["start_ns"], marks.ready_ns],
            "cause": "cpu" if "cpu" in plants else HAND_OVER,
            "unresolved": True,
        }
    )
    return pd.concat([calls, between[between["end_ns"] > between["start_ns"]]])


def counted(log: Path, plants: dict[str, int]) -> dict[str, int]:
    """Blame the times that ``strace -c`` gives: system time by call, of the whole run.

    Parameters
    ----------
    log : Path
        A log with that table at its end (strace -C).
    plants : dict of str to int
        The causes the program plants.
    """
    sums: dict[str, int] = {}
    for seconds, call in _COUNTED.findall(log.read_text(errors="replace")):
        cause = cause_of_call(call, plants)
        sums[cause] = sums.get(cause, 0) + round(float(seconds) * 1e9)
    return sums
