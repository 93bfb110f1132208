"""Reads a batch of a log's lines into tables; most logs are one batch."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from coldstart_lab.readers.strace.buffers.colours import has_colours, strip_colours
from coldstart_lab.readers.strace.grammar.kinds import (
    BRACKET_PID,
    CLOCK_NONE,
    CLOCK_RELATIVE,
    ELSEWHERE,
    HAS_DURATION,
    HAS_RETVAL,
    MESSAGE,
    NO_NAME,
    NO_PID,
    RESUMED,
    SYSCALL,
    TRUNCATED,
    UNFINISHED,
)
from coldstart_lab.readers.strace.lines.alone import fill_pids
from coldstart_lab.readers.strace.lines.carrying import NOTHING, Carried
from coldstart_lab.readers.strace.lines.columns import Lines
from coldstart_lab.readers.strace.lines.mending import mend_calls
from coldstart_lab.readers.strace.lines.pairing import pair_resumed
from coldstart_lab.readers.strace.lines.scan import scan
from coldstart_lab.readers.strace.log import StraceLog
from coldstart_lab.readers.strace.merging import pid_of
from coldstart_lab.readers.strace.tables.counts import read_counts
from coldstart_lab.readers.strace.tables.details import details_frame
from coldstart_lab.readers.strace.tables.dumps import dumps_frame
from coldstart_lab.readers.strace.tables.events import events_frame
from coldstart_lab.readers.strace.tables.losses import losses_frame
from coldstart_lab.readers.strace.tables.messages import mark_tips, messages_frame
from coldstart_lab.readers.strace.tables.stacks import stacks_frame
from coldstart_lab.readers.strace.tables.summary import summary_frame

_NEWLINE = 10
_SPAWNS = ("clone", "clone3", "fork", "vfork")
_EXITS = ("exit", "exit_group")
_EXECS = ("execve", "execveat")
_OWN_ID = ("gettid", "set_tid_address")
# Below this size a second thread costs more than it saves
PART = 4 << 20


def read_batch(
    buf: NDArray[np.uint8],
    *,
    source: Path,
    damage: str | None = None,
    threads: int | None = None,
    part_bytes: int = PART,
    one_file: bool = True,
    before: Carried = NOTHING,
    more: bool = False,
) -> tuple[StraceLog, Carried]:
    """Read a batch of lines into tables.

    Parameters
    ----------
    buf : array of uint8
        The text carried from the batch before, then that of whole lines.
    source : Path
        Where it came from, for messages.
    damage : str, optional
        What cut it off, to be shown among the losses.
    threads : int, optional
        How many threads work on it.
    part_bytes : int
        It is not cut into parts smaller than this.
    one_file : bool
        False if it was merged from several: then the differences of -r do not add up.
    before : Carried
        What the batch before it left.
    more : bool
        Whether another batch follows; calls that are still open are left to it.

    Returns
    -------
    log : StraceLog
        The tables; lines and offsets are those of the whole log.
    after : Carried
        What this batch leaves to the next.
    """
    threads = threads or _usable_cpus()
    size = len(buf) - len(before.text)
    coloured = before.coloured or has_colours(buf[len(before.text) :])
    buf = strip_colours(buf) if coloured else buf
    lines, names = scan(buf, _split(buf, threads, part_bytes), threads=threads)
    first = len(before.line)
    lines.pid[:first] = before.pid
    # a call that the batch before it ends with may go on in the first line
    follows = first > 0 and before.line[-1] == before.lines
    mend_calls(buf, lines, names, apart=-1 if follows else first)
    _take_id_of_file(source, lines, names, first=first)
    mark_tips(buf, lines)
    counts = read_counts(buf, lines)
    alive = np.empty(0, dtype=np.int64)
    if _leaves_out_ids(lines):
        spawns, exits, own = (
            np.isin(lines.name, _ids(names, of)) for of in (_SPAWNS, _EXITS, _OWN_ID)
        )
        alive = fill_pids(
            lines.kind, lines.flags, lines.pid, lines.retval, spawns, exits, own, first
        )
    unknown = names.index("???") if "???" in names else -2
    _mark_cut_value(buf, lines)
    if not one_file:
        lines.clock[lines.clock == CLOCK_RELATIVE] = CLOCK_NONE
    partner, still_open = pair_resumed(lines, unknown, _ids(names, _EXECS))
    times, clock = before.place(lines)
    lines = lines._replace(time_ns=times)
    lines.kind[:first][before.line == 0] = ELSEWHERE
    after = before
    begun = 0  # the calls that another batch gets
    if more:
        after = before.after(buf, lines, still_open, alive, coloured=coloured)
        lines.kind[still_open] = ELSEWHERE
        begun = int(np.count_nonzero(still_open >= first))
    annexes = {
        "stacks": stacks_frame(buf, lines, partner),
        "dumps": dumps_frame(buf, lines, partner),
        "counts": counts,
        "messages": messages_frame(buf, lines),
        "details": details_frame(buf, lines),
        "losses": losses_frame(buf, lines, partner, damage),
    }
    kinds = np.bincount(lines.kind[first:], minlength=ELSEWHERE + 1)[:ELSEWHERE]
    kinds[SYSCALL] += begun
    timed = bool((lines.flags & HAS_DURATION).any())
    events = events_frame(buf, lines, names, partner, threads=threads)
    summary = summary_frame(lines, partner, events, kinds, size=size)
    log = StraceLog(
        source=source,
        clock=clock,
        has_durations=timed,
        events=before.number(events),
        summary=summary,
        **{name: before.number(frame) for name, frame in annexes.items()},
    )
    return log, after


def _ids(names: list[str], wanted: tuple[str, ...]) -> NDArray[np.int32]:
    """Return the ids of those names that occur."""
    return np.array([names.index(name) for name in wanted if name in names], dtype=np.int32)


def _take_id_of_file(source: Path, lines: Lines, names: list[str], *, first: int) -> None:
    """Take the thread id of a single file of -ff, which has it in its name only.

    The name may end with another number; so not against what the calls say.
    """
    thread = pid_of(Path(source))
    said = lines.pid[first:][lines.kind[first:] <= RESUMED]
    if thread is None or (said != NO_PID).any():
        return
    own = lines.retval[np.isin(lines.name, _ids(names, _OWN_ID)) & (lines.flags & HAS_RETVAL > 0)]
    if not len(own) or thread in own:
        lines.pid[:] = thread


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
