"""What descriptors that were followed stand for, in the words of -yy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from coldstart_lab.readers.strace.arguments.escapes import decode_strings
from coldstart_lab.readers.strace.arguments.following import Followed, first_entries
from coldstart_lab.readers.strace.arguments.numbers import numbers
from coldstart_lab.readers.strace.arguments.paths import full_paths, opened_paths
from coldstart_lab.readers.strace.arguments.sockets import socket_facts
from coldstart_lab.readers.strace.arguments.splitting import argument_spans
from coldstart_lab.readers.strace.arguments.text import Ints
from coldstart_lab.tables import STRING

# Folders opened below folders are followed this far
_DEPTH = 8
_NAMES = {
    "pipe": "pipe:[?]",
    "eventfd": "anon_inode:[eventfd]",
    "epoll": "anon_inode:[eventpoll]",
    "timerfd": "anon_inode:[timerfd]",
    "signalfd": "anon_inode:[signalfd]",
    "inotify": "anon_inode:inotify",
    "fanotify": "anon_inode:[fanotify]",
    "io_uring": "anon_inode:[io_uring]",
}


def tracked_targets(followed: Followed) -> pd.Categorical:
    """Name what the descriptors of a log stand for.

    Parameters
    ----------
    followed : Followed
        The descriptors.

    Returns
    -------
    Categorical, one entry a use of ``followed``
        Such as ``/etc/hosts`` or ``TCP:[?->10.0.0.2:53]``; NA where nothing is known.
    """
    entry = followed.state.entry
    codes, names = pd.factorize(pd.Series(_entry_names(followed)))
    facts, stage = socket_facts(followed)
    socket_codes, socket_names = pd.factorize(_socket_names(facts))
    found = np.where(
        stage >= 0,
        np.append(socket_codes + len(names), -1)[stage],
        np.append(codes, -1)[entry],
    )
    again, distinct = pd.factorize(names.append(socket_names))
    return pd.Categorical.from_codes(np.append(again, -1)[found], distinct)


def _entry_names(followed: Followed) -> pd.Series:
    """Name what is no socket."""
    calls, entries = followed.calls, followed.entries
    names = np.full(len(entries.row), None, dtype=object)
    for kind, name in _NAMES.items():
        names[entries.kind == kind] = name
    memory = np.flatnonzero(entries.kind == "memfd")
    spans = argument_spans(calls.text, entries.row[memory], np.zeros(len(memory), dtype=np.int64))
    given = pd.Series(decode_strings(calls.text.data, spans).text())
    names[memory] = ("/memfd:" + given).astype(object)
    processes = np.flatnonzero(entries.kind == "pidfd")
    rows = entries.row[processes]
    spans = argument_spans(calls.text, rows, calls.places(rows, {"pidfd_open": 0}))
    opened, _ = numbers(calls.text.data, spans)
    ids = pd.Series(np.where(spans.length < 0, calls.retval[rows], opened))  # clone returns it
    names[processes] = ("pid:" + ids.astype(STRING)).astype(object)
    files = np.flatnonzero(entries.kind == "file")
    names[files] = _file_names(followed, files)
    return pd.Series(names, dtype=STRING)


def _file_names(followed: Followed, files: Ints) -> Any:
    """Name files by their paths, below the folders that they were opened in."""
    path, printed = opened_paths(followed.calls, followed.entries.row[files])
    place = np.full(len(followed.entries.row) + 1, -1, dtype=np.int64)
    place[files] = np.arange(len(files))
    folder = place[first_entries(followed)[files]]
    full = pd.Series(full_paths(path, printed))
    for _ in range(_DEPTH):
        below = np.flatnonzero(full.isna() & (folder >= 0))
        if not len(below):
            break
        full.iloc[below] = full_paths(path[below], full.array[folder[below]])
    return full.astype(object)


def _socket_names(facts: pd.DataFrame) -> pd.Series:
    """Name sockets at each stage of their lives."""
    family, protocol = facts["family"], facts["protocol"]
    own, peer = (_end(facts, end) for end in ("local", "remote"))
    inside = own.where(facts["remote_address"].isna(), own + "->" + peer)
    port_id = protocol + ":" + facts["local_address"]
    inside = inside.mask(family == "AF_NETLINK", port_id.fillna("?"))
    unix = pd.Series(np.where(facts["connected"], "?->?", "?"), dtype=STRING)
    path = "," + facts["path"].str.replace("(?s)^(@?)(.*)$", r'\1"\2"', regex=True)
    inside = inside.mask(family == "AF_UNIX", unix + path.fillna(""))
    label = protocol.mask(family == "AF_UNIX", "UNIX-" + protocol)
    label = label.mask(family == "AF_INET6", protocol + "v6")
    label = label.mask(family == "AF_NETLINK", "NETLINK").fillna("socket")
    return label + ":[" + inside + "]"


def _end(facts: pd.DataFrame, end: str) -> pd.Series:
    address, port = facts[f"{end}_address"], facts[f"{end}_port"]
    address = address.mask(facts["family"] == "AF_INET6", "[" + address + "]")
    return (address + ":" + port.fillna("?")).fillna("?")
