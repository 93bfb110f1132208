"""Reads logs larger than memory, and streams, a batch of lines at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

from coldstart_lab.errors import UsageError
from coldstart_lab.readers.strace.batch import read_batch
from coldstart_lab.readers.strace.carrying import NOTHING
from coldstart_lab.readers.strace.log import StraceLog
from coldstart_lab.readers.strace.reading import insist_on_content
from coldstart_lab.readers.strace.source import open_stream

# Stack frames, dumps and vectors belong to the line above them
_ANNEXES = (b" > ", b" | ", b" * ", b" = ")
_BATCH = 64 << 20
# The end of a log may be a table of counts, which is read as a whole
_HELD_BACK = 1 << 16
_TRIES = 10_000


def read_strace_batches(
    source: str | Path | BinaryIO, *, batch_bytes: int = _BATCH, threads: int | None = None
) -> Iterator[StraceLog]:
    """Read a strace log of any size, a batch of lines at a time.

    Parameters
    ----------
    source : path-like or binary file
        A log, plain or compressed with gzip, zstd or xz; a file may be a pipe.
    batch_bytes : int
        About how many bytes of text a batch has; about ten times as much memory is used.
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
        buf = np.frombuffer(b"".join((before.text, text)), dtype=np.uint8)
        log, before = read_batch(
            buf, source=path, damage=damage, threads=threads, before=before, more=more
        )
        found = found or not log.events.empty
        if not found and not more:
            insist_on_content(log, damage)
        yield log


def _batches(source: str | Path | BinaryIO, size: int) -> Iterator[tuple[bytes, str | None, bool]]:
    """Cut a log at borders of lines: (text, what ended it early, whether more follows)."""
    with open_stream(source) as stream:
        held = b""
        while True:
            wanted = max(size - len(held), size // 2, 1)
            read, damage = stream.read(wanted)
            text = held + read
            if len(read) < wanted or damage:
                yield text, damage, False
                return
            cut = _border(text, size)
            held = text[cut:]
            if cut:
                yield text[:cut], None, True


def _border(text: bytes, size: int) -> int:
    """Return where a batch ends: before a line that belongs to none above it; 0 if nowhere."""
    cut = text.rfind(b"\n", 0, max(len(text) - min(_HELD_BACK, size // 4), 0)) + 1
    for _ in range(_TRIES):
        if not text.startswith(_ANNEXES, cut):
            break
        cut = text.rfind(b"\n", 0, max(cut - 1, 0)) + 1
    return cut
