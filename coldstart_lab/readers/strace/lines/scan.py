"""The scanning kernel: one pass over the bytes of a log to one row of integers a line."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coldstart_lab.kernels import kernel
from coldstart_lab.readers.strace.buffers.interning import FULL, Names, empty_names, intern_range
from coldstart_lab.readers.strace.buffers.source import release
from coldstart_lab.readers.strace.buffers.vectors import find_byte
from coldstart_lab.readers.strace.grammar.body import plain_body, read_body, trim
from coldstart_lab.readers.strace.grammar.broken import is_annex, is_lone_ending
from coldstart_lab.readers.strace.grammar.kinds import (
    BLANK,
    BRACKET_PID,
    CLOCK_NONE,
    CLOCK_RELATIVE,
    CONTINUED,
    DUMP,
    HAS_DETAILS,
    LOST,
    MESSAGE,
    NO_NAME,
    NO_TIME,
    STACK,
)
from coldstart_lab.readers.strace.grammar.lexer import BRACKET_OPEN, SPACE, starts_with
from coldstart_lab.readers.strace.grammar.prefix import (
    context_stop,
    is_justified,
    number_stop,
    read_pid,
    read_time,
    skip_delta,
)
from coldstart_lab.readers.strace.lines.columns import Lines, empty_lines

_NEWLINE = 10
_STACK = b" > "
# of the arguments or the result of one call, in bytes
_LONGEST = 2**31 - 1


@kernel
def count_lines(buf: Any, start: int, stop: int) -> int:
    """Count the lines of ``buf[start:stop]``, one without a newline at the end included."""
    count = 0
    at = start
    while at < stop:
        at = find_byte(buf, at, stop, _NEWLINE) + 1
        count += 1
    return count


@kernel
def scan_lines(buf: Any, start: int, stop: int, lines: Lines, first_row: int, names: Names) -> int:
    """Scan ``buf[start:stop]``, which begins at a line's begin, into rows from ``first_row`` on.

    Returns the number of rows, or -1 if there were more names than the table holds.
    """
    row = first_row
    at = start
    while at < stop:
        end = find_byte(buf, at, stop, _NEWLINE)
        whole = end < stop
        flags, time, clock = 0, NO_TIME, CLOCK_NONE
        pid, comm_start, comm_stop, start_of_body, bracket = read_pid(buf, at, end)
        if buf[at] == SPACE and pid < 0 and is_annex(buf, at, end):
            kind = STACK if starts_with(buf, at, end, _STACK) else DUMP
            body = plain_body(kind, 0)
        else:
            begin = start_of_body
            if begin < end and buf[begin] == BRACKET_OPEN:
                begin = context_stop(buf, begin, end)
                flags = HAS_DETAILS if begin > start_of_body else 0
            at_time = begin
            time, clock, begin = read_time(buf, begin, end)
            begin = skip_delta(buf, begin, end)
            if begin < end and buf[begin] == BRACKET_OPEN:
                numbers = number_stop(buf, number_stop(buf, begin, end), end)
                flags = HAS_DETAILS if numbers > begin else flags
                begin = numbers
            text_end = trim(buf, begin, end)
            if text_end > begin:
                body = read_body(buf, begin, text_end, whole)
            else:
                blank = start_of_body == at and clock == CLOCK_NONE
                body = plain_body(BLANK if blank else LOST, 0)
            programs = body.kind == LOST and clock == CLOCK_RELATIVE  # perhaps its own words
            if programs and not is_justified(buf, at, at_time, end):
                time, clock = NO_TIME, CLOCK_NONE
            if body.kind == LOST and pid < 0 and is_lone_ending(buf, begin, text_end):
                body = plain_body(MESSAGE, CONTINUED)
        name = comm = errno = NO_NAME
        if body.name_stop > body.name_start:
            name = intern_range(buf, body.name_start, body.name_stop, names)
        if body.errno_stop > body.errno_start:
            errno = intern_range(buf, body.errno_start, body.errno_stop, names)
        if comm_stop > comm_start:
            comm = intern_range(buf, comm_start, comm_stop, names)
        if min(name, errno, comm) == FULL:
            return -1
        lines.offset[row] = at
        lines.kind[row] = body.kind
        lines.flags[row] = body.flags | flags | (BRACKET_PID if bracket else 0)
        lines.clock[row] = clock
        lines.pid[row] = pid
        lines.comm[row] = comm
        lines.time_ns[row] = time
        lines.duration_ns[row] = body.duration_ns
        lines.name[row] = name
        lines.args_start[row] = body.args_start
        lines.args_length[row] = min(body.args_length, _LONGEST)
        lines.retval[row] = body.retval
        lines.text_start[row] = body.text_start
        lines.text_length[row] = min(body.text_length, _LONGEST)
        lines.errno[row] = errno
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
) -> Names:
    bits = 12
    while True:
        table = empty_names(bits)
        if scan_lines(buf, start, stop, lines, first_row, table) >= 0:
            release(buf, start, stop)
            return table
        bits += 3  # more names than the table holds: begin again with a larger one


def _merge_names(
    buf: NDArray[np.uint8], lines: Lines, tables: list[Names], firsts: NDArray[np.int64]
) -> list[str]:
    """Give equal names of different parts one id."""
    ids: dict[str, int] = {}
    for table, first, stop in zip(tables, firsts[:-1], firsts[1:], strict=True):
        local = [ids.setdefault(name, len(ids)) for name in table.texts(buf)]
        if local == list(range(len(local))):
            continue
        to = np.array([*local, NO_NAME], dtype=np.int32)  # the last one serves id -1
        for column in (lines.name, lines.comm, lines.errno):
            column[first:stop] = to[column[first:stop]]
    return list(ids)
