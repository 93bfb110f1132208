"""Wake-ups through descriptors: pipes, sockets, eventfds; and waits on peers outside the log."""

from __future__ import annotations

import numpy as np
import pandas as pd

from coldstart_lab.attribution.addresses import named_addresses
from coldstart_lab.attribution.calls import Bools, Calls
from coldstart_lab.attribution.descriptors import CLOSING, RECEIVING, SENDING, InputOutput
from coldstart_lab.attribution.lineage import Lineage
from coldstart_lab.attribution.lives import Ints
from coldstart_lab.attribution.matching import NOBODY, common_codes, latest_wakes
from coldstart_lab.attribution.waits import SHORT_NS, places_of
from coldstart_lab.attribution.wakeups import WakeUps

_ACCEPTING = ("accept", "accept4")
_LOOPBACK = r"^(?:127\.[0-9.]+|\[::1?\]|0\.0\.0\.0)(:\d+)$"


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
    waits = io.call[rows]
    sending = io.calls_named(calls, *SENDING)[rows]
    over = calls.numbers(waits) == 0
    link_rows(calls, lineage, io, waits, io, rows, wakeups, sending=sending, over=over)
    accepting = io.calls_named(calls, *_ACCEPTING)[rows]
    link_accepts(calls, waits[accepting], io.subject.iloc[rows[accepting]], wakeups)
    end_rows(calls, io, waits, io, rows, wakeups, sending=sending)
    # a connection is made by the peer's kernel: no call of the peer ends the wait
    connects = calls.named("connect")
    long = (calls.end[connects] - calls.start[connects]) >= SHORT_NS
    wakeups.end(connects[long & kinds.notna().to_numpy()[connects]], "external")


def link_rows(
    calls: Calls, lineage: Lineage, io: InputOutput, waits: Ints, at: InputOutput, rows: Ints,
    wakeups: WakeUps, *, sending: Bools, over: Bools,
) -> None:  # fmt: skip
    """Link the waits on the descriptors of ``at``'s rows with the calls at their other ends.

    Parameters
    ----------
    calls, lineage, io
        The calls, their threads and descriptors.
    waits : array of int64
        The calls that waited.
    at : InputOutput
        Whose row ``rows[i]`` tells what ``waits[i]`` waited on.
    rows : array of int64
        See ``at``.
    wakeups : WakeUps
        Filled in.
    sending : array of bool
        Which waits were for room to send.
    over : array of bool
        Which waits the end of a stream may have ended.
    """
    sends = io.calls_named(calls, *SENDING) & ~calls.failed[io.call]
    closes = io.calls_named(calls, *CLOSING)
    reads = io.calls_named(calls, *RECEIVING) & ~calls.failed[io.call]
    streams = at.is_family("pipe", "socket", "eventfd")[rows]
    got = streams & ~sending & (calls.numbers(waits) != 0)
    over = over & streams & ~sending
    # data ends a read, a close ends it at the end of the stream; a full pipe waits for its reader
    _link_by(calls, io, waits, at, rows, got, sends, wakeups)
    _link_by(calls, io, waits, at, rows, over, closes, wakeups)
    _link_hangups(calls, lineage, io, waits[over], at, rows[over], wakeups)
    full = streams & sending & ((calls.end[waits] - calls.start[waits]) >= SHORT_NS)
    _link_by(calls, io, waits, at, rows, full, reads, wakeups, begun_since=True)


def _link_by(
    calls: Calls, io: InputOutput, waits: Ints, at: InputOutput, rows: Ints,
    which: Bools, wakes: Bools, wakeups: WakeUps, *, begun_since: bool = False,
) -> None:  # fmt: skip
    waits, rows = waits[which], rows[which]
    other = np.flatnonzero(wakes)
    by_call = io.call[other]
    found = latest_wakes(
        at.peer[rows], calls.start[waits], calls.end[waits], calls.thread[waits],
        io.own[other], calls.start[by_call], calls.end[by_call], calls.thread[by_call],
    )  # fmt: skip
    by = np.append(by_call, NOBODY)[found]
    real = found >= 0
    if begun_since:  # who was reading already found nothing to make room of
        real &= calls.start[by] >= calls.start[waits]
    waker = np.where(real, calls.thread[by], NOBODY)
    for family in ("pipe", "socket", "eventfd"):
        mine = at.is_family(family)[rows]
        wakeups.explain(
            waits[mine], family,
            waker=waker[mine], wake_ns=calls.end[by][mine], waker_call=by[mine],
        )  # fmt: skip


