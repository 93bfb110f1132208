"""Wake-ups between threads and processes: futexes, joins, children, exits, signals."""

from __future__ import annotations

import numpy as np
import pandas as pd

from coldstart_lab.attribution.calls import Bools, Calls
from coldstart_lab.attribution.lineage import Lineage
from coldstart_lab.attribution.lives import Ints
from coldstart_lab.attribution.masks import as_numbers, contains
from coldstart_lab.attribution.matching import NOBODY, TOLERANCE_NS, latest_wakes
from coldstart_lab.attribution.waits import places_of
from coldstart_lab.attribution.wakeups import WakeUps
from coldstart_lab.readers.strace.arguments import leading_addresses

# The second address of FUTEX_REQUEUE
_MOVED_TO = r"^0x[0-9a-f]+, [A-Z_|]+, \d+, \d+, (0x[0-9a-f]+)"


def link_futexes(calls: Calls, lineage: Lineage, kinds: pd.Series, wakeups: WakeUps) -> None:
    """Link futex waits with the wake of the same address in the same process, or its time-out.

    A futex that is not private may lie in memory that processes share. glibc and musl end
    ``pthread_join`` by a futex on the thread's id that the kernel wakes when the thread exits: no
    call shows it, but the value waited for is the thread id.
    """
    waits = places_of(kinds, "futex")
    every = calls.named("futex", "futex_time64")
    args = calls.args(every)
    woke = contains(args, "FUTEX_(?:WAKE|REQUEUE|CMP_REQUEUE)") & (calls.numbers(every) >= 1)
    woke |= contains(args, "FUTEX_UNLOCK_PI", regex=False) & ~calls.failed[every]
    moves = contains(args, "FUTEX_(?:CMP_)?REQUEUE")
    second = leading_addresses(args[moves].str.extract(_MOVED_TO)[0])
    codes, _ = pd.factorize(np.concatenate((leading_addresses(args), second)))
    private, address = np.full((2, len(calls)), NOBODY, dtype=np.int64)
    address[every], second = codes[: len(every)], codes[len(every) :]
    private[every] = _in_process(calls, lineage, address[every], every)
    slept = waits[calls.numbers(waits) == 0]
    second = _in_process(calls, lineage, second, every[moves])
    _link_requeued(calls, slept, every[woke], every[moves], private, second, wakeups)
    link_latest(calls, slept, every[woke], private, wakeups, "futex")
    _link_joins(calls, slept[wakeups.waker[slept] == NOBODY], wakeups)
    address[every[contains(args, "_PRIVATE", regex=False)]] = NOBODY
    link_latest(calls, slept, every[woke], address, wakeups, "futex")
    timed_out = calls.frame["errno"].iloc[waits].eq("ETIMEDOUT").to_numpy(dtype=bool)
    wakeups.end(waits[timed_out], "timer")


def link_latest(
    calls: Calls, waits: Ints, wakes: Ints, key: Ints, wakeups: WakeUps, kind: str
) -> None:
    """Link waits with the latest of these wake-ups of the same key, both by their places."""
    by = _latest_by(calls, waits, wakes, key[waits], key[wakes])
    waker = np.where(by >= 0, calls.thread[by], NOBODY)
    wakeups.explain(waits, kind, waker=waker, wake_ns=calls.end[by], waker_call=by)


def _latest_by(calls: Calls, waits: Ints, wakes: Ints, wanted: Ints, woken: Ints) -> Ints:
    found = latest_wakes(
        wanted, calls.start[waits], calls.end[waits], calls.thread[waits],
        woken, calls.start[wakes], calls.end[wakes], calls.thread[wakes],
    )  # fmt: skip
    return np.append(wakes, NOBODY)[found]


def _in_process(calls: Calls, lineage: Lineage, address: Ints, places: Ints) -> Ints:
    return address * len(calls.lives) + lineage.process[calls.thread[places]]


def _link_requeued(
    calls: Calls, waits: Ints, wakes: Ints, moves: Ints, key: Ints, second: Ints, wakeups: WakeUps
) -> None:
    """Link waits that were moved to a second futex (musl's condition variables) with its wake."""
    by = _latest_by(calls, waits, moves, key[waits], key[moves])
    waits, by = waits[by != NOBODY], by[by != NOBODY]
    woken = _latest_by(calls, waits, wakes, second[np.searchsorted(moves, by)], key[wakes])
    real = (woken != NOBODY) & (calls.end[woken] >= calls.start[by])
    waker = np.where(real, calls.thread[woken], NOBODY)
    wakeups.explain(waits, "futex", waker=waker, wake_ns=calls.end[woken], waker_call=woken)


def _link_joins(calls: Calls, waits: Ints, wakeups: WakeUps) -> None:
    value = calls.args(waits).str.extract(r"FUTEX_WAIT[A-Z_|]*, (\d+)")[0]
    link_exits_of(calls, waits, as_numbers(value), wakeups, "join")


def link_exits_of(calls: Calls, waits: Ints, pid: Ints, wakeups: WakeUps, kind: str) -> None:
    """Link waits with the exit of the threads ``pid``, where that lies within the wait."""
    other = calls.lives.find(pid, calls.start[waits])
    exit_ns = calls.lives.exit_ns[other]
    real = (other != NOBODY) & (exit_ns >= 0) & (other != calls.thread[waits])
    real &= exit_ns <= calls.end[waits] + TOLERANCE_NS
    waker = np.where(real, other, NOBODY)
    wakeups.explain(
        waits, kind, waker=waker, wake_ns=exit_ns, waker_call=np.full(len(waits), NOBODY)
    )


def link_children(calls: Calls, kinds: pd.Series, wakeups: WakeUps) -> None:
    """Link wait4 and waitid with the child's exit, and vfork with the child's exec."""
    waits = places_of(kinds, "child")
    named = as_numbers(calls.args(waits).str.extract(r"si_pid=(\d+)")[0])
    pid = np.where(named > 0, named, calls.numbers(waits))
    link_exits_of(calls, waits, pid, wakeups, "child")
    waits = places_of(kinds, "vfork")
    pid = calls.numbers(waits)
    child = calls.lives.find(pid, calls.start[waits])
    execs = calls.named("execve", "execveat")
    execs = execs[~calls.failed[execs] & ~calls.open_ended[execs]]
    first = np.full(len(calls.lives) + 1, NOBODY)
    thread, at = np.unique(calls.thread[execs], return_index=True)
    first[thread] = execs[at]
    by = first[child]
    inside = (by != NOBODY) & (calls.start[by] >= calls.start[waits])
    inside &= calls.start[by] <= calls.end[waits] + TOLERANCE_NS
    waker = np.where(inside, calls.thread[by], NOBODY)
    wake = np.minimum(calls.end[by], calls.end[waits])
    wakeups.explain(waits, "vfork", waker=waker, wake_ns=wake, waker_call=by)
    link_exits_of(calls, waits, pid, wakeups, "vfork")


def link_exits(calls: Calls, lineage: Lineage, waiting: Bools, wakeups: WakeUps) -> None:
    """Link waits that never returned with the exit_group of another thread of the process."""
    waits = np.flatnonzero(waiting & calls.open_ended)
    ends = calls.named("exit_group")
    key = lineage.process[calls.thread]
    link_latest(calls, waits, ends, key, wakeups, "exit")
