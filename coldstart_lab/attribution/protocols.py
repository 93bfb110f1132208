"""What is spoken on each connection, told by its first bytes or its port."""

from __future__ import annotations

import numpy as np
import pandas as pd

from coldstart_lab.attribution.calls import Calls
from coldstart_lab.attribution.descriptors import RECEIVING, SENDING, InputOutput
from coldstart_lab.attribution.lives import Ints
from coldstart_lab.attribution.masks import contains
from coldstart_lab.tables import STRING

# strace prints a byte as a character or as its octal number, of three digits before another one
_BYTE = r'(?:\\(?:[0-7]{1,3}|x[0-9a-f]{2}|[abefnrtv"\\])|[^"\\])'
_ZERO, _ONE = (rf"\\(?:{value}|00{value}|x0{value})" for value in "01")
# The header of a query (RFC 1035, 4.1.1): an id, flags, one question, no answers
_QUERY = (
    rf'"{_BYTE}{_BYTE}(?:{_ZERO}|{_ONE}){_BYTE}{_ZERO}{_ONE}{_ZERO}{_ZERO}{_ZERO}{_ZERO}{_ZERO}'
    rf"(?:{_ZERO}|{_ONE})"
)
# First match wins; strace prints non-printable bytes in octal
_BY_BYTES = (
    ("TLS", r'"\\26\\3[\\0-9]|"\\x16\\x03'),
    ("PostgreSQL", r'\\0\\3\\0\\0user\\0|"\\0\\0\\0\\10\\4\\322\\26/|"\\0\\0\\0.{1,4}\\0\\3\\0\\0'),
    ("Redis", r'"\*\d+\\r\\n\$\d+\\r\\n|"\+PONG\\r'),
    ("HTTP/2", r'"PRI \* HTTP/2'),
    ("HTTP", r'"(?:GET|POST|PUT|HEAD|DELETE|PATCH|OPTIONS|CONNECT) [^"]* HTTP/1|"HTTP/1\.[01] '),
    ("MySQL", r"mysql_native_password|caching_sha2_password"),
    ("DNS", _QUERY),
)  # fmt: skip
_BY_PORT = (
    ("DNS", r":53$"),
    ("PostgreSQL", r":5432$"),
    ("MySQL", r":3306$"),
    ("Redis", r":(?:6379|26379)$"),
    ("MongoDB", r":27017$"),
    ("Kafka", r":9092$"),
    ("etcd", r":2379$"),
    ("name service cache", r"/nscd/socket$"),
)
_HANDSHAKE = r'"\\2[46]\\3|"\\x1[46]\\x03'


def name_protocols(calls: Calls, io: InputOutput) -> pd.Series:
    """Name the protocol of every call on a connection.

    Parameters
    ----------
    calls : Calls
        The calls.
    io : InputOutput
        Their descriptors.

    Returns
    -------
    Series of string, one a row of ``io``
        ``TLS handshake`` up to the last handshake record of the connection (RFC 8446, 5.1:
        record types 20 and 22), else ``TLS``, ``HTTP``, ``PostgreSQL``, ``DNS``, ...; NA where
        nothing tells.
    """
    sockets = np.flatnonzero(io.is_family("socket", "datagram"))
    protocol = np.full(len(io.call), None, dtype=object)
    if not len(sockets):
        return pd.Series(protocol, dtype=STRING)
    data = io.calls_named(calls, *SENDING, *RECEIVING)[sockets]
    talk = sockets[data]
    args = calls.args(io.call[talk])
    connection = _connections(io, sockets)
    for name, pattern in reversed(_BY_PORT):
        hits = contains(io.subject.iloc[sockets], pattern)
        protocol[sockets[hits]] = name
    for name, pattern in reversed(_BY_BYTES):
        hits = contains(args, pattern)
        known = np.isin(connection[sockets], np.unique(connection[talk[hits]]))
        protocol[sockets[known]] = name
        if name == "TLS":
            _mark_handshakes(calls, io, connection, sockets[known], talk, args, protocol)
    return pd.Series(protocol, dtype=STRING)


def _connections(io: InputOutput, sockets: Ints) -> Ints:
    """Give the rows of one connection one code; a row of which no end is known has its own."""
    low, high = np.sort(np.stack((io.own[sockets], io.peer[sockets])), axis=0)
    width = int(high.max()) + 2
    code = (low + 1) * width + high + 1
    out = np.full(len(io.call), -1, dtype=np.int64)
    out[sockets] = np.where(high >= 0, code, -1 - sockets)
    return out


def _mark_handshakes(
    calls: Calls, io: InputOutput, connection: np.ndarray, rows: np.ndarray,
    talk: np.ndarray, args: pd.Series, protocol: np.ndarray,
) -> None:  # fmt: skip
    records = contains(args, _HANDSHAKE)
    ends = pd.Series(calls.end[io.call[talk[records]]]).groupby(connection[talk[records]]).max()
    last = ends.reindex(connection[rows]).to_numpy()
    protocol[rows[calls.start[io.call[rows]] < last]] = "TLS handshake"
