"""Puts the times of a log on one scale that only goes forward."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from coldstart_lab.readers.strace.kinds import (
    CLOCK_NAMES,
    CLOCK_NONE,
    CLOCK_OF_DAY,
    CLOCK_RELATIVE,
    NO_TIME,
    Clock,
)

_DAY = 86_400 * 1_000_000_000


def nearest_day(difference: int) -> int:
    """Return the whole days, in ns, to add to a time of day that is ``difference`` from another.

    Two clock times of one run that seem more than half a day apart have a midnight between them.
    """
    if difference < -_DAY // 2:
        return _DAY
    return -_DAY if difference > _DAY // 2 else 0


def place_times(
    times: NDArray[np.int64], clocks: NDArray[np.uint8], understood: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], Clock]:
    """Bring the times of all lines to the clock most of them use.

    Parameters
    ----------
    times : array of int64
        Time of each line in file order, in ns; -1 where there is none.
    clocks : array of uint8
        Kind of each time.
    understood : array of bool
        Which lines have a say in what the clock is.

    Returns
    -------
    times : array of int64
        For the time of day: since the midnight before the first line, also after the next one.
        For differences (-r): since the first line. -1 where a line has no time of that clock.
    clock : str
        ``unix``, ``time-of-day``, ``relative`` or ``none``.
    """
    counts = np.bincount(clocks[understood], minlength=len(CLOCK_NAMES))
    counts[CLOCK_NONE] = 0
    if not counts.any():
        return np.full(len(times), NO_TIME), CLOCK_NAMES[CLOCK_NONE]
    clock = int(counts.argmax())
    there = (clocks == clock) & (understood | (clock == CLOCK_RELATIVE))
    placed = np.where(there, times, NO_TIME)
    if clock == CLOCK_OF_DAY:
        day = times[there]
        # lines are printed late by less than a second; half a day can only be midnight
        step = np.diff(day)
        midnights = (step < -_DAY // 2).astype(np.int64) - (step > _DAY // 2)
        placed[there] = day + np.concatenate(([0], np.cumsum(midnights))) * _DAY
    elif clock == CLOCK_RELATIVE:
        since = times[there]
        placed[there] = np.cumsum(since) - since[0]
    return placed, CLOCK_NAMES[clock]
