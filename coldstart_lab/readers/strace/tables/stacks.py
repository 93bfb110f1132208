"""Reads the stack frames that -k and -kk print below calls and signals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coldstart_lab.kernels import kernel, routine
from coldstart_lab.readers.strace.buffers.spans import intern_spans
from coldstart_lab.readers.strace.grammar.body import trim
from coldstart_lab.readers.strace.grammar.kinds import STACK
from coldstart_lab.readers.strace.grammar.lexer import (
    BRACKET_CLOSE,
    COLON,
    PAREN_CLOSE,
    PAREN_OPEN,
    ends_with,
    is_digit,
    read_digits,
)
from coldstart_lab.readers.strace.lines.columns import Lines, line_stops
from coldstart_lab.readers.strace.tables.annexes import event_lines, find_owners, hex_digit
from coldstart_lab.tables import STRACE_STACKS

_HEAD = len(b" > ")
_ADDRESS = b" [0x"
_OFFSET = b"+0x"
_NO_SYMBOL = b"()"
_MOST_DIGITS = 16

# Columns of the ranges that the kernel fills: begin and length of each; length -1 for none
_MODULE, _SYMBOL, _SOURCE, _ERROR, _PLACE = 0, 2, 4, 6, 8
# Columns of its numbers
_SYMBOL_OFFSET, _FRAME_ADDRESS, _SOURCE_LINE = range(3)


def stacks_frame(buf: NDArray[np.uint8], lines: Lines, partner: NDArray[np.int32]) -> pd.DataFrame:
    """Build the table of stack frames.

    Parameters
    ----------
    buf : array of uint8
        The log.
    lines : Lines
        Its scanned lines.
    partner : array of int32
        The row that resumed each unfinished call, and the other way round; else -1.

    Returns
    -------
    DataFrame
        ``tables.STRACE_STACKS``, in file order.
    """
    rows = np.flatnonzero(lines.kind == STACK)
    if not len(rows):
        return STRACE_STACKS.empty()
    owners = find_owners(lines, partner, rows)
    spans = np.full((len(rows), 10), -1, dtype=np.int64)
    numbers = np.zeros((len(rows), 3), dtype=np.uint64)
    _read_frames(buf, lines.offset[rows] + _HEAD, line_stops(buf, lines, rows), spans, numbers)

    def text(column: int) -> pd.Categorical:
        return intern_spans(buf, spans[:, column], spans[:, column + 1])

    def number(column: int, of: int, dtype: str) -> Any:
        values = numbers[:, column].astype(dtype)
        return pd.arrays.IntegerArray(values, spans[:, of + 1] < 0)

    return STRACE_STACKS.frame(
        {
            "line": rows + 1,
            "event_line": event_lines(owners),
            "depth": _depths(rows, owners),
            "module": text(_MODULE),
            "symbol": text(_SYMBOL),
            "symbol_offset": number(_SYMBOL_OFFSET, _SYMBOL, "uint64"),
            "address": number(_FRAME_ADDRESS, _PLACE, "uint64"),
            "source_file": text(_SOURCE),
            "source_line": number(_SOURCE_LINE, _SOURCE, "int32"),
            "error": text(_ERROR),
        }
    )


def _depths(rows: NDArray[np.int64], owners: NDArray[np.int64]) -> NDArray[np.int64]:
    """Count the frames of each stack from 0; a message of strace may stand between two."""
    first = np.ones(len(rows), dtype=bool)
    apart = (np.diff(rows) > 1) & (owners[1:] < 0)
    first[1:] = (np.diff(owners) != 0) | apart
    at = np.arange(len(rows))
    depths: NDArray[np.int64] = at - np.maximum.accumulate(np.where(first, at, 0))
    return depths


@kernel
def _read_frames(buf: Any, starts: Any, stops: Any, spans: Any, numbers: Any) -> None:
    """Read one frame a row; from its right, since paths may hold all that separates its parts."""
    for row in range(len(starts)):
        start = starts[row]
        stop = trim(buf, start, stops[row])
        end = _read_place(buf, start, stop, spans[row], numbers[row])
        if not _read_code(buf, start, end, spans[row], numbers[row]):
            spans[row, _SOURCE + 1] = -1
            if spans[row, _PLACE + 1] < 0:
                end = stop
            spans[row, _ERROR] = start
            spans[row, _ERROR + 1] = end - start


@routine
def _hex_start(buf: Any, start: int, stop: int) -> int:
    """Return where the hexadecimal digits that end at ``stop`` begin; -1 if there are none."""
    i = stop
    while i > start and hex_digit(buf[i - 1]) >= 0:
        i -= 1
    return i if 0 < stop - i <= _MOST_DIGITS else -1


@routine
def _hex(buf: Any, start: int, stop: int) -> Any:
    value = np.uint64(0)
    for i in range(start, stop):
        value = value * np.uint64(16) + np.uint64(hex_digit(buf[i]))
    return value


@routine
def _read_address(buf: Any, start: int, stop: int, span: Any, number: Any) -> int:
    """Read `` [0x1139]`` that ends at ``stop``; returns where it begins, -1 if it is none."""
    if stop - start < 1 or buf[stop - 1] != BRACKET_CLOSE:
        return -1
    digits = _hex_start(buf, start, stop - 1)
    if digits < 0 or not ends_with(buf, start, digits, _ADDRESS):
        return -1
    span[_PLACE] = digits
    span[_PLACE + 1] = stop - 1 - digits
    number[_FRAME_ADDRESS] = _hex(buf, digits, stop - 1)
    return int(digits - len(_ADDRESS))


@routine
def _read_place(buf: Any, start: int, stop: int, span: Any, number: Any) -> int:
    """Read the address and, of -kk, the source line; returns where what is before them ends."""
    end = _read_address(buf, start, stop, span, number)
    if end >= 0:
        return end
    colon = stop
    while colon > start and is_digit(buf[colon - 1]):
        colon -= 1
    if colon in (start, stop) or stop - colon > 9 or buf[colon - 1] != COLON:
        return stop
    close = colon - 2
    while close > start:
        if buf[close] == BRACKET_CLOSE and buf[close + 1] == 32:
            end = _read_address(buf, start, close + 1, span, number)
            if end > start and buf[end - 1] == PAREN_CLOSE:
                span[_SOURCE] = close + 2
                span[_SOURCE + 1] = colon - 1 - (close + 2)
                number[_SOURCE_LINE] = np.uint64(read_digits(buf, colon, stop)[0])
                return end
        close -= 1
    return stop


@routine
def _read_code(buf: Any, start: int, stop: int, span: Any, number: Any) -> bool:
    """Read ``module(symbol+0x14)`` or ``module()``; False if it is neither."""
    if span[_PLACE + 1] < 0 or stop <= start or buf[stop - 1] != PAREN_CLOSE:
        return False
    if ends_with(buf, start, stop, _NO_SYMBOL):
        span[_MODULE] = start
        span[_MODULE + 1] = stop - len(_NO_SYMBOL) - start
        return True
    digits = _hex_start(buf, start, stop - 1)
    if digits < 0 or not ends_with(buf, start, digits, _OFFSET):
        return False
    end = digits - len(_OFFSET)
    depth = 1
    i = end
    while i > start and depth > 0:  # the symbol of C++ may hold parentheses, in pairs
        i -= 1
        if buf[i] == PAREN_CLOSE:
            depth += 1
        elif buf[i] == PAREN_OPEN:
            depth -= 1
    if depth > 0:
        return False
    span[_MODULE] = start
    span[_MODULE + 1] = i - start
    span[_SYMBOL] = i + 1
    span[_SYMBOL + 1] = end - (i + 1)
    number[_SYMBOL_OFFSET] = _hex(buf, digits, stop - 1)
    return True
