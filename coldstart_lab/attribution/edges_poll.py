"""Wake-ups of calls that wait for one of many descriptors: poll, select and epoll."""

from __future__ import annotations

import numpy as np
import pandas as pd

from coldstart_lab.attribution.calls import Calls
from coldstart_lab.attribution.descriptors import InputOutput
from coldstart_lab.attribution.edges_descriptors import Waits, end_waits, link_waits
from coldstart_lab.attribution.lineage import Lineage
from coldstart_lab.attribution.lives import Ints
from coldstart_lab.attribution.masks import as_mask, contains
from coldstart_lab.attribution.matching import NOBODY, latest_wakes
from coldstart_lab.attribution.waits import SHORT_NS, places_of
from coldstart_lab.attribution.wakeups import CODE, WakeUps
from coldstart_lab.readers.strace.arguments import descriptors, epoll_data

# A time-out of zero: the call looks and does not wait
_AT_ONCE = {
    "epoll_pwait": r", 0, (?:NULL|~?\[[^\]]*\]), \d+$",
    "epoll_wait": r", 0$",
    "poll": r", 0$",
}
_ZERO = r"\{tv_sec=0, tv_n?u?sec=0\}"
_ADD = r"^[^,]*, EPOLL_CTL_(?:ADD|MOD), "
# Ready for sending, and for nothing else
_FOR_SENDING = r"(?:POLLOUT|\bout \[)"
_FOR_OTHERS = r"(?:POLL(?:IN|PRI|ERR|HUP|RDHUP|NVAL)|\bin \[)"
# Time-outs in a row that are explained by the wait that follows
_PARTS = 8
_REGISTERED = ["process", "instance", "data"]


def link_poll(
    calls: Calls, lineage: Lineage, io: InputOutput, kinds: pd.Series, wakeups: WakeUps
) -> None:
    """Link poll and select with who made the descriptor ready that they name as ready.

    Parameters
    ----------
    calls : Calls
        The calls.
    lineage : Lineage
        Their threads.
    io : InputOutput
        Their descriptors.
    kinds : Series of category
        What each call may wait for.
    wakeups : WakeUps
        Filled in.
    """
    places = _link_timeouts(calls, places_of(kinds, "poll"), wakeups)
    places = places[io.row[places] >= 0]
    waits = _waits(places, io.row[places], calls.frame["retval_text"].iloc[places])
    link_waits(calls, lineage, io, waits, wakeups)
    end_waits(calls, io, waits, wakeups)


def link_epoll(
    calls: Calls, lineage: Lineage, io: InputOutput, kinds: pd.Series, wakeups: WakeUps
) -> None:
    """Link epoll waits, through what epoll_ctl registered; parameters as :func:`link_poll`."""
    places = _link_timeouts(calls, places_of(kinds, "epoll"), wakeups)
    registered = _registrations(calls, lineage)
    if not len(places) or registered.empty:
        return
    args = calls.args(places)
    instance = descriptors(args)["fd"].fillna(NOBODY).to_numpy(dtype=np.int64)
    data = epoll_data(args)
    which, slot = np.nonzero(data >= 0)
    events = pd.DataFrame(
        {
            "time": calls.end[places[which]],
            "process": lineage.process[calls.thread[places[which]]],
            "instance": instance[which],
            "data": data[which, slot],
            "wait": places[which],
        }
    ).sort_values("time", kind="stable")
    _link_registrations(calls, events, registered, wakeups)
    events = pd.merge_asof(events, registered, on="time", by=_REGISTERED).dropna(subset="fd")
    events["fd"] = events["fd"].astype(np.int64)
    rows = _rows_of(calls, lineage, io, events)
    ready, rows = events["wait"].to_numpy()[rows >= 0], rows[rows >= 0]
    wakeups.io_row[ready] = rows
    waits = _waits(ready, rows, calls.args(ready))
    _link_each(calls, lineage, io, waits, wakeups)
    end_waits(calls, io, waits, wakeups)


def _link_timeouts(calls: Calls, waits: Ints, wakeups: WakeUps) -> Ints:
    """Note the time-outs among poll-like waits; return those that something ended."""
    names = calls.frame["syscall"].iloc[waits].reset_index(drop=True)
    args = calls.args(waits)
    at_once = contains(args, _ZERO)
    for name, pattern in _AT_ONCE.items():
        mine = as_mask(names.eq(name))
        at_once[mine] = contains(args[mine], pattern)
    got = calls.numbers(waits)
    wakeups.end(waits[(got == 0) & ~at_once], "timer")
    return waits[(got > 0) & ~at_once]


