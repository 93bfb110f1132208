"""Puts the times of a log on one scale that only goes forward."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from coldstart_lab.readers.strace.grammar.kinds import (
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


def follow(
    placed: NDArray[np.int64], clock: Clock, last_ns: int, times: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Move the placed times of a batch of lines behind those of the batch before it.

    Parameters
    ----------
    placed, clock
        What :func:`place_times` gave for the batch.
    last_ns : int
        The last time of the batch before it.
    times : array of int64
        The times as printed.

    Returns
    -------
    array of int64
        The same, for the time of day some days later, for differences (-r) added to ``last_ns``.
    """
    there = np.flatnonzero(placed != NO_TIME)
    if not len(there):
        return placed
    first = int(placed[there[0]])
    later = 0
    if clock == CLOCK_NAMES[CLOCK_OF_DAY]:
        later = round((last_ns - first) / _DAY) * _DAY
    elif clock == CLOCK_NAMES[CLOCK_RELATIVE]:
        later = last_ns + int(times[there[0]])
    moved = placed.copy()
    moved[there] += later
    return moved
