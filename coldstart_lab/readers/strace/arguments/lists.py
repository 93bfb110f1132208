"""Descriptors in lists: ``[{fd=3, events=POLLIN}]``, ``[3 4]``, ``[3<pipe:[1]>, 4<pipe:[1]>]``."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from coldstart_lab.kernels import kernel
from coldstart_lab.readers.strace.arguments.splitting import skip_whole
from coldstart_lab.readers.strace.arguments.text import Bytes, Ints, Spans
from coldstart_lab.readers.strace.grammar.lexer import (
    BRACE_CLOSE,
    BRACE_OPEN,
    BRACKET_CLOSE,
    BRACKET_OPEN,
    EQUALS,
    SPACE,
    is_digit,
)


class Listed(NamedTuple):
    """Descriptors found in lists: the place of the list among the spans, and where each is."""

    place: Ints
    spans: Spans


def list_spans(data: Bytes, spans: Spans) -> Listed:
    """Find the descriptors in the list that each span begins with.

    Parameters
    ----------
    data : array of uint8
        The bytes the spans refer to.
    spans : Spans, n rows
        Where the lists are.

    Returns
    -------
    Listed
        One row a descriptor; its span ends where that of the list does.
    """
    none = np.empty(0, dtype=np.int64)
    count = _find_listed(data, *spans, none, none)
    place, start = np.empty((2, count), dtype=np.int64)
    _find_listed(data, *spans, place, start)
    length = spans.start[place] + spans.length[place] - start
    return Listed(place, Spans(start, length))


@kernel
def _find_listed(data: Any, start: Any, length: Any, place: Any, at: Any) -> int:
    """Fill in the list and the begin of every descriptor, if there is room; return how many."""
    count = 0
    for row in range(len(start)):
        first, stop = start[row], start[row] + length[row]
        if first >= stop or data[first] != BRACKET_OPEN:
            continue
        depth = 1
        i = first + 1
        while i < stop and depth > 0:
            byte, before = data[i], data[i - 1]
            if byte in (BRACKET_OPEN, BRACE_OPEN):
                depth += 1
            elif byte in (BRACKET_CLOSE, BRACE_CLOSE):
                depth -= 1
            elif is_digit(byte) and (
                (depth == 1 and before in (BRACKET_OPEN, SPACE))
                # fd=3, in a structure
                or (before == EQUALS and data[i - 2] == 100 and data[i - 3] == 102)
            ):
                if count < len(place):
                    place[count] = row
                    at[count] = i
                count += 1
            i = skip_whole(data, first, i, stop)
    return count
