"""The clocks of a trace: how long a tick is, and when it was in the time of the system."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coldstart_lab.kernels import kernel
from coldstart_lab.readers.gotrace.frame import Batches
from coldstart_lab.readers.gotrace.varints import read_varint
from coldstart_lab.readers.gotrace.wire import CLOCK_SNAPSHOT, FREQUENCY, SYNC
from coldstart_lab.tables import GOTRACE_CLOCKS

# What Go's own clock has on Linux: one tick is 64 ns
USUAL = 15_625_000
_SANE = (1_000, 1_000_000_000_000)
_BILLION = 1_000_000_000
_LATEST = 1 << 62

_TICKS, _AT, _MONO, _SEC, _NSEC, _SNAPSHOT, _FREQUENCIES, _SNAPSHOTS, _BAD = range(9)


class Clocks(NamedTuple):
    """The clocks of each generation, by turn."""

    scale: NDArray[np.float64]  # ns a tick
    table: pd.DataFrame  # tables.GOTRACE_CLOCKS
    events: dict[str, int]  # how many frequencies and snapshots there were
    unknown: list[int]  # generations without a frequency of their own
    broken: list[int]  # rows of batches that could not be read to their end


def read_clocks(data: NDArray[np.uint8], batches: Batches) -> Clocks:
    """Read the batches that tell the clocks.

    Parameters
    ----------
    data : array of uint8
        The trace.
    batches : Batches
        Its batches.

    Returns
    -------
    Clocks
        Of each generation; one that lacks its frequency has that of another one.
    """
    rows = batches.rows(SYNC, FREQUENCY)
    found = np.zeros((len(rows), 9), dtype=np.int64)
    _read_sync(data, batches.start[rows], batches.stop[rows], batches.time[rows], found)
    count = len(batches.generations)
    of = np.full(count, -1, dtype=np.int64)
    of[batches.turn[rows][::-1]] = np.arange(len(rows))[::-1]
    ticks = np.where(of >= 0, found[of, _TICKS] if len(rows) else 0, 0)
    known = (ticks >= _SANE[0]) & (ticks <= _SANE[1])
    usual = int(ticks[known][0]) if known.any() else USUAL
    scale = 1.0 / (np.where(known, ticks, usual) / 1e9)
    row = found[of] if len(rows) else np.zeros((count, 9), dtype=np.int64)
    snapshot = (of >= 0) & (row[:, _SNAPSHOT] == 1)
    snapshot &= (row[:, _SEC] >= 0) & (row[:, _SEC] < _LATEST // _BILLION)
    snapshot &= (row[:, _NSEC] >= 0) & (row[:, _NSEC] < _BILLION)
    time_ns, sane = to_ns(row[:, _AT], scale)
    snapshot &= sane
    table = GOTRACE_CLOCKS.frame(
        {
            "generation": batches.generations,
            "units_per_second": masked(ticks, ~known),
            "time_ns": masked(time_ns, ~snapshot),
            "monotonic_ns": masked(row[:, _MONO], ~snapshot),
            "wall_ns": masked(row[:, _SEC] * _BILLION + row[:, _NSEC], ~snapshot),
        }
    )
    counts = {
        "Frequency": int(found[:, _FREQUENCIES].sum()),
        "ClockSnapshot": int(found[:, _SNAPSHOTS].sum()),
        "Sync": int((batches.kind == SYNC).sum()),
    }
    broken = rows[found[:, _BAD] == 1].tolist()
    return Clocks(scale, table, counts, batches.generations[~known].tolist(), broken)


def to_ns(
    ticks: NDArray[np.int64], scale: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Bring ticks to ns as Go does; what no clock can show becomes 0 and is told."""
    spans = ticks.astype(np.float64) * scale
    sane = (spans >= 0) & (spans < float(_LATEST))
    return np.where(sane, spans, 0.0).astype(np.int64), sane


def wall_ns(clocks: pd.DataFrame, time_ns: Any) -> pd.arrays.IntegerArray:
    """Bring times of the trace to ns since 1970.

    Parameters
    ----------
    clocks : DataFrame
        ``tables.GOTRACE_CLOCKS``.
    time_ns : array-like of int64
        Times on the clock of the trace.

    Returns
    -------
    IntegerArray
        By the last snapshot before each time, else the first; NA without any.
    """
    times = np.asarray(time_ns, dtype=np.int64)
    known = clocks.dropna(subset=["time_ns", "wall_ns"]).sort_values("time_ns")
    if known.empty:
        return masked(np.zeros(len(times), dtype=np.int64), np.ones(len(times), dtype=bool))
    at = known["time_ns"].to_numpy(np.int64)
    offsets = known["wall_ns"].to_numpy(np.int64) - at
    last = np.maximum(np.searchsorted(at, times, side="right") - 1, 0)
    return masked(times + offsets[last], np.zeros(len(times), dtype=bool))


def masked(values: Any, missing: Any) -> pd.arrays.IntegerArray:
    """Return a column of Int64 from its values and where they are NA."""
    return pd.arrays.IntegerArray(np.asarray(values, dtype=np.int64), np.asarray(missing))


@kernel
def _read_sync(data: Any, start: Any, stop: Any, time: Any, found: Any) -> int:
    for row in range(len(start)):
        at, end = start[row], stop[row]
        if at < end and data[at] == SYNC:
            at += 1
        while at < end:
            kind = int(data[at])
            if kind == FREQUENCY:
                value, after = read_varint(data, at + 1, end)
                if after < 0:
                    break
                if found[row, _FREQUENCIES] == 0:
                    found[row, _TICKS] = value
                found[row, _FREQUENCIES] += 1
            elif kind == CLOCK_SNAPSHOT:
                delta, after = read_varint(data, at + 1, end)
                column = _MONO
                values = 0
                while after >= 0 and column <= _NSEC:
                    values, after = read_varint(data, after, end)
                    if found[row, _SNAPSHOTS] == 0:
                        found[row, column] = values
                    column += 1
                if after < 0:
                    break
                if found[row, _SNAPSHOTS] == 0:
                    found[row, _AT] = time[row] + delta
                    found[row, _SNAPSHOT] = 1
                found[row, _SNAPSHOTS] += 1
            else:
                break
            at = after
        if at < end:
            found[row, _BAD] = 1
    return 0
