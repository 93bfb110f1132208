"""Wake-ups through descriptors: pipes, sockets, eventfds; and waits on peers outside the log."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from coldstart_lab.attribution.addresses import named_addresses
from coldstart_lab.attribution.calls import Bools, Calls
from coldstart_lab.attribution.descriptors import CLOSING, RECEIVING, SENDING, InputOutput
from coldstart_lab.attribution.lineage import Lineage
from coldstart_lab.attribution.lives import Ints
from coldstart_lab.attribution.matching import NOBODY, common_codes, latest_wakes
from coldstart_lab.attribution.targets import on_this_host
from coldstart_lab.attribution.waits import SHORT_NS, places_of
from coldstart_lab.attribution.wakeups import WakeUps

# What is heard from the other end of each family, by the kind of wait that it ends
_HEARD = {"pipe": "pipe", "socket": "socket", "datagram": "socket", "eventfd": "eventfd"}


class Waits(NamedTuple):
    """Calls that wait on descriptors.

    Attributes
    ----------
    call, row : array of int64, shape (n,)
        The call, and the row of ``InputOutput`` that tells what it waits on.
    sending : array of bool, shape (n,)
        It waits for room to send.
    over : array of bool, shape (n,)
        The end of a stream may have ended it.
    """

    call: Ints
    row: Ints
    sending: Bools
    over: Bools

    def take(self, which: Bools | Ints) -> Waits:
        """Return some of them."""
        return Waits(self.call[which], self.row[which], self.sending[which], self.over[which])


def link_direct(
    calls: Calls, lineage: Lineage, io: InputOutput, kinds: pd.Series, wakeups: WakeUps
) -> None:
    """Link calls that wait on a descriptor with who made it ready.

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
        file, ``timer`` for a timer's descriptor.
    """
    rows = io.row[places_of(kinds, "descriptor")]
    rows = rows[rows >= 0]
    places = io.call[rows]
    sending = io.calls_named(calls, *SENDING)[rows]
    waits = Waits(places, rows, sending, calls.numbers(places) == 0)
    link_waits(calls, lineage, io, waits, wakeups)
    end_waits(calls, io, waits, wakeups)
    # a connection is made by the peer's kernel: no call of the peer ends the wait
    connects = calls.named("connect")
    long = (calls.end[connects] - calls.start[connects]) >= SHORT_NS
    wakeups.end(connects[long & kinds.notna().to_numpy()[connects]], "external")


def link_waits(
    calls: Calls, lineage: Lineage, io: InputOutput, waits: Waits, wakeups: WakeUps
) -> None:
    """Link waits on descriptors with the calls at their other ends; see :func:`link_direct`."""
    _link_connects(calls, io, waits.take(io.is_family("listener")[waits.row]), wakeups)
    heard = waits.take(io.is_family(*_HEARD)[waits.row])
    got = heard.take(~heard.sending & (calls.numbers(heard.call) != 0))
    over = heard.take(heard.over & ~heard.sending)
    full = heard.take(
        heard.sending & ((calls.end[heard.call] - calls.start[heard.call]) >= SHORT_NS)
    )
    sends, closes, reads = (
        np.flatnonzero(io.calls_named(calls, *names) & ~calls.failed[io.call])
        for names in (SENDING, CLOSING, RECEIVING)
    )
    # data ends a read, a close ends it at the end of the stream; a full pipe waits for its reader
    _link_ends(calls, io, got, sends, wakeups)
    _link_ends(calls, io, over, closes, wakeups)
    _link_hangups(calls, lineage, io, over, wakeups)
    _link_ends(calls, io, full, reads, wakeups, begun_since=True)


def _link_ends(
    calls: Calls, io: InputOutput, waits: Waits, wakes: Ints, wakeups: WakeUps,
    *, begun_since: bool = False,
) -> None:  # fmt: skip
    """Link waits with the latest of these rows whose other end is the one waited on."""
    own, peer = io.own[waits.row], io.peer[waits.row]
    by = _latest(calls, waits.call, own, io.call[wakes], io.peer[wakes])
    # whose own end is not known hears from whoever is the other one
    unknown = np.where(own < 0, peer, NOBODY)
    by = np.where(by < 0, _latest(calls, waits.call, unknown, io.call[wakes], io.own[wakes]), by)
    if begun_since:  # who was reading already found nothing to make room of
        by = np.where(calls.start[by] >= calls.start[waits.call], by, NOBODY)
    _explain(calls, io, waits, wakeups, by)


def _latest(calls: Calls, waits: Ints, wanted: Ints, wakes: Ints, woken: Ints) -> Ints:
    """Return the latest of these calls within each wait whose key is the one wanted."""
    found = latest_wakes(
        wanted, calls.start[waits], calls.end[waits], calls.thread[waits],
        woken, calls.start[wakes], calls.end[wakes], calls.thread[wakes],
    )  # fmt: skip
    return np.append(wakes, NOBODY)[found]


def _explain(calls: Calls, io: InputOutput, waits: Waits, wakeups: WakeUps, by: Ints) -> None:
    waker = np.where(by >= 0, calls.thread[by], NOBODY)
    for family, kind in _HEARD.items():
        mine = io.is_family(family)[waits.row]
        wakeups.explain(
            waits.call[mine], kind,
            waker=waker[mine], wake_ns=calls.end[by[mine]], waker_call=by[mine],
        )  # fmt: skip


def _link_hangups(
    calls: Calls, lineage: Lineage, io: InputOutput, waits: Waits, wakeups: WakeUps
) -> None:
    """Link waits that the end of a stream ended with the exit of a process that held it open."""
    for family in ("pipe", "socket"):
        mine = waits.take(io.is_family(family)[waits.row])
        other = io.peer[mine.row]
        held = np.flatnonzero(np.isin(io.own, other[other >= 0]))
        pairs = np.stack((io.own[held], lineage.process[calls.thread[io.call[held]]]), axis=1)
        own, process = np.unique(pairs, axis=0).T
        over = calls.lives.exit_ns[process] >= 0
        own, process = own[over], process[over]
        exit_ns = calls.lives.exit_ns[process]
        found = latest_wakes(
            other, calls.start[mine.call], calls.end[mine.call], calls.thread[mine.call],
            own, exit_ns, exit_ns, process,
        )  # fmt: skip
        wakeups.explain(
            mine.call, family, waker=np.append(process, NOBODY)[found],
            wake_ns=np.append(exit_ns, 0)[found], waker_call=np.full(len(found), NOBODY),
        )  # fmt: skip


def _link_connects(calls: Calls, io: InputOutput, waits: Waits, wakeups: WakeUps) -> None:
    """Link waits for a connection with a connect in the log to the port or path listened on."""
    connects = calls.named("connect")
    if not len(waits.call) or not len(connects):
        return
    names = (named_addresses(calls.args(connects)), io.subject.iloc[waits.row])
    to, on = (name.astype(object).map(on_this_host, na_action="ignore") for name in names)
    wanted, woken = common_codes(on, to)
    by = _latest(calls, waits.call, wanted, connects, woken)
    waker = np.where(by >= 0, calls.thread[by], NOBODY)
    wakeups.explain(waits.call, "socket", waker=waker, wake_ns=calls.end[by], waker_call=by)


def end_waits(calls: Calls, io: InputOutput, waits: Waits, wakeups: WakeUps) -> None:
    """Say of waits without a waker whether the other end is outside the log, a disk or a timer."""
    long = (calls.end[waits.call] - calls.start[waits.call]) >= SHORT_NS
    alone = waits.take(long & (wakeups.waker[waits.call] == NOBODY))
    own, peer = io.own[alone.row], io.peer[alone.row]
    # both ends of a pipe have one name: its writers must be seen, or its readers
    wrote, read = (np.isin(own, io.own[io.calls_named(calls, *names)])
                   for names in (SENDING, RECEIVING))  # fmt: skip
    pipe = io.is_family("pipe")[alone.row]
    inside = np.where(pipe, np.where(alone.sending, read, wrote), np.isin(peer, io.own))
    inside &= peer >= 0
    outside = io.is_family("pipe", "socket", "datagram")[alone.row] & ~inside
    outside |= io.is_family("listener")[alone.row]
    wakeups.end(alone.call[outside], "external")
    wakeups.subject[alone.call[outside]] = io.subject.iloc[alone.row[outside]].astype(object)
    wakeups.end(alone.call[io.is_family("file")[alone.row]], "storage")
    wakeups.end(waits.call[io.is_family("timerfd")[waits.row]], "timer")
