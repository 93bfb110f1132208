"""The addresses of both ends of the sockets that calls are about."""

from __future__ import annotations

import numpy as np
import pandas as pd

from coldstart_lab.readers.strace.arguments.annotations import socket_ends
from coldstart_lab.readers.strace.arguments.calls import Calls
from coldstart_lab.readers.strace.arguments.following import Followed, follow
from coldstart_lab.readers.strace.arguments.signatures import LOCAL, NONE, REMOTE
from coldstart_lab.readers.strace.arguments.sockaddr import addresses_at
from coldstart_lab.readers.strace.arguments.sockets import socket_facts
from coldstart_lab.readers.strace.arguments.splitting import argument_spans, field_spans
from coldstart_lab.readers.strace.arguments.text import Ints
from coldstart_lab.readers.strace.arguments.tracking import Names, name_descriptors
from coldstart_lab.tables import STRING
from coldstart_lab.tables.strace_arguments import STRACE_SOCKETS

_MESSAGES = ("recvmsg", "sendmsg")
_TEXT = ("family", "protocol", "local_address", "local_port", "remote_address", "remote_port",
         "path")  # fmt: skip


def socket_addresses(events: pd.DataFrame) -> pd.DataFrame:
    """Read the addresses of both ends of the sockets that calls are about.

    Parameters
    ----------
    events : DataFrame
        ``tables.STRACE_EVENTS``, all of it: the ends of a socket are known from the calls before.

    Returns
    -------
    DataFrame
        ``tables.STRACE_SOCKETS``: one row a call on a socket, in the order of the events and with
        their index.

    Notes
    -----
    Of the same end the call's own arguments say most (``connect``, ``accept``, ``sendto``, ...),
    then what ``-yy`` printed, then what earlier calls on the socket said
    (:func:`track_descriptors`). A connection's own port is known only if it was printed: the
    kernel chose it.
    """
    calls = Calls(events)
    followed = follow(calls)
    names = name_descriptors(followed)
    use = _about_sockets(followed, names)
    rows = followed.uses.row[use]
    facts, stage = socket_facts(followed)
    printed = np.where(names.printed, names.target.codes, NONE)
    found = _in_arguments(calls, rows)
    for known, place in (
        (socket_ends(names.target.categories), printed[use]),
        (facts, stage[use]),
    ):
        # the row after the last is NA throughout, as place -1 asks for
        part = known.reindex(range(len(known) + 1)).take(place).reset_index(drop=True)
        found = found.fillna(part[list(found)])
    columns = {
        "line": events["line"].to_numpy()[rows],
        "syscall": events["syscall"].array[rows],
        "fd": followed.uses.fd[use],
        **found,
        "local_port": pd.to_numeric(found["local_port"]),
        "remote_port": pd.to_numeric(found["remote_port"]),
    }
    return STRACE_SOCKETS.frame(columns).set_axis(events.index[rows], axis=0)


def _about_sockets(followed: Followed, names: Names) -> Ints:
    """Return the uses that are of the socket a call is about, in order, one a call."""
    calls, uses = followed.calls, followed.uses
    accepted = calls.are(uses.row, "accept", "accept4") & (calls.retval[uses.row] >= 0)
    use = np.flatnonzero((names.kind == "socket") & (uses.made == accepted))
    use = use[np.argsort(uses.row[use], kind="stable")]
    again = uses.row[use[1:]] == uses.row[use[:-1]]
    return np.delete(use, np.flatnonzero(again) + 1)


def _in_arguments(calls: Calls, rows: Ints) -> pd.DataFrame:
    """Read the addresses that the calls themselves are given, or return."""
    found = pd.DataFrame(index=range(len(rows)), columns=_TEXT, dtype=STRING)
    for end, table in (("local", LOCAL), ("remote", REMOTE)):
        spans = argument_spans(calls.text, rows, calls.places(rows, table))
        message = calls.are(rows, *_MESSAGES)
        spans.start[message], spans.length[message] = field_spans(
            calls.text.data, spans.take(message), b"msg_name="
        )
        given = addresses_at(calls.text.data, spans)
        columns = {"address": f"{end}_address", "port": f"{end}_port"}
        found = found.fillna(given.rename(columns=columns))
    return found
