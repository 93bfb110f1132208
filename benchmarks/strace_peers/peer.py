"""What is known of a peer: a reader in Python that runs in an environment of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

# Of every call: its thread, name, begin (us since midnight UTC, of which all peers know), duration
# in ns (-1 where there is none) and error name (empty where it did not fail)
COLUMNS = ["pid", "syscall", "begin_us", "duration_ns", "errno"]
DAY_US = 86_400_000_000


@dataclass(frozen=True)
class Peer:
    """A reader in Python.

    Attributes
    ----------
    package : str
        The distribution it comes in; ``""`` for Python's own library.
    megabytes : float
        How much of the log it is given: slow ones a part.
    read : callable
        Reads the file of this path; this is what is timed.
    calls : callable or None
        Makes a frame of ``COLUMNS`` of what it read; None where it does not split calls.
    stamps : str
        ``"unix"``, or ``"time of day"`` for one that understands the times of -tt only.
    """

    package: str
    megabytes: float
    read: Callable[[Path], Any]
    calls: Callable[[Any], pd.DataFrame] | None
    stamps: str = "unix"


def frame_of(rows: Iterable[tuple[Any, ...]]) -> pd.DataFrame:
    """Make a frame of rows of pid, name, begin and duration in seconds, and error name."""
    frame = pd.DataFrame(rows, columns=["pid", "syscall", "begin", "duration", "errno"])
    return from_text(frame)


def from_text(frame: pd.DataFrame) -> pd.DataFrame:
    """Turn columns of text or seconds, as most peers give them, into ``COLUMNS``."""
    begin = pd.to_numeric(frame["begin"], errors="coerce")
    duration = pd.to_numeric(frame["duration"], errors="coerce")
    return pd.DataFrame(
        {
            "pid": pd.to_numeric(frame["pid"], errors="coerce").fillna(-1).astype("int64"),
            "syscall": frame["syscall"].astype("str"),
            "begin_us": (begin * 1e6).round().fillna(-1).astype("int64") % DAY_US,
            "duration_ns": (duration * 1e9).round().fillna(-1).astype("int64"),
            "errno": frame["errno"].fillna("").astype("str"),
        }
    )
