"""What the descriptors of calls stand for: pipes, sockets and their peers, eventfds, files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import union_categoricals

from coldstart_lab.attribution.addresses import named_addresses
from coldstart_lab.attribution.calls import Bools, Calls
from coldstart_lab.attribution.ends import complete_unix, first_uses, last_uses, name_opened
from coldstart_lab.attribution.lineage import Lineage
from coldstart_lab.attribution.lives import Ints
from coldstart_lab.attribution.masks import as_numbers
from coldstart_lab.attribution.targets import Target, datagram_end, parse_target
from coldstart_lab.readers.strace.arguments import calls as arguments
from coldstart_lab.readers.strace.arguments.following import Followed, follow
from coldstart_lab.readers.strace.arguments.targets import tracked_targets
from coldstart_lab.readers.strace.arguments.tracking import name_descriptors
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
POLLING = ("poll", "ppoll", "select", "pselect6")
# With these a datagram may go to, or come from, an address of its own
_ADDRESSED = ("sendto", "sendmsg", "sendmmsg", "recvfrom", "recvmsg", "recvmmsg")
# The first descriptor in ``1 ([{fd=3, revents=POLLIN}])`` or ``1 (in [3])``
_READY = r"(?:\[|fd=)(\d+)"
_FILES = ("file", "device")
_ACCEPTED = {"family": "socket", "own": "", "peer": "", "subject": "socket"}
_MOST_DESCRIPTORS = 1 << 20


@dataclass(frozen=True, eq=False)
class InputOutput:
    """Calls on descriptors, in the order of ``Calls``.

    Attributes
    ----------
    call : array of int64, shape (n,)
        Place of the call; of poll and select that found a descriptor ready.
    fd : array of int64, shape (n,)
        Descriptor that the call is about, or that was ready.
    own, peer : array of int64, shape (n,)
        Code of this end and of the other one, -1 where unknown.
    family, subject : Series of string, shape (n,)
        Of its target (``targets.Target``); NA where unknown.
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


def resolve_descriptors(calls: Calls, lineage: Lineage, events: pd.DataFrame) -> InputOutput:
    """Resolve the descriptor of every call on one: as -yy printed it, else as it was opened.

    Parameters
    ----------
    calls : Calls
        The calls.
    lineage : Lineage
        Whose descriptors they are.
    events : DataFrame
        ``tables.STRACE_EVENTS`` of these calls.

    Returns
    -------
    InputOutput
        One row a call on a descriptor.
    """
    followed = follow(arguments.Calls(events))
    use, place = _uses_of(calls, followed)
    fd = followed.uses.fd[use]
    stage, ends = _ends(followed, use)
    index = pd.Index(np.concatenate((ends["own"], ends["peer"]))).unique()
    own, peer = (_codes(index, ends[name])[stage] for name in ("own", "peer"))
    family = ends["family"][stage]
    peer, count = _addressed(calls, place, family, peer, index)
    # an eventfd that is not known to have been made is told by its process and number
    events_of = np.flatnonzero((family == "eventfd") & (own < 0))
    process = lineage.process[calls.thread[place[events_of]]]
    own[events_of] = peer[events_of] = count + process * _MOST_DESCRIPTORS + fd[events_of]
    row = np.full(len(calls), -1, dtype=np.int64)
    row[place] = np.arange(len(place))
    return InputOutput(
        place, fd, own, peer, _strings(family), _strings(ends["subject"][stage]), row
    )


def _uses_of(calls: Calls, followed: Followed) -> tuple[Ints, Ints]:
    """Return which use of a descriptor each call is about, and the places of these calls."""
    places = calls.named(*RECEIVING, *SENDING, *CLOSING, *OTHER)
    use = first_uses(followed)[calls.rows[places]]
    # of epoll_ctl the second one: what is to be watched
    watches = calls.named("epoll_ctl")
    watched = last_uses(followed)[calls.rows[watches]]
    polls = calls.named(*POLLING)
    ready = as_numbers(calls.frame["retval_text"].iloc[polls].str.extract(_READY)[0])
    polls, ready = polls[ready >= 0], ready[ready >= 0]
    uses = followed.uses
    listed = np.flatnonzero(np.isin(uses.row, calls.rows[polls]) & ~uses.made)
    wanted = pd.MultiIndex.from_arrays([calls.rows[polls], ready])
    found = pd.MultiIndex.from_arrays([uses.row[listed], uses.fd[listed]])
    by_ready = pd.Series(listed, index=found)
    by_ready = by_ready[~by_ready.index.duplicated()].reindex(wanted)
    at = by_ready.fillna(-1).to_numpy(dtype=np.int64)
    places, use = np.concatenate((places, watches, polls)), np.concatenate((use, watched, at))
    places, use = places[use >= 0], use[use >= 0]
    order = np.argsort(places)
    return use[order], places[order]


