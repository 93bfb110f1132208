"""The scanning kernel: one pass over the bytes of a log to one row of integers a line."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coldstart_lab.kernels import kernel
from coldstart_lab.readers.strace.body import read_body, read_call, trim
from coldstart_lab.readers.strace.broken import continues, is_annex, is_lone_ending
from coldstart_lab.readers.strace.interning import NameTable, intern_range
from coldstart_lab.readers.strace.kinds import (
    BLANK,
    BRACKET_PID,
    CLOCK_NONE,
    CONTINUED,
    DUMP,
    LOST,
    MESSAGE,
    NO_NAME,
    NO_TIME,
    RESUMED,
    STACK,
)
from coldstart_lab.readers.strace.lexer import SPACE, starts_with
from coldstart_lab.readers.strace.lines import Lines, empty_lines
from coldstart_lab.readers.strace.prefix import read_pid, read_time, skip_extras

_NEWLINE = 10
_STACK = b" > "


@kernel
def count_lines(buf: Any, start: int, stop: int) -> int:
    """Count the lines of ``buf[start:stop]``, one without a newline at the end included."""
    count = 0
    for i in range(start, stop):
        count += buf[i] == _NEWLINE
    if stop > start and buf[stop - 1] != _NEWLINE:
        count += 1
    return count


@kernel
def scan_lines(
    buf: Any, start: int, stop: int, lines: Any, first_row: int, slots: Any, starts: Any,
    lengths: Any, count: Any,
) -> int:  # fmt: skip
    """Scan ``buf[start:stop]``, which begins at a line's begin, into rows from ``first_row`` on.

    Returns the number of rows, or -1 if there were more names than the table holds.
    """
    names = (slots, starts, lengths, count)
    row = first_row
    at = start
    while at < stop:
        end = at
        while end < stop and buf[end] != _NEWLINE:
            end += 1
        whole = end < stop
        lines.offset[row] = at
        lines.kind[row] = LOST
        lines.flags[row] = 0
        lines.clock[row] = CLOCK_NONE
        lines.comm[row] = NO_NAME
        lines.name[row] = NO_NAME
        lines.errno[row] = NO_NAME
        lines.time_ns[row] = NO_TIME
        lines.duration_ns[row] = 0
        lines.retval[row] = 0
        lines.args_start[row] = at
        lines.args_length[row] = -1
        lines.text_start[row] = at
        lines.text_length[row] = 0
        pid, comm, comm_stop, body, bracket = read_pid(buf, at, end)
        lines.pid[row] = pid
        if bracket:
            lines.flags[row] |= BRACKET_PID
        if comm_stop > comm:
            lines.comm[row] = intern_range(buf, comm, comm_stop, *names)
            if lines.comm[row] == -2:
                return -1
        head = body
        if buf[at] == SPACE and pid < 0 and is_annex(buf, at, end):
            lines.kind[row] = STACK if starts_with(buf, at, end, _STACK) else DUMP
        else:
            time, clock, body = read_time(buf, body, end)
            lines.time_ns[row] = time
            lines.clock[row] = clock
            body = skip_extras(buf, body, end)
            text_end = trim(buf, body, end)
            if text_end == body:
                lines.kind[row] = BLANK if head == at and clock == CLOCK_NONE else LOST
            elif body < end and not read_body(buf, body, text_end, whole, row, lines, names):
                return -1
            if lines.kind[row] == LOST and pid < 0:
                if is_lone_ending(buf, body, text_end):
                    lines.kind[row] = MESSAGE
                elif continues(buf, at):
                    lines.kind[row] = RESUMED
                    lines.flags[row] |= CONTINUED
                    if not read_call(buf, at, text_end, whole, row, lines, names):
                        return -1
        row += 1
        at = end + 1
    return row - first_row


def scan(
    buf: NDArray[np.uint8], spans: list[tuple[int, int]], *, threads: int
) -> tuple[Lines, list[str]]:
    """Scan parts of a log side by side into one set of columns.

    Parameters
    ----------
    buf : array of uint8
        The log.
    spans : list of (start, stop)
        The parts in order, each from a line's begin to a line's end.
    threads : int
        How many parts are scanned at a time.

    Returns
    -------
    lines : Lines
        One row a line.
    names : list of str
        The names that the columns ``name``, ``comm`` and ``errno`` refer to.
    """
    with ThreadPoolExecutor(threads) as pool:
        counts = list(pool.map(lambda span: count_lines(buf, *span), spans))
        firsts = np.concatenate(([0], np.cumsum(counts)))
        lines = empty_lines(int(firsts[-1]))
        tables = list(
            pool.map(
                lambda span, first: _scan_span(buf, span[0], span[1], lines, int(first)),
                spans,
                firsts[:-1],
            )
        )
    return lines, _merge_names(buf, lines, tables, firsts)


def _scan_span(
    buf: NDArray[np.uint8], start: int, stop: int, lines: Lines, first_row: int
) -> NameTable:
    bits = 12
    while True:
        table = NameTable(bits)
        if scan_lines(buf, start, stop, lines, first_row, *table.columns) >= 0:
            return table
        bits += 3  # more names than the table holds: begin again with a larger one


def _merge_names(
    buf: NDArray[np.uint8], lines: Lines, tables: list[NameTable], firsts: NDArray[np.int64]
) -> list[str]:
    """Give equal names of different parts one id."""
    ids: dict[str, int] = {}
    for table, first, stop in zip(tables, firsts[:-1], firsts[1:], strict=True):
        local = [ids.setdefault(name, len(ids)) for name in table.names(buf)]
        if local == list(range(len(local))):
            continue
        to = np.array([*local, NO_NAME], dtype=np.int32)  # the last one serves id -1
        for column in (lines.name, lines.comm, lines.errno):
            column[first:stop] = to[column[first:stop]]
    return list(ids)
