"""Tiles each thread's life into calls and the gaps between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from coldstart_lab.attribution.calls import Calls
from coldstart_lab.attribution.lineage import Lineage
from coldstart_lab.attribution.lives import Ints

GAP = -1


@dataclass(frozen=True, eq=False)
class Tiles:
    """Tiles sorted by (thread, start), abutting within a thread.

    Attributes
    ----------
    thread, start, end : array of int64
        Place of the thread and half-open span in ns.
    call : array of int64
        Place of the call, -1 for a gap.
    first : array of int64
        First tile of each thread, and one more entry for the end.
    """

    thread: Ints
    start: Ints
    end: Ints
    call: Ints
    first: Ints


def tile_threads(calls: Calls, lineage: Lineage) -> Tiles:
    """Tile each thread's life.

    Parameters
    ----------
    calls : Calls
        The calls, sorted and without overlaps.
    lineage : Lineage
        The threads' lives.

    Returns
    -------
    Tiles
        The tiles; empty ones are left out.
    """
    count = len(calls.lives)
    head = np.append(True, calls.thread[1:] != calls.thread[:-1])
    before = np.where(head, lineage.start[calls.thread], np.append(0, calls.end[:-1]))
    last = np.searchsorted(calls.thread, np.arange(count), side="right") - 1
    tail_end = np.maximum(lineage.end, calls.end[last])
    thread = np.concatenate((calls.thread, calls.thread, np.arange(count)))
    start = np.concatenate((before, calls.start, calls.end[last]))
    end = np.concatenate((calls.start, calls.end, tail_end))
    call = np.concatenate((np.full(len(calls), GAP), np.arange(len(calls)), np.full(count, GAP)))
    keep = np.flatnonzero(end > start)
    order = keep[np.lexsort((start[keep], thread[keep]))]
    thread = thread[order]
    return Tiles(
        thread, start[order], end[order], call[order],
        np.searchsorted(thread, np.arange(count + 1)),
    )  # fmt: skip
