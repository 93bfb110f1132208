"""Decodes the events of threads to columns."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coldstart_lab.kernels import kernel
from coldstart_lab.readers.gotrace.clocks import to_ns
from coldstart_lab.readers.gotrace.frame import Batches
from coldstart_lab.readers.gotrace.varints import read_varint
from coldstart_lab.readers.gotrace.wire import (
    ARGUMENTS,
    CPU_SAMPLES,
    END_OF_GENERATION,
    EXPERIMENTAL_BATCH,
    FREQUENCY,
    MOST_ARGUMENTS,
    STACKS,
    STRINGS,
    SYNC,
)

# A step longer than this, 292 years, is damage
_LONGEST = float(1 << 62)


class Decoded(NamedTuple):
    """Events as written: by generation, within it by thread, within that in file order."""

    kind: NDArray[np.uint8]
    time: NDArray[np.int64]  # ns
    values: NDArray[np.int64]  # shape (4, n): what follows the time
    first: NDArray[np.int64]  # the first row of each thread of each generation, and the end
    turn: NDArray[np.int64]  # the generation of each of these
    thread: NDArray[np.int64]  # the thread of each of these
    broken: NDArray[np.int64]  # rows of batches that could not be read to their end
    ended: NDArray[np.int64]  # where reading each of these ended
    far: int  # times that no clock can show


def decode_events(data: NDArray[np.uint8], batches: Batches, scale: NDArray[np.float64]) -> Decoded:
    """Decode all events of all threads.

    Parameters
    ----------
    data : array of uint8
        The trace.
    batches : Batches
        Its batches.
    scale : array of float64
        Nanoseconds a tick, by generation.

    Returns
    -------
    Decoded
        The events; of a batch with a damaged one, those before it.
    """
    framing = (STRINGS, STACKS, CPU_SAMPLES, SYNC, FREQUENCY, EXPERIMENTAL_BATCH)
    rows = np.flatnonzero(~np.isin(batches.kind, (*framing, END_OF_GENERATION)))
    # threads of a generation come in the order they first appear in, as in Go's own reader
    thread, _ = pd.factorize(batches.thread[rows])
    group = batches.turn[rows] * (len(rows) + 1) + thread
    order = np.argsort(_by_appearance(group, batches.turn[rows]), kind="stable")
    rows, group = rows[order], group[order]
    start, stop = batches.start[rows], batches.stop[rows]
    found = np.zeros(len(rows), dtype=np.int64)
    ended = np.zeros(len(rows), dtype=np.int64)
    _count(data, start, stop, ARGUMENTS, found, ended)
    first = np.concatenate([[0], np.cumsum(found)])
    total = int(first[-1])
    kind = np.empty(total, dtype=np.uint8)
    time = np.empty(total, dtype=np.int64)
    values = np.zeros((MOST_ARGUMENTS, total), dtype=np.int64)
    scales = scale[batches.turn[rows]]
    base, sane = to_ns(batches.time[rows], scales)
    far = _decode(data, start, first, base, scales, ARGUMENTS, kind, time, values)
    begins = np.flatnonzero(np.diff(group, prepend=-1)) if len(group) else rows
    broken = np.flatnonzero(ended < stop)
    return Decoded(
        kind=kind,
        time=time,
        values=values,
        first=np.append(first[begins], total),
        turn=batches.turn[rows][begins],
        thread=batches.thread[rows][begins],
        broken=rows[broken],
        ended=ended[broken],
        far=int(far) + int((~sane).sum()),
    )


def _by_appearance(group: NDArray[np.int64], turn: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return a key that sorts by generation, then by where each group first appears."""
    appeared, _ = pd.factorize(group)
    key: NDArray[np.int64] = turn * (len(group) + 1) + appeared
    return key


@kernel
def _count(data: Any, start: Any, stop: Any, arguments: Any, found: Any, ended: Any) -> int:
    """Count the sound events of each batch, and tell where the first unsound one begins."""
    for batch in range(len(start)):
        at, end = start[batch], stop[batch]
        events = 0
        while at < end:
            left = int(arguments[data[at]])
            if left < 0:
                break
            after = at + 1
            while left >= 0 and after >= 0:
                _, after = read_varint(data, after, end)
                left -= 1
            if after < 0:
                break
            events += 1
            at = after
        found[batch] = events
        ended[batch] = at
    return 0


@kernel
def _decode(
    data: Any, start: Any, first: Any, base: Any, scale: Any, arguments: Any,
    kind: Any, time: Any, values: Any,
) -> int:  # fmt: skip
    """Decode what was counted; return how many times no clock can show."""
    far = 0
    for batch in range(len(start)):
        at = start[batch]
        now = base[batch]
        for row in range(first[batch], first[batch + 1]):
            kind[row] = data[at]
            left = int(arguments[data[at]])
            ticks, at = read_varint(data, at + 1, len(data))
            # each step is cut to whole nanoseconds for itself, as in Go's own reader
            step = float(ticks) * scale[batch]
            if step < 0.0 or step + float(now) > _LONGEST:
                far += 1
            else:
                now += int(step)
            time[row] = now
            for place in range(left):
                value, at = read_varint(data, at, len(data))
                values[place, row] = value
    return far
