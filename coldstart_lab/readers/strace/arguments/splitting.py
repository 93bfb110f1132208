"""Splits arguments: where the n-th argument of each call is, and words and fields inside it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from coldstart_lab.errors import UsageError
from coldstart_lab.kernels import kernel, routine
from coldstart_lab.readers.strace.arguments.text import Bytes, Ints, Spans, Text, no_spans, text_of
from coldstart_lab.readers.strace.buffers.spans import intern_spans
from coldstart_lab.readers.strace.buffers.vectors import NAME_BYTES, name_end
from coldstart_lab.readers.strace.grammar.lexer import (
    BRACE_CLOSE,
    BRACE_OPEN,
    BRACKET_CLOSE,
    BRACKET_OPEN,
    EQUALS,
    GREATER,
    LESS,
    PAREN_CLOSE,
    PAREN_OPEN,
    QUOTE,
    SPACE,
    ends_with,
    find,
    is_digit,
    skip_annotation,
    skip_string,
    starts_with,
)

_COMMA, _SLASH, _STAR = 44, 47, 42
_COMMENT_END = b"*/"
_LAST_OF_CWD = 68
CWD_COMMENT = b" /* AT_FDCWD */"
# Bytes that may end an argument, or begin what is skipped as a whole
_TELLING = np.isin(np.arange(256), list(b'"<([{)]},/'))


def split_arguments(events: pd.DataFrame, *, count: int = 4) -> pd.DataFrame:
    """Split the arguments of calls at the commas between them.

    Strings, annotations, structures, lists and comments are kept whole, whatever they hold.

    Parameters
    ----------
    events : DataFrame
        ``tables.STRACE_EVENTS`` or some of its rows.
    count : int
        How many arguments are given.

    Returns
    -------
    DataFrame, one row an event, with the index of ``events``
        Columns 0 to ``count - 1``, category: the text of each argument as strace printed it,
        without the name that ``-N`` puts before it; NA where a call has fewer.

    Raises
    ------
    UsageError
        If ``count`` is less than 1.
    """
    if count < 1:
        raise UsageError(f"count must be 1 or more, not {count}")
    text = text_of(events["args"])
    at, stop = text.offsets[:-1], text.offsets[1:]
    columns = {}
    for nth in range(count):
        # the first one, then the one after the comma that ends the last
        found = _find_arguments(text.data, at, stop, np.full(len(at), min(nth, 1)))
        columns[nth] = intern_spans(text.data, *found)
        at = np.where(found.length < 0, stop, found.start + found.length)
    return pd.DataFrame(columns, index=events.index, copy=False)


def argument_spans(text: Text, rows: Ints, nth: Ints) -> Spans:
    """Find one argument of each of some rows.

    Parameters
    ----------
    text : Text
        Arguments of calls.
    rows : array of int64, shape (n,)
        The rows asked about.
    nth : array of int64, shape (n,)
        Which argument of each, counted from 0; -1 for none.

    Returns
    -------
    Spans, n rows
        Bytes of ``text.data``, without the argument's name and blanks around it.
    """
    begin, end = text.offsets[rows], text.offsets[rows + 1]
    return _find_arguments(text.data, begin, end, nth)


def _find_arguments(data: Bytes, begin: Ints, end: Ints, nth: Ints) -> Spans:
    found = no_spans(len(nth))
    _argument_spans(data, begin, end, nth, *found)
    return found


def word_spans(data: Bytes, spans: Spans, word: bytes, *, inside: bool = False) -> Spans:
    """Find the first word that begins with some bytes, outside strings and annotations.

    Parameters
    ----------
    data : array of uint8
        The bytes the spans refer to.
    spans : Spans, n rows
        Where to look.
    word : bytes
        What the word begins with; may end with ``=``, then it is a field's name.
    inside : bool
        Look inside words as well.

    Returns
    -------
    Spans, n rows
        From the begin of what was found to the end of the span looked at.
    """
    found = no_spans(len(spans.start))
    _find_fields(data, *spans, word, inside, *found)
    start = found.start - len(word) * (found.length >= 0)
    return Spans(start, np.where(found.length < 0, -1, spans.start + spans.length - start))


def field_spans(data: Bytes, spans: Spans, name: bytes) -> Spans:
    """Find the value of the first field of a name, such as ``b"sun_path="``.

    Parameters as of :func:`word_spans`.

    Returns
    -------
    Spans, n rows
        The value: what stands before the comma or bracket that ends it.
    """
    found = no_spans(len(spans.start))
    _find_fields(data, *spans, name, False, *found)
    return found


@routine
def annotation_at(buf: Any, start: int, i: int) -> bool:
    """Whether the ``<`` at ``i`` begins an annotation: 3<...>, AT_FDCWD<...>.

    With -X verbose it is -100 /* AT_FDCWD */<...>. The rule is that of ``lexer.arguments_end``.
    """
    if i <= start:
        return False
    before = buf[i - 1]
    return bool(is_digit(before) or before == _LAST_OF_CWD or ends_with(buf, start, i, CWD_COMMENT))


@routine
def skip_whole(buf: Any, start: int, i: int, stop: int) -> int:
    """Return the first byte after a string or an annotation at ``i``, else ``i + 1``."""
    if buf[i] == QUOTE:
        return int(skip_string(buf, i, stop))
    if buf[i] == LESS:
        if i + 1 < stop and buf[i + 1] == LESS:  # a shift such as 1<<28
            return i + 2
        if annotation_at(buf, start, i):
            return int(skip_annotation(buf, i, stop))
    return i + 1


@routine
def _find_argument(buf: Any, start: int, stop: int, nth: int) -> tuple[int, int]:
    """Return begin and end of an argument; the end is less than the begin if there is none."""
    depth, place, first, i = 0, 0, start, start
    while i < stop:
        byte = buf[i]
        if not _TELLING[byte]:
            i += 1
            continue
        if byte in (PAREN_OPEN, BRACKET_OPEN, BRACE_OPEN):
            depth += 1
        elif byte in (PAREN_CLOSE, BRACKET_CLOSE, BRACE_CLOSE):
            depth = max(depth - 1, 0)
        elif byte == _COMMA and depth == 0:
            if place == nth:
                return first, i
            place += 1
            first = i + 1
        elif byte == _SLASH and i + 1 < stop and buf[i + 1] == _STAR:
            close = find(buf, i + 2, stop, _COMMENT_END)
            i = close + 2 if close >= 0 else stop
            continue
        i = skip_whole(buf, start, i, stop)
    return (first, stop) if place == nth else (stop, start - 1)


@routine
def _value_start(buf: Any, start: int, stop: int) -> int:
    """Skip the argument's name: ``fd=3``, but not ``=> {...}`` or ``a == b``."""
    i = name_end(buf, start, stop)
    if start < i < stop - 1 and buf[i] == EQUALS and buf[i + 1] not in (EQUALS, GREATER):
        return i + 1
    return start


