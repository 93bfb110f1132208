"""Go's monitor thread: what it wakes or creates it does on behalf of a thread at work."""

from __future__ import annotations

from typing import Any

import numpy as np

from coldstart_lab.attribution.calls import Calls
from coldstart_lab.attribution.lineage import Lineage
from coldstart_lab.attribution.lives import Ints
from coldstart_lab.attribution.matching import NOBODY
from coldstart_lab.attribution.searching import first_above
from coldstart_lab.attribution.tiling import Tiles
from coldstart_lab.attribution.wakeups import CODE, WakeUps
from coldstart_lab.kernels import kernel


def redirect_wakeups(calls: Calls, lineage: Lineage, tiles: Tiles, wakeups: WakeUps) -> None:
    """Do not blame Go's monitor thread for the wake-ups it passes on.

    It wakes a thread to take over the processor of another one that has been in a call for too
    long (runtime/proc.go, retake). The cause is that call, so its thread becomes the waker; where
    no thread of the process was at work, the wait stays with the scheduler.
    """
    false = np.flatnonzero((wakeups.waker != NOBODY) & lineage.sysmon[wakeups.waker])
    if not len(false):
        return
    real = _at_work(lineage, tiles, wakeups, calls.thread[false], wakeups.wake_ns[false])
    wakeups.waker[false] = real
    wakeups.waker_call[false] = NOBODY
    wakeups.kind[false[real == NOBODY]] = CODE["scheduler"]


def find_creators(lineage: Lineage, tiles: Tiles, wakeups: WakeUps) -> Ints:
    """Return, for each thread, the one whose work led to its creation; -1 if not known.

    It is the thread that created it, but for the threads that Go's monitor creates when there is
    none to be woken.
    """
    creator = lineage.parent.copy()
    false = np.flatnonzero((creator != NOBODY) & lineage.sysmon[creator])
    if len(false):
        real = _at_work(lineage, tiles, wakeups, false, lineage.start[false])
        creator[false] = np.where(real == NOBODY, lineage.process[false], real)
    return creator


def _at_work(lineage: Lineage, tiles: Tiles, wakeups: WakeUps, thread: Ints, at_ns: Ints) -> Ints:
    members = np.lexsort((np.arange(len(lineage.process)), lineage.process))
    borders = np.searchsorted(lineage.process[members], np.arange(len(members) + 1))
    found = np.full(len(thread), NOBODY, dtype=np.int64)
    _thread_at_work(
        thread, at_ns, lineage.process, lineage.sysmon, members, borders,
        tiles.first, tiles.start, tiles.end, tiles.call, wakeups.kind != CODE["none"], found,
    )  # fmt: skip
    return found


@kernel
def _thread_at_work(
    woken: Any, at_ns: Any, process: Any, sysmon: Any, members: Any, borders: Any,
    first: Any, start: Any, end: Any, call: Any, waiting: Any, out: Any,
) -> None:  # fmt: skip
    """Find the thread of the process that does not wait at the instant and is nearest to a call.

    The runtime counts a thread as in a call from before the tracer prints its begin until after
    its end, so one that seems to run may be the one.
    """
    for row in range(len(woken)):
        now = at_ns[row]
        nearest = np.int64(0x7FFFFFFFFFFFFFFF)
        own = process[woken[row]]
        for member in range(borders[own], borders[own + 1]):
            thread = members[member]
            if thread == woken[row] or sysmon[thread]:
                continue
            low, high = first[thread], first[thread + 1]
            tile = first_above(start, low, high, now) - 1
            if tile < low or end[tile] <= now:
                continue
            if call[tile] >= 0:
                if waiting[call[tile]]:
                    continue
                distance = np.int64(0)
            else:
                distance = min(now - start[tile], end[tile] - now)
            if distance < nearest:
                nearest = distance
                out[row] = thread
