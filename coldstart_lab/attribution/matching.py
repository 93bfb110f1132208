"""Finds, for many waits at once, the last event that can have ended each."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coldstart_lab.attribution.lives import Ints
from coldstart_lab.attribution.searching import first_above, first_at_least
from coldstart_lab.kernels import kernel

NOBODY = -1
# A call's printed end is early by the time strace took to decode its entry
TOLERANCE_NS = 200_000


def common_codes(*columns: pd.Series) -> list[Ints]:
    """Give equal values of several columns one code; NA is -1."""
    codes, _ = pd.factorize(pd.concat([column.astype(object) for column in columns]))
    cuts = np.cumsum([len(column) for column in columns])[:-1]
    return [part.astype(np.int64) for part in np.split(codes, cuts)]


def latest_wakes(
    wait_key: Ints,
    wait_start: Ints,
    wait_end: Ints,
    wait_thread: Ints,
    wake_key: Ints,
    wake_start: Ints,
    wake_end: Ints,
    wake_thread: Ints,
    *,
    tolerance_ns: int = TOLERANCE_NS,
) -> NDArray[np.int64]:
    """Match each wait with the latest wake-up of the same key by another thread within it.

    Parameters
    ----------
    wait_key, wait_start, wait_end, wait_thread : arrays of int64, shape (n,)
        What is waited for (negative: nothing), from when to when, by whom.
    wake_key, wake_start, wake_end, wake_thread : arrays of int64, shape (m,)
        What is woken, during which call, by whom.
    tolerance_ns : int
        By how much the wake-up's call may begin after the wait's printed end.

    Returns
    -------
    array of int64, shape (n,)
        Place of the wake-up, -1 where there is none. One that begins after the wait's printed end
        is taken only if none began before it.
    """
    order = np.lexsort((wake_start, wake_key))
    found = np.full(len(wait_key), -1, dtype=np.int64)
    _latest(
        wait_key, wait_start, wait_end, wait_thread,
        wake_key[order], wake_start[order], wake_end[order], wake_thread[order], tolerance_ns,
        found,
    )  # fmt: skip
    return np.where(found >= 0, np.append(order, NOBODY)[found], NOBODY)


@kernel
def _latest(
    wait_key: Any, wait_start: Any, wait_end: Any, wait_thread: Any,
    key: Any, start: Any, end: Any, thread: Any, tolerance: int, found: Any,
) -> None:  # fmt: skip
    for row in range(len(wait_key)):
        if wait_key[row] < 0:
            continue
        first = first_at_least(key, 0, len(key), wait_key[row])
        after = first_above(key, first, len(key), wait_key[row])
        late = first_above(start, first, after, wait_end[row] + tolerance)
        for at in range(late - 1, first - 1, -1):
            if thread[at] != wait_thread[row] and end[at] >= wait_start[row]:
                found[row] = at
                if start[at] <= wait_end[row]:
                    break
            # calls last less than the wait they end, but for a few: looking further is vain
            if late - at > 64 and end[at] < wait_start[row]:
                break
