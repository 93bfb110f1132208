"""Builds the tables of goroutines, their states and what woke them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coldstart_lab.readers.gotrace.clocks import masked
from coldstart_lab.readers.gotrace.living import CUT_END, CUT_START, Spans
from coldstart_lab.readers.gotrace.trail import Trail, named, positive
from coldstart_lab.readers.gotrace.wire import (
    GO_BLOCK,
    GO_CREATE,
    GO_CREATE_BLOCKED,
    GO_CREATE_SYSCALL,
    GO_STATUS_STACK,
    GO_STOP,
    GO_SWITCH,
    GO_SWITCH_DESTROY,
    GO_SYSCALL_BEGIN,
    GO_SYSCALL_END_BLOCKED,
    GO_UNBLOCK,
    GOROUTINE_STATUSES,
    RUNNABLE,
    WAITING,
)
from coldstart_lab.tables import GOTRACE_GOROUTINES, GOTRACE_STATES, GOTRACE_UNBLOCKS

_CREATIONS = (GO_CREATE, GO_CREATE_SYSCALL, GO_CREATE_BLOCKED)
# How a goroutine became runnable or began to wait, where it did not stop or block itself
_CAUSES = ("created", "unblocked", "system call ended", "coroutine switch")
_CAUSE = {
    GO_CREATE: 0, GO_CREATE_BLOCKED: 0, GO_UNBLOCK: 1, GO_SYSCALL_END_BLOCKED: 2,
    GO_SWITCH: 3, GO_SWITCH_DESTROY: 3,
}  # fmt: skip
# Events whose stack is that of the goroutine itself
_OWN = (GO_STOP, GO_BLOCK, GO_SYSCALL_BEGIN, GO_STATUS_STACK)
_CUTS = ("start", "end", "both")


def states_frame(trail: Trail, spans: Spans) -> pd.DataFrame:
    """Build ``tables.GOTRACE_STATES``: by goroutine, then time."""
    order = np.lexsort((spans.start, trail.ordering.goroutines[spans.goroutine]))
    spans = Spans(*(column[order] for column in spans))
    ordering = trail.ordering
    kinds = trail.kind[spans.begun_by]
    states = list(GOROUTINE_STATUSES.values())
    stack = np.where(np.isin(kinds, _OWN), trail.stack[spans.begun_by], -1)
    return GOTRACE_STATES.frame(
        {
            "goroutine": ordering.goroutines[spans.goroutine],
            "state": pd.Categorical.from_codes(spans.state - RUNNABLE, pd.Index(states)),
            "reason": _reasons(trail, spans, kinds),
            "start_ns": spans.start,
            "end_ns": spans.end,
            "thread": named(spans.thread, ordering.threads),
            "proc": named(spans.proc, ordering.procs),
            "stack": positive(stack),
            "cut": pd.Categorical.from_codes(spans.cut - CUT_START, pd.Index(_CUTS)),
        }
    )


def _reasons(trail: Trail, spans: Spans, kinds: NDArray[np.uint8]) -> pd.Categorical:
    codes = np.full(len(kinds), -1, dtype=np.int64)
    stopped = np.flatnonzero((kinds == GO_STOP) | (kinds == GO_BLOCK))
    codes[stopped] = trail.codes("text", spans.begun_by[stopped])
    waits = (spans.state == RUNNABLE) | (spans.state == WAITING)
    for kind, cause in _CAUSE.items():
        codes[waits & (kinds == kind)] = len(trail.texts.values) + cause
    return trail.texts.column(codes, others=_CAUSES)


def unblocks_frame(trail: Trail) -> pd.DataFrame:
    """Build ``tables.GOTRACE_UNBLOCKS``."""
    at = trail.where(GO_UNBLOCK, GO_SWITCH, GO_SWITCH_DESTROY)
    return GOTRACE_UNBLOCKS.frame(
        {
            "time_ns": trail.order.time[at],
            "waker": trail.goroutine(at),
            "thread": trail.thread(at),
            "proc": trail.proc(at),
            "woken": trail.argument(("goroutine",), at)[1],
            "stack": positive(trail.stack[at]),
        }
    )


def goroutines_frame(trail: Trail, spans: Spans) -> pd.DataFrame:
    """Build ``tables.GOTRACE_GOROUTINES``: those with a state in the trace, by id."""
    ordering = trail.ordering
    codes = np.unique(spans.goroutine)
    count = len(ordering.goroutines)
    created = np.full(count, -1, dtype=np.int64)
    at = trail.where(*_CREATIONS)[::-1]  # of several lives of one id, the first
    created[_named_goroutine(trail, at)] = at
    ended, open_at_end = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=bool)
    ended[spans.goroutine] = spans.end
    open_at_end[spans.goroutine] = (spans.cut & CUT_END) > 0
    codes = codes[np.argsort(ordering.goroutines[codes])]
    begun = created[codes]
    start = _first_stacks(trail, count)[codes]
    creation = np.where(begun >= 0, np.append(trail.stack, -1)[begun], -1)
    return GOTRACE_GOROUTINES.frame(
        {
            "goroutine": ordering.goroutines[codes],
            "creator": named(np.append(trail.order.goroutine, -1)[begun], ordering.goroutines),
            "function": trail.texts.column(trail.stacks.functions(start)),
            "start_stack": positive(start),
            "creation_stack": positive(creation),
            "created_ns": masked(np.append(trail.order.time, 0)[begun], begun < 0),
            "ended_ns": masked(ended[codes], open_at_end[codes]),
        }
    )


def _named_goroutine(trail: Trail, at: NDArray[np.int64]) -> NDArray[np.int32]:
    goroutine: NDArray[np.int32] = trail.ordering.events.goroutine[trail.order.row[at]]
    return goroutine


def _first_stacks(trail: Trail, count: int) -> NDArray[np.int64]:
    """Return a stack of each goroutine whose outermost frame is where it started; -1 for none."""
    found = np.full(count, -1, dtype=np.int64)
    own = (trail.stack > 0) & (trail.order.goroutine >= 0) & (trail.kind != GO_STATUS_STACK)
    at = np.flatnonzero(own)[::-1]
    found[trail.order.goroutine[at]] = trail.stack[at]
    at = trail.where(GO_STATUS_STACK)[::-1]
    at = at[trail.stack[at] > 0]
    found[_named_goroutine(trail, at)] = trail.stack[at]
    at = trail.where(GO_CREATE, GO_CREATE_BLOCKED)[::-1]
    stacks = trail.stack_numbers("start stack", at)
    found[_named_goroutine(trail, at)[stacks > 0]] = stacks[stacks > 0]
    return found
