"""Reads the requests that a program got while it started: one JSON object a line.

Two forms are understood. As the service noted them: ``class``, ``arrived_realtime_ns``,
``waited_ns`` (for parts of the start), ``took_ns``, ``failed``, ``secure`` (over TLS). As their
sender saw them: ``url``, ``sent_realtime_ns``, ``latency_ns``, ``code`` (of HTTP; 0 for none).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pandas as pd

from coldstart_lab.readers.unpacking import unpack
from coldstart_lab.tables import REQUEST_LOSSES, REQUESTS, Table

_GOOD = range(200, 400)
_MOST_NS = (1 << 63) - 1
_SHOWN = 4096


@dataclass(frozen=True, eq=False)
class RequestLog:
    """The requests of a start.

    Attributes
    ----------
    source : Path
        The file they were read from.
    requests : DataFrame
        ``tables.REQUESTS``.
    losses : DataFrame
        ``tables.REQUEST_LOSSES``: the lines not understood.
    """

    source: Path
    requests: pd.DataFrame
    losses: pd.DataFrame


def read_requests(path: str | Path) -> RequestLog:
    """Read the requests of a start.

    Parameters
    ----------
    path : path-like
        A file of JSON lines, plain or compressed with gzip, zstd or xz.

    Returns
    -------
    RequestLog
        The requests, and the lines that are none.

    Raises
    ------
    UnreadableInputError
        If the file cannot be opened.
    """
    path = Path(path)
    content, damage = unpack(path)
    rows: list[dict[str, Any]] = []
    losses: list[dict[str, Any]] = []
    lines = content.decode("utf-8", "backslashreplace").split("\n")
    for number, text in enumerate(lines, start=1):
        if not text.strip():
            continue
        try:
            rows.append({"line": number, **_request(json.loads(text))})
        except (TypeError, ValueError, KeyError, RecursionError):
            losses.append({"line": number, "text": text[:_SHOWN]})
    if damage is not None:
        losses.append({"line": len(lines), "text": damage})
    return RequestLog(path, _frame(REQUESTS, rows), _frame(REQUEST_LOSSES, losses))


def _request(line: Any) -> dict[str, Any]:
    if not isinstance(line, dict):
        raise TypeError("a request is an object")
    if "url" in line:
        url = urlsplit(str(line["url"]))
        return {
            "side": "client",
            "name": _named(url.path.strip("/"), secure=url.scheme == "https"),
            "start_ns": _ns(line["sent_realtime_ns"]),
            "duration_ns": _ns(line["latency_ns"]),
            "waited_ns": None,
            "failed": line["code"] not in _GOOD,
        }
    return {
        "side": "service",
        "name": _named(str(line["class"]), secure=bool(line.get("secure"))),
        "start_ns": _ns(line["arrived_realtime_ns"]),
        "duration_ns": _ns(line["took_ns"]),
        "waited_ns": _ns(line["waited_ns"]),
        "failed": bool(line["failed"]),
    }


def _ns(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("a time is a whole number")
    if not 0 <= value <= _MOST_NS:
        raise ValueError("a time has 64 bits")
    return value


def _named(name: str, *, secure: bool) -> str:
    sound = name.encode("utf-8", "backslashreplace").decode("utf-8")
    return f"{sound} over TLS" if secure else sound


def _frame(table: Table, rows: list[dict[str, Any]]) -> pd.DataFrame:
    return table.frame({name: [row[name] for row in rows] for name in table.names})