def _link_hangups(
    calls: Calls, lineage: Lineage, io: InputOutput, waits: Ints, at: InputOutput, rows: Ints,
    wakeups: WakeUps,
) -> None:  # fmt: skip
    """Link waits that the end of a stream ended with the exit of a process that held it open."""
    held = np.flatnonzero(np.isin(io.own, at.peer[rows]))
    pairs = np.stack((io.own[held], lineage.process[calls.thread[io.call[held]]]), axis=1)
    own, process = np.unique(pairs, axis=0).T
    exit_ns = calls.lives.exit_ns[process]
    over = exit_ns >= 0
    found = latest_wakes(
        at.peer[rows], calls.start[waits], calls.end[waits], calls.thread[waits],
        own[over], exit_ns[over], exit_ns[over], process[over],
    )  # fmt: skip
    waker = np.append(process[over], NOBODY)[found]
    nobody = np.full(len(waits), NOBODY)
    for family in ("pipe", "socket"):
        mine = at.is_family(family)[rows]
        wakeups.explain(
            waits[mine], family, waker=waker[mine],
            wake_ns=np.append(exit_ns[over], 0)[found][mine], waker_call=nobody[mine],
        )  # fmt: skip


def link_accepts(calls: Calls, waits: Ints, names: pd.Series, wakeups: WakeUps) -> None:
    """Link waits for a connection with a connect in the log to the port or path listened on.

    Parameters
    ----------
    calls : Calls
        The calls.
    waits : array of int64
        Accepts, or poll-like waits that ended because a listener was ready.
    names : Series of string, one a wait
        The address listened on.
    wakeups : WakeUps
        Filled in.
    """
    connects = calls.named("connect")
    if not len(waits) or not len(connects):
        return
    to = named_addresses(calls.args(connects)).str.replace(_LOOPBACK, r"\1", regex=True)
    on = names.str.replace(_LOOPBACK, r"\1", regex=True)
    wanted, woken = common_codes(on, to)
    found = latest_wakes(
        wanted, calls.start[waits], calls.end[waits], calls.thread[waits],
        woken, calls.start[connects], calls.end[connects], calls.thread[connects],
    )  # fmt: skip
    by = np.append(connects, NOBODY)[found]
    waker = np.where(found >= 0, calls.thread[by], NOBODY)
    wakeups.explain(waits, "socket", waker=waker, wake_ns=calls.end[by], waker_call=by)


def end_rows(
    calls: Calls, io: InputOutput, waits: Ints, at: InputOutput, rows: Ints, wakeups: WakeUps,
    *, sending: Bools,
) -> None:  # fmt: skip
    """Say of waits without a waker whether the other end is outside the log, a disk or a timer.

    Parameters as :func:`link_rows`.
    """
    long = (calls.end[waits] - calls.start[waits]) >= SHORT_NS
    alone = long & (wakeups.waker[waits] == NOBODY)
    there = np.unique(io.own[io.own >= 0])
    # both ends of a pipe have one name: its writers must be seen, or its readers
    ends = [np.unique(io.own[io.calls_named(calls, *names)]) for names in (SENDING, RECEIVING)]
    wrote, read = (np.isin(at.peer[rows], end) for end in ends)
    pipe = np.where(sending, read, wrote)
    inside = np.where(at.is_family("pipe")[rows], pipe, np.isin(at.peer[rows], there))
    outside = at.is_family("listener")[rows] | (at.is_family("socket", "pipe")[rows] & ~inside)
    outside &= alone
    wakeups.end(waits[outside], "external")
    wakeups.subject[waits[outside]] = at.subject.iloc[rows[outside]].astype(object)
    wakeups.end(waits[alone & at.is_family("file")[rows]], "storage")
    wakeups.end(waits[at.is_family("timerfd")[rows]], "timer")
