"""Lexing of one line's parts: numbers, strings, annotations, and where the arguments end."""

from __future__ import annotations

from typing import Any

import numpy as np

from coldstart_lab.kernels import routine
from coldstart_lab.readers.strace.buffers.vectors import (
    NAME_BYTES,
    find_byte,
    find_last_byte,
    find_last_other,
    name_end,
)

QUOTE, BACKSLASH, SPACE = 34, 92, 32
PAREN_OPEN, PAREN_CLOSE = 40, 41
LESS, EQUALS, GREATER = 60, 61, 62
MINUS, DOT, ZERO, NINE, COLON = 45, 46, 48, 57, 58
BRACKET_OPEN, BRACKET_CLOSE = 91, 93
BRACE_OPEN, BRACE_CLOSE = 123, 125
QUESTION, UPPER_E, LOWER_X = 63, 69, 120

# A protocol that strace 4.26 and 5.0 could not name
_NULL = b"(null)"
_LAST_OF_CWD = 68
_CWD_COMMENT = b"AT_FDCWD */"

_SECOND = 1_000_000_000
_MOST_SECONDS = 9_000_000_000
_TENS = 10 ** np.arange(10)


@routine
def is_digit(byte: int) -> bool:
    """Whether the byte is 0..9."""
    return ZERO <= byte <= NINE


@routine
def is_word(byte: int) -> bool:
    """Whether the byte may be part of a name (``???`` is the name of an unknown call)."""
    return bool(NAME_BYTES[byte])


@routine
def starts_with(buf: Any, at: int, stop: int, text: Any) -> bool:
    """Whether ``buf[at:stop]`` begins with the bytes of ``text``."""
    if stop - at < len(text):
        return False
    for i in range(len(text)):  # noqa: SIM110  (numba compiles no generator expressions here)
        if buf[at + i] != text[i]:
            return False
    return True


@routine
def ends_with(buf: Any, start: int, stop: int, text: Any) -> bool:
    """Whether ``buf[start:stop]`` ends with the bytes of ``text``."""
    return stop - start >= len(text) and starts_with(buf, stop - len(text), stop, text)


@routine
def find(buf: Any, start: int, stop: int, text: Any) -> int:
    """Return where ``text`` first occurs in ``buf[start:stop]``; -1 if nowhere."""
    i = start
    while True:
        i = find_byte(buf, i, stop, text[0])
        if i == stop:
            return -1
        if starts_with(buf, i, stop, text):
            return i
        i += 1


@routine
def read_digits(buf: Any, start: int, stop: int) -> tuple[int, int]:
    """Read a decimal number: (value of its first 16 digits, end of all); 0 without a digit."""
    value = 0
    i = start
    while i < stop and is_digit(buf[i]):
        if i - start < 16:
            value = value * 10 + (buf[i] - ZERO)
        i += 1
    return value, i


@routine
def seconds_ns(buf: Any, start: int, stop: int) -> tuple[int, int]:
    """Read seconds with or without a fraction: (nanoseconds, first byte after them).

    What does not fit into 64 bits is -1. Without a digit at ``start`` the end is ``start``.
    """
    seconds, i = read_digits(buf, start, stop)
    fraction = 0
    if start < i < stop and buf[i] == DOT:
        first = i + 1
        fraction, i = read_digits(buf, first, stop)
        if i - first <= 9:
            fraction *= _TENS[9 - i + first]
        else:
            fraction //= _TENS[min(i - first, 16) - 9]
    if seconds > _MOST_SECONDS:
        return -1, i
    return seconds * _SECOND + fraction, i


@routine
def skip_string(buf: Any, at: int, stop: int) -> int:
    """Return the first byte after the string that begins at ``at``; ``stop`` if it never ends."""
    i = at + 1
    while i < stop:
        if buf[i] == BACKSLASH:
            i += 2
        elif buf[i] == QUOTE:
            return i + 1
        else:
            i += 1
    return stop


@routine
def after_strings(buf: Any, start: int, stop: int) -> int:
    """Return the first byte of ``buf[start:stop]`` behind its last quote."""
    return max(find_last_byte(buf, start, stop, QUOTE) + 1, start)


@routine
def skip_annotation(buf: Any, at: int, stop: int) -> int:
    """Return the first byte after the ``<...>`` at ``at``; ``stop`` if it never ends.

    Sockets, pipes and inodes are ``NAME:[...]``, which may hold ``->`` and quoted addresses. Paths
    and names of threads escape ``<``, ``>`` and quotes, so a nested ``<`` opens a device.
    """
    i = at + 1
    if starts_with(buf, i, stop, _NULL):
        i += len(_NULL)
    i = name_end(buf, i, stop)
    while i < stop and buf[i] == MINUS:  # UNIX-STREAM
        i = name_end(buf, i + 1, stop)
    if i > at + 1 and i + 1 < stop and buf[i] == COLON and buf[i + 1] == BRACKET_OPEN:
        while i < stop:
            if buf[i] == QUOTE:
                i = skip_string(buf, i, stop)
            elif buf[i] == BRACKET_CLOSE and i + 1 < stop and buf[i + 1] == GREATER:
                return i + 2
            else:
                i += 1
        return stop
    depth = 1
    i = at + 1
    while i < stop:
        byte = buf[i]
        if byte == BACKSLASH:
            i += 1
        elif byte == LESS:
            depth += 1
        elif byte == GREATER:
            depth -= 1
            if depth == 0:
                return i + 1
        i += 1
    return stop


