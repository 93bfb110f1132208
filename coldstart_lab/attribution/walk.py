"""Walks the critical path backwards from the milestone to exec."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from coldstart_lab.attribution.calls import Calls
from coldstart_lab.attribution.lineage import Lineage
from coldstart_lab.attribution.lives import Ints
from coldstart_lab.attribution.tiling import GAP, Tiles
from coldstart_lab.attribution.wakeups import WakeUps
from coldstart_lab.kernels import kernel

OWN, WAKEUP, HEAD = range(3)


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
    columns = _walk(
        tiles.first, tiles.start, tiles.end, waker, wake_ns,
        lineage.start, creator, thread, start_ns, end_ns,
    )  # fmt: skip
    return Path(*(column[::-1].copy() for column in columns))


@kernel
def _grow(column: Any) -> Any:
    wider = np.empty(2 * len(column), dtype=np.int64)
    wider[: len(column)] = column
    return wider


@kernel
def _walk(
    first: Any, start: Any, end: Any, waker: Any, wake_ns: Any,
    born: Any, parent: Any, thread: int, stop_ns: int, now: int,
) -> Any:  # fmt: skip
    out_thread = np.empty(1024, dtype=np.int64)
    out_start, out_end = np.empty_like(out_thread), np.empty_like(out_thread)
    out_tile, out_how = np.empty_like(out_thread), np.empty_like(out_thread)
    count = 0
    left_at = np.full(len(born), -1, dtype=np.int64)  # when the walk last left each thread
    while now > stop_ns:
        low, high = first[thread], first[thread + 1]
        tile = low + np.searchsorted(start[low:high], now) - 1  # the last one that began before
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
        if count == len(out_thread):
            out_thread, out_start, out_end = _grow(out_thread), _grow(out_start), _grow(out_end)
            out_tile, out_how = _grow(out_tile), _grow(out_how)
        out_thread[count], out_start[count], out_end[count] = thread, begin, now
        out_tile[count], out_how[count] = tile, how
        count += 1
        now = begin
    return (
        out_thread[:count], out_start[:count], out_end[:count], out_tile[:count], out_how[:count],
    )  # fmt: skip
