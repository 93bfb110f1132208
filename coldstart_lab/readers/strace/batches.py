"""Reads logs larger than memory, and streams, a batch of lines at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

from coldstart_lab.errors import UsageError
from coldstart_lab.readers.strace.batch import read_batch
from coldstart_lab.readers.strace.lines.carrying import NOTHING
from coldstart_lab.readers.strace.log import StraceLog
from coldstart_lab.readers.strace.reading import insist_on_content
from coldstart_lab.readers.unpacking import Stream, open_stream

# Stack frames, dumps and vectors belong to the line above them
_ANNEXES = (b" > ", b" | ", b" * ", b" = ")
_BATCH = 64 << 20
# Of the bytes of a batch, so many for each of its lines: the columns of a line take about 100
_BYTES_A_LINE = 64
# The end of a log may be a table of counts, which is read as a whole
_HELD_BACK = 1 << 16
# What is longer is torn: the lines that belong to one above them, or a single line, in bytes
_MOST_ANNEXES = 1 << 20
_LONGEST_LINE = 1 << 30


def read_strace_batches(
    source: str | Path | BinaryIO, *, batch_bytes: int = _BATCH, threads: int | None = None
) -> Iterator[StraceLog]:
    """Read a strace log of any size, a batch of lines at a time.

    Parameters
    ----------
    source : path-like or binary file
        A log, plain or compressed with gzip, zstd or xz; a file may be a pipe.
    batch_bytes : int
        About how many bytes of text a batch has. It ends earlier where it has a line for each 64
        of them, so that short lines take no more memory: about fifteen times as much in all.
    threads : int, optional
        How many threads work on a batch; one a CPU this process may use.

    Yields
    ------
    StraceLog
        The tables of a batch, with the lines, offsets and times of the whole log. A call is in the
        batch in which it ends; so a call that went on for long may come after later lines.

    Raises
    ------
    UnreadableInputError
        If the log cannot be opened, or holds no line of strace.
    UsageError
        If ``batch_bytes`` or ``threads`` is less than 1.

    Notes
    -----
    What joins batches is carried from one to the next: the begins of calls that are still open, the
    threads alive (where strace leaves out the ids of a lone thread), the day and the sum of
    differences. Only the id of a process that stays alone for a whole first batch is not known.
    What belongs to one line, such as its dump, is read as a whole up to a million lines; a line of
    more than 1 GiB ends the log, as damage does.
    """
    if batch_bytes < 1 or (threads is not None and threads < 1):
        raise UsageError("batch_bytes and threads must be 1 or more")
    path = (
        Path(source)
        if isinstance(source, (str, Path))
        else Path(str(getattr(source, "name", "standard input")))
    )
    before = NOTHING
    found = False
    for text, damage, more in _batches(source, batch_bytes):
        buf = np.frombuffer(before.text + text, dtype=np.uint8)
        log, before = read_batch(
            buf, source=path, damage=damage, threads=threads, before=before, more=more
        )
        found = found or not log.events.empty
        if not found and not more:
            insist_on_content(log, damage)
        yield log
        del log, buf, text  # while the next batch is made


def _batches(source: str | Path | BinaryIO, size: int) -> Iterator[tuple[bytes, str | None, bool]]:
    """Cut a log at borders of lines: (text, what ended it early, whether more follows)."""
    with open_stream(source) as stream:
        held = b""
        while True:
            text, damage, ended = _read_on(stream, held, size)
            if ended:
                yield text, damage, False
                return
            cut = _border(text, size)
            if not cut and len(text) >= _LONGEST_LINE:
                yield text, f"a line has more than {_LONGEST_LINE:,} bytes", False
                return
            text, held = text[:cut], text[cut:]
            if cut:
                yield text, None, True
            del text


def _read_on(stream: Stream, held: bytes, size: int) -> tuple[bytes, str | None, bool]:
    """Read until there is a batch: (text, what ended it early, whether it has ended)."""
    # as much again where one batch was too small for a border, so that time stays linear
    left = max(size - len(held), len(held), 1)
    lines = max(size // _BYTES_A_LINE, held.count(b"\n"), 1)
    parts = [held]
    while left > 0 and lines > 0:
        wanted = min(left, max(size // _BYTES_A_LINE, 1))
        part, damage = stream.read(wanted)
        parts.append(part)
        if len(part) < wanted or damage:
            return b"".join(parts), damage, True
        left -= len(part)
        lines -= part.count(b"\n")
    return b"".join(parts), None, False


def _border(text: bytes, size: int) -> int:
    """Return where a batch ends: before a line that belongs to none above it; 0 if nowhere."""
    last = text.rfind(b"\n", 0, max(len(text) - min(_HELD_BACK, size // 4), 0)) + 1
    cut = last
    passed = 0
    while cut and text.startswith(_ANNEXES, cut):
        cut = text.rfind(b"\n", 0, cut - 1) + 1
        passed += 1
    return cut or (last if passed > _MOST_ANNEXES else 0)
