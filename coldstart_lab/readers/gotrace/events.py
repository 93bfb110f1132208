"""Builds the tables of events, samples and counters."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coldstart_lab.readers.gotrace.clocks import wall_ns
from coldstart_lab.readers.gotrace.trail import Trail, positive
from coldstart_lab.readers.gotrace.wire import (
    CPU_SAMPLE,
    GOROUTINE_STATUSES,
    HEAP_ALLOC,
    HEAP_GOAL,
    NAMES,
    PROC_STATUSES,
    PROCS_CHANGE,
    SUBJECTS,
)
from coldstart_lab.tables import GOTRACE_COUNTERS, GOTRACE_EVENTS, GOTRACE_SAMPLES

_STATUSES = tuple(dict.fromkeys([*GOROUTINE_STATUSES.values(), *PROC_STATUSES.values()]))
_COUNTERS = {HEAP_ALLOC: "heap_alloc", HEAP_GOAL: "heap_goal", PROCS_CHANGE: "gomaxprocs"}


def events_frame(
    trail: Trail, clocks: pd.DataFrame, generations: NDArray[np.int64]
) -> pd.DataFrame:
    """Build the table of events.

    Parameters
    ----------
    trail : Trail
        The ordered events.
    clocks : DataFrame
        ``tables.GOTRACE_CLOCKS``.
    generations : array of int64
        The number of each generation.

    Returns
    -------
    DataFrame
        ``tables.GOTRACE_EVENTS``.
    """
    return GOTRACE_EVENTS.frame(
        {
            "time_ns": trail.order.time,
            "wall_ns": wall_ns(clocks, trail.order.time),
            "generation": generations[trail.order.turn],
            "thread": trail.thread(),
            "proc": trail.proc(),
            "goroutine": trail.goroutine(),
            "kind": _kinds(trail.kind),
            "subject": trail.number(*SUBJECTS),
            "sequence": trail.number("sequence"),
            "value": trail.number("value"),
            "text": _texts(trail),
            "stack": positive(trail.stack),
        }
    )


def samples_frame(trail: Trail) -> pd.DataFrame:
    """Build ``tables.GOTRACE_SAMPLES``."""
    at = trail.where(CPU_SAMPLE)
    return GOTRACE_SAMPLES.frame(
        {
            "time_ns": trail.order.time[at],
            "thread": trail.thread(at),
            "proc": trail.proc(at),
            "goroutine": trail.goroutine(at),
            "stack": positive(trail.stack[at]),
        }
    )


def counters_frame(trail: Trail) -> pd.DataFrame:
    """Build ``tables.GOTRACE_COUNTERS``."""
    at = trail.where(*_COUNTERS)
    codes = np.searchsorted(sorted(_COUNTERS), trail.kind[at])
    names = pd.Index([_COUNTERS[kind] for kind in sorted(_COUNTERS)])
    return GOTRACE_COUNTERS.frame(
        {
            "time_ns": trail.order.time[at],
            "name": pd.Categorical.from_codes(codes, names),
            "value": trail.argument(("value",), at)[1],
        }
    )


def _kinds(kind: NDArray[np.uint8]) -> pd.Categorical[str]:
    used = np.flatnonzero(np.bincount(kind, minlength=256))
    codes = np.full(256, -1, dtype=np.int8)
    codes[used] = np.arange(len(used))
    return pd.Categorical.from_codes(codes[kind], pd.Index([NAMES[int(one)] for one in used]))


def _texts(trail: Trail) -> pd.Categorical:
    codes = trail.codes("text")
    for meaning, statuses in (
        ("goroutine status", GOROUTINE_STATUSES), ("proc status", PROC_STATUSES),
    ):  # fmt: skip
        has, values = trail.argument((meaning,))
        known = np.full(max(statuses) + 1, -1, dtype=np.int64)
        for status, name in statuses.items():
            known[status] = len(trail.texts.values) + _STATUSES.index(name)
        sane = (values > 0) & (values < len(known))
        codes[has] = known[np.where(sane, values, 0)]
    return trail.texts.column(codes, others=_STATUSES)