@routine
def _trim(buf: Any, start: int, stop: int) -> tuple[int, int]:
    """Return begin and length of an argument without blanks and its name; -1 if nothing is left."""
    while start < stop and buf[start] == SPACE:
        start += 1
    while stop > start and buf[stop - 1] == SPACE:
        stop -= 1
    if start >= stop:
        return 0, -1
    start = _value_start(buf, start, stop)
    return start, stop - start


@kernel
def _argument_spans(data: Any, begin: Any, end: Any, nth: Any, start: Any, length: Any) -> None:
    for row in range(len(nth)):
        if nth[row] >= 0:
            first, stop = _find_argument(data, begin[row], end[row], nth[row])
            start[row], length[row] = _trim(data, first, stop)


@routine
def find_word(buf: Any, start: int, i: int, stop: int, word: Any, inside: bool) -> int:
    """Return where a word begins, from ``i`` on, outside strings and annotations; else -1."""
    while i < stop:
        if (
            buf[i] == word[0]
            and (inside or i == start or not NAME_BYTES[buf[i - 1]])
            and starts_with(buf, i, stop, word)
        ):
            return i
        i = skip_whole(buf, start, i, stop)
    return -1


@routine
def _value_end(buf: Any, start: int, stop: int) -> int:
    """Return where a value ends: at a comma or closing bracket that is not its own."""
    depth, i = 0, start
    while i < stop:
        byte = buf[i]
        if byte in (PAREN_OPEN, BRACKET_OPEN, BRACE_OPEN):
            depth += 1
        elif byte in (PAREN_CLOSE, BRACKET_CLOSE, BRACE_CLOSE):
            depth -= 1
        if depth < 0 or (depth == 0 and byte == _COMMA):
            return i
        i = skip_whole(buf, start, i, stop)
    return stop


@kernel
def _find_fields(
    data: Any, start: Any, length: Any, name: Any, inside: bool, begins: Any, lengths: Any
) -> None:
    for row in range(len(start)):
        stop = start[row] + length[row]
        at = find_word(data, start[row], start[row], stop, name, inside)
        if at >= 0:
            begins[row] = at + len(name)
            lengths[row] = _value_end(data, begins[row], stop) - begins[row]
