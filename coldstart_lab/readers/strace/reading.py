"""Reads a strace log into its tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from coldstart_lab.errors import UnreadableInputError, UsageError
from coldstart_lab.readers.strace.batch import PART, read_batch
from coldstart_lab.readers.strace.buffers.source import load_bytes
from coldstart_lab.readers.strace.lines.scan import count_lines
from coldstart_lab.readers.strace.log import StraceLog
from coldstart_lab.readers.strace.merging import expand_parts, find_parts, merge_logs
from coldstart_lab.readers.strace.sniffing import sniff_log

_NEWLINE = 10
# Of a line of strace, in bytes: "x() = 0" and its end
_SHORTEST = 8
_MANY = 1 << 22
# Pieces of a log that tell how long its lines are, and their size
_SAMPLES = 256
_SAMPLE = 1 << 12


def sniff_strace(path: Path) -> bool:
    """Whether a file looks like a strace log, or a folder holds the files of ``strace -ff``."""
    return bool(find_parts(path)) if path.is_dir() else path.is_file() and sniff_log(path)


def read_strace(
    path: str | Path | Sequence[str | Path] | BinaryIO, *, threads: int | None = None
) -> StraceLog:
    """Read a strace log into tables.

    Understands what strace 4.5 to 7.2 writes: with thread ids before the lines, in brackets, or
    absent; with times or without (-t, -tt, -ttt, -r, -T); with what -y, -yy, -Y, -k, -n, -i, -v, -X
    and --secontext add, dumps of buffers, tables of counts, colours. Calls interrupted by other
    threads are joined. A damaged log is read as far as it goes; what was not understood is in
    ``losses``, and so is what ended it early.

    Parameters
    ----------
    path : path-like, sequence of path-like, or binary file
        A log, plain or compressed with gzip, zstd or xz; the files of ``strace -ff``, to be merged
        by time: their folder, a pattern such as ``out/log.*``, or a list; or an open file such as
        ``sys.stdin.buffer``. A path may be that of a pipe.
    threads : int, optional
        How many threads scan the log; one a CPU this process may use, unless it is small.

    Returns
    -------
    StraceLog
        ``events`` (one row an event, times in ns), ``summary`` (what was read, counted),
        ``losses``, and those that most logs have no rows of: ``stacks``, ``dumps``, ``counts``,
        ``messages`` and ``details``.

    Raises
    ------
    UnreadableInputError
        If the file cannot be opened or holds no line of strace, or if it has more than 4 million
        lines that are on average shorter than any that strace writes.
    UsageError
        If ``threads`` is less than 1.

    Notes
    -----
    ``start_ns`` is when strace saw the call begin, ``duration_ns`` what -T printed: the time
    between the two stops of the call, the tracer's own part included. A log of several files with
    -r has no clock: each of its times counts from the last line of *any* file.

    The log, if it is packed its content, and its tables must fit in memory;
    :func:`read_strace_batches` reads one of any size. A log must not be cut shorter, such as by
    strace started again with the same ``-o``, while it is read.
    """
    if threads is not None and threads < 1:
        raise UsageError(f"threads must be 1 or more, not {threads}")
    if not isinstance(path, (Path, Sequence)):
        buf, damage = load_bytes(path)
        name = Path(str(getattr(path, "name", "standard input")))
        return read_buffer(buf, source=name, damage=damage, threads=threads)
    parts = expand_parts(path)
    if parts is None:
        path = Path(cast("str | Path", path))
        buf, damage = load_bytes(path)
        return read_buffer(buf, source=path, damage=damage, threads=threads)
    source = Path(path) if isinstance(path, (str, Path)) else parts[0].parent
    text, damage = merge_logs(parts)
    buf = np.frombuffer(text, dtype=np.uint8)
    one_file = len(parts) == 1
    return read_buffer(buf, source=source, damage=damage, threads=threads, one_file=one_file)


def read_buffer(
    buf: NDArray[np.uint8],
    *,
    source: Path,
    damage: str | None = None,
    threads: int | None = None,
    part_bytes: int = PART,
    one_file: bool = True,
) -> StraceLog:
    """Read the bytes of a strace log into tables; see :func:`read_strace`.

    Parameters
    ----------
    buf : array of uint8
        The text of the log.
    source : Path
        Where it came from, for messages.
    damage : str, optional
        What cut it off, to be shown among the losses.
    threads : int, optional
        How many threads scan it.
    part_bytes : int
        A log is not cut into parts smaller than this.
    one_file : bool
        False if it was merged from several: then the differences of -r do not add up.

    Returns
    -------
    StraceLog
        The tables.

    Raises
    ------
    UnreadableInputError
        If it holds no line of strace, or absurdly many short lines.
    """
    _refuse_short_lines(buf, source)
    log, _ = read_batch(
        buf, source=source, damage=damage, threads=threads, part_bytes=part_bytes,
        one_file=one_file,
    )  # fmt: skip
    insist_on_content(log, damage)
    return log


def _refuse_short_lines(buf: NDArray[np.uint8], source: Path) -> None:
    """Refuse a text of many lines shorter than those of strace.

    Any line takes some 150 bytes while it is read: so a text takes at most twenty times its size.
    """
    if len(buf) <= _MANY:
        return
    sampled = range(0, len(buf), len(buf) // _SAMPLES)
    sample = np.concatenate([buf[at : at + _SAMPLE] for at in sampled])
    if np.count_nonzero(sample == _NEWLINE) * _SHORTEST * 2 < len(sample):
        return
    lines = int(count_lines(buf, 0, len(buf)))
    if lines > _MANY and lines * _SHORTEST > len(buf):
        raise UnreadableInputError(
            f"its {lines:,} lines are too short for a log of strace", path=source,
            hint="read_strace_batches, and coldstart read, take less memory for them",
        )  # fmt: skip


def insist_on_content(log: StraceLog, damage: str | None = None) -> None:
    """Refuse a log without an event and without a table of counts.

    Raises
    ------
    UnreadableInputError
        If there is neither; ``damage`` may be the cause.
    """
    if not (log.events.empty and log.counts.empty):
        return
    empty = not log.count("bytes")
    raise UnreadableInputError(
        damage or ("the file is empty" if empty else "no line of it is one of strace"),
        path=log.source,
        hint="record with: strace -f -ttt -T -yy -o LOG PROGRAM",
    )
