"""What a scheduler must be in for an event to happen, and what it is in afterwards.

Timestamps of two threads do not tell which of two events caused the other. What does: an event
that hands on a goroutine or processor carries its place in the order of that goroutine's or
processor's events, and some events can only happen in one state. So an event is held back until
the state fits. These are the rules of Go's own reader (``src/internal/trace/order.go``); but where
that gives up, here the event is taken as doubtful.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from coldstart_lab.kernels import routine
from coldstart_lab.readers.gotrace.wire import (
    GC_ACTIVE,
    GC_BEGIN,
    GC_END,
    GO_BLOCK,
    GO_CREATE,
    GO_CREATE_BLOCKED,
    GO_CREATE_SYSCALL,
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
    PROC_ABANDONED,
    PROC_IDLE,
    PROC_RUNNING,
    PROC_START,
    PROC_STATUS,
    PROC_STEAL,
    PROC_STOP,
    PROC_SYSCALL,
    RUNNABLE,
    RUNNING,
    SYSCALL,
    WAITING,
)

HELD, TAKEN, DOUBTFUL = range(3)

# Where an event happens, what its thread holds afterwards, and how many further events Go's own
# reader shows before and behind it
THREAD, PROC, GOROUTINE, NEXT_PROC, NEXT_GOROUTINE, BEFORE, BEHIND = range(7)


class Events(NamedTuple):
    """Events as decoded; goroutines, processors and threads are numbered from 0, -1 for none."""

    kind: NDArray[np.uint8]
    time: NDArray[np.int64]
    values: NDArray[np.int64]
    goroutine: NDArray[np.int32]
    proc: NDArray[np.int32]
    thread: NDArray[np.int32]  # another one it names


class State(NamedTuple):
    """The state of the scheduler."""

    goroutine_status: NDArray[np.int64]  # 0: there is none
    goroutine_sequence: NDArray[np.int64]
    goroutine_turn: NDArray[np.int64]  # the generation that sequence is of
    proc_status: NDArray[np.int64]
    proc_sequence: NDArray[np.int64]
    proc_turn: NDArray[np.int64]
    thread_goroutine: NDArray[np.int64]
    thread_proc: NDArray[np.int64]
    thread_known: NDArray[np.int64]
    collector: NDArray[np.int64]  # 0 not known, 1 idle, 2 running; and its sequence
    context: NDArray[np.int64]


def new_state(goroutines: int, procs: int, threads: int) -> State:
    """Return a state in which nothing is known."""
    of_goroutines = np.zeros((3, goroutines), dtype=np.int64)
    of_procs = np.zeros((3, procs), dtype=np.int64)
    held = np.full((2, threads), -1, dtype=np.int64)
    known, collector = np.zeros(threads, dtype=np.int64), np.zeros(2, dtype=np.int64)
    context = np.zeros(7, dtype=np.int64)
    return State._make([*of_goroutines, *of_procs, *held, known, collector, context])


@routine
def advance(events: Any, row: int, state: Any, thread: int, turn: int, forced: bool) -> int:
    """Let an event happen if it can; ``forced``, even where it cannot.

    Returns
    -------
    int
        HELD, and nothing has changed; TAKEN; or DOUBTFUL, where it contradicts the state.
    """
    kind = int(events.kind[row])
    context = state.context
    proc, goroutine = -1, -1
    if thread >= 0:
        state.thread_known[thread] = 1
        proc = state.thread_proc[thread]
        goroutine = state.thread_goroutine[thread]
    context[THREAD] = thread
    context[PROC] = proc
    context[GOROUTINE] = goroutine
    context[NEXT_PROC] = proc
    context[NEXT_GOROUTINE] = goroutine
    context[BEFORE] = 0
    context[BEHIND] = 0
    if kind in (GO_START, GO_UNBLOCK, GO_SWITCH, GO_SWITCH_DESTROY):
        taken = _hand_on(kind, events, row, state, turn, forced)
    elif GO_CREATE <= kind <= GO_BLOCK or kind == GO_CREATE_BLOCKED:
        taken = _begin_or_end(kind, events, row, state, turn)
    elif GO_SYSCALL_BEGIN <= kind <= GO_SYSCALL_END_BLOCKED:
        taken = _call(kind, events, row, state, turn, forced)
    elif kind in (GO_STATUS, GO_STATUS_STACK):
        taken = _goroutine_status(events, row, state, thread, turn)
    elif PROC_START <= kind <= PROC_STEAL:
        taken = _move_proc(kind, events, row, state, thread, turn, forced)
    elif kind == PROC_STATUS:
        taken = _proc_status(events, row, state, turn)
    elif GC_ACTIVE <= kind <= GC_END:
        taken = _collect(kind, events.values[0, row], state, turn, forced)
    else:
        taken = TAKEN
    if taken != HELD and thread >= 0:
        state.thread_proc[thread] = context[NEXT_PROC]
        state.thread_goroutine[thread] = context[NEXT_GOROUTINE]
    return taken


@routine
def _set_goroutine(state: Any, goroutine: int, status: int, sequence: int, turn: int) -> None:
    state.goroutine_status[goroutine] = status
    state.goroutine_sequence[goroutine] = sequence
    state.goroutine_turn[goroutine] = turn


@routine
def _set_proc(state: Any, proc: int, status: int, sequence: int, turn: int) -> None:
    state.proc_status[proc] = status
    state.proc_sequence[proc] = sequence
    state.proc_turn[proc] = turn


@routine
def _proc_follows(state: Any, proc: int, sequence: int, turn: int) -> bool:
    return bool(state.proc_turn[proc] == turn and sequence == state.proc_sequence[proc] + 1)


@routine
def _hand_on(kind: int, events: Any, row: int, state: Any, turn: int, forced: bool) -> int:
    """Start, unblock or switch to a goroutine: each has its place in that one's order."""
    context = state.context
    goroutine = events.goroutine[row]
    sequence = events.values[1, row]
    current = context[GOROUTINE]
    needed = RUNNABLE if kind == GO_START else WAITING
    fits = (
        state.goroutine_status[goroutine] == needed
        and state.goroutine_turn[goroutine] == turn
        and sequence == state.goroutine_sequence[goroutine] + 1
    )
    if not fits and not forced:
        return HELD
    if kind == GO_UNBLOCK:
        _set_goroutine(state, goroutine, RUNNABLE, sequence, turn)
        return TAKEN
    _set_goroutine(state, goroutine, RUNNING, sequence, turn)
    context[NEXT_GOROUTINE] = goroutine
    if kind == GO_START:
        return TAKEN if context[PROC] >= 0 and current < 0 else DOUBTFUL
    context[BEHIND] = 2
    if current < 0:
        return DOUBTFUL
    if current != goroutine:
        state.goroutine_status[current] = WAITING if kind == GO_SWITCH else 0
    return TAKEN


