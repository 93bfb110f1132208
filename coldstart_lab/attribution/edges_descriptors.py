"""Wake-ups through descriptors: pipes, sockets, eventfds, directly or behind poll and epoll."""

from __future__ import annotations

import numpy as np
import pandas as pd

from coldstart_lab.attribution.calls import Bools, Calls, Ints
from coldstart_lab.attribution.descriptors import (
    CLOSING,
    RECEIVING,
    SENDING,
    InputOutput,
    resolve_ready,
)
from coldstart_lab.attribution.lineage import Lineage
from coldstart_lab.attribution.masks import as_mask, contains
from coldstart_lab.attribution.matching import NOBODY, latest_wakes
from coldstart_lab.attribution.waits import SHORT_NS, wakers_of
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


def link_descriptors(
    calls: Calls, lineage: Lineage, io: InputOutput, kinds: pd.Series, wakeups: WakeUps
) -> None:
    """Link calls that wait on a descriptor, and poll and epoll, with who made it ready.

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
        Filled in: a waker in the log, or ``external`` for a peer outside it, ``storage`` for a
        file, ``timer`` for a time-out.
    """
    direct = io.row[wakers_of(calls, kinds, "descriptor")]
    direct = direct[direct >= 0]
    _link_rows(calls, io, io.call[direct], io, direct, wakeups)
    _end_rows(calls, io, io.call[direct], io, direct, wakeups)
    _link_poll(calls, lineage, io, wakers_of(calls, kinds, "poll"), wakeups)
    _link_epoll(calls, lineage, io, wakers_of(calls, kinds, "epoll"), wakeups)


def _link_rows(
    calls: Calls, io: InputOutput, waits: Ints, at: InputOutput, rows: Ints, wakeups: WakeUps
) -> None:
    """Link the waits on ``at``'s rows with the calls of ``io`` at the other end."""
    got = calls.frame["retval"].iloc[waits].fillna(-1).to_numpy(dtype=np.int64)
    sends = _is_call(calls, io, SENDING) & ~calls.failed[io.call]
    closes = _is_call(calls, io, CLOSING)
    reads = _is_call(calls, io, RECEIVING) & ~calls.failed[io.call]
    sending = _is_call(calls, at, SENDING)[rows]
    streams = at.is_family("pipe", "socket", "eventfd")[rows]
    # data ends a read, a close ends it at the end of the stream; a full pipe waits for its reader
    _link_by(calls, io, waits, at, rows, streams & ~sending & (got != 0), sends, wakeups)
    _link_by(calls, io, waits, at, rows, streams & ~sending & (got == 0), closes, wakeups)
    _link_by(calls, io, waits, at, rows, streams & sending, reads, wakeups)


def _link_by(
    calls: Calls, io: InputOutput, waits: Ints, at: InputOutput, rows: Ints,
    which: Bools, wakes: Bools, wakeups: WakeUps,
) -> None:  # fmt: skip
    waits, rows = waits[which], rows[which]
    other = np.flatnonzero(wakes)
    by_call = io.call[other]
    found = latest_wakes(
        at.peer[rows], calls.start[waits], calls.end[waits], calls.thread[waits],
        io.own[other], calls.start[by_call], calls.end[by_call], calls.thread[by_call],
    )  # fmt: skip
    by = np.append(by_call, NOBODY)[found]
    waker = np.where(found >= 0, calls.thread[by], NOBODY)
    for family in ("pipe", "socket", "eventfd"):
        mine = at.is_family(family)[rows]
        wakeups.explain(
            waits[mine], family,
            waker=waker[mine], wake_ns=calls.end[by][mine], waker_call=by[mine],
        )  # fmt: skip


def _end_rows(
    calls: Calls, io: InputOutput, waits: Ints, at: InputOutput, rows: Ints, wakeups: WakeUps
) -> None:
    """Say of waits without a waker whether the other end is outside the log or is a disk."""
    long = (calls.end[waits] - calls.start[waits]) >= SHORT_NS
    alone = long & (wakeups.waker[waits] == NOBODY)
    inside = np.isin(at.peer[rows], io.own[io.own >= 0])
    listener = at.is_family("listener")[rows]
    outside = alone & (listener | (at.is_family("socket", "pipe", "other")[rows] & ~inside))
    wakeups.end(waits[outside], "external")
    names = at.subject.iloc[rows[outside]]
    known = names.notna().to_numpy()
    wakeups.subject.update(zip(waits[outside][known].tolist(), names[known], strict=True))
    wakeups.end(waits[alone & at.is_family("file")[rows]], "storage")


def _link_poll(
    calls: Calls, lineage: Lineage, io: InputOutput, waits: Ints, wakeups: WakeUps
) -> None:
    if not len(waits):
        return
    waits = _link_timeouts(calls, waits, wakeups)
    ready = resolve_ready(calls, lineage, waits)
    rows = np.arange(len(waits))
    _link_rows(calls, io, waits, ready, rows, wakeups)
    _end_rows(calls, io, waits, ready, rows, wakeups)


