"""Reads traces in OTLP JSON into tables."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from coldstart_lab.errors import UnreadableInputError
from coldstart_lab.readers.otlp.gathering import Gathered
from coldstart_lab.readers.otlp.traces import OtlpTraces
from coldstart_lab.readers.unpacking import unpack

_HEAD = 1 << 16
_BEGIN = re.compile(rb'(?:\A|\n)\s*\{\s*"resource_?[Ss]pans"\s*:\s*\[')


def sniff_otlp(path: Path) -> bool:
    """Whether a file looks like traces in OTLP JSON: a line of its head begins as such."""
    try:
        head, _ = unpack(path, most=_HEAD)
    except UnreadableInputError:
        return False
    return _BEGIN.search(head) is not None


def read_otlp(path: str | Path) -> OtlpTraces:
    """Read traces in OTLP JSON into tables.

    Understands what the file exporters of OpenTelemetry write, one export request a line, and one
    whole JSON document. Lines of other signals are counted. A damaged file is read as far as it
    goes: a line, span or event that is not understood is in ``losses``, and the rest is read.

    Parameters
    ----------
    path : path-like
        A file, plain or compressed with gzip, zstd or xz.

    Returns
    -------
    OtlpTraces
        ``spans`` (one row a span, times in ns), ``span_events``, ``summary`` and ``losses``.

    Raises
    ------
    UnreadableInputError
        If the file cannot be opened, or holds something but no line of OTLP.

    Notes
    -----
    The form is that of the OTLP specification 1.x, JSON encoding:
    https://opentelemetry.io/docs/specs/otlp/ and
    https://opentelemetry.io/docs/specs/otel/protocol/file-exporter/.
    """
    path = Path(path)
    content, damage = unpack(path)
    gathered = Gathered()
    for line, offset, text in _documents(content):
        gathered.add(line, offset, text)
    if damage is not None:
        gathered.lose(content.count(b"\n") + 1, len(content), "damaged file", damage)
    if content.strip() and not gathered.understood:
        raise UnreadableInputError(
            damage or "no line of it is OTLP JSON",
            path=path,
            hint="OpenTelemetry's file exporter writes it: one export request a line",
        )
    lines = content.count(b"\n") + (not content.endswith(b"\n") and bool(content))
    return gathered.traces(path, size_bytes=len(content), lines=lines)


def _documents(content: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Give line, offset and text of each document: each line that is not blank, or the whole."""
    lines = content.split(b"\n")
    first = next((line for line in lines if line.strip()), b"")
    if len(lines) > 1 and not _is_json(first) and _is_json(content):
        yield 1, 0, content
        return
    offset = 0
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield number, offset, line
        offset += len(line) + 1


def _is_json(text: bytes) -> bool:
    try:
        json.loads(text.decode("utf-8", "surrogateescape"))
    except (ValueError, RecursionError):
        return False
    return True