@routine
def _begin_or_end(kind: int, events: Any, row: int, state: Any, turn: int) -> int:
    """Create, stop, block or end a goroutine."""
    context = state.context
    if kind in (GO_CREATE, GO_CREATE_BLOCKED, GO_CREATE_SYSCALL):
        goroutine = events.goroutine[row]
        exists = state.goroutine_status[goroutine] != 0
        status = RUNNABLE
        if kind == GO_CREATE_BLOCKED:
            status = WAITING
        elif kind == GO_CREATE_SYSCALL:
            status = SYSCALL
            context[NEXT_GOROUTINE] = goroutine
        _set_goroutine(state, goroutine, status, 0, turn)
        return DOUBTFUL if exists else TAKEN
    current = context[GOROUTINE]
    context[NEXT_GOROUTINE] = -1
    if kind == GO_DESTROY_SYSCALL and context[PROC] >= 0:
        # the thread may be another one's soon, so it loses its processor as well
        state.proc_status[context[PROC]] = PROC_ABANDONED
        context[NEXT_PROC] = -1
        context[BEFORE] = 1
    if current < 0:
        return DOUBTFUL
    before = SYSCALL if kind == GO_DESTROY_SYSCALL else RUNNING
    fits = state.goroutine_status[current] == before
    status = 0
    if kind == GO_STOP:
        status = RUNNABLE
    elif kind == GO_BLOCK:
        status = WAITING
    state.goroutine_status[current] = status
    return TAKEN if fits else DOUBTFUL


@routine
def _call(kind: int, events: Any, row: int, state: Any, turn: int, forced: bool) -> int:
    """Enter or leave a system call; its processor may have been taken meanwhile."""
    context = state.context
    goroutine, proc = context[GOROUTINE], context[PROC]
    if kind == GO_SYSCALL_END_BLOCKED:
        if proc >= 0 and state.proc_status[proc] == PROC_SYSCALL and not forced:
            return HELD
        context[NEXT_GOROUTINE] = -1
    if goroutine < 0:
        return DOUBTFUL
    before = RUNNING if kind == GO_SYSCALL_BEGIN else SYSCALL
    fits = state.goroutine_status[goroutine] == before
    if kind == GO_SYSCALL_BEGIN:
        state.goroutine_status[goroutine] = SYSCALL
        if proc < 0:
            return DOUBTFUL
        sequence = events.values[0, row]
        fits = fits and _proc_follows(state, proc, sequence, turn)
        _set_proc(state, proc, PROC_SYSCALL, sequence, turn)
    elif kind == GO_SYSCALL_END:
        state.goroutine_status[goroutine] = RUNNING
        if proc < 0:
            return DOUBTFUL
        fits = fits and state.proc_status[proc] == PROC_SYSCALL
        state.proc_status[proc] = PROC_RUNNING
    else:
        state.goroutine_status[goroutine] = RUNNABLE
    return TAKEN if fits else DOUBTFUL


