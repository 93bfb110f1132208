"""Follows each goroutine from state to state."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from coldstart_lab.kernels import kernel, routine
from coldstart_lab.readers.gotrace.ordering import Order
from coldstart_lab.readers.gotrace.scheduler import Events
from coldstart_lab.readers.gotrace.wire import (
    GO_BLOCK,
    GO_CREATE,
    GO_CREATE_BLOCKED,
    GO_CREATE_SYSCALL,
    GO_DESTROY,
    GO_DESTROY_SYSCALL,
    GO_START,
    GO_STATUS,
    GO_STATUS_STACK,
    GO_STOP,
    GO_SWITCH,
    GO_SWITCH_DESTROY,
    GO_SYSCALL_BEGIN,
    GO_SYSCALL_END,
    GO_SYSCALL_END_BLOCKED,
    GO_UNBLOCK,
    RUNNABLE,
    RUNNING,
    SYSCALL,
    WAITING,
)

_GONE = 0
_NEVER_SEEN, _ENDED = -2, -1
CUT_START, CUT_END = 1, 2


class Spans(NamedTuple):
    """Times spent in one state, in the order they begin."""

    goroutine: NDArray[np.int64]  # its code
    state: NDArray[np.int64]  # RUNNABLE, RUNNING, SYSCALL or WAITING
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    thread: NDArray[np.int64]  # codes, -1 for none
    proc: NDArray[np.int64]
    begun_by: NDArray[np.int64]  # the position of the event that began it
    cut: NDArray[np.int64]  # CUT_START, CUT_END, their sum or 0


def find_spans(
    events: Events, order: Order, goroutines: int, begin: int, end: int
) -> Spans:  # fmt: skip
    """Find how long each goroutine was in each state.

    Parameters
    ----------
    events : Events
        The events.
    order : Order
        Their order.
    goroutines : int
        How many goroutines there are.
    begin, end : int
        When the trace begins and ends.

    Returns
    -------
    Spans
        They tile the part of each goroutine's life that is in the trace.
    """
    counts = np.bincount(events.kind, minlength=256)
    most = counts[GO_CREATE : GO_STATUS + 1].sum() + counts[GO_CREATE_BLOCKED]
    most += counts[GO_STATUS_STACK] + 3 * (counts[GO_SWITCH] + counts[GO_SWITCH_DESTROY])
    rows = Spans(*np.empty((8, int(most)), dtype=np.int64))
    last = np.full(goroutines, _NEVER_SEEN, dtype=np.int64)
    used = np.zeros(1, dtype=np.int64)
    _follow(events, order, begin, end, last, rows, used)
    return Spans(*(column[: used[0]] for column in rows))


@routine
def _move(
    goroutine: int, state: int, time: int, thread: int, proc: int, at: int,
    last: Any, rows: Spans, used: Any,
) -> None:  # fmt: skip
    """End the state a goroutine is in, and begin another one unless it is gone."""
    if goroutine < 0:
        return
    before = last[goroutine]
    if before >= 0:
        rows.end[before] = time
    if state == _GONE:
        last[goroutine] = _ENDED
        return
    new = used[0]
    used[0] = new + 1
    last[goroutine] = new
    running = state in (RUNNING, SYSCALL)
    rows.goroutine[new] = goroutine
    rows.state[new] = state
    rows.start[new] = time
    rows.end[new] = -1
    rows.thread[new] = thread if running else -1
    rows.proc[new] = proc if running else -1
    rows.begun_by[new] = at
    rows.cut[new] = 0


@routine
def _confirm(
    goroutine: int, state: int, time: int, thread: int, proc: int, at: int, begin: int,
    last: Any, rows: Spans, used: Any,
) -> None:  # fmt: skip
    """Take what a generation says of a goroutine: mostly what is known already."""
    if state < RUNNABLE or state > WAITING:
        return
    before = last[goroutine]
    if before >= 0 and rows.state[before] == state:
        return
    _move(goroutine, state, time, thread, proc, at, last, rows, used)
    if before < 0:
        rows.cut[used[0] - 1] = CUT_START
    if before == _NEVER_SEEN:
        # nothing has happened to it in the trace before, so it has been so from the begin
        rows.start[used[0] - 1] = begin


@kernel
def _follow(
    events: Events, order: Order, begin: int, end: int, last: Any, rows: Spans, used: Any
) -> int:
    for at in range(len(order.row)):
        row = order.row[at]
        if row < 0:
            continue
        kind = int(events.kind[row])
        time = order.time[at]
        thread, proc, here = order.thread[at], order.proc[at], order.goroutine[at]
        named = events.goroutine[row]
        if kind in (GO_CREATE, GO_UNBLOCK):
            _move(named, RUNNABLE, time, thread, proc, at, last, rows, used)
        elif kind == GO_CREATE_BLOCKED:
            _move(named, WAITING, time, thread, proc, at, last, rows, used)
        elif kind == GO_CREATE_SYSCALL:
            _move(named, SYSCALL, time, thread, proc, at, last, rows, used)
        elif kind == GO_START:
            _move(named, RUNNING, time, thread, proc, at, last, rows, used)
        elif kind in (GO_STOP, GO_SYSCALL_END_BLOCKED):
            _move(here, RUNNABLE, time, thread, proc, at, last, rows, used)
        elif kind == GO_BLOCK:
            _move(here, WAITING, time, thread, proc, at, last, rows, used)
        elif kind == GO_SYSCALL_BEGIN:
            _move(here, SYSCALL, time, thread, proc, at, last, rows, used)
        elif kind == GO_SYSCALL_END:
            _move(here, RUNNING, time, thread, proc, at, last, rows, used)
        elif kind in (GO_DESTROY, GO_DESTROY_SYSCALL):
            _move(here, _GONE, time, thread, proc, at, last, rows, used)
        elif kind in (GO_STATUS, GO_STATUS_STACK):
            state = events.values[2, row]
            _confirm(named, state, time, thread, proc, at, begin, last, rows, used)
        elif kind in (GO_SWITCH, GO_SWITCH_DESTROY):
            # three steps in one event, which Go's own reader shows 1 ns apart
            after = _GONE if kind == GO_SWITCH_DESTROY else WAITING
            _move(named, RUNNABLE, time, thread, proc, at, last, rows, used)
            _move(here, after, time + 1, thread, proc, at, last, rows, used)
            _move(named, RUNNING, time + 2, thread, proc, at, last, rows, used)
    for span in range(used[0]):
        if rows.end[span] < 0:
            rows.end[span] = end if end > rows.start[span] else rows.start[span]
            rows.cut[span] += CUT_END
    return 0
