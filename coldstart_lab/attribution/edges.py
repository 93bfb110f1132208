"""Finds what ended every wait of a start, from strace alone."""

from __future__ import annotations

import numpy as np
import pandas as pd

from coldstart_lab.attribution.calls import Calls
from coldstart_lab.attribution.descriptors import InputOutput
from coldstart_lab.attribution.edges_descriptors import link_direct
from coldstart_lab.attribution.edges_locks import link_locks
from coldstart_lab.attribution.edges_poll import end_idle_timeouts, link_epoll, link_poll
from coldstart_lab.attribution.edges_signals import end_interrupted, link_signals
from coldstart_lab.attribution.edges_threads import (
    link_children,
    link_exits,
    link_futexes,
)
from coldstart_lab.attribution.lineage import Lineage
from coldstart_lab.attribution.sysmon import redirect_wakeups
from coldstart_lab.attribution.tiling import Tiles
from coldstart_lab.attribution.waits import SHORT_NS, places_of, wait_kinds
from coldstart_lab.attribution.wakeups import WakeUps


def find_wakeups(
    calls: Calls, lineage: Lineage, tiles: Tiles, io: InputOutput, events: pd.DataFrame
) -> WakeUps:
    """Find the waker of every wait, or why the log holds none.

    Parameters
    ----------
    calls : Calls
        The calls of the log.
    lineage : Lineage
        Their threads.
    tiles : Tiles
        The threads' tiles.
    io : InputOutput
        What their descriptors stand for.
    events : DataFrame
        ``tables.STRACE_EVENTS``: the log, for its signals.

    Returns
    -------
    WakeUps
        One entry a call.
    """
    kinds = wait_kinds(calls)
    waiting = kinds.notna().to_numpy()
    wakeups = WakeUps.none(len(calls))
    link_exits(calls, lineage, waiting, wakeups)
    link_futexes(calls, lineage, kinds, wakeups)
    link_children(calls, kinds, wakeups)
    link_signals(calls, lineage, events, kinds, wakeups)
    link_locks(calls, lineage, io, kinds, wakeups)
    link_direct(calls, lineage, io, kinds, wakeups)
    link_poll(calls, lineage, io, kinds, wakeups)
    link_epoll(calls, lineage, io, kinds, wakeups)
    wakeups.end(places_of(kinds, "timer"), "timer")
    end_interrupted(calls, kinds, wakeups)
    end_idle_timeouts(calls, kinds, wakeups)
    _end_unexplained(calls, kinds, wakeups)
    redirect_wakeups(calls, lineage, tiles, wakeups)
    # a wake-up before the wait began did not end it
    early = (wakeups.waker >= 0) & (wakeups.wake_ns <= calls.start)
    wakeups.wake_ns[early] = calls.start[early] + 1
    wakeups.wake_ns[:] = np.minimum(wakeups.wake_ns, np.maximum(calls.end, calls.start))
    return wakeups


def _end_unexplained(calls: Calls, kinds: pd.Series, wakeups: WakeUps) -> None:
    """Mark the waits that took long and that nothing explains; short ones did not wait."""
    long = (calls.end - calls.start) >= SHORT_NS
    wakeups.end(places_of(kinds, "storage")[long[places_of(kinds, "storage")]], "storage")
    wakeups.end(np.flatnonzero(kinds.notna().to_numpy() & long), "unknown")
