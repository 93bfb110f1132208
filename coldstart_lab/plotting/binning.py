"""Reduces any number of intervals to what a figure's columns of pixels can show."""

from __future__ import annotations

import numpy as np
from matplotlib.path import Path
from numpy.typing import NDArray

COLUMNS = 1000
_LEVELS = 8

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def coverage(
    rows: Ints, starts: Floats, ends: Floats, *, n_rows: int, low: float, high: float
) -> Floats:
    """Find how much of each column of each row the intervals cover.

    Parameters
    ----------
    rows : ndarray of int64, shape (n,)
        Row of each interval.
    starts, ends : ndarray of float64, shape (n,)
        The intervals, half-open; what lies outside ``[low, high)`` is cut off.
    n_rows : int
        Number of rows.
    low, high : float
        Ends of the axis, ``low < high``.

    Returns
    -------
    ndarray of float64, shape (n_rows, COLUMNS)
        Covered share of each column; above 1 where intervals overlap.
    """
    scale = COLUMNS / (high - low)
    begin = np.clip((starts - low) * scale, 0.0, COLUMNS)
    end = np.clip((ends - low) * scale, 0.0, COLUMNS)
    inside = end > begin
    rows, begin, end = rows[inside], begin[inside], end[inside]
    first = begin.astype(np.int64)
    last = np.minimum(end.astype(np.int64), COLUMNS)

    # one spare column takes what ends exactly at the right border
    wide = COLUMNS + 1
    size = n_rows * wide
    at_first, at_last = rows * wide + first, rows * wide + last
    partial = np.bincount(at_first, first - begin, size) + np.bincount(at_last, end - last, size)
    steps = np.bincount(at_first, minlength=size) - np.bincount(at_last, minlength=size)
    whole = np.cumsum(steps.reshape(n_rows, wide), axis=1, dtype=np.float64)
    covered = whole + partial.reshape(n_rows, wide)
    # differences of large floats leave dust behind
    return np.where(covered[:, :COLUMNS] < 1e-9, 0.0, covered[:, :COLUMNS])


def boxes(
    covered: Floats, *, low: float, high: float, least: float = 0.0
) -> tuple[Ints, Floats, Floats, Floats]:
    """Join neighbouring columns of equal coverage into boxes.

    Parameters
    ----------
    covered : ndarray of float64, shape (n_rows, COLUMNS)
        Of `coverage`; values above 1 count as 1.
    low, high : float
        Ends of the axis.
    least : float
        Smallest height of a box: what is there must not be too small to see.

    Returns
    -------
    rows : ndarray of int64
        Row of each box.
    lefts, rights : ndarray of float64
        Its ends on the axis.
    heights : ndarray of float64
        Its height, 0 to 1 in eighths.
    """
    floor = max(int(np.ceil(least * _LEVELS)), 1)
    level = np.rint(np.minimum(covered, 1.0) * _LEVELS).astype(np.int64)
    level = np.where(covered > 0, np.maximum(level, floor), 0)
    border = np.ones((level.shape[0], COLUMNS + 1), dtype=bool)
    border[:, 1:COLUMNS] = level[:, 1:] != level[:, :-1]
    row, column = np.nonzero(border[:, :COLUMNS])
    # the end of a run is the next border of its row, the closing one at COLUMNS included
    _, ends = np.nonzero(border[:, 1:])
    height = level[row, column]
    there = height > 0
    step = (high - low) / COLUMNS
    return (
        row[there].astype(np.int64),
        (low + column[there] * step).astype(np.float64),
        (low + (ends[there] + 1) * step).astype(np.float64),
        (height[there] / _LEVELS).astype(np.float64),
    )


def box_path(lefts: Floats, rights: Floats, bottoms: Floats, tops: Floats) -> Path:
    """Make one path of many boxes: one artist draws faster and smaller than thousands.

    Parameters
    ----------
    lefts, rights, bottoms, tops : ndarray of float64, shape (n,)
        Sides of the boxes.

    Returns
    -------
    Path
        Five vertices a box.
    """
    vertices = np.empty((len(lefts), 5, 2))
    vertices[:, (0, 1, 4), 0] = lefts[:, None]
    vertices[:, (2, 3), 0] = rights[:, None]
    vertices[:, (0, 3, 4), 1] = bottoms[:, None]
    vertices[:, (1, 2), 1] = tops[:, None]
    codes = np.tile(
        np.array([Path.MOVETO, *[Path.LINETO] * 3, Path.CLOSEPOLY], dtype=Path.code_type),
        len(lefts),
    )
    return Path(vertices.reshape(-1, 2), codes)


def thin_line(x: Floats, y: Floats, *, low: float, high: float) -> tuple[Floats, Floats]:
    """Drop points of a line that no pixel would show (first, least, greatest, last a column).

    Parameters
    ----------
    x, y : ndarray of float64, shape (n,)
        The line; x never decreases.
    low, high : float
        Ends of the axis.

    Returns
    -------
    tuple of ndarray of float64
        The line as it is if it is short, else at most four points a column
        (M4 aggregation: Jugel et al., VLDB 2014).
    """
    if len(x) <= 4 * COLUMNS:
        return x, y
    column = ((x - low) * (COLUMNS / (high - low))).astype(np.int64)
    first = np.flatnonzero(np.diff(column, prepend=column[0] - 1))
    last = np.append(first[1:], len(x)) - 1
    thin_x = np.stack([x[first], x[first], x[first], x[last]], axis=1)
    thin_y = np.stack(
        [y[first], np.minimum.reduceat(y, first), np.maximum.reduceat(y, first), y[last]], axis=1
    )
    return thin_x.ravel(), thin_y.ravel()
