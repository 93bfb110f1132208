"""What each call does to descriptors: which it uses, opens, copies, closes and hands on."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from coldstart_lab.readers.strace.arguments import filetables as op
from coldstart_lab.readers.strace.arguments.calls import Calls
from coldstart_lab.readers.strace.arguments.lists import list_spans
from coldstart_lab.readers.strace.arguments.numbers import numbers
from coldstart_lab.readers.strace.arguments.signatures import (
    ALWAYS_CLOEXEC,
    LOCAL,
    MADE,
    MADE_LISTS,
    MADE_WITH,
    MADE_WITHOUT,
    USED,
    USED_LISTS,
    slots,
)
from coldstart_lab.readers.strace.arguments.splitting import field_spans
from coldstart_lab.readers.strace.arguments.steps import BEGIN, END, NAMED, Entries, Steps, Uses
from coldstart_lab.readers.strace.arguments.text import Ints, Spans

_BIRTHS = ("clone", "clone3", "fork", "vfork")
_EXECS = ("execve", "execveat")


class Followed(NamedTuple):
    """The descriptors of a log, each with what it was found to be."""

    calls: Calls
    uses: Uses
    entries: Entries
    state: op.State


def first_entries(followed: Followed) -> Ints:
    """Return, for each entry, what the first descriptor among its call's arguments stands for.

    That is the folder of openat, the listening socket of accept; -1 where it is not known.
    """
    looked = np.flatnonzero(~followed.uses.made)[::-1]
    first = np.full(len(followed.calls.events), -1, dtype=np.int64)
    first[followed.uses.row[looked]] = followed.state.entry[looked]
    return first[followed.entries.row]


def follow(calls: Calls) -> Followed:
    """Follow the descriptors of all processes of a log."""
    steps = Steps(calls)
    _use(steps, calls)
    _close(steps, calls)
    _mark(steps, calls)
    _name_ends(steps, calls)
    _return(steps, calls)
    _copy(steps, calls)
    _pair(steps, calls)
    _receive(steps, calls)
    _give_birth(steps, calls)
    return Followed(calls, steps.uses, steps.entries, steps.replay(_first_tables(calls)))


def _first_tables(calls: Calls) -> Ints:
    """Say which table each thread begins with.

    Who executed nothing and has no creator in the log was there when strace was attached: it is a
    thread of the process that strace was attached to.
    """
    child = calls.thread_of(calls.retval[calls.succeeded(*_BIRTHS)])
    own = np.zeros(calls.threads, dtype=bool)
    own[child[child >= 0]] = True
    own[calls.who[calls.succeeded(*_EXECS)]] = True
    return np.where(own, np.arange(calls.threads), 0)


def _use(steps: Steps, calls: Calls) -> None:
    for table in slots(USED):
        steps.look_up(*calls.descriptors(table))
    for table in slots(USED_LISTS):
        rows, lists = calls.arguments(table)
        place, fd, spans = _listed(calls, lists)
        steps.look_up(rows[place], fd, spans)


def _close(steps: Steps, calls: Calls) -> None:
    rows = calls.named("close")
    # the number is free as soon as the call begins, whatever it returns (close(2))
    rows = rows[(calls.first_fd[rows] >= 0) & ~calls.failed_with(rows, "EBADF")]
    steps.add(op.CLOSE, rows, BEGIN, fd=calls.first_fd[rows])
    rows, last = calls.numbers({"close_range": 1}, calls.succeeded("close_range"))
    known, first = calls.numbers({"close_range": 0}, rows)
    rows, last = rows[np.isin(rows, known)], last[np.isin(rows, known)]
    sane = (first >= 0) & (last >= first)
    rows, first, last = rows[sane], first[sane], last[sane]
    marks = calls.has(rows, b"CLOSE_RANGE_CLOEXEC")
    steps.add(op.PRIVATE, rows[calls.has(rows, b"CLOSE_RANGE_UNSHARE")], BEGIN)
    for what, which in ((op.CLOSE_RANGE, ~marks), (op.MARK_RANGE, marks)):
        steps.add(what, rows[which], BEGIN, fd=first[which], value=last[which])


def _mark(steps: Steps, calls: Calls) -> None:
    fcntl, ioctl = calls.succeeded("fcntl", "fcntl64"), calls.succeeded("ioctl")
    fcntl = fcntl[calls.has(fcntl, b"F_SETFD")]
    ioctl = ioctl[calls.has(ioctl, b"FIOCLEX") | calls.has(ioctl, b"FIONCLEX")]
    marked = (calls.has(fcntl, b"FD_CLOEXEC"), calls.has(ioctl, b"FIOCLEX"))
    for rows, cloexec in zip((fcntl, ioctl), marked, strict=True):
        known = calls.first_fd[rows] >= 0
        fd = calls.first_fd[rows[known]]
        steps.add(op.MARK, rows[known], END, fd=fd, value=cloexec[known])


def _name_ends(steps: Steps, calls: Calls) -> None:
    connects = calls.named("connect")
    begun = (calls.retval[connects] == 0) | calls.failed_with(connects, "EINPROGRESS")
    others = np.concatenate((connects[begun], calls.succeeded("getpeername")))
    for what, rows in ((op.OWN_END, calls.succeeded(*LOCAL)), (op.OTHER_END, others)):
        known = rows[calls.first_fd[rows] >= 0]
        steps.add(what, known, NAMED, fd=calls.first_fd[known], value=known)


def _return(steps: Steps, calls: Calls) -> None:
    for kind in dict.fromkeys(MADE.values()):
        rows = _opening(calls, *(name for name, made in MADE.items() if made == kind))
        accepts = calls.are(rows, "accept", "accept4")
        cloexec = calls.has(rows, b"CLOEXEC", inside=True)
        cloexec |= calls.are(rows, *ALWAYS_CLOEXEC)
        steps.open(
            rows, calls.retval[rows], _returned(rows), kind,
            listening=np.where(accepts, calls.first_fd[rows], -1), cloexec=cloexec,
        )  # fmt: skip
        accepted = rows[accepts]
        steps.add(op.OTHER_END, accepted, NAMED, fd=calls.retval[accepted], value=accepted)


def _opening(calls: Calls, *names: str) -> Ints:
    """Return the calls of these names that returned a descriptor."""
    rows = calls.succeeded(*names)
    opens = np.ones(len(rows), dtype=bool)
    for table, wanted in ((MADE_WITH, True), (MADE_WITHOUT, False)):
        for name, words in table.items():
            mine = np.flatnonzero(calls.are(rows, name))
            found = np.any([calls.has(rows[mine], word) for word in words], axis=0)
            opens[mine] = found == wanted
    return rows[opens]


def _copy(steps: Steps, calls: Calls) -> None:
    fcntl = calls.succeeded("fcntl", "fcntl64")
    fcntl = fcntl[calls.has(fcntl, b"F_DUPFD")]
    rows = np.concatenate((calls.succeeded("dup", "dup2", "dup3"), fcntl))
    source, made = calls.first_fd[rows], calls.retval[rows]
    real = source != made  # dup2(3, 3) does nothing
    cloexec = calls.has(rows[real], b"CLOEXEC", inside=True)
    steps.add(op.COPY, rows[real], END, fd=made[real], value=source[real], cloexec=cloexec)
    steps.look_up(rows, made, _returned(rows), made=True)


def _pair(steps: Steps, calls: Calls) -> None:
    for table in slots(MADE_LISTS):
        rows, lists = calls.arguments(table, calls.succeeded(*table))
        kind = np.where(calls.are(rows, "socketpair"), "socket", "pipe")
        _open_listed(steps, calls, rows, lists, kind)


def _receive(steps: Steps, calls: Calls) -> None:
    """Open the descriptors that a message brings, and those of processes that clone makes."""
    rows = calls.succeeded("recvmsg", "recvmmsg")
    rows = rows[calls.has(rows, b"SCM_RIGHTS")]
    lists = field_spans(calls.text.data, calls.from_word(rows, b"SCM_RIGHTS"), b"cmsg_data=")
    _open_listed(steps, calls, rows, lists, np.full(len(rows), None))
    rows = calls.succeeded("clone", "clone3")
    rows = rows[calls.has(rows, b"CLONE_PIDFD")]
    for name in (b"pidfd=", b"parent_tid="):
        start, length = calls.from_word(rows, name + b"[")
        lists = Spans(start + len(name), length - len(name))
        _open_listed(steps, calls, rows, lists, np.full(len(rows), "pidfd"), cloexec=True)
        rows = rows[length < 0]


def _give_birth(steps: Steps, calls: Calls) -> None:
    rows = calls.succeeded(*_BIRTHS)
    child = calls.thread_of(calls.retval[rows])
    rows, child = rows[child >= 0], child[child >= 0]
    sharing = calls.has(rows, b"CLONE_FILES") + 2 * calls.has(rows, b"CLONE_THREAD")
    # the child may be seen before its creator's call has returned
    steps.add(op.BIRTH, rows, BEGIN, value=child, extra=sharing)
    steps.add(op.EXEC, calls.succeeded(*_EXECS), END)
    rows = calls.succeeded("unshare")
    steps.add(op.PRIVATE, rows[calls.has(rows, b"CLONE_FILES")], END)


def _open_listed(
    steps: Steps, calls: Calls, rows: Ints, lists: Spans, kind: Any, *, cloexec: bool = False
) -> None:
    marked = calls.has(rows, b"CLOEXEC", inside=True) | cloexec
    place, fd, spans = _listed(calls, lists)
    nth = np.arange(len(place)) - np.searchsorted(place, place)
    steps.open(rows[place], fd, spans, kind[place], end=nth, cloexec=marked[place])


def _listed(calls: Calls, lists: Spans) -> tuple[Ints, Ints, Spans]:
    """Read lists of descriptors: the place of the list of each, its number, where it stands."""
    place, spans = list_spans(calls.text.data, lists)
    fd, _ = numbers(calls.text.data, spans)
    known = fd >= 0
    return place[known], fd[known], spans.take(known)


def _returned(rows: Ints) -> Spans:
    return Spans(np.zeros(len(rows), dtype=np.int64), np.full(len(rows), -1))
