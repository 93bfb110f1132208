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
)

_DAY = 86_400 * 1_000_000_000


def place_times(
    times: NDArray[np.int64], clocks: NDArray[np.uint8]
) -> tuple[NDArray[np.int64], str]:
    """Bring the times of all lines to the clock most of them use.

    Parameters
    ----------
    times : array of int64
        Time of each line in file order, in ns; -1 where there is none.
    clocks : array of uint8
        Kind of each time.

    Returns
    -------
    times : array of int64
        For the time of day: since the midnight before the first line, also after the next one.
        For differences (-r): since the first line. -1 where a line has no time of that clock.
    clock : str
        ``unix``, ``time-of-day``, ``relative`` or ``none``.
    """
    counts = np.bincount(clocks, minlength=len(CLOCK_NAMES))
    counts[CLOCK_NONE] = 0
    if not counts.any():
        return np.full(len(times), NO_TIME), CLOCK_NAMES[CLOCK_NONE]
    clock = int(counts.argmax())
    there = clocks == clock
    placed = np.where(there, times, NO_TIME)
    if clock == CLOCK_OF_DAY:
        day = times[there]
        # print order is off by less than a second; half a day back can only be midnight
        days = np.concatenate(([0], np.cumsum(np.diff(day) < -_DAY // 2)))
        placed[there] = day + days * _DAY
    elif clock == CLOCK_RELATIVE:
        since = times[there]
        placed[there] = np.cumsum(since) - since[0]
    return placed, CLOCK_NAMES[clock]
