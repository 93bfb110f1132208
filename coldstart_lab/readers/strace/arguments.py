"""Looks into the arguments of many calls at once: descriptors, their annotations, epoll's data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from coldstart_lab.kernels import kernel
from coldstart_lab.readers.strace.lexer import (
    LESS,
    ZERO,
    is_digit,
    skip_annotation,
    skip_string,
    starts_with,
)
from coldstart_lab.readers.strace.spans import intern_spans

NO_FD = -1
_FD = b"fd="
_U64 = b"u64="
_DATA = b"data=0x"


def descriptors(args: pd.Series, *, ready: pd.Series | None = None) -> pd.DataFrame:
    """Read the descriptor that each call is about, and what strace says it stands for.

    Parameters
    ----------
    args : Series of string, shape (n,)
        Arguments of calls, as in ``events.args``.
    ready : Series of string, shape (n,), optional
        ``events.retval_text`` of the same calls: for poll and select the descriptor that became
        ready is looked up by the number found there.

    Returns
    -------
    DataFrame, n rows, with the index of ``args``
        ``fd`` (Int32, NA where there is none) and ``target`` (category: the text between the angle
        brackets of -y or -yy, NA where there is none).
    """
    offsets, data = _buffers(args)
    wanted = _ready_numbers(*_buffers(ready)) if ready is not None else np.full(len(args), NO_FD)
    fd, start, length = _find_descriptors(offsets, data, wanted)
    return pd.DataFrame(
        {
            "fd": pd.arrays.IntegerArray(fd.astype(np.int32), fd == NO_FD),
            "target": intern_spans(data, start, length),
        },
        index=args.index,
    )


def epoll_data(args: pd.Series, *, at_most: int = 4) -> NDArray[np.int64]:
    """Read the user data of the events in epoll_ctl and epoll_wait calls.

    Parameters
    ----------
    args : Series of string, shape (n,)
        Arguments of the calls.
    at_most : int
        How many events a call are read.

    Returns
    -------
    array of int64, shape (n, at_most)
        The 64 bits of each event's data; -1 where a call has fewer events.
    """
    return np.asarray(_epoll_data(*_buffers(args), at_most))


def _buffers(text: pd.Series) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Return offsets and bytes of an Arrow-backed string column; NA is empty."""
    array = pa.array(text.fillna(""), type=pa.large_string())
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    _, offsets, data = array.buffers()
    at = np.frombuffer(offsets, dtype=np.int64)[array.offset : array.offset + len(array) + 1]
    return at, np.frombuffer(data if data is not None else b"", dtype=np.uint8)


@kernel
def _number(data: Any, at: int, stop: int) -> tuple[int, int]:
    value = 0
    i = at
    while i < stop and is_digit(data[i]) and i - at < 9:
        value = value * 10 + (data[i] - ZERO)
        i += 1
    return (value if i > at else NO_FD), i


@kernel
def _find_descriptors(offsets: Any, data: Any, wanted: Any) -> tuple[Any, Any, Any]:
    """Find the first descriptor of each row, or the one with the number wanted."""
    rows = len(offsets) - 1
    fd = np.full(rows, NO_FD, dtype=np.int64)
    start = np.zeros(rows, dtype=np.int64)
    length = np.zeros(rows, dtype=np.int64)
    for row in range(rows):
        i, stop = offsets[row], offsets[row + 1]
        word = True  # whether a number here would begin a word
        while i < stop:
            if data[i] == 34:
                if wanted[row] < 0:
                    break  # a call that begins with a path is about no descriptor
                i = skip_string(data, i, stop)
                continue
            if word and is_digit(data[i]):
                value, end = _number(data, i, stop)
                if end < stop and data[end] == LESS and (wanted[row] < 0 or value == wanted[row]):
                    fd[row] = value
                    close = skip_annotation(data, end, stop)
                    start[row] = end + 1
                    length[row] = max(0, close - 1 - start[row])
                    break
                if wanted[row] < 0 and fd[row] < 0:
                    fd[row] = value
                    if i == offsets[row]:
                        break  # a bare number: no -y
                i = end
                word = False
                continue
            if data[i] == LESS:
                i = skip_annotation(data, i, stop)
                continue
            word = not (is_digit(data[i]) or 97 <= data[i] <= 122 or 65 <= data[i] <= 90)
            i += 1
    return fd, start, length


@kernel
def _ready_numbers(offsets: Any, data: Any) -> Any:
    """Read the first descriptor in ``([{fd=3, revents=POLLIN}])`` or ``(in [3])``."""
    rows = len(offsets) - 1
    out = np.full(rows, NO_FD, dtype=np.int64)
    for row in range(rows):
        i, stop = offsets[row], offsets[row + 1]
        while i < stop:
            if data[i] == 91 and i + 1 < stop and is_digit(data[i + 1]):
                out[row], _ = _number(data, i + 1, stop)
                break
            if starts_with(data, i, stop, _FD):
                out[row], _ = _number(data, i + len(_FD), stop)
                break
            i += 1
    return out


@kernel
def _epoll_data(offsets: Any, data: Any, at_most: int) -> Any:
    rows = len(offsets) - 1
    out = np.full((rows, at_most), -1, dtype=np.int64)
    for row in range(rows):
        i, stop = offsets[row], offsets[row + 1]
        found = 0
        while i < stop and found < at_most:
            base = np.uint64(0)
            if data[i] == 117 and starts_with(data, i, stop, _U64):
                base = np.uint64(10)
                i += len(_U64)
                if starts_with(data, i, stop, b"0x"):
                    base = np.uint64(16)
                    i += 2
            elif data[i] == 100 and starts_with(data, i, stop, _DATA):
                base = np.uint64(16)
                i += len(_DATA)
            if base == 0:
                i += 1
                continue
            value = np.uint64(0)
            while i < stop and (is_digit(data[i]) or (base == 16 and 97 <= data[i] <= 102)):
                digit = data[i] - 87 if data[i] >= 97 else data[i] - ZERO
                value = value * base + np.uint64(digit)
                i += 1
            out[row, found] = np.int64(value & np.uint64(0x7FFFFFFFFFFFFFFF))
            found += 1
    return out


def leading_addresses(args: pd.Series) -> NDArray[np.int64]:
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
    return np.asarray(_leading_addresses(*_buffers(args)))


@kernel
def _leading_addresses(offsets: Any, data: Any) -> Any:
    rows = len(offsets) - 1
    out = np.full(rows, -1, dtype=np.int64)
    for row in range(rows):
        i, stop = offsets[row], offsets[row + 1]
        if not starts_with(data, i, stop, b"0x"):
            continue
        value = np.uint64(0)
        i += 2
        while i < stop and (is_digit(data[i]) or 97 <= data[i] <= 102):
            digit = data[i] - 87 if data[i] >= 97 else data[i] - ZERO
            value = value * np.uint64(16) + np.uint64(digit)
            i += 1
        out[row] = np.int64(value & np.uint64(0x7FFFFFFFFFFFFFFF))
    return out
