"""Where inits begin, and the runtime's clock, on the clock of strace: by intervals that must hold.

An init ended before strace saw the first write of its line, and it took at least as long as the
runtime's clock says, which is cut; so its begin is not later than that. It did not begin before the
line of the init before it was written. Its begin by the runtime's clock, cut as well, then gives an
interval for the begin of that clock; all inits of a process have that in common, and what it is
narrows the begin of each.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coldstart_lab.tables.inittrace import RUNTIME_STARTS

Ints = NDArray[np.int64]
_NEVER = -(1 << 62)


def begins_of(inits: pd.DataFrame) -> tuple[Any, Any]:
    """Return when inits began, at the earliest, and how much later at the latest.

    Parameters
    ----------
    inits : DataFrame
        Columns of ``tables.RECORDING_INITS``, but for the two that are returned.

    Returns
    -------
    start_ns, uncertainty_ns : arrays of Int64
        NA without times.
    """
    bounds = _bounds(inits)
    at = inits["since_runtime_ns"].to_numpy(dtype=np.int64)
    cut = inits["since_runtime_resolution_ns"].to_numpy(dtype=np.int64)
    high = np.minimum(bounds.latest, bounds.high[bounds.run] + at + cut)
    low = np.maximum(bounds.earliest, bounds.low[bounds.run] + at)
    # clocks that were set meanwhile may contradict each other
    low = np.minimum(low, high)
    return pd.arrays.IntegerArray(low, ~bounds.known), pd.arrays.IntegerArray(
        high - low, ~bounds.known
    )


def runtime_starts(inits: pd.DataFrame) -> pd.DataFrame:
    """Place the begin of each Go runtime's clock on the clock of strace.

    Parameters
    ----------
    inits : DataFrame
        ``tables.RECORDING_INITS``.

    Returns
    -------
    DataFrame
        ``tables.RUNTIME_STARTS``: one row a process, or a program that it executed.
    """
    bounds = _bounds(inits)
    first = np.flatnonzero(np.diff(bounds.run, prepend=-1))
    known = bounds.known[first]
    half = (np.maximum(bounds.high - bounds.low, 0) + 1) // 2
    return RUNTIME_STARTS.frame(
        {
            "pid": inits["pid"].array[first],
            "time_ns": pd.arrays.IntegerArray(bounds.high - half, ~known),
            "uncertainty_ns": pd.arrays.IntegerArray(half, ~known),
            "inits": np.bincount(bounds.run, minlength=len(first)),
        }
    )


class _Bounds(NamedTuple):
    """Intervals of the begin of each init, and of the clock of each run of a program."""

    known: NDArray[np.bool_]
    run: Ints
    earliest: Ints
    latest: Ints
    low: Ints
    high: Ints


def _bounds(inits: pd.DataFrame) -> _Bounds:
    known = inits["end_ns"].notna().to_numpy()
    end, written = (
        inits[name].to_numpy(dtype=np.int64, na_value=0) for name in ("end_ns", "written_ns")
    )
    clock, at, cut = (
        inits[name].to_numpy(dtype=np.int64)
        for name in ("clock_ns", "since_runtime_ns", "since_runtime_resolution_ns")
    )
    run = _runs(inits["pid"], at)
    latest = end - clock
    follows = np.diff(run, prepend=-1) == 0
    earliest = np.where(follows, np.roll(written, 1), _NEVER)
    low = np.full(int(run.max(initial=-1)) + 1, _NEVER, dtype=np.int64)
    high = np.full(len(low), -_NEVER, dtype=np.int64)
    np.maximum.at(low, run, np.where(follows, earliest - at - cut, _NEVER))
    np.minimum.at(high, run, latest - at)
    # of a run with one init nothing is known but that its line was probably written at once
    alone = low == _NEVER
    np.maximum.at(
        low, run, np.where(alone[run], latest - inits["clock_resolution_ns"] - at - cut, _NEVER)
    )
    return _Bounds(known, run, earliest, latest, low, high)


def _runs(pid: pd.Series, at: Ints) -> Ints:
    """Return which run of a program each init is of: a clock that goes back is that of another."""
    thread = pid.to_numpy(dtype=np.int64, na_value=-1)
    other = np.ones(len(at), dtype=bool)
    other[1:] = (thread[1:] != thread[:-1]) | (at[1:] < at[:-1])
    return np.cumsum(other) - 1