@routine
def _goroutine_status(events: Any, row: int, state: Any, thread: int, turn: int) -> int:
    """Take what a generation says of a goroutine when it first mentions it."""
    context = state.context
    goroutine = events.goroutine[row]
    status = events.values[2, row]
    if status < RUNNABLE or status > WAITING:
        return DOUBTFUL
    known = state.goroutine_status[goroutine]
    fits = known == status or (known == 0 and turn == 0)
    _set_goroutine(state, goroutine, status, 0, turn)
    if status == RUNNING:
        context[NEXT_GOROUTINE] = goroutine
    elif status == SYSCALL:
        its = events.thread[row]
        if its < 0:
            return DOUBTFUL
        if its == thread:
            context[NEXT_GOROUTINE] = goroutine
            return TAKEN if fits else DOUBTFUL
        # it has been in that call for long, and its thread has no processor
        context[THREAD] = its
        context[PROC] = -1
        if state.thread_known[its] != 0:
            context[GOROUTINE] = state.thread_goroutine[its]
            fits = fits and state.thread_goroutine[its] == goroutine
        else:
            state.thread_known[its] = 1
            state.thread_goroutine[its] = goroutine
    return TAKEN if fits else DOUBTFUL


@routine
def _move_proc(
    kind: int, events: Any, row: int, state: Any, thread: int, turn: int, forced: bool
) -> int:
    """Start, stop or steal a processor."""
    context = state.context
    if kind == PROC_STOP:
        mine = context[PROC]
        context[NEXT_PROC] = -1
        if mine < 0:
            return DOUBTFUL
        fits = state.proc_status[mine] in (PROC_RUNNING, PROC_SYSCALL)
        state.proc_status[mine] = PROC_IDLE
        return TAKEN if fits else DOUBTFUL
    proc = events.proc[row]
    sequence = events.values[1, row]
    before = state.proc_status[proc]
    follows = _proc_follows(state, proc, sequence, turn)
    if kind == PROC_START:
        if not forced and not (before == PROC_IDLE and follows and context[PROC] < 0):
            return HELD
        _set_proc(state, proc, PROC_RUNNING, sequence, turn)
        context[NEXT_PROC] = proc
        return TAKEN
    stealable = before in (PROC_SYSCALL, PROC_ABANDONED)
    if not forced and not (stealable and follows):
        return HELD
    _set_proc(state, proc, PROC_IDLE, sequence, turn)
    if before == PROC_ABANDONED:
        return TAKEN
    robbed = events.thread[row]
    if robbed == thread:
        fits = context[PROC] == proc
        context[NEXT_PROC] = -1
        return TAKEN if fits else DOUBTFUL
    if robbed < 0 or state.thread_proc[robbed] != proc:
        return DOUBTFUL
    state.thread_proc[robbed] = -1
    return TAKEN


@routine
def _proc_status(events: Any, row: int, state: Any, turn: int) -> int:
    """Take what a generation says of a processor when it first mentions it."""
    context = state.context
    proc = events.proc[row]
    status = events.values[1, row]
    if status < PROC_RUNNING or status > PROC_ABANDONED:
        return DOUBTFUL
    known = state.proc_status[proc]
    fits = known in (status, 0)
    if status == PROC_ABANDONED and known == PROC_SYSCALL:
        # nothing was lost: it is still held by the thread that is in the call
        fits = False
        status = PROC_SYSCALL
        for thread in range(len(state.thread_proc)):
            if state.thread_proc[thread] == proc:
                context[THREAD] = thread
                context[PROC] = proc
                context[GOROUTINE] = state.thread_goroutine[thread]
                fits = True
    elif status in (PROC_RUNNING, PROC_SYSCALL):
        context[NEXT_PROC] = proc
    _set_proc(state, proc, status, 0, turn)
    return TAKEN if fits else DOUBTFUL


@routine
def _collect(kind: int, sequence: int, state: Any, turn: int, forced: bool) -> int:
    """Begin or end a cycle of the garbage collector."""
    collector = state.collector
    unknown = collector[0] == 0
    first = unknown and (kind == GC_BEGIN or (kind == GC_ACTIVE and turn == 0))
    if not first and not forced and sequence != collector[1] + 1:
        return HELD
    running = collector[0] == 2
    collector[0] = 1 if kind == GC_END else 2
    collector[1] = sequence
    fits = first or running == (kind != GC_BEGIN)
    return TAKEN if fits else DOUBTFUL
