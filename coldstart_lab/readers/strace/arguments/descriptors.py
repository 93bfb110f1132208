"""The descriptor that each call is about, and what strace says it stands for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from coldstart_lab.kernels import kernel, routine
from coldstart_lab.readers.strace.arguments.text import text_of
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
    offsets, data = text_of(args)
    wanted = _ready_numbers(*text_of(ready)) if ready is not None else np.full(len(args), NO_FD)
    fd, start, length = _find_descriptors(offsets, data, wanted)
    return pd.DataFrame(
        {
            "fd": pd.arrays.IntegerArray(fd.astype(np.int32), fd == NO_FD),
            "target": intern_spans(data, start, length),
        },
        index=args.index,
    )


@routine
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
