"""Reads frames: an address, a function with its offset, and the file it is from.

As ``sample__fprintf_callchain`` of ``tools/perf/util/evsel_fprintf.c`` prints them, one a line; and
of a sample without a call chain on the line that begins it, where numbers may stand before it.
"""

from __future__ import annotations

from typing import Any

from coldstart_lab.kernels import routine
from coldstart_lab.readers.perf_script.head import SPACE, skip_blanks
from coldstart_lab.readers.perf_script.lines import (
    ADDRESS,
    DATA,
    DSO,
    DSO_STOP,
    HAS_DATA,
    INLINED,
    NONE,
    OFFSET,
    SYMBOL,
    SYMBOL_STOP,
    TEXT,
    TEXT_STOP,
    WEIGHT,
)
from coldstart_lab.readers.scanning import read_digits, starts_with

_OPEN, _CLOSE, _PLUS, _ZERO, _LOWER_X, _BAR = 40, 41, 43, 48, 120, 124
_INLINED = b"(inlined)"
_HEX_DIGITS = 16


@routine
def _hex_value(byte: int) -> int:
    """Return the value of a hexadecimal digit as perf prints them; -1 if it is none."""
    if 48 <= byte <= 57:
        return byte - 48
    if 97 <= byte <= 102:
        return byte - 87
    return -1


@routine
def read_hex(buf: Any, i: int, stop: int) -> tuple[int, int]:
    """Read a hexadecimal number that ends at a blank: (its bits, end); the end is ``i`` if none."""
    value, at = 0, i
    while at < stop and buf[at] != SPACE:
        digit = _hex_value(buf[at])
        if digit < 0 or at - i == _HEX_DIGITS:
            return 0, i
        value = (value << 4) | digit
        at += 1
    return value, at


@routine
def _dso_start(buf: Any, start: int, stop: int) -> int:
    """Return where the bracket opens that the text ends with; -1 if there is none.

    A file's name may hold brackets as well: ``(/memfd:x (deleted))``.
    """
    depth = 0
    at = stop - 1
    while at >= start:
        if buf[at] == _CLOSE:
            depth += 1
        elif buf[at] == _OPEN:
            depth -= 1
            if depth == 0 and (at == start or buf[at - 1] == SPACE):
                return at
        at -= 1
    return -1


@routine
def _offset_start(buf: Any, start: int, stop: int) -> tuple[int, int]:
    """Find the offset that the text ends with: (where it begins, it); ``stop`` if there is none."""
    value, shift, at = 0, 0, stop
    while at > start and shift < 64 and _hex_value(buf[at - 1]) >= 0:
        at -= 1
        value |= _hex_value(buf[at]) << shift
        shift += 4
    found = shift > 0 and at - start >= 3 and buf[at - 1] == _LOWER_X
    if found and buf[at - 2] == _ZERO and buf[at - 3] == _PLUS:
        return at - 3, value
    return stop, NONE


@routine
def read_frame(buf: Any, i: int, stop: int, row: Any) -> bool:
    """Read the frame ``buf[i:stop]`` into ``row``; returns whether there is one."""
    while stop > i and buf[stop - 1] == SPACE:
        stop -= 1
    row[ADDRESS], end = read_hex(buf, i, stop)
    if end == i:
        return False
    start = skip_blanks(buf, end, stop)
    row[INLINED] = 0
    row[DSO] = row[DSO_STOP] = stop
    if stop > start and buf[stop - 1] == _CLOSE:
        if stop - start >= len(_INLINED) and starts_with(buf, stop - len(_INLINED), stop, _INLINED):
            row[INLINED] = 1
            stop -= len(_INLINED)
        else:
            bracket = _dso_start(buf, start, stop)
            if bracket >= 0:
                row[DSO] = bracket + 1
                row[DSO_STOP], _ = _offset_start(buf, bracket + 1, stop - 1)  # -F dsoff
                stop = bracket
    while stop > start and buf[stop - 1] == SPACE:
        stop -= 1
    row[SYMBOL] = start
    row[SYMBOL_STOP], row[OFFSET] = _offset_start(buf, start, stop)
    return True


@routine
def is_place(row: Any) -> bool:
    """Whether a frame has a file or an offset, or only its address: then it is no other text."""
    return bool(row[OFFSET] != NONE or row[DSO_STOP] > row[DSO] or row[SYMBOL_STOP] == row[SYMBOL])


@routine
def _weight_after(buf: Any, i: int, stop: int) -> tuple[int, int]:
    """Find the number behind the description of a memory access: (it, first byte after it)."""
    while i < stop:
        i = skip_blanks(buf, i, stop)
        number, end = read_digits(buf, i, stop)
        if end > i and (end == stop or buf[end] == SPACE):
            return number, end
        while i < stop and buf[i] != SPACE:
            i += 1
    return NONE, stop


@routine
def read_rest(buf: Any, i: int, stop: int, chained: bool, row: Any) -> int:
    """Read what follows the event's name; returns where a frame begins, -1 if none does.

    Of two numbers before the frame the first is the address of the data, the second the weight;
    what begins with no number is the text of a tracepoint. ``chained`` tells that frames follow on
    lines of their own.
    """
    i = skip_blanks(buf, i, stop)
    row[TEXT] = row[TEXT_STOP] = stop
    row[HAS_DATA], row[WEIGHT] = 0, NONE
    first = second = third = at = i
    count = 0
    while at < stop and count < 3:
        value, end = read_hex(buf, at, stop)
        if end == at:
            break
        if count == 0:
            row[DATA] = value
        elif count == 1:
            second = at
        else:
            third = at
        count += 1
        at = skip_blanks(buf, end, stop)
    if count == 0:
        row[TEXT] = i
        return -1
    if at < stop and buf[at] == _BAR:  # a code before it, and behind it |OP LOAD|LVL L1 hit|...
        bar = stop - 1
        while buf[bar] != _BAR:
            bar -= 1
        row[HAS_DATA] = count > 1
        row[WEIGHT], end = _weight_after(buf, bar + 1, stop)
        end = skip_blanks(buf, end, stop)
        return end if end < stop else -1
    before = count - 1
    if at == stop:
        before += chained
    elif buf[at] == _OPEN and count > 1:
        before -= 1  # a function whose name looks like a number
    row[HAS_DATA] = before > 0
    if before > 1:
        row[WEIGHT], _ = read_digits(buf, second, stop)
    if before == count:
        return -1
    return first if before == 0 else (second if before == 1 else third)
