"""Puts the events of all threads in one order in which no event precedes its cause."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coldstart_lab.kernels import kernel
from coldstart_lab.readers.gotrace.decoding import Decoded
from coldstart_lab.readers.gotrace.frontier import remove, sift_up, sort, update
from coldstart_lab.readers.gotrace.samples import Samples
from coldstart_lab.readers.gotrace.scheduler import (
    BEFORE,
    BEHIND,
    DOUBTFUL,
    GOROUTINE,
    HELD,
    PROC,
    THREAD,
    Events,
    State,
    advance,
    new_state,
)
from coldstart_lab.readers.gotrace.wire import places

_FORCED, _DOUBTFUL = range(2)


class Lanes(NamedTuple):
    """Where the events of each thread in each generation lie."""

    first: NDArray[np.int64]  # rows of events, and the end
    thread: NDArray[np.int64]
    of_turn: NDArray[np.int64]  # the first lane of each generation, and the end
    sample_of_turn: NDArray[np.int64]  # the first sample of each generation, and the end


class Order(NamedTuple):
    """Events in their order, CPU samples among them."""

    row: NDArray[np.int64]  # of the event; of sample n, -1 - n
    time: NDArray[np.int64]
    turn: NDArray[np.int64]
    thread: NDArray[np.int32]  # where it happened, what was held there before; -1 for none
    proc: NDArray[np.int32]
    goroutine: NDArray[np.int32]
    doubts: NDArray[np.int64]  # by generation: events forced, and events taken as doubtful


class Ordering(NamedTuple):
    """The events, their order, and what the numbers in both stand for."""

    events: Events
    order: Order
    goroutines: NDArray[np.int64]
    procs: NDArray[np.int64]
    threads: NDArray[np.int64]


def order_events(
    decoded: Decoded, samples: Samples, begins: NDArray[np.int64], turns: int
) -> Ordering:
    """Order the events of a trace.

    Parameters
    ----------
    decoded : Decoded
        The events of each thread.
    samples : Samples
        The CPU samples.
    begins : array of int64
        When each generation begins.
    turns : int
        How many generations there are.

    Returns
    -------
    Ordering
        Times rise strictly: one that does not is put 1 ns behind the one before it.
    """
    goroutine, goroutines = _number(decoded, "goroutine", samples.goroutine)
    proc, procs = _number(decoded, "proc", samples.proc)
    thread, threads = _number(decoded, "thread", np.concatenate([decoded.thread, samples.thread]))
    count = len(decoded.kind)
    events = Events(
        decoded.kind, decoded.time, decoded.values, goroutine[:count], proc[:count], thread[:count]
    )
    lanes = Lanes(
        first=decoded.first,
        thread=thread[count : count + len(decoded.thread)].astype(np.int64),
        of_turn=np.searchsorted(decoded.turn, np.arange(turns + 1)),
        sample_of_turn=np.searchsorted(samples.turn, np.arange(turns + 1)),
    )
    total = count + len(samples.time)
    what, where = np.empty((3, total), dtype=np.int64), np.empty((3, total), dtype=np.int32)
    doubts = np.zeros((turns, 2), dtype=np.int64)
    order = Order(what[0], what[1], what[2], where[0], where[1], where[2], doubts)
    state = new_state(len(goroutines), len(procs), len(threads))
    room = np.empty((3, len(decoded.thread)), dtype=np.int64)
    _order(events, lanes, samples.time, begins, state, room[0], room[1], room[2], order)
    _place_samples(order, samples, goroutine[count:], proc[count:], thread[-len(samples.time) :])
    return Ordering(events, order, goroutines, procs, threads)


def _number(
    decoded: Decoded, what: str, others: NDArray[np.int64]
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Give what events name numbers from 0, and behind them ``others``; -1 stays -1."""
    named = np.full(len(decoded.kind), -1, dtype=np.int64)
    place = places(what)[decoded.kind]
    arguments = decoded.values  # noqa: PD011 - no frame
    for at in range(len(arguments)):
        rows = np.flatnonzero(place == at)
        values = arguments[at, rows]
        # no goroutine or processor has this number: it is damaged, but it is one
        named[rows] = values if what == "thread" else np.where(values == -1, -2, values)
    codes, known = pd.factorize(np.concatenate([named, others]))
    none = np.flatnonzero(known == -1)
    if len(none):
        codes = np.where(codes == none[0], -1, codes)
    return codes.astype(np.int32), np.asarray(known, dtype=np.int64)


def _place_samples(
    order: Order,
    samples: Samples,
    goroutine: NDArray[np.int32],
    proc: NDArray[np.int32],
    thread: NDArray[np.int32],
) -> None:
    at = np.flatnonzero(order.row < 0)
    which = -1 - order.row[at]
    for column, values in (
        (order.goroutine, goroutine), (order.proc, proc), (order.thread, thread),
    ):  # fmt: skip
        column[at] = values[which]


@kernel
def _order(
    events: Events, lanes: Lanes, sample_time: Any, begins: Any, state: State,
    heap: Any, keys: Any, cursors: Any, order: Order,
) -> int:  # fmt: skip
    context = state.context
    last = 0
    out = 0
    for turn in range(len(begins)):
        last = max(begins[turn], last + 1)
        size = 0
        for lane in range(lanes.of_turn[turn], lanes.of_turn[turn + 1]):
            cursors[lane] = lanes.first[lane]
            if cursors[lane] < lanes.first[lane + 1]:
                keys[lane] = events.time[cursors[lane]]
                heap[size] = lane
                sift_up(heap, keys, size)
                size += 1
        sample, samples = lanes.sample_of_turn[turn], lanes.sample_of_turn[turn + 1]
        while size > 0 or sample < samples:
            order.turn[out] = turn
            if sample < samples and (size == 0 or sample_time[sample] < keys[heap[0]]):
                last = max(sample_time[sample], last + 1)
                order.row[out] = -1 - sample
                order.time[out] = last
                sample += 1
                out += 1
                continue
            at = 0
            lane = heap[0]
            taken = advance(events, cursors[lane], state, lanes.thread[lane], turn, False)
            if taken == HELD:
                sort(heap, size, keys)
                at = 1
                while at < size:
                    lane = heap[at]
                    taken = advance(events, cursors[lane], state, lanes.thread[lane], turn, False)
                    if taken != HELD:
                        break
                    at += 1
                if taken == HELD:
                    # what all wait for is not in the trace, so the earliest goes on
                    at = 0
                    lane = heap[0]
                    taken = advance(events, cursors[lane], state, lanes.thread[lane], turn, True)
                    order.doubts[turn, _FORCED] += 1
            if taken == DOUBTFUL:
                order.doubts[turn, _DOUBTFUL] += 1
            row = cursors[lane]
            for _ in range(context[BEFORE]):
                last = max(events.time[row], last + 1)
            last = max(events.time[row], last + 1)
            order.row[out] = row
            order.time[out] = last
            order.thread[out] = context[THREAD]
            order.proc[out] = context[PROC]
            order.goroutine[out] = context[GOROUTINE]
            out += 1
            last += context[BEHIND]
            cursors[lane] = row + 1
            if row + 1 < lanes.first[lane + 1]:
                keys[lane] = events.time[row + 1]
                update(heap, size, keys, at)
            else:
                size = remove(heap, size, keys, at)
    return out
