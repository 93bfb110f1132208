"""The user data of epoll's events, by which its calls tell descriptors apart."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from coldstart_lab.kernels import kernel
from coldstart_lab.readers.strace.arguments.text import Ints, text_of
from coldstart_lab.readers.strace.grammar.lexer import ZERO, is_digit, starts_with

_U64 = b"u64="
_DATA = b"data=0x"


def epoll_data(args: pd.Series, *, at_most: int = 4) -> Ints:
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
        The lower 63 bits of each event's data; -1 where a call has fewer events.
    """
    out = np.full((len(args), at_most), -1, dtype=np.int64)
    _epoll_data(*text_of(args), out)
    return out


@kernel
def _epoll_data(offsets: Any, data: Any, out: Any) -> None:
    rows, at_most = out.shape
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
