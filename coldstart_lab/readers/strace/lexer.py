"""Lexing of one line's parts: numbers, strings, annotations, and where the arguments end."""

from __future__ import annotations

from typing import Any

import numpy as np

from coldstart_lab.kernels import kernel

QUOTE, BACKSLASH, SPACE = 34, 92, 32
PAREN_OPEN, PAREN_CLOSE = 40, 41
LESS, EQUALS, GREATER = 60, 61, 62
MINUS, DOT, ZERO, NINE, COLON = 45, 46, 48, 57, 58
BRACKET_OPEN, BRACKET_CLOSE = 91, 93
BRACE_OPEN, BRACE_CLOSE = 123, 125
QUESTION, UPPER_E, LOWER_X = 63, 69, 120


@kernel
def is_digit(byte: int) -> bool:
    """Whether the byte is 0..9."""
    return ZERO <= byte <= NINE


@kernel
def is_word(byte: int) -> bool:
    """Whether the byte may be part of a call's name (``???`` is the name of an unknown one)."""
    return (
        97 <= byte <= 122
        or byte == 95
        or ZERO <= byte <= NINE
        or 65 <= byte <= 90
        or byte == QUESTION
    )


@kernel
def starts_with(buf: Any, at: int, stop: int, text: Any) -> bool:
    """Whether ``buf[at:stop]`` begins with the bytes of ``text``."""
    if stop - at < len(text):
        return False
    for i in range(len(text)):  # noqa: SIM110  (numba compiles no generator expressions here)
        if buf[at + i] != text[i]:
            return False
    return True


@kernel
def ends_with(buf: Any, start: int, stop: int, text: Any) -> bool:
    """Whether ``buf[start:stop]`` ends with the bytes of ``text``."""
    return stop - start >= len(text) and starts_with(buf, stop - len(text), stop, text)


@kernel
def find(buf: Any, start: int, stop: int, text: Any) -> int:
    """Return where ``text`` first occurs in ``buf[start:stop]``; -1 if nowhere."""
    for i in range(start, stop - len(text) + 1):
        if buf[i] == text[0] and starts_with(buf, i, stop, text):
            return i
    return -1


@kernel
def fraction_ns(buf: Any, start: int, stop: int) -> tuple[int, int]:
    """Read up to nine digits after a point: (nanoseconds, first byte after the digits)."""
    value, scale = 0, 100_000_000
    i = start
    while i < stop and is_digit(buf[i]):
        value += (buf[i] - ZERO) * scale
        scale //= 10
        i += 1
    return value, i


@kernel
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


@kernel
def skip_annotation(buf: Any, at: int, stop: int) -> int:
    """Return the first byte after the ``<...>`` at ``at``; ``stop`` if it never ends.

    Sockets, pipes and inodes are ``NAME:[...]``, which may hold ``->`` and quoted addresses. Paths
    and names of threads escape ``<``, ``>`` and quotes, so a nested ``<`` opens a device.
    """
    i = at + 1
    while i < stop and (is_word(buf[i]) or buf[i] == MINUS):
        i += 1
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


@kernel
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
            if i > start and (is_digit(buf[i - 1]) or buf[i - 1] == 68):  # 3<...>, AT_FDCWD<...>
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


@kernel
def read_duration(buf: Any, start: int, stop: int) -> tuple[int, int]:
    """Read the ``<seconds>`` that -T puts at the end of ``buf[start:stop]``.

    Returns (nanoseconds, end of what stands before it); (-1, stop) if there is none.
    """
    if stop - start < 4 or buf[stop - 1] != GREATER:
        return -1, stop
    i = stop - 2
    while i > start and (is_digit(buf[i]) or buf[i] == DOT):
        i -= 1
    if buf[i] != LESS or buf[i - 1] != SPACE or i + 2 > stop - 1:
        return -1, stop
    seconds = 0
    j = i + 1
    while is_digit(buf[j]):
        seconds = seconds * 10 + (buf[j] - ZERO)
        j += 1
    nanoseconds = 0
    if buf[j] == DOT:
        nanoseconds, j = fraction_ns(buf, j + 1, stop)
    if j != stop - 1:
        return -1, stop
    end = i - 1
    while end > start and buf[end - 1] == SPACE:
        end -= 1
    return seconds * 1_000_000_000 + nanoseconds, end


@kernel
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


@kernel
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


@kernel
def return_is_plain(buf: Any, start: int, stop: int) -> bool:
    """Whether ``buf[start:stop]`` can only be a return value, so that the last `` = `` was right.

    A `` = `` inside a string or an annotation has the quote or the ``>`` that ends it behind it.
    """
    i = number_end(buf, start, stop)
    if i < 0:
        return False
    if i == stop:
        return True
    for j in range(i, stop):
        if buf[j] == QUOTE:
            return False
    last = buf[stop - 1]
    if buf[i] == LESS:
        return bool(last == GREATER and buf[stop - 2] != GREATER)
    if buf[i] != SPACE or i + 1 == stop:
        return False
    after = buf[i + 1]
    if after in (UPPER_E, PAREN_OPEN):
        for j in range(i, stop):
            if buf[j] == GREATER:
                return False
        return bool(last == PAREN_CLOSE)
    return bool(after == LESS and last == GREATER and buf[stop - 2] != GREATER)


@kernel
def find_return(buf: Any, start: int, stop: int) -> tuple[int, int]:
    """Find where the arguments end and where the return value begins.

    From the right, since the last `` = `` is nearly always the true one; where that could be
    inside an annotation or a string, from the left, exactly.

    Returns (position of the closing parenthesis, begin of the return value), or (-1, -1).
    """
    i = stop - 2
    while i > start:
        if buf[i] == EQUALS and buf[i - 1] == SPACE and buf[i + 1] == SPACE:
            close = i - 1
            while close > start and buf[close] == SPACE:
                close -= 1
            if buf[close] == PAREN_CLOSE and return_is_plain(buf, i + 2, stop):
                return close, i + 2
            break
        i -= 1
    close = arguments_end(buf, start, stop)
    if close < 0:
        return -1, -1
    i = close + 1
    while i < stop and buf[i] == SPACE:
        i += 1
    if i > close + 1 and i + 1 < stop and buf[i] == EQUALS and buf[i + 1] == SPACE:
        return close, i + 2
    return -1, -1
