"""Reads the CPU samples of a trace."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from coldstart_lab.kernels import kernel
from coldstart_lab.readers.gotrace.clocks import to_ns
from coldstart_lab.readers.gotrace.frame import Batches
from coldstart_lab.readers.gotrace.varints import read_varint
from coldstart_lab.readers.gotrace.wire import CPU_SAMPLE, CPU_SAMPLES

_FIELDS = 5
_TIME, _THREAD, _PROC, _GOROUTINE, _STACK = range(_FIELDS)


class Samples(NamedTuple):
    """CPU samples, by generation and within it by time."""

    turn: NDArray[np.int64]
    time: NDArray[np.int64]  # ns
    thread: NDArray[np.int64]  # -1 for none, as in the next two
    proc: NDArray[np.int64]
    goroutine: NDArray[np.int64]
    stack: NDArray[np.int64]  # number of the generation
    broken: list[int]  # rows of batches that could not be read to their end
    far: int  # times that no clock can show


def read_samples(
    data: NDArray[np.uint8], batches: Batches, scale: NDArray[np.float64]
) -> Samples:  # fmt: skip
    """Read all CPU samples of a trace."""
    rows = batches.rows(CPU_SAMPLES)
    start, stop = batches.start[rows], batches.stop[rows]
    bad = np.zeros(len(rows), dtype=np.int64)
    count = _read(data, start, stop, bad, np.empty((0, _FIELDS + 1), dtype=np.int64))
    table = np.empty((count, _FIELDS + 1), dtype=np.int64)
    _read(data, start, stop, bad, table)
    turn = batches.turn[rows][table[:, _FIELDS]]
    time, sane = to_ns(table[:, _TIME], scale[turn])
    order = np.lexsort((time, turn))
    table = table[order]
    goroutine = table[:, _GOROUTINE]
    return Samples(
        turn=turn[order],
        time=time[order],
        thread=np.maximum(table[:, _THREAD], -1),
        proc=np.maximum(table[:, _PROC], -1),
        goroutine=np.where(goroutine > 0, goroutine, -1),
        stack=table[:, _STACK],
        broken=rows[bad == 1].tolist(),
        far=int((~sane).sum()),
    )


@kernel
def _read(data: Any, start: Any, stop: Any, bad: Any, table: Any) -> int:
    """Count the samples, and write down as many as ``table`` has rows for."""
    rows = 0
    for batch in range(len(start)):
        at, end = start[batch] + 1, stop[batch]
        while at < end and data[at] == CPU_SAMPLE:
            after = at + 1
            field = 0
            while after >= 0 and field < _FIELDS:
                value, after = read_varint(data, after, end)
                if rows < len(table):
                    table[rows, field] = value
                field += 1
            if after < 0:
                break
            if rows < len(table):
                table[rows, _FIELDS] = batch
            rows += 1
            at = after
        if at < end:
            bad[batch] = 1
    return rows
