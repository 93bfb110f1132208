"""Lexing of what stands before a call: thread, its name, the time, and what is passed over."""

from __future__ import annotations

from typing import Any

from coldstart_lab.kernels import kernel
from coldstart_lab.readers.strace.kinds import (
    CLOCK_NONE,
    CLOCK_OF_DAY,
    CLOCK_RELATIVE,
    CLOCK_UNIX,
    NO_PID,
    NO_TIME,
    PID_MAX,
)
from coldstart_lab.readers.strace.lexer import (
    BRACKET_CLOSE,
    BRACKET_OPEN,
    COLON,
    DOT,
    GREATER,
    LESS,
    PAREN_OPEN,
    SPACE,
    ZERO,
    fraction_ns,
    is_digit,
    starts_with,
)

_SECOND = 1_000_000_000
# The year 1973: strace prints no absolute time before it, and no relative one after it
_FIRST_UNIX_SECOND = 100_000_000
_PID = b"[pid "
_DELTA = b"(+"


@kernel
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
    value = 0
    first = i
    while i < stop and is_digit(buf[i]) and i - first < 8:
        value = value * 10 + (buf[i] - ZERO)
        i += 1
    if i == first or i >= stop or value > PID_MAX:
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


@kernel
def read_time(buf: Any, start: int, stop: int) -> tuple[int, int, int]:
    """Read a time of -t, -tt, -ttt, -r or their long options.

    Returns (nanoseconds or -1, which clock, first byte after it and its blanks).
    """
    i = start
    while i < stop and buf[i] == SPACE:
        i += 1
    first = i
    seconds = 0
    while i < stop and is_digit(buf[i]) and i - first < 12:
        seconds = seconds * 10 + (buf[i] - ZERO)
        i += 1
    if i == first or i >= stop:
        return NO_TIME, CLOCK_NONE, start
    clock = CLOCK_NONE
    if buf[i] == COLON and stop - i > 6 and i - first == 2:
        minute = (buf[i + 1] - ZERO) * 10 + buf[i + 2] - ZERO
        second = (buf[i + 4] - ZERO) * 10 + buf[i + 5] - ZERO
        digits = is_digit(buf[i + 1]) and is_digit(buf[i + 2]) and buf[i + 3] == COLON
        if not (digits and is_digit(buf[i + 4]) and is_digit(buf[i + 5])):
            return NO_TIME, CLOCK_NONE, start
        seconds = seconds * 3600 + minute * 60 + second
        clock = CLOCK_OF_DAY
        i += 6
    elif seconds >= _FIRST_UNIX_SECOND:
        clock = CLOCK_UNIX
    elif buf[i] in (DOT, SPACE):
        clock = CLOCK_RELATIVE
    nanoseconds = 0
    if i < stop and buf[i] == DOT:
        nanoseconds, i = fraction_ns(buf, i + 1, stop)
    if clock == CLOCK_NONE or i >= stop or buf[i] != SPACE:
        return NO_TIME, CLOCK_NONE, start
    while i < stop and buf[i] == SPACE:
        i += 1
    return seconds * _SECOND + nanoseconds, clock, i


@kernel
def skip_extras(buf: Any, start: int, stop: int) -> int:
    """Pass over ``(+ 0.000057)`` of -r, ``[ 59]`` of -n and ``[00007f20d7e57350]`` of -i."""
    i = start
    if starts_with(buf, i, stop, _DELTA):
        while i < stop and buf[i] != 41:
            i += 1
        i += 1
    while i < stop and (buf[i] == SPACE or buf[i] == BRACKET_OPEN):
        if buf[i] == SPACE:
            i += 1
            continue
        j = i + 1
        while j < stop and (
            is_digit(buf[j]) or buf[j] == SPACE or 97 <= buf[j] <= 102 or buf[j] == 63
        ):
            j += 1
        if j >= stop or buf[j] != BRACKET_CLOSE or j == i + 1 or buf[i + 1] == PAREN_OPEN:
            return i
        i = j + 1
    return min(i, stop)
