"""Reads a strace log into its tables."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from coldstart_lab.errors import UnreadableInputError, UsageError
from coldstart_lab.readers.strace.alone import fill_pids
from coldstart_lab.readers.strace.clock import place_times
from coldstart_lab.readers.strace.counts import read_counts
from coldstart_lab.readers.strace.dumps import dumps_frame
from coldstart_lab.readers.strace.frames import events_frame, losses_frame, summary_frame
from coldstart_lab.readers.strace.kinds import (
    BRACKET_PID,
    CLOCK_NONE,
    CLOCK_RELATIVE,
    EVENT_KINDS,
    HAS_DURATION,
    HAS_RETVAL,
    MESSAGE,
    NO_NAME,
    RESUMED,
    SYSCALL,
    TRUNCATED,
    UNFINISHED,
)
from coldstart_lab.readers.strace.lines import Lines
from coldstart_lab.readers.strace.log import StraceLog
from coldstart_lab.readers.strace.merging import find_parts, merge_logs
from coldstart_lab.readers.strace.messages import mark_tips, messages_frame
from coldstart_lab.readers.strace.pairing import pair_resumed
from coldstart_lab.readers.strace.scan import scan
from coldstart_lab.readers.strace.sniffing import sniff_log
from coldstart_lab.readers.strace.source import load_bytes
from coldstart_lab.readers.strace.stacks import stacks_frame

_NEWLINE = 10
_SPAWNS = ("clone", "clone3", "fork", "vfork")
# Below this size a second thread costs more than it saves
_PART = 4 << 20


def sniff_strace(path: Path) -> bool:
    """Whether a file looks like a strace log, or a folder holds the files of ``strace -ff``."""
    return bool(find_parts(path)) if path.is_dir() else sniff_log(path)


def read_strace(path: str | Path, *, threads: int | None = None) -> StraceLog:
    """Read a strace log into tables.

    Understands logs of ``strace`` with -f, -t, -tt, -ttt, -r, -T, -y, -yy, -Y and their long forms,
    with thread ids before the lines, in brackets, or absent; calls interrupted by other threads
    are joined. A damaged log is read as far as it goes; what was not understood is in ``losses``.

    Parameters
    ----------
    path : path-like
        A log, plain or compressed with gzip, zstd or xz; or a folder with the files of
        ``strace -ff``, which are merged by time.
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
    path = Path(path)
    if threads is not None and threads < 1:
        raise UsageError(f"threads must be 1 or more, not {threads}")
    if path.is_dir():
        parts = find_parts(path)
        if not parts:
            raise UnreadableInputError("this folder holds no files of strace -ff", path=path)
        text, damage = merge_logs(parts)
        buf = np.frombuffer(text, dtype=np.uint8) if text else np.empty(0, dtype=np.uint8)
    else:
        parts = [path]
        buf, damage = load_bytes(path)
    return read_buffer(buf, source=path, damage=damage, threads=threads, one_file=len(parts) == 1)


def read_buffer(
    buf: NDArray[np.uint8],
    *,
    source: Path,
    damage: str | None = None,
    threads: int | None = None,
    part_bytes: int = _PART,
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
    threads = threads or _usable_cpus()
    lines, names = scan(buf, _split(buf, threads, part_bytes), threads=threads)
    mark_tips(buf, lines)
    counts = read_counts(buf, lines)
    if _leaves_out_ids(lines):
        spawns = np.isin(lines.name, [names.index(name) for name in _SPAWNS if name in names])
        fill_pids(lines.kind, lines.flags, lines.pid, lines.retval, spawns)
    unknown = names.index("???") if "???" in names else -2
    _mark_cut_value(buf, lines)
    if not one_file:
        lines.clock[lines.clock == CLOCK_RELATIVE] = CLOCK_NONE
    partner = pair_resumed(lines.kind, lines.flags, lines.pid, lines.name, lines.retval, unknown)
    if counts.empty and not (lines.kind < len(EVENT_KINDS)).any():
        raise UnreadableInputError(
            damage or ("the file is empty" if not len(buf) else "no line of it is one of strace"),
            path=source,
            hint="record with: strace -f -ttt -T -yy -o LOG PROGRAM",
        )
    times, clock = place_times(lines.time_ns, lines.clock, lines.kind <= RESUMED)
    stacks = stacks_frame(buf, lines, partner)
    dumps = dumps_frame(buf, lines, partner)
    messages = messages_frame(buf, lines)
    lines = lines._replace(time_ns=times)
    events = events_frame(buf, lines, names, partner, threads=threads)
    return StraceLog(
        source=source,
        clock=clock,
        has_durations=bool((lines.flags & HAS_DURATION).any()),
        events=events,
        summary=summary_frame(buf, lines, partner, events),
        losses=losses_frame(buf, lines, partner, damage),
        stacks=stacks,
        dumps=dumps,
        counts=counts,
        messages=messages,
    )


def _mark_cut_value(buf: NDArray[np.uint8], lines: Lines) -> None:
    """Take back the value of a last line that was cut off inside it, or before its duration."""
    if not len(buf) or buf[-1] == _NEWLINE or lines.kind[-1] not in (SYSCALL, RESUMED):
        return
    flags = lines.flags
    if flags[-1] & HAS_RETVAL and not flags[-1] & HAS_DURATION and (flags & HAS_DURATION).any():
        flags[-1] = (flags[-1] ^ HAS_RETVAL) | TRUNCATED | UNFINISHED
        lines.errno[-1] = NO_NAME
        lines.text_length[-1] = 0


def _leaves_out_ids(lines: Lines) -> bool:
    """Whether strace wrote this log with ids in brackets, only where there were several threads."""
    if (lines.flags & BRACKET_PID).any():
        return True
    announced = (lines.kind == MESSAGE) & ((lines.flags & HAS_RETVAL) != 0)
    return bool(announced.any() and (lines.pid < 0).any())


def _usable_cpus() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _split(buf: NDArray[np.uint8], threads: int, part_bytes: int) -> list[tuple[int, int]]:
    """Cut the log at line borders into parts of about one size, a few for each thread."""
    count = max(1, min(threads * 2, len(buf) // part_bytes)) if threads > 1 else 1
    cuts = [0]
    for part in range(1, count):
        at = max(len(buf) * part // count, cuts[-1])
        newline = np.flatnonzero(buf[at : at + (1 << 16)] == 10)
        if len(newline):
            cuts.append(at + int(newline[0]) + 1)
    cuts.append(len(buf))
    return [(start, stop) for start, stop in itertools.pairwise(cuts) if stop > start]
