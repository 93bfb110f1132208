"""Reads the buffers that -e read= and -e write= dump below calls."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from coldstart_lab.kernels import kernel, routine
from coldstart_lab.readers.strace.grammar.body import trim
from coldstart_lab.readers.strace.grammar.kinds import DUMP, LOST
from coldstart_lab.readers.strace.grammar.lexer import SPACE, ends_with, read_digits, starts_with
from coldstart_lab.readers.strace.lines.columns import Lines, line_stops
from coldstart_lab.readers.strace.tables.annexes import event_lines, find_owners, hex_digit
from coldstart_lab.tables import BINARY, STRACE_DUMPS

_HEAD = len(b" | ")
_WIDTH = 16  # bytes a line
_GROUP = 8  # bytes before a wider gap
_BUFFER_HEAD = b" * "
_IN_BUFFER = b" bytes in buffer "
_VECTOR_HEAD = b" = "
_IN_VECTOR = b" buffers in vector "
_NOT_FETCHED = b" | <Cannot fetch "
_END = b" |"
_LEAST_DIGITS = 5  # of an offset
_MOST_DIGITS = 15  # of numbers that fit 64 bits, signed
_INT32_MAX = 2**31 - 1

# Columns of what the kernel fills for each buffer
_ROW, _MESSAGE, _BUFFER, _OFFSET, _SIZE, _AT, _OWNER = range(7)


def dumps_frame(buf: NDArray[np.uint8], lines: Lines, partner: NDArray[np.int32]) -> pd.DataFrame:
    """Build the table of dumped buffers; what only looked like a dump becomes a lost line.

    Parameters
    ----------
    buf : array of uint8
        The log.
    lines : Lines
        Its scanned lines; ``kind`` is changed in place.
    partner : array of int32
        The row that resumed each unfinished call, and the other way round; else -1.

    Returns
    -------
    DataFrame
        ``tables.STRACE_DUMPS``, in file order.
    """
    rows = np.flatnonzero(lines.kind == DUMP)
    if not len(rows):
        return STRACE_DUMPS.empty()
    owners = find_owners(lines, partner, rows)
    made = np.full((len(rows), 7), -1, dtype=np.int64)
    data = np.empty(len(rows) * _WIDTH, dtype=np.uint8)
    bad = np.zeros(len(rows), dtype=np.bool_)
    count, size = _read_dumps(
        buf, rows, lines.offset[rows], line_stops(buf, lines, rows), owners, made, data, bad
    )
    made, data = made[:count], data[:size]
    lines.kind[rows[bad]] = LOST
    if not len(made):
        return STRACE_DUMPS.empty()
    ends = np.append(made[1:, _AT], len(data))
    whole = np.maximum(made[:, _SIZE], made[:, _OFFSET] + ends - made[:, _AT])
    return STRACE_DUMPS.frame(
        {
            "line": made[:, _ROW] + 1,
            "event_line": event_lines(made[:, _OWNER]),
            "message": _nullable(made[:, _MESSAGE]),
            "buffer": _nullable(made[:, _BUFFER]),
            "offset_bytes": made[:, _OFFSET],
            "size_bytes": whole,
            "data": _binary(np.append(made[:, _AT], len(data)), data),
        }
    )


def _nullable(numbers: NDArray[np.int64]) -> pd.arrays.IntegerArray:
    return pd.arrays.IntegerArray(numbers.astype(np.int32), numbers < 0)


def _binary(offsets: NDArray[np.int64], data: NDArray[np.uint8]) -> Any:
    array = pa.Array.from_buffers(
        pa.large_binary(), len(offsets) - 1, [None, pa.py_buffer(offsets), pa.py_buffer(data)]
    )
    return pd.array(pa.chunked_array([array]), dtype=BINARY)


@kernel
def _read_dumps(
    buf: Any, rows: Any, starts: Any, stops: Any, owners: Any, made: Any, data: Any, bad: Any
) -> tuple[int, int]:
    """Read the lines of dumps into one row a buffer, their bytes, and the lines that are none.

    Returns how many buffers and bytes there are.
    """
    last = -1  # the buffer that is being read
    at = 0
    message = message_owner = -1
    for i in range(len(rows)):
        start = starts[i]
        stop = trim(buf, start, stops[i])
        if starts_with(buf, start, stop, _VECTOR_HEAD):
            _, message = _two_numbers(buf, start, stop, _IN_VECTOR)
            message_owner = owners[i]
            bad[i] = message < 0
        elif starts_with(buf, start, stop, _BUFFER_HEAD):
            size, buffer = _two_numbers(buf, start, stop, _IN_BUFFER)
            bad[i] = buffer < 0
            if buffer >= 0:
                last += 1
                made[last, _ROW], made[last, _OWNER] = rows[i], owners[i]
                made[last, _OFFSET], made[last, _AT], made[last, _SIZE] = 0, at, size
                made[last, _MESSAGE] = message if message_owner == owners[i] else -1
                made[last, _BUFFER] = buffer
        elif not starts_with(buf, start, stop, _NOT_FETCHED):
            offset, first = _read_offset(buf, start + _HEAD, stop)
            cut = stops[i] == len(buf)  # the log ends inside this line
            count = 0
            if offset >= 0 and (cut or ends_with(buf, start, stop, _END)):
                count = _read_bytes(buf, first, stop, data, at)
            bad[i] = count == 0
            if count == 0:
                continue
            same = last >= 0 and made[last, _OWNER] == owners[i]
            if not same or made[last, _OFFSET] + at - made[last, _AT] != offset:
                last += 1
                if same and offset > 0:  # the rest of a buffer of which a line is missing
                    made[last] = made[last - 1]
                made[last, _ROW], made[last, _OWNER] = rows[i], owners[i]
                made[last, _OFFSET], made[last, _AT] = offset, at
            at += count
    return last + 1, at


@routine
def _two_numbers(buf: Any, start: int, stop: int, between: Any) -> tuple[int, int]:
    """Read a line such as `` * 5 bytes in buffer 0``: its numbers, or -1 twice."""
    at = start + _HEAD
    first, end = read_digits(buf, at, stop)
    if 0 < end - at <= _MOST_DIGITS and starts_with(buf, end, stop, between):
        at = end + len(between)
        second, end = read_digits(buf, at, stop)
        if end == stop and 0 < end - at <= _MOST_DIGITS and second <= _INT32_MAX:
            return first, second
    return -1, -1


@routine
def _read_offset(buf: Any, start: int, stop: int) -> tuple[int, int]:
    """Read the offset a line of a dump begins with: (offset or -1, first byte of the dump)."""
    value = 0
    i = start
    while i < stop and hex_digit(buf[i]) >= 0 and i - start < _MOST_DIGITS:
        value = value * 16 + hex_digit(buf[i])
        i += 1
    if i - start < _LEAST_DIGITS or i + 1 >= stop or buf[i] != SPACE:
        return -1, i
    # strace 4.5 and 4.6 have only one blank behind an offset of six digits
    return value, i + 1 + (buf[i + 1] == SPACE)


@routine
def _read_bytes(buf: Any, first: int, stop: int, out: Any, at: int) -> int:
    """Read the bytes of one line; returns how many there are."""
    for j in range(_WIDTH):
        i = first + 3 * j + (j >= _GROUP)
        if i + 1 >= stop:
            return j
        high, low = hex_digit(buf[i]), hex_digit(buf[i + 1])
        if high < 0 or low < 0:
            return j
        out[at + j] = high * 16 + low
    return _WIDTH
