"""Builds the tables of ranges, tasks, regions and logs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coldstart_lab.readers.gotrace.clocks import masked
from coldstart_lab.readers.gotrace.pairing import ACTIVE, BEGIN, END, Pairs, pair
from coldstart_lab.readers.gotrace.trail import Trail, named, positive
from coldstart_lab.readers.gotrace.wire import (
    ASSIST_ACTIVE,
    ASSIST_BEGIN,
    ASSIST_END,
    GC_ACTIVE,
    GC_BEGIN,
    GC_END,
    REGION_BEGIN,
    REGION_END,
    STW_BEGIN,
    STW_END,
    SWEEP_ACTIVE,
    SWEEP_BEGIN,
    SWEEP_END,
    TASK_BEGIN,
    TASK_END,
    USER_LOG,
)
from coldstart_lab.tables import GOTRACE_LOGS, GOTRACE_RANGES, GOTRACE_REGIONS, GOTRACE_TASKS

_RANGES = ("gc mark", "gc sweep", "gc assist", "stop the world")
_MARK, _SWEEP, _ASSIST, _STOP = range(4)
_RANGE = {
    GC_BEGIN: (_MARK, BEGIN), GC_ACTIVE: (_MARK, ACTIVE), GC_END: (_MARK, END),
    SWEEP_BEGIN: (_SWEEP, BEGIN), SWEEP_ACTIVE: (_SWEEP, ACTIVE), SWEEP_END: (_SWEEP, END),
    ASSIST_BEGIN: (_ASSIST, BEGIN), ASSIST_ACTIVE: (_ASSIST, ACTIVE), ASSIST_END: (_ASSIST, END),
    STW_BEGIN: (_STOP, BEGIN), STW_END: (_STOP, END),
}  # fmt: skip
# A background task is none
_NO_TASK = 0


def ranges_frame(trail: Trail) -> pd.DataFrame:
    """Build ``tables.GOTRACE_RANGES``."""
    at = trail.where(*_RANGE)
    kinds = trail.kind[at]
    name, action = np.zeros(256, dtype=np.int64), np.zeros(256, dtype=np.int64)
    for kind, (what, does) in _RANGE.items():
        name[kind], action[kind] = what, does
    names = name[kinds]
    scope = _scope(trail, at, names)
    pairs = pair(names + len(_RANGES) * (scope + 1), action[kinds])
    names, scope = names[pairs.about], scope[pairs.about]
    begin, end = _positions(at, pairs)
    shown = end.copy()
    shown[names != _SWEEP] = -1
    first = np.where(begin >= 0, begin, at[pairs.about])
    ordering = trail.ordering
    of_goroutine = (names == _ASSIST) | (names == _STOP)
    return GOTRACE_RANGES.frame(
        {
            "name": pd.Categorical.from_codes(names, pd.Index(_RANGES)),
            "reason": trail.texts.column(trail.codes("text", first)),
            "goroutine": named(np.where(of_goroutine, scope, -1), ordering.goroutines),
            "proc": named(np.where(names == _SWEEP, scope, -1), ordering.procs),
            "start_ns": trail.time(begin),
            "end_ns": trail.time(end),
            "swept_bytes": _value(trail, shown, "value"),
            "reclaimed_bytes": _value(trail, shown, "reclaimed"),
            "stack": positive(trail.stack[first]),
        }
    )


def tasks_frame(trail: Trail) -> pd.DataFrame:
    """Build ``tables.GOTRACE_TASKS``."""
    at = trail.where(TASK_BEGIN, TASK_END)
    tasks = trail.argument(("task",), at)[1]
    pairs = pair(tasks, np.where(trail.kind[at] == TASK_BEGIN, BEGIN, END))
    begin, end = _positions(at, pairs)
    first = at[pairs.about]
    return GOTRACE_TASKS.frame(
        {
            "task": tasks[pairs.about],
            "parent": _task(_value(trail, begin, "parent")),
            "name": trail.texts.column(trail.codes("text", first)),
            "start_ns": trail.time(begin),
            "end_ns": trail.time(end),
            "goroutine": _goroutine(trail, begin),
            "ended_by": _goroutine(trail, end),
            "stack": positive(trail.stack[first]),
        }
    )


def regions_frame(trail: Trail) -> pd.DataFrame:
    """Build ``tables.GOTRACE_REGIONS``."""
    at = trail.where(REGION_BEGIN, REGION_END)
    tasks = trail.argument(("task",), at)[1]
    names = trail.codes("text", at)
    # of one goroutine, an end belongs to the last open begin of its task and name
    goroutine = trail.order.goroutine[at].astype(np.int64)
    which, _ = pd.factorize(tasks)
    whose, _ = pd.factorize((goroutine + 1) * (len(trail.texts.values) + 3) + names + 2)

    key = whose * (len(at) + 1) + which
    pairs = pair(key, np.where(trail.kind[at] == REGION_BEGIN, BEGIN, END))
    begin, end = _positions(at, pairs)
    first = at[pairs.about]
    return GOTRACE_REGIONS.frame(
        {
            "goroutine": trail.goroutine(first),
            "task": _task(masked(tasks, np.zeros(len(at), dtype=bool)))[pairs.about],
            "name": trail.texts.column(names[pairs.about]),
            "start_ns": trail.time(begin),
            "end_ns": trail.time(end),
            "stack": positive(trail.stack[first]),
        }
    )


def logs_frame(trail: Trail) -> pd.DataFrame:
    """Build ``tables.GOTRACE_LOGS``."""
    at = trail.where(USER_LOG)
    return GOTRACE_LOGS.frame(
        {
            "time_ns": trail.order.time[at],
            "goroutine": trail.goroutine(at),
            "task": _task(trail.number("task", at=at)),
            "category": trail.texts.column(trail.codes("text", at)),
            "message": trail.texts.column(trail.codes("message", at)).astype("string"),
            "stack": positive(trail.stack[at]),
        }
    )


def _scope(trail: Trail, at: NDArray[np.int64], names: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the goroutine or processor each range is of, by its code; -1 for the program."""
    order, events = trail.order, trail.ordering.events
    rows = order.row[at]
    scope = np.full(len(at), -1, dtype=np.int64)
    by_goroutine = (names == _ASSIST) | (names == _STOP)
    scope[by_goroutine] = order.goroutine[at][by_goroutine]
    scope[names == _SWEEP] = order.proc[at][names == _SWEEP]
    for kind, column in ((ASSIST_ACTIVE, events.goroutine), (SWEEP_ACTIVE, events.proc)):
        named_there = trail.kind[at] == kind
        scope[named_there] = column[rows[named_there]]
    return scope


def _positions(
    at: NDArray[np.int64], pairs: Pairs
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:  # fmt: skip
    """Return where begins and ends of pairs are among all events; -1 for none."""
    known = np.append(at, -1)
    return known[pairs.begin], known[pairs.end]


def _value(trail: Trail, at: NDArray[np.int64], meaning: str) -> pd.arrays.IntegerArray:
    found = np.flatnonzero(at >= 0)
    values, missing = np.zeros(len(at), dtype=np.int64), np.ones(len(at), dtype=bool)
    has, numbers = trail.argument((meaning,), at[found])
    values[found[has]] = numbers
    missing[found[has]] = False
    return masked(values, missing)


def _goroutine(trail: Trail, at: NDArray[np.int64]) -> pd.arrays.IntegerArray:
    codes = np.append(trail.order.goroutine, -1)[at]
    return named(codes, trail.ordering.goroutines)


def _task(tasks: Any) -> Any:
    tasks[(tasks == _NO_TASK).to_numpy(dtype=bool, na_value=False)] = pd.NA
    return tasks
