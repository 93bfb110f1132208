"""Reads what -n, -i and --secontext put before calls."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coldstart_lab.kernels import kernel, routine
from coldstart_lab.readers.strace.buffers.spans import intern_spans
from coldstart_lab.readers.strace.grammar.kinds import EVENT_KINDS, HAS_DETAILS
from coldstart_lab.readers.strace.grammar.lexer import QUESTION, SPACE, ZERO, is_digit
from coldstart_lab.readers.strace.grammar.prefix import (
    context_stop,
    is_pointer,
    number_stop,
    read_pid,
    read_time,
    skip_delta,
)
from coldstart_lab.readers.strace.lines.columns import Lines
from coldstart_lab.tables import STRACE_DETAILS

_AFTER = len(b"] ")


def details_frame(buf: NDArray[np.uint8], lines: Lines) -> pd.DataFrame:
    """Build the table of details.

    Parameters
    ----------
    buf : array of uint8
        The log.
    lines : Lines
        Its scanned lines.

    Returns
    -------
    DataFrame
        ``tables.STRACE_DETAILS``, in file order; empty for a log without any of these flags.
    """
    rows = np.flatnonzero(((lines.flags & HAS_DETAILS) != 0) & (lines.kind < len(EVENT_KINDS)))
    if not len(rows):
        return STRACE_DETAILS.empty()
    number, start, length = np.full((3, len(rows)), -1, dtype=np.int64)
    pointer = np.zeros(len(rows), dtype=np.uint64)
    known = np.zeros(len(rows), dtype=np.bool_)
    _read_prefixes(buf, lines.offset[rows], number, pointer, known, start, length)
    return STRACE_DETAILS.frame(
        {
            "line": rows + 1,
            "syscall_number": pd.arrays.IntegerArray(number, number < 0),
            "instruction_pointer": pd.arrays.IntegerArray(pointer, ~known),
            "secontext": intern_spans(buf, start, length),
        }
    )


@kernel
def _read_prefixes(
    buf: Any, offsets: Any, number: Any, pointer: Any, known: Any, start: Any, length: Any
) -> None:
    """Read prefixes: numbers, pointers and which are known, contexts' begins and lengths."""
    stop = len(buf)
    for row in range(len(offsets)):
        begin = read_pid(buf, offsets[row], stop)[3]
        end = context_stop(buf, begin, stop)
        if end > begin:
            start[row] = begin + 1
            length[row] = end - _AFTER - start[row]
        at = skip_delta(buf, read_time(buf, end, stop)[2], stop)
        end = number_stop(buf, at, stop)
        while end > at:
            if is_pointer(buf, at, end):
                known[row] = buf[at + 1] != QUESTION
                pointer[row] = _value(buf, at + 1, end - _AFTER, 16)
            else:
                number[row] = _value(buf, at + 1, end - _AFTER, 10)
            at = end
            end = number_stop(buf, at, stop)


@routine
def _value(buf: Any, start: int, stop: int, base: int) -> Any:
    """Read a number, blanks before it passed over."""
    value = np.uint64(0)
    for i in range(start, stop):
        if buf[i] != SPACE:
            digit = buf[i] - ZERO if is_digit(buf[i]) else buf[i] - 87
            value = value * np.uint64(base) + np.uint64(digit & 15)
    return value