@routine
def arguments_end(buf: Any, start: int, stop: int) -> int:
    """Find the parenthesis that closes the arguments by reading them from the left.

    Returns its position, or -1 if the line ends before it.
    """
    depth = 0
    i = start
    while i < stop:
        byte = buf[i]
        if byte == QUOTE:
            i = skip_string(buf, i, stop)
            continue
        if byte == LESS:
            if i + 1 < stop and buf[i + 1] == LESS:  # a shift such as 1<<28
                i += 2
                continue
            # 3<...>, AT_FDCWD<...> and, with -X verbose, -100 /* AT_FDCWD */<...>
            if i > start and (
                is_digit(buf[i - 1])
                or buf[i - 1] == _LAST_OF_CWD
                or ends_with(buf, start, i, _CWD_COMMENT)
            ):
                i = skip_annotation(buf, i, stop)
                continue
        elif byte in (PAREN_OPEN, BRACKET_OPEN, BRACE_OPEN):
            depth += 1
        elif byte in (PAREN_CLOSE, BRACKET_CLOSE, BRACE_CLOSE):
            if depth == 0 and byte == PAREN_CLOSE:
                return i
            depth = max(depth - 1, 0)  # a resumed call may close what its first line opened
        i += 1
    return -1


@routine
def read_duration(buf: Any, start: int, stop: int) -> tuple[int, int]:
    """Read the ``<seconds>`` that -T puts at the end of ``buf[start:stop]``.

    Returns (nanoseconds, end of what stands before it); (-1, stop) if there is none.
    """
    if stop - start < 4 or buf[stop - 1] != GREATER or not is_digit(buf[stop - 2]):
        return -1, stop
    i = find_last_byte(buf, start + 1, stop - 2, LESS)
    if i < 0 or buf[i - 1] != SPACE:
        return -1, stop
    duration, j = seconds_ns(buf, i + 1, stop)
    if j != stop - 1 or duration < 0:
        return -1, stop
    end = i - 1
    while end > start and buf[end - 1] == SPACE:
        end -= 1
    return duration, end


@routine
def number_end(buf: Any, start: int, stop: int) -> int:
    """Return the end of the number or ``?`` at ``start``; -1 if there is none."""
    i = start
    if i < stop and buf[i] == QUESTION:
        return i + 1
    if i < stop and buf[i] == MINUS:
        i += 1
    first = i
    if i + 2 < stop and buf[i] == ZERO and buf[i + 1] == LOWER_X:
        i += 2
        first = i
        while i < stop and (is_digit(buf[i]) or 97 <= buf[i] <= 102):
            i += 1
    else:
        while i < stop and is_digit(buf[i]):
            i += 1
    return i if i > first else -1


@routine
def read_number(buf: Any, start: int, stop: int) -> int:
    """Read a decimal, 0x or octal number as 64 bits, signed."""
    i = start
    negative = buf[i] == MINUS
    if negative:
        i += 1
    base = np.uint64(10)
    if buf[i] == ZERO and stop - i > 1:
        base = np.uint64(8)
        i += 1
        if buf[i] == LOWER_X:
            base = np.uint64(16)
            i += 1
    value = np.uint64(0)
    while i < stop:
        digit = buf[i] - 87 if buf[i] >= 97 else buf[i] - ZERO
        value = value * base + np.uint64(digit)
        i += 1
    signed = np.int64(value)
    return int(-signed) if negative else int(signed)


@routine
def return_is_plain(buf: Any, start: int, stop: int) -> bool:
    """Whether ``buf[start:stop]`` can only be a return value, so that the last `` = `` was right.

    A `` = `` inside a string or an annotation has the quote or the ``>`` that ends it behind it.
    """
    i = number_end(buf, start, stop)
    if i < 0:
        return False
    if i == stop:
        return True
    if find_byte(buf, i, stop, QUOTE) < stop:
        return False
    last = buf[stop - 1]
    if buf[i] == LESS:
        return bool(last == GREATER and buf[stop - 2] != GREATER)
    if buf[i] != SPACE or i + 1 == stop:
        return False
    after = buf[i + 1]
    if after in (UPPER_E, PAREN_OPEN):
        return bool(last == PAREN_CLOSE and find_byte(buf, i, stop, GREATER) == stop)
    return bool(after == LESS and last == GREATER and buf[stop - 2] != GREATER)


@routine
def find_return_exactly(buf: Any, start: int, stop: int) -> tuple[int, int]:
    """Find the same as :func:`find_return` by reading all arguments from the left."""
    close = arguments_end(buf, start, stop)
    if close < 0:
        return -1, -1
    i = close + 1
    while i < stop and buf[i] == SPACE:
        i += 1
    if i > close + 1 and i + 1 < stop and buf[i] == EQUALS and buf[i + 1] == SPACE:
        return close, i + 2
    return -1, -1


@routine
def find_return(buf: Any, start: int, stop: int) -> tuple[int, int]:
    """Find where the arguments end and where the return value begins.

    From the right, since the last `` = `` is nearly always the true one; where that could be
    inside an annotation or a string, from the left, exactly.

    Returns (position of the closing parenthesis, begin of the return value), or (-1, -1).
    """
    i = stop - 1
    while True:
        i = find_last_byte(buf, start + 1, i, EQUALS)
        if i < 0:
            break
        if buf[i - 1] == SPACE and buf[i + 1] == SPACE:
            close = max(find_last_other(buf, start, i, SPACE), start)
            if buf[close] == PAREN_CLOSE and return_is_plain(buf, i + 2, stop):
                return close, i + 2
            break
    return find_return_exactly(buf, start, stop)
