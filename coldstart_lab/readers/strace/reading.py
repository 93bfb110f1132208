"""Reads a strace log into its tables."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from coldstart_lab.errors import UnreadableInputError, UsageError
from coldstart_lab.readers.strace.batch import PART, read_batch
from coldstart_lab.readers.strace.log import StraceLog
from coldstart_lab.readers.strace.merging import expand_parts, find_parts, merge_logs
from coldstart_lab.readers.strace.sniffing import sniff_log
from coldstart_lab.readers.strace.source import load_bytes, open_stream


def sniff_strace(path: Path) -> bool:
    """Whether a file looks like a strace log, or a folder holds the files of ``strace -ff``."""
    return bool(find_parts(path)) if path.is_dir() else sniff_log(path)


def read_strace(
    path: str | Path | Sequence[str | Path] | BinaryIO, *, threads: int | None = None
) -> StraceLog:
    """Read a strace log into tables.

    Understands logs of ``strace`` with -f, -t, -tt, -ttt, -r, -T, -y, -yy, -Y and their long forms,
    with thread ids before the lines, in brackets, or absent; calls interrupted by other threads
    are joined. A damaged log is read as far as it goes; what was not understood is in ``losses``.

    Parameters
    ----------
    path : path-like, sequence of path-like, or binary file
        A log, plain or compressed with gzip, zstd or xz; the files of ``strace -ff``, to be merged
        by time: their folder, a pattern such as ``out/log.*``, or a list; or an open file such as
        ``sys.stdin.buffer``.
    threads : int, optional
        How many threads scan the log; one a CPU this process may use, unless it is small.

    Returns
    -------
    StraceLog
        ``events`` (one row an event, times in ns), ``summary`` and ``losses``.

    Raises
    ------
    UnreadableInputError
        If the file cannot be opened or holds no line of strace.
    UsageError
        If ``threads`` is less than 1.

    Notes
    -----
    ``start_ns`` is when strace saw the call begin, ``duration_ns`` what -T printed: the time
    between the two stops of the call, the tracer's own part included.
    """
    if threads is not None and threads < 1:
        raise UsageError(f"threads must be 1 or more, not {threads}")
    if not isinstance(path, (Path, Sequence)):
        with open_stream(path) as stream:
            content, damage = stream.read(sys.maxsize)
        name = Path(str(getattr(path, "name", "standard input")))
        return read_buffer(
            np.frombuffer(content, dtype=np.uint8), source=name, damage=damage, threads=threads
        )
    parts = expand_parts(path)
    if parts is None:
        path = Path(cast("str | Path", path))
        buf, damage = load_bytes(path)
        return read_buffer(buf, source=path, damage=damage, threads=threads)
    source = Path(path) if isinstance(path, (str, Path)) else parts[0].parent
    text, damage = merge_logs(parts)
    buf = np.frombuffer(text, dtype=np.uint8) if text else np.empty(0, dtype=np.uint8)
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
        If it holds no line of strace.
    """
    log, _ = read_batch(
        buf, source=source, damage=damage, threads=threads, part_bytes=part_bytes,
        one_file=one_file,
    )  # fmt: skip
    insist_on_content(log, damage)
    return log


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
