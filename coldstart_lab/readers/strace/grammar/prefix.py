"""Lexing of what stands before a call: thread, its name, the time, and what is passed over."""

from __future__ import annotations

from typing import Any

from coldstart_lab.kernels import routine
from coldstart_lab.readers.strace.grammar.kinds import (
    CLOCK_NONE,
    CLOCK_OF_DAY,
    CLOCK_RELATIVE,
    CLOCK_UNIX,
    NO_PID,
    NO_TIME,
    PID_MAX,
)
from coldstart_lab.readers.strace.grammar.lexer import (
    BRACKET_CLOSE,
    BRACKET_OPEN,
    COLON,
    GREATER,
    LESS,
    PAREN_CLOSE,
    QUESTION,
    SPACE,
    ZERO,
    is_digit,
    read_digits,
    seconds_ns,
    starts_with,
)

_SECOND = 1_000_000_000
# The year 1973: strace prints no absolute time before it, and no relative one after it
_FIRST_UNIX_TIME = 100_000_000 * _SECOND
# The bytes of ten digits before the point and nine after it
_LONGEST = 20
_PID = b"[pid "
_DELTA = b"(+"
# Differences (-r) are printed as %6ld before the point
_RELATIVE_WIDTH = 6
_AROUND_NUMBER = len(b"[] ")
_LEAST_POINTER = 8
# The digits of the largest number of a call, of an x32 one
_MOST_NUMBER = 10


@routine
def read_pid(buf: Any, start: int, stop: int) -> tuple[int, int, int, int, bool]:
    """Read ``123 ``, ``123<comm> `` or ``[pid 123] ``.

    Returns (pid or -1, begin of comm, end of comm, first byte after it all, in brackets).
    """
    i = start
    bracket = starts_with(buf, i, stop, _PID)
    if bracket:
        i += len(_PID)
        while i < stop and buf[i] == SPACE:
            i += 1
    first = i
    value, i = read_digits(buf, first, stop)
    if i == first or i >= stop or i > first + 8 or value > PID_MAX:
        return NO_PID, start, start, start, False
    comm_start = comm_stop = i
    if buf[i] == LESS:
        comm_start = i + 1
        while i < stop and buf[i] != GREATER:
            i += 1
        comm_stop = i
        i += 1
    if bracket:
        if i >= stop or buf[i] != BRACKET_CLOSE:
            return NO_PID, start, start, start, False
        i += 1
    if i >= stop or buf[i] != SPACE:
        return NO_PID, start, start, start, False
    while i < stop and buf[i] == SPACE:
        i += 1
    return value, comm_start, comm_stop, i, bracket


@routine
def read_time(buf: Any, start: int, stop: int) -> tuple[int, int, int]:
    """Read a time of -t, -tt, -ttt, -r or their long options.

    Returns (nanoseconds or -1, which clock, first byte after it and its blanks).
    """
    first = start
    while first < stop and buf[first] == SPACE:
        first += 1
    time, i = seconds_ns(buf, first, stop)
    if i == first or i >= stop or time < 0 or i - first > _LONGEST:
        return NO_TIME, CLOCK_NONE, start
    clock = CLOCK_UNIX if time >= _FIRST_UNIX_TIME else CLOCK_RELATIVE
    if buf[i] == COLON:
        if i - first != 2 or stop - i < 7:
            return NO_TIME, CLOCK_NONE, start
        minute = (buf[i + 1] - ZERO) * 10 + buf[i + 2] - ZERO
        digits = is_digit(buf[i + 1]) and is_digit(buf[i + 2]) and buf[i + 3] == COLON
        if not (digits and is_digit(buf[i + 4]) and is_digit(buf[i + 5])):
            return NO_TIME, CLOCK_NONE, start
        second, end = seconds_ns(buf, i + 4, stop)
        time = time * 3600 + minute * 60 * _SECOND + second
        clock = CLOCK_OF_DAY
        i = end
    if i >= stop or buf[i] != SPACE:
        return NO_TIME, CLOCK_NONE, start
    while i < stop and buf[i] == SPACE:
        i += 1
    return time, clock, i


@routine
def is_justified(buf: Any, line: int, start: int, stop: int) -> bool:
    """Whether the number behind the blanks at ``start`` is set as strace sets that of -r."""
    first = start
    while first < stop and buf[first] == SPACE:
        first += 1
    end = read_digits(buf, first, stop)[1]
    while first > line and buf[first - 1] == SPACE:
        first -= 1
    return end - first >= _RELATIVE_WIDTH


@routine
def skip_delta(buf: Any, start: int, stop: int) -> int:
    """Pass over the ``(+     0.000057) `` of -r beside another time, and over blanks."""
    i = start
    if starts_with(buf, i, stop, _DELTA):
        while i < stop and buf[i] != PAREN_CLOSE:
            i += 1
        i += 1
    while i < stop and buf[i] == SPACE:
        i += 1
    return min(i, stop)


@routine
def is_pointer(buf: Any, start: int, stop: int) -> bool:
    """Whether the ``[...] `` of :func:`number_stop` is an instruction pointer.

    strace writes at least 8 or 16 digits of it, more than 8 for a 32-bit call of a 64-bit process.
    """
    width = stop - start - _AROUND_NUMBER
    if width < _LEAST_POINTER:
        return False
    for i in range(start + 1, stop - 2):
        if not is_digit(buf[i]) and buf[i] != SPACE:
            return True
    return width > _MOST_NUMBER or width == _LEAST_POINTER


@routine
def number_stop(buf: Any, start: int, stop: int) -> int:
    """Return where ``[  59] `` of -n ends, or ``[00007f20d7e57350] `` of -i; else ``start``."""
    if start >= stop or buf[start] != BRACKET_OPEN:
        return start
    i = start + 1
    decimal = True
    while i < stop and (
        is_digit(buf[i]) or buf[i] == SPACE or 97 <= buf[i] <= 102 or buf[i] == QUESTION
    ):
        decimal = decimal and (is_digit(buf[i]) or buf[i] == SPACE)
        i += 1
    if i + 1 >= stop or buf[i] != BRACKET_CLOSE or i == start + 1 or buf[i + 1] != SPACE:
        return start
    return i + 2 if decimal or is_pointer(buf, start, i + 2) else start


@routine
def context_stop(buf: Any, start: int, stop: int) -> int:
    """Return where ``[unconfined_t] `` of --secontext ends; ``start`` if there is no context."""
    if start >= stop or buf[start] != BRACKET_OPEN:
        return start
    i = start + 1
    while i < stop and buf[i] != BRACKET_CLOSE:
        if buf[i] == BRACKET_OPEN or buf[i] == SPACE:
            return start
        i += 1
    if i + 1 >= stop or i == start + 1 or buf[i + 1] != SPACE:
        return start
    number = number_stop(buf, start, stop)
    if number > start and (is_pointer(buf, start, number) or is_digit(buf[start + 1])):
        return start
    return i + 2
