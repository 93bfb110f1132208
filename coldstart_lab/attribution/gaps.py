"""What is known of the time between two calls of a thread."""

from __future__ import annotations

from typing import Any

import numpy as np

from coldstart_lab.attribution.calls import Bools, Calls
from coldstart_lab.attribution.lineage import Lineage
from coldstart_lab.attribution.lives import Ints
from coldstart_lab.attribution.matching import NOBODY
from coldstart_lab.attribution.tiling import GAP, Tiles
from coldstart_lab.attribution.waits import SHORT_NS
from coldstart_lab.attribution.wakeups import CODE, WakeUps
from coldstart_lab.attribution.walk import OWN, Path

CREATED, ALONE = "created", "alone"
# The calls by which C libraries and runtimes set a new thread or process up
_SET_UP = ("set_robust_list", "rseq", "gettid", "getpid", "sigaltstack", "rt_sigprocmask",
           "rt_sigaction", "set_tid_address", "prctl")  # fmt: skip
# In so much of a gap more threads may want to run than there are CPUs
_MOST_CROWDED = 0.05


def gap_kinds(
    calls: Calls, lineage: Lineage, tiles: Tiles, wakeups: WakeUps, path: Path, *, cpus: int
) -> Any:
    """Say of each piece between calls what the threads beside it tell.

    Parameters
    ----------
    calls, lineage, tiles, wakeups
        The start.
    path : Path
        The pieces of its critical path.
    cpus : int
        How many CPUs the start had.

    Returns
    -------
    array of object, one a piece
        ``created``: from a thread's or process's creation until its first call, by which it sets
        itself up; ``alone``: it is long, and no more threads of the log could run meanwhile than
        there are CPUs, so that this one did not wait for one of them to leave one; else "". Of Go
        programs nothing is said: which goroutine a thread runs, or whether its runtime, strace
        does not show.
    """
    gap = (path.tile >= 0) & (path.how == OWN) & (tiles.call[path.tile] == GAP)
    go = np.isin(lineage.process, lineage.process[lineage.sysmon])[path.thread]
    kinds = np.full(len(path.tile), "", dtype=object)
    length = path.end - path.start
    crowded = _crowded(tiles, wakeups, path, cpus)
    # what lies between two calls in a row is most of it the tracer's
    sure = (length >= SHORT_NS) & (crowded <= _MOST_CROWDED * length)
    kinds[gap & ~go & sure] = ALONE
    kinds[gap & _begins(calls, lineage, tiles, path)] = CREATED
    return kinds


def _begins(calls: Calls, lineage: Lineage, tiles: Tiles, path: Path) -> Bools:
    """Mark the pieces between a thread's creation and a first call that sets it up."""
    first = (path.tile == tiles.first[path.thread]) & (lineage.parent[path.thread] != NOBODY)
    following = np.append(tiles.call, GAP)[path.tile + 1]
    same = np.append(tiles.thread, NOBODY)[path.tile + 1] == path.thread
    sets_up = np.zeros(len(calls) + 1, dtype=bool)
    sets_up[calls.named(*_SET_UP)] = True
    begins = sets_up[following] | (path.end - path.start < SHORT_NS)
    return np.asarray(first & same & begins, dtype=bool)


def _crowded(tiles: Tiles, wakeups: WakeUps, path: Path, cpus: int) -> Ints:
    """Return how long during each piece more threads could run than there are CPUs."""
    waits = (tiles.call != GAP) & (wakeups.kind[tiles.call] != CODE["none"])
    edges = np.concatenate((tiles.start[~waits], tiles.end[~waits]))
    order = np.argsort(edges, kind="stable")
    time = edges[order]
    crowded = np.cumsum(np.where(order < len(edges) // 2, 1, -1)) > cpus
    until = np.append(0, np.cumsum(crowded[:-1] * np.diff(time)))

    def spent(at: Ints) -> Ints:
        place = np.searchsorted(time, at, side="right") - 1
        known = np.maximum(place, 0)
        sums = until[known] + crowded[known] * (at - time[known])
        return np.where(place < 0, 0, sums)

    return spent(path.end) - spent(path.start)
