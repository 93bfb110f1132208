"""How right a peer is on a log: held against our reader, and that against a slow exact one."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from coldstart_lab.readers.strace import read_strace
from strace_peers.peer import COLUMNS, DAY_US

TESTS = Path(__file__).parent.parent.parent / "tests" / "readers"


class Right(NamedTuple):
    """Shares: of the calls, of their begins, of the durations, of the errors."""

    calls: float
    begins: float
    durations: float
    errors: float


def true_calls(log: Path) -> pd.DataFrame:
    """What our reader finds, as a frame of ``COLUMNS``."""
    events = read_strace(log).events
    calls = events[events["kind"] == "syscall"]
    return pd.DataFrame(
        {
            "pid": calls["pid"].astype("int64"),
            "syscall": calls["syscall"].astype("str"),
            "begin_us": calls["start_ns"].astype("int64") // 1000 % DAY_US,
            "duration_ns": calls["duration_ns"].fillna(-1).astype("int64"),
            "errno": calls["errno"].astype("object").fillna("").astype("str"),
        }
    )


def referenced_calls(log: Path) -> pd.DataFrame:
    """The same of the slow reference reader of the tests."""
    sys.path.insert(0, str(TESTS))
    read_events = importlib.import_module("strace_reference").read_events
    rows = [
        (
            event.pid,
            event.name,
            event.time_ns // 1000 % DAY_US,
            -1 if event.duration_ns is None else event.duration_ns,
            event.errno or "",
        )
        for event in read_events(log.read_bytes())
        if event.kind == "syscall"
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def compare(truth: pd.DataFrame, found: pd.DataFrame) -> Right:
    """Count what a peer has right, each row once, whatever its order."""
    timed, failed = truth["duration_ns"] >= 0, truth["errno"] != ""
    call = ["pid", "syscall"]
    return Right(
        _share(truth, found, call),
        _share(truth, found, [*call, "begin_us"]),
        _share(truth[timed], found, [*call, "duration_ns"]),
        _share(truth[failed], found, [*call, "errno"]),
    )


def _share(truth: pd.DataFrame, found: pd.DataFrame, columns: list[str]) -> float:
    if not len(truth):
        return float("nan")
    wanted = truth.value_counts(columns)
    there = found.value_counts(columns).reindex(wanted.index, fill_value=0)
    return float(np.minimum(wanted, there).sum() / len(truth))
