"""Walks the critical path backwards from the milestone to exec."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from coldstart_lab.attribution.calls import Calls
from coldstart_lab.attribution.lineage import Lineage
from coldstart_lab.attribution.lives import Ints
from coldstart_lab.attribution.searching import first_at_least
from coldstart_lab.attribution.tiling import GAP, Tiles
from coldstart_lab.attribution.wakeups import WakeUps
from coldstart_lab.kernels import kernel

OWN, WAKEUP, HEAD = range(3)
_PIECES_AT_ONCE = 1 << 14


class Path(NamedTuple):
    """The critical path in order of time; one entry a piece, abutting.

    Attributes
    ----------
    thread, start, end : array of int64
        Place of the thread and half-open span in ns.
    tile : array of int64
        The tile the piece lies in, -1 for none.
    how : array of int64
        ``OWN`` (what the thread itself did), ``WAKEUP`` (from the wake-up until the woken
        thread's return), ``HEAD`` (the log shows nothing of the thread there).
    """

    thread: Ints
    start: Ints
    end: Ints
    tile: Ints
    how: Ints


def walk_back(
    calls: Calls,
    lineage: Lineage,
    tiles: Tiles,
    wakeups: WakeUps,
    creator: Ints,
    *,
    thread: int,
    start_ns: int,
    end_ns: int,
) -> Path:
    """Walk from the milestone back to exec, from each wait to the thread that ended it.

    Parameters
    ----------
    calls, lineage, tiles, wakeups
        The start as its threads' tiles and the wake-ups between them.
    creator : array of int64
        Place of the thread that led to the creation of each one, -1 for none.
    thread : int
        Place of the thread that passed the milestone.
    start_ns, end_ns : int
        The window: exec and milestone.

    Returns
    -------
    Path
        Pieces that tile ``[start_ns, end_ns)`` exactly.

    Notes
    -----
    The backward walk over wake-ups of the critical path analyses of Trace Compass and Perfetto,
    here with the wake-ups that strace shows. Time never increases along the walk, and at one
    instant it comes to no thread twice.
    """
    call = tiles.call
    inside = call != GAP
    waker = np.where(inside, wakeups.waker[call], -1)
    wake_ns = np.where(inside, wakeups.wake_ns[call], 0)
    # when the walk last left each thread, then where it is
    left_at = np.full(len(lineage.start), -1, dtype=np.int64)
    state = np.array([thread, end_ns])
    pieces = np.empty((_PIECES_AT_ONCE, 5), dtype=np.int64)
    walked = []
    while state[1] > start_ns:
        count = _walk(
            tiles.first, tiles.start, tiles.end, waker, wake_ns,
            lineage.start, creator, start_ns, left_at, state, pieces,
        )  # fmt: skip
        walked.append(pieces[:count].copy())
    backwards = np.concatenate([pieces[:0], *walked])
    return Path(*backwards[::-1].T.copy())


@kernel
def _walk(
    first: Any, start: Any, end: Any, waker: Any, wake_ns: Any, born: Any, parent: Any,
    stop_ns: int, left_at: Any, state: Any, pieces: Any,
) -> int:  # fmt: skip
    """Fill ``pieces``, one row each, and return how many; ``state`` and ``left_at`` go on."""
    thread, now = state
    count = 0
    while now > stop_ns and count < len(pieces):
        low, high = first[thread], first[thread + 1]
        tile = first_at_least(start, low, high, now) - 1  # the last one that began before
        how = OWN
        if tile < low or now <= born[thread]:
            mother = parent[thread]
            left_at[thread] = now
            if mother >= 0 and left_at[mother] != now:
                thread = mother
                continue
            begin, tile, how = stop_ns, -1, HEAD
        elif end[tile] < now:  # the log does not show the thread that late
            begin, tile, how = end[tile], -1, HEAD
        else:
            begin = start[tile]
            other = waker[tile]
            woken = wake_ns[tile]
            if other >= 0 and begin < woken <= now:
                if woken == now and left_at[other] != now:
                    left_at[thread] = now
                    thread = other
                    continue
                if woken < now:
                    begin, how = woken, WAKEUP
        begin = max(begin, stop_ns)
        piece = pieces[count]
        piece[0], piece[1], piece[2], piece[3], piece[4] = thread, begin, now, tile, how
        count += 1
        now = begin
    state[0], state[1] = thread, now
    return count
