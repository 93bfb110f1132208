"""Tells the days of the files of ``strace -ff`` whose times are times of day."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from coldstart_lab.readers.strace.grammar.kinds import NO_TIME
from coldstart_lab.readers.strace.lines.clock import nearest_day

_HOUR = 3600 * 1_000_000_000
_DAY = 24 * _HOUR
# A file may seem to begin so long before it was made: clocks are put back
_EARLY = 2 * _HOUR


def shift_days(
    placed: NDArray[np.int64], first: NDArray[np.int64], makers: NDArray[np.int64], files: list[int]
) -> list[int]:
    """Return what to add to the times of each file, so that all count from one midnight.

    A file begins within the 22 hours behind the call that made its thread; that of a thread which
    no call made (-p), within half a day of the first such file.

    Parameters
    ----------
    placed : array of int64
        Time of each line, in ns since the midnight before its file begins; -1 without one.
    first : array of int64
        Row at which each file begins.
    makers : array of int64
        Row of the call that made the thread of each file; -1 where none shows that.
    files : list of int
        The files that have times of day.

    Returns
    -------
    list of int
        Whole days in ns, 0 or more.
    """
    begins: dict[int, int] = {}
    for file in files:
        times = placed[first[file] : first[file + 1]]
        begins[file] = int(times[times != NO_TIME][0])
    parents: dict[int, tuple[int, int]] = {}
    for file, row in zip(files, makers[files].tolist(), strict=True):
        parent = int(np.searchsorted(first, row, side="right")) - 1
        if row >= 0 and parent in begins and placed[row] != NO_TIME:
            parents[file] = parent, int(placed[row])
    anchor = next((begins[file] for file in files if file not in parents), begins[files[0]])
    shifts: dict[int, int] = {}
    for file in files:
        for made in reversed(_family(file, parents, shifts)):
            parent, made_at = parents.get(made, (-1, 0))
            if parent in shifts:
                earliest = made_at + shifts[parent] - _EARLY
                shifts[made] = -((begins[made] - earliest) // _DAY) * _DAY
            else:
                shifts[made] = nearest_day(begins[made] - anchor)
    least = min(shifts.values())
    return [shifts[file] - least for file in files]


def _family(file: int, parents: dict[int, tuple[int, int]], known: dict[int, int]) -> list[int]:
    """List a file and those before it in its line that are not known yet."""
    line: dict[int, None] = {}
    while file not in known and file not in line:
        line[file] = None
        if file not in parents:
            break
        file = parents[file][0]
    return list(line)
