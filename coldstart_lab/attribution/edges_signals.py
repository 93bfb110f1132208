"""Waits that a signal ended, or interrupted and that went on."""

from __future__ import annotations

import numpy as np
import pandas as pd

from coldstart_lab.attribution.calls import Bools, Calls
from coldstart_lab.attribution.edges_threads import link_exits_of, link_latest
from coldstart_lab.attribution.lineage import Lineage
from coldstart_lab.attribution.lives import Ints
from coldstart_lab.attribution.masks import as_mask, as_numbers
from coldstart_lab.attribution.matching import NOBODY
from coldstart_lab.attribution.waits import places_of
from coldstart_lab.attribution.wakeups import CODE, WakeUps

_INTERRUPTED = ("EINTR", "ERESTARTSYS", "ERESTARTNOINTR", "ERESTARTNOHAND",
                "ERESTART_RESTARTBLOCK")  # fmt: skip
# Parts of one interrupted wait that are explained, counted from its end
_PARTS = 8
_TIMERS = ("SIGALRM", "SIGVTALRM", "SIGPROF")


def link_signals(
    calls: Calls, lineage: Lineage, events: pd.DataFrame, kinds: pd.Series, wakeups: WakeUps
) -> None:
    """Link waits that a signal ended with its sender: a kill, a child's exit, or a timer.

    Parameters
    ----------
    calls : Calls
        The calls.
    lineage : Lineage
        Their threads.
    events : DataFrame
        ``tables.STRACE_EVENTS``, with the signals.
    kinds : Series of category
        What each call may wait for.
    wakeups : WakeUps
        Filled in.
    """
    ended = interrupted(calls, kinds) & ~_went_on(calls)
    ended[places_of(kinds, "signal")] = True
    waits = np.flatnonzero(ended)
    if not len(waits):
        return
    found = _signal_in(calls, events, waits)
    name, text = found["syscall"], found["args"]
    sender = as_numbers(text.str.extract(r"si_pid=(\d+)")[0])
    told = as_numbers(calls.args(waits).str.extract(r"si_pid=(\d+)")[0])
    sender = np.where(sender >= 0, sender, told)
    child = as_mask(name.eq("SIGCHLD")) | as_mask(text.str.contains("CLD_", regex=False))
    link_exits_of(calls, waits[child], sender[child], wakeups, "signal")
    _link_kills(calls, lineage, waits[~child], wakeups)
    wakeups.end(waits[as_mask(name.isin(_TIMERS))], "timer")


def interrupted(calls: Calls, kinds: pd.Series) -> Bools:
    """Mark the waits that a signal broke off."""
    broken = calls.frame["errno"].isin(_INTERRUPTED).to_numpy()
    return np.asarray(broken & kinds.notna().to_numpy(), dtype=bool)


def end_interrupted(calls: Calls, kinds: pd.Series, wakeups: WakeUps) -> None:
    """Say of interrupted waits that went on what ended them at last, if that was no thread.

    Where a thread ended the wait, the path goes on there and never comes to this part of it.
    """
    broken = interrupted(calls, kinds) & (wakeups.kind == CODE["none"])
    parts = np.flatnonzero(broken & _went_on(calls))
    names = calls.frame["syscall"].astype(object).to_numpy()
    then = parts + np.where(names[np.minimum(parts + 1, len(names) - 1)] == "rt_sigreturn", 2, 1)
    for _ in range(_PARTS):  # a chain of parts is explained from its end
        known = (wakeups.waker[then] == NOBODY) & (wakeups.kind[parts] == CODE["none"])
        wakeups.kind[parts[known]] = wakeups.kind[then[known]]
        wakeups.subject[parts[known]] = wakeups.subject[then[known]]


def _went_on(calls: Calls) -> Bools:
    """Mark calls that the same thread made once more right away, or that were restarted."""
    codes = calls.frame["syscall"].cat.codes.to_numpy()
    names = calls.frame["syscall"].cat.categories
    back, again = names.get_indexer(pd.Index(["rt_sigreturn", "restart_syscall"])).tolist()
    out = np.zeros(len(calls), dtype=bool)
    for step in (1, 2):
        later = np.minimum(np.arange(len(calls)) + step, len(calls) - 1)
        same = (codes[later] == codes) | ((codes[later] == again) & (again >= 0))
        same &= (calls.thread[later] == calls.thread) & (later > np.arange(len(calls)))
        if step == 2:
            between = np.minimum(np.arange(len(calls)) + 1, len(calls) - 1)
            same &= codes[between] == back
        out |= same
    return out


def _signal_in(calls: Calls, events: pd.DataFrame, waits: Ints) -> pd.DataFrame:
    """Return, for each wait, the first signal its thread got since; NA where none is shown."""
    shown = events[as_mask(events["kind"] == "signal") & events["start_ns"].notna()]
    time = shown["start_ns"].to_numpy(dtype=np.int64)
    thread = calls.lives.find(shown["pid"].to_numpy(dtype=np.int64, na_value=0), time)
    signals = pd.DataFrame({"time": time, "thread": thread, "row": np.arange(len(shown))})
    wanted = pd.DataFrame({"time": calls.start[waits], "thread": calls.thread[waits]})
    order = np.argsort(wanted["time"].to_numpy(), kind="stable")
    found = pd.merge_asof(
        wanted.iloc[order], signals.sort_values("time"), on="time", by="thread",
        direction="forward",
    )["row"]  # fmt: skip
    row = np.full(len(waits), NOBODY)
    row[order] = found.fillna(NOBODY).to_numpy(dtype=np.int64)
    # a signal after the thread's next call is another wait's
    following = np.append(calls.start, np.iinfo(np.int64).max)[waits + 1]
    last = np.append(calls.thread, NOBODY)[waits + 1] != calls.thread[waits]
    late = (row >= 0) & ~last & (np.append(time, 0)[row] > following)
    row[late] = NOBODY
    picked = shown[["syscall", "args"]].reset_index(drop=True).astype(object)
    return picked.reindex(np.where(row >= 0, row, len(shown))).reset_index(drop=True)


def _link_kills(calls: Calls, lineage: Lineage, waits: Ints, wakeups: WakeUps) -> None:
    kills = calls.named("kill", "tgkill", "tkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo")
    target = as_numbers(calls.args(kills).str.extract(r"^(\d+)")[0])
    place = calls.lives.find(target, calls.start[kills])
    key = np.full(len(calls), NOBODY)
    key[waits] = lineage.process[calls.thread[waits]]
    key[kills] = np.where(place >= 0, lineage.process[place], NOBODY)
    link_latest(calls, waits, kills, key, wakeups, "signal")
