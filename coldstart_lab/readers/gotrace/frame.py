"""Finds the batches of a trace: the frame around all its events."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coldstart_lab.kernels import kernel
from coldstart_lab.readers.gotrace.sniffing import HEADER_BYTES
from coldstart_lab.readers.gotrace.varints import read_varint
from coldstart_lab.readers.gotrace.wire import (
    END_OF_GENERATION,
    EVENT_BATCH,
    EXPERIMENTAL_BATCH,
)

_LARGEST = 64 << 10

_COLUMNS = 7
_OFFSET, _GENERATION, _THREAD, _TIME, _START, _STOP, _KIND = range(_COLUMNS)

# What ended the frame
WHOLE, NO_BATCH, CUT, TOO_LARGE = range(4)
DAMAGE = {
    NO_BATCH: "no batch begins here, so nothing behind it can be read",
    CUT: "the trace ends within a batch",
    TOO_LARGE: "a batch is larger than any that Go writes, so nothing behind it can be read",
}


class Batches(NamedTuple):
    """Batches in file order, one element each; see :func:`find_batches`."""

    offset: NDArray[np.int64]  # of the header
    generation: NDArray[np.int64]  # as written; 0 for the mark of an end
    turn: NDArray[np.int64]  # which generation of the file, from 0; -1 for the mark of an end
    thread: NDArray[np.int64]  # -1 for none
    time: NDArray[np.int64]  # in ticks
    start: NDArray[np.int64]  # of the content
    stop: NDArray[np.int64]
    kind: NDArray[np.int64]  # first byte of the content; of experiments, EXPERIMENTAL_BATCH
    generations: NDArray[np.int64]  # their numbers, by turn
    end: int  # where reading ended
    damage: int  # why: WHOLE, NO_BATCH, CUT or TOO_LARGE

    def rows(self, *kinds: int) -> NDArray[np.int64]:
        """Return the rows of batches of some kinds, in file order."""
        return np.flatnonzero(np.isin(self.kind, kinds))


def find_batches(data: NDArray[np.uint8], start: int = HEADER_BYTES) -> Batches:
    """Find all batches behind the header of a trace.

    Parameters
    ----------
    data : array of uint8
        The trace.
    start : int
        Where its first batch begins.

    Returns
    -------
    Batches
        All that can be found; the last one may be cut off.
    """
    rows, _, _ = _scan(data, start, np.empty((0, _COLUMNS), dtype=np.int64))
    table = np.empty((rows, _COLUMNS), dtype=np.int64)
    _, end, damage = _scan(data, start, table)
    ends = table[:, _KIND] == END_OF_GENERATION
    turns, generations = pd.factorize(table[~ends, _GENERATION])
    turn = np.full(rows, -1, dtype=np.int64)
    turn[~ends] = turns
    return Batches(
        offset=table[:, _OFFSET],
        generation=table[:, _GENERATION],
        turn=turn,
        thread=table[:, _THREAD],
        time=table[:, _TIME],
        start=table[:, _START],
        stop=table[:, _STOP],
        kind=table[:, _KIND],
        generations=np.asarray(generations, dtype=np.int64),
        end=int(end),
        damage=int(damage),
    )


@kernel
def _scan(data: Any, at: int, table: Any) -> tuple[int, int, int]:
    """Count the batches, and write down as many as ``table`` has rows for."""
    end = len(data)
    rows = 0
    while at < end:
        begin = at
        kind = int(data[at])
        at += 1
        generation, thread, time, stop = 0, -1, 0, at
        damage = WHOLE
        if kind != END_OF_GENERATION:
            if kind not in (EVENT_BATCH, EXPERIMENTAL_BATCH):
                return rows, begin, NO_BATCH
            if kind == EXPERIMENTAL_BATCH:
                at += 1  # which experiment
            generation, at = read_varint(data, at, end)
            if at >= 0:
                thread, at = read_varint(data, at, end)
            if at >= 0:
                time, at = read_varint(data, at, end)
            size = 0
            if at >= 0:
                size, at = read_varint(data, at, end)
            if at < 0:
                return rows, begin, CUT if end - begin < 42 else NO_BATCH
            if size < 0 or size > _LARGEST:
                return rows, begin, TOO_LARGE
            stop = at + size
            if stop > end:
                stop = end
                damage = CUT
            if kind == EVENT_BATCH and at < stop:
                kind = int(data[at])
        if rows < len(table):
            table[rows, _OFFSET] = begin
            table[rows, _GENERATION] = generation
            table[rows, _THREAD] = thread
            table[rows, _TIME] = time
            table[rows, _START] = at
            table[rows, _STOP] = stop
            table[rows, _KIND] = kind
        rows += 1
        at = stop
        if damage != WHOLE:
            return rows, end, damage
    return rows, end, WHOLE
