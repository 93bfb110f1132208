"""Numbers at the begin of many arguments at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coldstart_lab.kernels import kernel
from coldstart_lab.readers.strace.arguments.splitting import find_word
from coldstart_lab.readers.strace.arguments.text import Bytes, Ints, Spans, text_of, whole
from coldstart_lab.readers.strace.grammar.lexer import (
    LOWER_X,
    QUESTION,
    number_end,
    read_number,
)

_SIGN = 0x7FFFFFFFFFFFFFFF


def leading_addresses(args: pd.Series) -> Ints:
    """Read the address each call's arguments begin with, such as a futex's.

    Parameters
    ----------
    args : Series of string, shape (n,)
        Arguments of the calls.

    Returns
    -------
    array of int64, shape (n,)
        The address, -1 where the arguments begin with none.
    """
    text = text_of(args)
    spans = whole(text)
    value, known = numbers(text.data, spans)
    known[known] = in_hexadecimal(text.data, spans.take(known))
    return np.where(known, value & _SIGN, -1)


def numbers(data: Bytes, spans: Spans) -> tuple[Ints, NDArray[np.bool_]]:
    """Read the number each span begins with: decimal, octal or hexadecimal.

    Parameters
    ----------
    data : array of uint8
        The bytes the spans refer to.
    spans : Spans, n rows
        Where the numbers are.

    Returns
    -------
    value : array of int64, shape (n,)
        The numbers, 64 bits signed; 0 where there is none.
    known : array of bool, shape (n,)
        Whether there is one.
    """
    value, known = _none(spans)
    _numbers(data, spans.start, spans.length, value, known)
    return value, known


def in_hexadecimal(data: Bytes, spans: Spans) -> NDArray[np.bool_]:
    """Tell of spans that begin with numbers whether these are ``0x...``."""
    second = np.take(data, spans.start + 1, mode="clip")
    return np.asarray((spans.length > 2) & (second == LOWER_X))


def sums(data: Bytes, spans: Spans, field: bytes) -> tuple[Ints, NDArray[np.bool_]]:
    """Add up the numbers of all fields of a name, such as ``b"iov_len="``.

    Parameters and results as of :func:`numbers`; known where there is at least one field.
    """
    value, known = _none(spans)
    _sums(data, spans.start, spans.length, field, value, known)
    return value, known


def _none(spans: Spans) -> tuple[Ints, NDArray[np.bool_]]:
    rows = len(spans.start)
    return np.zeros(rows, dtype=np.int64), np.zeros(rows, dtype=np.bool_)


@kernel
def _numbers(data: Any, start: Any, length: Any, value: Any, known: Any) -> None:
    for row in range(len(start)):
        end = number_end(data, start[row], start[row] + length[row])
        if end > 0 and data[start[row]] != QUESTION:
            value[row] = read_number(data, start[row], end)
            known[row] = True


@kernel
def _sums(data: Any, start: Any, length: Any, field: Any, value: Any, known: Any) -> None:
    for row in range(len(start)):
        stop = start[row] + length[row]
        at = find_word(data, start[row], start[row], stop, field, False)
        while at >= 0:
            at += len(field)
            end = number_end(data, at, stop)
            if end > 0 and data[at] != QUESTION:
                value[row] += read_number(data, at, end)
                known[row] = True
            at = find_word(data, start[row], at, stop, field, False)