def _ends(followed: Followed, use: Ints) -> tuple[Ints, dict[str, Any]]:
    """Describe each distinct descriptor at each stage of its life; the stage of each use."""
    names = _names(followed)
    codes, entry = names.codes.astype(np.int64), followed.state.entry
    width = len(followed.entries.row) + 1
    keys, stage = np.unique(codes[use] * width + entry[use] + 1, return_inverse=True)
    target, entries = np.divmod(keys, width)
    entries -= 1
    parsed = [parse_target(text) for text in names.categories]
    parsed.append(Target("", "", "", ""))
    ends = {
        name: np.array([getattr(one, name) for one in parsed], dtype=object)[target]
        for name in ("family", "own", "peer", "subject")
    }
    # of an accepted socket no more may be known than what it was listened for at
    accepted = np.append(_accepted(followed), False)[entries] & (ends["family"] == "listener")
    for name, value in _ACCEPTED.items():
        ends[name][accepted] = value
    # a file is one even where its path is not known
    is_file = np.append(np.isin(followed.entries.kind.astype(str), _FILES), False)[entries]
    ends["family"][is_file & (ends["family"] == "")] = "file"
    complete_unix(ends["own"], ends["peer"], ends["subject"])
    listening = _listening(followed, parsed, codes)
    name_opened(ends["family"], ends["own"], ends["peer"], entries, followed, listening)
    return stage, ends


def _names(followed: Followed) -> pd.Categorical:
    """Name descriptors as strace printed them, else as they were followed.

    Of a socket -y prints no more than its inode: what was followed says more.
    """
    printed = name_descriptors(followed).target
    bare = np.append(printed.categories.str.startswith("socket:["), False)
    if not bare.any():
        return printed
    both = union_categoricals([printed, tracked_targets(followed)])
    as_printed, as_followed = both.codes.reshape(2, -1)
    better = bare[printed.codes] & (as_followed >= 0)
    codes = np.where(better, as_followed, as_printed)
    return pd.Categorical.from_codes(codes, both.categories)


def _accepted(followed: Followed) -> Bools:
    """Mark what was opened by accepting a connection."""
    return np.asarray(followed.calls.are(followed.entries.row, "accept", "accept4"), dtype=bool)


def _listening(followed: Followed, parsed: list[Target], codes: Ints) -> Any:
    """Return the address that each accepted socket was listened for at, by entry; else ""."""
    names = [one.subject if one.family == "listener" else "" for one in parsed]
    row = followed.entries.row
    first = first_uses(followed)[row]
    accepted = _accepted(followed) & (first >= 0)
    return np.array(names, dtype=object)[np.where(accepted, np.append(codes, -1)[first], -1)]


def _addressed(
    calls: Calls, place: Ints, family: Any, peer: Ints, index: pd.Index
) -> tuple[Ints, int]:
    """Take the peers of single datagrams from the addresses in the calls' arguments."""
    mask = np.zeros(len(calls), dtype=bool)
    mask[calls.named(*_ADDRESSED)] = True
    at = np.flatnonzero((family == "datagram") & mask[place])
    address = named_addresses(calls.args(place[at])).astype(object)
    ends = address.map(datagram_end, na_action="ignore").fillna("").to_numpy(dtype=object)
    index = index.append(pd.Index(ends)).unique()
    peer = peer.copy()
    peer[at] = _codes(index, ends)
    return peer, len(index)


def _codes(index: pd.Index, ends: Any) -> Ints:
    return np.where(ends == "", -1, index.get_indexer(pd.Index(ends))).astype(np.int64)


def _strings(values: Any) -> pd.Series:
    return pd.Series(np.where(values == "", None, values), dtype=STRING)