def _link_timeouts(calls: Calls, waits: Ints, wakeups: WakeUps) -> Ints:
    """Note the time-outs among poll-like waits; return those that something ended."""
    frame = calls.frame.iloc[waits]
    at_once = contains(frame["args"], _ZERO)
    for name, pattern in _AT_ONCE.items():
        mine = as_mask(frame["syscall"].eq(name))
        at_once[mine] = contains(frame["args"][mine], pattern)
    got = calls.frame["retval"].iloc[waits].fillna(-1).to_numpy(dtype=np.int64)
    wakeups.end(waits[(got == 0) & ~at_once], "timer")
    return waits[(got > 0) & ~at_once]


def _link_epoll(
    calls: Calls, lineage: Lineage, io: InputOutput, waits: Ints, wakeups: WakeUps
) -> None:
    if not len(waits):
        return
    waits = _link_timeouts(calls, waits, wakeups)
    registered = _registrations(calls, lineage)
    if not len(waits) or registered.empty:
        return
    frame = calls.frame.iloc[waits]
    instance = descriptors(frame["args"])["fd"].fillna(-1).to_numpy(dtype=np.int64)
    data = epoll_data(frame["args"])
    which, slot = np.nonzero(data >= 0)
    events = pd.DataFrame(
        {
            "time": calls.end[waits[which]],
            "process": lineage.process[calls.thread[waits[which]]],
            "instance": instance[which],
            "data": data[which, slot],
            "wait": which,
        }
    ).sort_values("time", kind="stable")
    keys = ["process", "instance", "data"]
    _link_registrations(calls, waits, events, registered, keys, wakeups)
    events = pd.merge_asof(events, registered, on="time", by=keys).dropna(subset="fd")
    events["fd"] = events["fd"].astype(np.int64)
    rows = _rows_of(calls, lineage, io, events)
    events, rows = events[rows >= 0], rows[rows >= 0]
    ready = waits[events["wait"].to_numpy()]
    wakeups.io_row.update(zip(ready.tolist(), rows.tolist(), strict=True))
    _link_ready(calls, io, ready, rows, wakeups)
    _end_rows(calls, io, ready, io, rows, wakeups)


def _link_ready(calls: Calls, io: InputOutput, waits: Ints, rows: Ints, wakeups: WakeUps) -> None:
    """Link epoll waits; of several ready descriptors the one made ready last explains the end."""
    best = np.where(wakeups.waker != NOBODY, wakeups.wake_ns, 0)
    for turn in range(int(np.bincount(waits, minlength=1).max(initial=0))):
        nth = pd.Series(waits).groupby(waits).cumcount().to_numpy() == turn
        trial = WakeUps.none(len(calls))
        _link_rows(calls, io, waits[nth], io, rows[nth], trial)
        later = waits[nth][trial.wake_ns[waits[nth]] > best[waits[nth]]]
        best[later] = trial.wake_ns[later]
        for mine, theirs in (
            (wakeups.kind, trial.kind),
            (wakeups.waker, trial.waker),
            (wakeups.wake_ns, trial.wake_ns),
            (wakeups.waker_call, trial.waker_call),
        ):
            mine[later] = theirs[later]


def _link_registrations(
    calls: Calls, waits: Ints, events: pd.DataFrame, registered: pd.DataFrame,
    keys: list[str], wakeups: WakeUps,
) -> None:  # fmt: skip
    """Link epoll waits with another thread's epoll_ctl that added a descriptor already ready."""
    both = pd.concat([events[keys], registered[keys]])
    code = pd.factorize(pd.MultiIndex.from_frame(both))[0].astype(np.int64)
    wait, add = waits[events["wait"].to_numpy()], registered["call"].to_numpy()
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
    args = calls.frame["args"].iloc[places]
    adds = contains(args, _ADD)
    places, args = places[adds], args[adds]
    second = args.str.replace(_ADD, "", regex=True)
    data = epoll_data(args, at_most=1)[:, 0]
    frame = pd.DataFrame(
        {
            "time": calls.start[places],
            "process": lineage.process[calls.thread[places]],
            "instance": descriptors(args)["fd"].fillna(-1).to_numpy(dtype=np.int64),
            "data": data,
            "fd": descriptors(second)["fd"].fillna(-1).to_numpy(dtype=np.int64),
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
    known = known[io.own >= 0].sort_values("time", kind="stable")
    wanted = events[["time", "process", "fd"]]
    after, before = (
        pd.merge_asof(wanted, known, on="time", by=["process", "fd"], direction=direction)["row"]
        for direction in ("forward", "backward")
    )
    return after.fillna(before).fillna(NOBODY).to_numpy(dtype=np.int64)


def _is_call(calls: Calls, io: InputOutput, names: tuple[str, ...]) -> Bools:
    mask = np.zeros(len(calls), dtype=bool)
    mask[calls.named(*names)] = True
    return mask[io.call]


def mark_unknown(calls: Calls, kinds: pd.Series, wakeups: WakeUps) -> None:
    """Mark the waits that took long and that nothing explains; short ones did not wait."""
    open_kinds = kinds.notna().to_numpy() & (wakeups.kind == CODE["none"])
    long = (calls.end - calls.start) >= SHORT_NS
    at = np.flatnonzero(open_kinds & long)
    kind = kinds.iloc[at]
    terminal = kind.isin(["timer", "storage"]).to_numpy()
    for name in ("timer", "storage"):
        wakeups.end(at[kind.eq(name).to_numpy(dtype=bool)], name)
    wakeups.end(at[~terminal], "unknown")