def end_idle_timeouts(calls: Calls, kinds: pd.Series, wakeups: WakeUps) -> None:
    """Say of time-outs after which a thread only waited on that they are a part of that wait.

    A runtime's poller wakes for timers too that nobody needs any more. Where a thread of the log
    ended the wait that follows, the path goes on there and never comes to this part of it.
    """
    polls = kinds.isin(["epoll", "poll"]).to_numpy()
    parts = np.flatnonzero(polls & (wakeups.kind == CODE["timer"]))
    looks = np.append(polls & (wakeups.kind == CODE["none"]), False)
    then = parts + 1
    then += looks[then]
    known = then < len(calls)
    parts, then = parts[known], then[known]
    known = polls[then] & (calls.thread[then] == calls.thread[parts])
    known &= calls.start[then] - calls.end[parts] < SHORT_NS
    parts, then = parts[known], then[known]
    for _ in range(_PARTS):  # several time-outs in a row are explained from the last one
        outside = wakeups.kind[then] == CODE["external"]
        for column in (wakeups.kind, wakeups.subject, wakeups.io_row):
            column[parts[outside]] = column[then[outside]]


def _waits(places: Ints, rows: Ints, told: pd.Series) -> Waits:
    sending = contains(told, _FOR_SENDING) & ~contains(told, _FOR_OTHERS)
    return Waits(places, rows, sending, np.full(len(places), True))


def _link_each(
    calls: Calls, lineage: Lineage, io: InputOutput, waits: Waits, wakeups: WakeUps
) -> None:
    """Link epoll waits; of several ready descriptors the one made ready last explains the end."""
    best = np.where(wakeups.waker != NOBODY, wakeups.wake_ns, 0)
    turn = pd.Series(waits.call).groupby(waits.call).cumcount().to_numpy()
    for nth in range(int(turn.max(initial=-1)) + 1):  # one step a descriptor of one wait
        mine = waits.take(turn == nth)
        trial = WakeUps.none(len(calls))
        link_waits(calls, lineage, io, mine, trial)
        later = mine.call[trial.wake_ns[mine.call] > best[mine.call]]
        best[later] = trial.wake_ns[later]
        wakeups.take(trial, later)


def _link_registrations(
    calls: Calls, events: pd.DataFrame, registered: pd.DataFrame, wakeups: WakeUps
) -> None:
    """Link epoll waits with another thread's epoll_ctl that added a descriptor already ready."""
    both = pd.concat([events[_REGISTERED], registered[_REGISTERED]])
    code = pd.factorize(pd.MultiIndex.from_frame(both))[0].astype(np.int64)
    wait, add = events["wait"].to_numpy(), registered["call"].to_numpy()
    found = latest_wakes(
        code[: len(events)], calls.start[wait], calls.end[wait], calls.thread[wait],
        code[len(events) :], calls.start[add], calls.end[add], calls.thread[add],
    )  # fmt: skip
    by = np.append(add, NOBODY)[found]
    waker = np.where(found >= 0, calls.thread[by], NOBODY)
    wakeups.explain(wait, "epoll", waker=waker, wake_ns=calls.end[by], waker_call=by)


def _registrations(calls: Calls, lineage: Lineage) -> pd.DataFrame:
    """List what epoll_ctl registered: time, process, instance, data, fd, call; by time."""
    places = calls.named("epoll_ctl")
    args = calls.args(places)
    adds = contains(args, _ADD)
    places, args = places[adds], args[adds]
    second = args.str.replace(_ADD, "", regex=True)
    frame = pd.DataFrame(
        {
            "time": calls.start[places],
            "process": lineage.process[calls.thread[places]],
            "instance": descriptors(args)["fd"].fillna(NOBODY).to_numpy(dtype=np.int64),
            "data": epoll_data(args, at_most=1)[:, 0],
            "fd": descriptors(second)["fd"].fillna(NOBODY).to_numpy(dtype=np.int64),
            "call": places,
        }
    )
    return frame.sort_values("time", kind="stable")


def _rows_of(calls: Calls, lineage: Lineage, io: InputOutput, events: pd.DataFrame) -> Ints:
    """Find a row of ``io`` that tells what each event's descriptor stood for at that time.

    A socket shows its addresses only once it is connected, so the first call after the event
    tells best; failing that, the last one before it.
    """
    known = pd.DataFrame(
        {
            "time": calls.start[io.call],
            "process": lineage.process[calls.thread[io.call]],
            "fd": io.fd,
            "row": np.arange(len(io.call)),
        }
    )
    told = (io.own >= 0) | (io.peer >= 0)
    known = known[told].sort_values("time", kind="stable")
    wanted = events[["time", "process", "fd"]]
    after, before = (
        pd.merge_asof(wanted, known, on="time", by=["process", "fd"], direction=direction)["row"]
        for direction in ("forward", "backward")
    )
    return after.fillna(before).fillna(NOBODY).to_numpy(dtype=np.int64)
