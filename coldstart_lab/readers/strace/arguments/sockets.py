"""The sockets of a log that were followed: what they are, and the addresses of their ends."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from coldstart_lab.readers.strace.arguments.calls import Calls
from coldstart_lab.readers.strace.arguments.following import Followed, first_entries
from coldstart_lab.readers.strace.arguments.sockaddr import addresses_at
from coldstart_lab.readers.strace.arguments.splitting import argument_spans
from coldstart_lab.readers.strace.arguments.text import Ints
from coldstart_lab.readers.strace.buffers.spans import intern_spans
from coldstart_lab.tables import STRING

# What -yy calls them (strace's socketutils.c)
_INTERNET = {"SOCK_STREAM": "TCP", "SOCK_DGRAM": "UDP", "SOCK_RAW": "RAW"}
_OTHER_PROTOCOLS = {
    "IPPROTO_SCTP": "SCTP", "IPPROTO_UDPLITE": "UDP-Lite", "IPPROTO_ICMP": "PING",
    "IPPROTO_ICMPV6": "PING", "IPPROTO_MPTCP": "TCP", "IPPROTO_DCCP": "DCCP",
}  # fmt: skip
# Where -X verbose puts names: behind their numbers
_IN_COMMENT = re.compile(r"^\S+ /\* (.*) \*/$", re.DOTALL)


def socket_facts(followed: Followed) -> tuple[pd.DataFrame, Ints]:
    """Say what is known of each socket, at each stage of its life.

    Parameters
    ----------
    followed : Followed
        The descriptors of a log.

    Returns
    -------
    facts : DataFrame
        One row a stage: strings ``family``, ``protocol``, ``local_address``, ``local_port``,
        ``remote_address``, ``remote_port`` and ``path``; bool ``connected``.
    stage : array of int64, one entry a use of ``followed``
        Its row of ``facts``; -1 for what is no socket.
    """
    entry, own, other = followed.state
    is_socket = np.append(followed.entries.kind == "socket", False)
    uses = np.flatnonzero(is_socket[entry])
    stages = pd.DataFrame({"entry": entry[uses], "own": own[uses], "other": other[uses]})
    stage = np.full(len(entry), -1, dtype=np.int64)
    stage[uses] = stages.groupby(list(stages), sort=False).ngroup()
    which, own, other = stages.drop_duplicates().to_numpy().T
    made_by = _makers(followed)[which]
    local, remote = (_addresses(followed.calls, rows) for rows in (own, other))
    kinds = _kinds(followed.calls, made_by)
    pair = followed.calls.are(made_by, "socketpair")
    facts = {
        **kinds,
        "local_address": local["address"],
        "local_port": local["port"].mask(local["port"] == "0"),
        "remote_address": remote["address"],
        "remote_port": remote["port"],
        "path": local["path"].fillna(remote["path"]),
        "connected": (other >= 0) | pair,
    }
    return pd.DataFrame(facts), stage


def _makers(followed: Followed) -> Ints:
    """Return the call that says what each entry is: of an accepted one, that of the listener."""
    entries = followed.entries
    listener = first_entries(followed)
    accepted = followed.calls.are(entries.row, "accept", "accept4") & (listener >= 0)
    made_by = np.append(entries.row, -1)
    return np.where(accepted, made_by[listener], entries.row)


def _kinds(calls: Calls, rows: Ints) -> dict[str, pd.Series]:
    """Read the family and the protocol of the sockets that these calls made."""
    named = calls.are(rows, "socket", "socketpair")
    parts = [
        intern_spans(calls.text.data, *argument_spans(calls.text, rows, np.where(named, nth, -1)))
        for nth in range(3)
    ]
    kinds = pd.DataFrame({nth: pd.Series(part).astype(object) for nth, part in enumerate(parts)})
    kinds = kinds.fillna("")
    codes = kinds.groupby(list(kinds), sort=False).ngroup().to_numpy()
    labels = [_label(*kind) for kind in kinds.drop_duplicates().itertuples(index=False)]
    found = pd.DataFrame([*labels, (None, None)], columns=["family", "protocol"], dtype=STRING)
    return {str(name): column for name, column in found.take(codes).reset_index(drop=True).items()}


def _label(*printed: str) -> tuple[str | None, str | None]:
    """Return the family and the protocol; ``printed`` is what socket was given."""
    domain, kind, protocol = (_IN_COMMENT.sub(r"\1", text) for text in printed)
    kind = kind.partition("|")[0]
    if domain in ("AF_INET", "AF_INET6"):
        return domain, _OTHER_PROTOCOLS.get(protocol) or _INTERNET.get(kind)
    if domain in ("AF_UNIX", "AF_LOCAL"):
        return "AF_UNIX", kind.removeprefix("SOCK_")
    if domain == "AF_NETLINK":
        return domain, protocol.removeprefix("NETLINK_")
    return (domain if domain.startswith("AF_") else None), None


def _addresses(calls: Calls, rows: Ints) -> pd.DataFrame:
    """Read the addresses in the second arguments of some calls; a row of -1 has none."""
    distinct, place = np.unique(rows, return_inverse=True)
    spans = argument_spans(calls.text, distinct, np.where(distinct >= 0, 1, -1))
    return addresses_at(calls.text.data, spans).take(place).reset_index(drop=True)
