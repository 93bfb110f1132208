"""Wake-ups between threads and processes: futexes, joins, children, exits, signals."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import pandas as pd

from coldstart_lab.attribution.calls import Bools, Calls, Ints
from coldstart_lab.attribution.lineage import Lineage
from coldstart_lab.attribution.masks import as_mask, contains
from coldstart_lab.attribution.matching import (
    NOBODY,
    TOLERANCE_NS,
    common_codes,
    latest_wakes,
)
from coldstart_lab.attribution.tiling import Tiles
from coldstart_lab.attribution.waits import wakers_of
from coldstart_lab.attribution.wakeups import CODE, WakeUps
from coldstart_lab.readers.strace.arguments import leading_addresses


def link_futexes(calls: Calls, lineage: Lineage, kinds: pd.Series, wakeups: WakeUps) -> None:
    """Link futex waits with the wake of the same address in the same process, or its time-out.

    glibc and musl end ``pthread_join`` by a futex on the thread's id that the kernel wakes when
    the thread exits: no call shows it, but the value waited for is the thread id.
    """
    waits = wakers_of(calls, kinds, "futex")
    every = calls.named("futex", "futex_time64")
    args = calls.frame["args"]
    woke = contains(args.iloc[every], "FUTEX_(?:WAKE|REQUEUE|CMP_REQUEUE)")
    count = calls.frame["retval"].iloc[every].fillna(0).to_numpy(dtype=np.int64)
    wakes = every[(count >= 1) & woke]
    key = np.full(len(calls), -1, dtype=np.int64)
    address, _ = pd.factorize(leading_addresses(args.iloc[every]))
    key[every] = address * len(calls.pids) + lineage.process[calls.thread[every]]
    returned = as_mask(calls.frame["retval"].iloc[waits] == 0)
    slept = waits[returned]
    _link_latest(calls, slept, wakes, key, wakeups, "futex")
    _link_joins(calls, slept[wakeups.waker[slept] == NOBODY], wakeups)
    timed_out = calls.frame["errno"].iloc[waits].eq("ETIMEDOUT").to_numpy(dtype=bool)
    wakeups.end(waits[timed_out], "timer")


def _link_latest(
    calls: Calls, waits: Ints, wakes: Ints, key: Ints, wakeups: WakeUps, kind: str
) -> None:
    found = latest_wakes(
        key[waits], calls.start[waits], calls.end[waits], calls.thread[waits],
        key[wakes], calls.start[wakes], calls.end[wakes], calls.thread[wakes],
    )  # fmt: skip
    by = np.append(wakes, NOBODY)[found]
    waker = np.where(found >= 0, calls.thread[by], NOBODY)
    wakeups.explain(waits, kind, waker=waker, wake_ns=calls.end[by], waker_call=by)


def _link_joins(calls: Calls, waits: Ints, wakeups: WakeUps) -> None:
    value = calls.frame["args"].iloc[waits].str.extract(r"FUTEX_WAIT[A-Z_|]*, (\d+)")[0]
    pid = pd.to_numeric(value, errors="coerce").fillna(-1).to_numpy(dtype=np.int64)
    _link_exits(calls, waits, pid, wakeups, "join")


def _link_exits(calls: Calls, waits: Ints, pid: Ints, wakeups: WakeUps, kind: str) -> None:
    """Link waits with the exit of the threads ``pid``, where that lies within the wait."""
    other = np.minimum(np.searchsorted(calls.pids, pid), len(calls.pids) - 1)
    exit_ns = calls.exit_ns[other]
    real = (calls.pids[other] == pid) & (exit_ns >= calls.start[waits])
    real &= (exit_ns <= calls.end[waits] + TOLERANCE_NS) & (other != calls.thread[waits])
    waker = np.where(real, other, NOBODY)
    wakeups.explain(
        waits, kind, waker=waker, wake_ns=exit_ns, waker_call=np.full(len(waits), NOBODY)
    )


def link_children(calls: Calls, kinds: pd.Series, wakeups: WakeUps) -> None:
    """Link wait4 and waitid with the child's exit, and vfork with the child's exec."""
    waits = wakers_of(calls, kinds, "child")
    pid = calls.frame["retval"].iloc[waits].fillna(-1).to_numpy(dtype=np.int64)
    told = calls.frame["args"].iloc[waits].str.extract(r"si_pid=(\d+)")[0]
    named = pd.to_numeric(told, errors="coerce").fillna(-1).to_numpy(dtype=np.int64)
    _link_exits(calls, waits, np.where(named > 0, named, pid), wakeups, "child")
    waits = wakers_of(calls, kinds, "vfork")
    child = calls.frame["retval"].iloc[waits].fillna(-1).to_numpy(dtype=np.int64)
    execs = calls.named("execve", "execveat")
    execs = execs[~calls.failed[execs] & ~calls.open_ended[execs]]
    first = pd.Series(execs, index=calls.pids[calls.thread[execs]])
    first = first[~first.index.duplicated()]
    by = first.reindex(child).fillna(NOBODY).to_numpy(dtype=np.int64)
    inside = (by != NOBODY) & (calls.start[by] >= calls.start[waits])
    inside &= calls.start[by] <= calls.end[waits] + TOLERANCE_NS
    waker = np.where(inside, calls.thread[by], NOBODY)
    wake = np.minimum(calls.end[by], calls.end[waits])
    wakeups.explain(waits, "vfork", waker=waker, wake_ns=wake, waker_call=by)
    _link_exits(calls, waits, child, wakeups, "vfork")


def link_exits(calls: Calls, lineage: Lineage, waiting: Bools, wakeups: WakeUps) -> None:
    """Link waits that never returned with the exit_group of another thread of the process."""
    text = as_mask(calls.frame["retval_text"].eq("?"))
    waits = np.flatnonzero(waiting & (calls.open_ended | text))
    ends = calls.named("exit_group")
    key = lineage.process[calls.thread]
    _link_latest(calls, waits, ends, key, wakeups, "exit")


def link_signals(calls: Calls, kinds: pd.Series, wakeups: WakeUps) -> None:
    """Link waits for a signal with the kill of the same process."""
    waits = wakers_of(calls, kinds, "signal")
    kills = calls.named("kill", "tgkill", "tkill")
    if not len(waits) or not len(kills):
        return
    target = calls.frame["args"].iloc[kills].str.extract(r"^(\d+)")[0]
    own = pd.Series(calls.pids[calls.thread[waits]]).astype("string")
    key = np.full(len(calls), -1, dtype=np.int64)
    key[waits], key[kills] = common_codes(own, target)
    _link_latest(calls, waits, kills, key, wakeups, "signal")


def redirect_sysmon(calls: Calls, lineage: Lineage, tiles: Tiles, wakeups: WakeUps) -> None:
    """Do not blame Go's monitor thread for the wake-ups it passes on.

    It wakes a thread to take over the processor of another one that has been in a call for too
    long (runtime/proc.go, retake). The cause is that call, so its thread becomes the waker; where
    no thread of the process was at work, the wait stays with the scheduler.
    """
    false = np.flatnonzero((wakeups.waker != NOBODY) & lineage.sysmon[wakeups.waker])
    if not len(false):
        return
    waiting = wakeups.kind != CODE["none"]
    real = _thread_at_work(
        calls.thread[false], wakeups.wake_ns[false], lineage.process, lineage.sysmon,
        tiles.first, tiles.start, tiles.end, tiles.call, waiting,
    )  # fmt: skip
    wakeups.waker[false] = real
    wakeups.waker_call[false] = NOBODY
    wakeups.kind[false[real == NOBODY]] = CODE["scheduler"]


@numba.njit(cache=True, nogil=True)
def _thread_at_work(
    woken: Any, at_ns: Any, process: Any, sysmon: Any,
    first: Any, start: Any, end: Any, call: Any, waiting: Any,
) -> Any:  # fmt: skip
    """Find the thread of the process that does not wait at the instant and is nearest to a call.

    The runtime counts a thread as in a call from before the tracer prints its begin until after
    its end, so one that seems to run may be the one.
    """
    out = np.full(len(woken), -1, dtype=np.int64)
    for row in range(len(woken)):
        now = at_ns[row]
        nearest = np.int64(0x7FFFFFFFFFFFFFFF)
        for thread in range(len(process)):
            other = process[thread] != process[woken[row]]
            if other or thread == woken[row] or sysmon[thread]:
                continue
            low, high = first[thread], first[thread + 1]
            tile = low + np.searchsorted(start[low:high], now, side="right") - 1
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
    return out
