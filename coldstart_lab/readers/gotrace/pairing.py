"""Pairs what begins a span with what ends it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coldstart_lab.kernels import kernel

BEGIN, END, ACTIVE = range(3)


class Pairs(NamedTuple):
    """Spans in the order they are first heard of; positions among the rows paired."""

    about: NDArray[np.int64]  # the row it is first heard of
    begin: NDArray[np.int64]  # -1 for one before the trace
    end: NDArray[np.int64]  # -1 for one behind the trace


def pair(key: NDArray[np.int64], action: NDArray[np.int64]) -> Pairs:
    """Pair rows of equal key, each end with the last begin that is open.

    Parameters
    ----------
    key : array of int64, shape (n,)
        What the row is about.
    action : array of int64, shape (n,)
        BEGIN, END, or ACTIVE: it goes on, and may have begun before the trace.

    Returns
    -------
    Pairs
        The spans.
    """
    codes, keys = pd.factorize(key)
    rows = np.full((3, len(key)), -1, dtype=np.int64)
    below = np.empty(len(key), dtype=np.int64)
    top = np.full(len(keys), -1, dtype=np.int64)
    count = _pair(codes.astype(np.int64), action, top, below, rows)
    return Pairs(*rows[:, :count])


@kernel
def _pair(key: Any, action: Any, top: Any, below: Any, rows: Any) -> int:
    count = 0
    for row in range(len(key)):
        open_row = top[key[row]]
        if action[row] == END and open_row >= 0:
            rows[2, open_row] = row
            top[key[row]] = below[open_row]
        elif action[row] != ACTIVE or open_row < 0:
            rows[0, count] = row
            if action[row] == END:
                rows[2, count] = row
            else:
                below[count] = open_row
                top[key[row]] = count
            if action[row] == BEGIN:
                rows[1, count] = row
            count += 1
    return count
