"""Joins the lines of a log to the columns of its events, a part of the log at a time."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from coldstart_lab.kernels import kernel
from coldstart_lab.readers.strace.buffers.vectors import copy_bytes
from coldstart_lab.readers.strace.grammar.kinds import (
    EVENT_KINDS,
    FLAG_NAMES,
    HAS_DURATION,
    HAS_RETVAL,
    NO_PID,
    NO_TIME,
    UNFINISHED,
)
from coldstart_lab.readers.strace.lines.columns import Lines

_KINDS = len(EVENT_KINDS)
_FLAG_MASK = (1 << len(FLAG_NAMES)) - 1


class Columns(NamedTuple):
    """Columns of events, one row an event; those named ``no_`` say where there is no value.

    The texts of all events stand in one buffer, that of event ``i`` from ``offset[i]`` to
    ``offset[i + 1]``.
    """

    row: NDArray[np.int64]
    pid: NDArray[np.int32]
    no_pid: NDArray[np.bool_]
    start_ns: NDArray[np.int64]
    no_start: NDArray[np.bool_]
    duration_ns: NDArray[np.int64]
    no_duration: NDArray[np.bool_]
    kind: NDArray[np.int8]
    retval: NDArray[np.int64]
    no_retval: NDArray[np.bool_]
    flags: NDArray[np.uint8]
    name: NDArray[np.int32]
    comm: NDArray[np.int32]
    errno: NDArray[np.int32]
    args_offset: NDArray[np.int64]
    no_args: NDArray[np.bool_]
    text_offset: NDArray[np.int64]
    no_text: NDArray[np.bool_]


def empty_columns(count: int) -> Columns:
    """Make columns for ``count`` events, to be filled by :func:`join_lines`."""
    types: tuple[Any, ...] = (
        np.int64, np.int32, np.bool_, np.int64, np.bool_, np.int64, np.bool_, np.int8, np.int64,
        np.bool_, np.uint8, np.int32, np.int32, np.int32, np.int64, np.bool_, np.int64, np.bool_,
    )  # fmt: skip
    made = Columns(*(np.empty(count, dtype=dtype) for dtype in types))
    return made._replace(
        args_offset=np.zeros(count + 1, dtype=np.int64),
        text_offset=np.zeros(count + 1, dtype=np.int64),
    )


@kernel
def join_lines(
    lines: Lines, partner: Any, first: int, stop: int, columns: Columns, to: int
) -> None:
    """Write the events that begin on lines ``first`` to ``stop`` to ``columns`` from ``to`` on.

    The offsets are lengths, to be added up when all are there.
    """
    for row in range(first, stop):
        if lines.kind[row] >= _KINDS:
            continue
        other = partner[row]
        result = other if other >= 0 else row  # the line that holds the result
        flags, ends = lines.flags[row], lines.flags[result]
        columns.row[to] = row
        columns.pid[to] = lines.pid[row]
        columns.no_pid[to] = lines.pid[row] == NO_PID
        columns.kind[to] = lines.kind[row]
        start = lines.time_ns[row]
        columns.start_ns[to] = start
        columns.no_start[to] = start == NO_TIME
        timed = (ends & HAS_DURATION) != 0
        by_lines = not timed and other >= 0 and start != NO_TIME
        by_lines = by_lines and lines.time_ns[result] != NO_TIME
        # the wall clock may have been set back between the two lines
        columns.duration_ns[to] = (
            max(lines.time_ns[result] - start, 0) if by_lines else lines.duration_ns[result]
        )
        columns.no_duration[to] = not (timed or by_lines)
        columns.retval[to] = lines.retval[result]
        columns.no_retval[to] = (ends & HAS_RETVAL) == 0
        columns.flags[to] = ((flags | ends) & _FLAG_MASK & ~UNFINISHED) | (ends & UNFINISHED)
        columns.name[to] = lines.name[row]
        columns.comm[to] = lines.comm[row]
        columns.errno[to] = lines.errno[result]
        length = lines.args_length[row]
        columns.no_args[to] = length < 0
        if length >= 0 and other >= 0:
            length += max(lines.args_length[other], 0)
        columns.args_offset[to + 1] = max(length, 0)
        columns.text_offset[to + 1] = lines.text_length[result]
        columns.no_text[to] = lines.text_length[result] == 0
        to += 1


@kernel
def copy_texts(
    buf: Any, lines: Lines, partner: Any, columns: Columns, first: int, stop: int, args: Any,
    texts: Any,
) -> None:  # fmt: skip
    """Copy arguments and texts of the events ``first`` to ``stop`` to where they begin."""
    for event in range(first, stop):
        row = columns.row[event]
        other = partner[row]
        result = other if other >= 0 else row
        length = lines.text_length[result]
        if length > 0:
            start = lines.text_start[result]
            copy_bytes(texts, columns.text_offset[event], buf, start, length)
        if columns.no_args[event]:
            continue
        at = columns.args_offset[event]
        length = lines.args_length[row]
        if length > 0:
            copy_bytes(args, at, buf, lines.args_start[row], length)
        if other >= 0 and lines.args_length[other] > 0:
            start = lines.args_start[other]
            copy_bytes(args, at + length, buf, start, lines.args_length[other])
