"""What the descriptors of calls stand for: pipes, sockets and their peers, eventfds, files."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from coldstart_lab.attribution.calls import Bools, Calls
from coldstart_lab.attribution.lineage import Lineage
from coldstart_lab.attribution.lives import Ints
from coldstart_lab.attribution.masks import as_mask
from coldstart_lab.readers.strace.arguments import descriptors
from coldstart_lab.tables import STRING

RECEIVING = ("read", "readv", "recvfrom", "recvmsg", "recvmmsg", "accept", "accept4", "pread64",
             "preadv", "preadv2", "splice")  # fmt: skip
SENDING = ("write", "writev", "sendto", "sendmsg", "sendmmsg", "sendfile", "pwrite64", "pwritev",
           "pwritev2")  # fmt: skip
CLOSING = ("close", "shutdown")
OTHER = ("connect", "bind", "listen", "getsockopt", "setsockopt", "getpeername", "getsockname",
         "fstat", "lseek", "getdents64", "fsync", "fdatasync", "mmap", "ioctl", "fcntl",
         "copy_file_range", "flock", "dup", "dup2", "dup3", "ftruncate", "fchmod",
         "fallocate")  # fmt: skip
_PAIR = re.compile(r"^(?:TCP|UDP|TCPv6|UDPv6|SCTP)(?:v6)?:\[(.+)->(.+)\]$")
_LISTENING = re.compile(r"^(TCP|UDP|TCPv6|UDPv6):\[(.*:\d+)\]$")
_UNIX = re.compile(r'^UNIX[A-Z-]*:\[(\d+)(?:->(\d+))?(?:,\s*@?"(.*)")?\]$')
_MAPPED = re.compile(r"\[::ffff:([0-9.]+)\]")


@dataclass(frozen=True, slots=True)
class Target:
    """What one annotation of -yy stands for.

    Attributes
    ----------
    family : str
        pipe, socket, listener, eventfd, timerfd, epoll, file, memory or other.
    own, peer : str
        Names of this end and of the other one; equal strings are one end.
    subject : str
        How a person would name it: a path, or the peer's address.
    """

    family: str
    own: str
    peer: str
    subject: str


def parse_target(text: str) -> Target:
    """Parse the text between the angle brackets.

    Parameters
    ----------
    text : str
        Such as ``TCP:[127.0.0.1:45076->127.0.0.1:5432]``, ``pipe:[1234]`` or ``/etc/hosts``.

    Returns
    -------
    Target
        What it stands for.
    """
    if text.startswith("/"):
        path = re.sub(r"<(?:char|block) \d+:\d+>$", "", text).removesuffix(" (deleted)")
        family = "memory" if path.startswith(("/memfd:", "/dev/zero")) else "file"
        return Target(family, text, text, path)
    if text.startswith("pipe:["):
        return Target("pipe", text, text, "pipe")
    pair = _PAIR.match(text)
    if pair:
        here, there = (_MAPPED.sub(r"\1", end) for end in pair.groups())
        return Target("socket", f"{here}->{there}", f"{there}->{here}", there)
    listening = _LISTENING.match(text)
    if listening:
        address = _MAPPED.sub(r"\1", listening.group(2))
        return Target("listener", address, address, address)
    unix = _UNIX.match(text)
    if unix:
        here, there, path = unix.groups()
        return Target("socket", f"unix:{here}", f"unix:{there or '?'}", path or "unix socket")
    if "eventfd" in text:
        return Target("eventfd", "eventfd", "eventfd", "eventfd")
    if "timerfd" in text:
        return Target("timerfd", text, text, "timer")
    if "eventpoll" in text:
        return Target("epoll", text, text, "epoll")
    return Target("other", text, text, text)


@dataclass(frozen=True, eq=False)
class InputOutput:
    """Calls on descriptors, in the order of ``Calls``.

    Attributes
    ----------
    call : array of int64, shape (n,)
        Place of the call.
    fd : array of int64, shape (n,)
        Descriptor, -1 where unknown.
    own, peer : array of int64, shape (n,)
        Code of this end and of the other one, -1 where unknown.
    family, subject : Series of string, shape (n,)
        Of its target; NA where unknown.
    row : array of int64, shape (number of calls,)
        Row of each call here, -1 for calls on no descriptor.
    """

    call: Ints
    fd: Ints
    own: Ints
    peer: Ints
    family: pd.Series
    subject: pd.Series
    row: Ints

    def is_family(self, *families: str) -> Bools:
        """Mark the rows of these families."""
        return np.asarray(self.family.isin(families), dtype=bool)

    def calls_named(self, calls: Calls, *names: str) -> Bools:
        """Mark the rows of calls of these names."""
        mask = np.zeros(len(calls), dtype=bool)
        mask[calls.named(*names)] = True
        return mask[self.call]


def resolve_descriptors(calls: Calls, lineage: Lineage) -> InputOutput:
    """Resolve the descriptor of every call on one, from the annotations of -y or -yy.

    Parameters
    ----------
    calls : Calls
        The calls.
    lineage : Lineage
        Whose descriptors they are.

    Returns
    -------
    InputOutput
        One row a call on a descriptor.
    """
    places = calls.named(*RECEIVING, *SENDING, *CLOSING, *OTHER)
    found = descriptors(calls.args(places))
    fd = found["fd"].fillna(-1).to_numpy(dtype=np.int64)
    return _describe(calls, lineage, places, fd, found["target"])


def _describe(
    calls: Calls, lineage: Lineage, places: Ints, fd: Ints, target: pd.Series
) -> InputOutput:
    parsed = [parse_target(text) for text in target.cat.categories]
    codes = target.cat.codes.to_numpy()
    ends = {
        name: code
        for code, name in enumerate(sorted({t.own for t in parsed} | {t.peer for t in parsed}))
    }
    own = np.array([ends[t.own] for t in parsed] + [-1], dtype=np.int64)[codes]
    peer = np.array([ends[t.peer] for t in parsed] + [-1], dtype=np.int64)[codes]
    family = pd.array([t.family for t in parsed] + [None], dtype=STRING)[codes]
    subject = pd.array([t.subject for t in parsed] + [None], dtype=STRING)[codes]
    events = as_mask(pd.Series(family).eq("eventfd"))
    # an eventfd has no name of its own: it is told by its process and number
    private = len(ends) + lineage.process[calls.thread[places]] * 1_000_000 + fd
    own, peer = np.where(events, private, own), np.where(events, private, peer)
    row = np.full(len(calls), -1, dtype=np.int64)
    row[places] = np.arange(len(places))
    return InputOutput(places, fd, own, peer, pd.Series(family), pd.Series(subject), row)


def resolve_ready(calls: Calls, lineage: Lineage, places: Ints) -> InputOutput:
    """Resolve, for poll and select calls, the descriptor that became ready.

    Parameters
    ----------
    calls : Calls
        The calls.
    lineage : Lineage
        Whose descriptors they are.
    places : array of int64
        The poll and select calls.

    Returns
    -------
    InputOutput
        One row a call.
    """
    found = descriptors(
        calls.args(places), ready=calls.frame["retval_text"].iloc[places].reset_index(drop=True)
    )
    fd = found["fd"].fillna(-1).to_numpy(dtype=np.int64)
    return _describe(calls, lineage, places, fd, found["target"])
