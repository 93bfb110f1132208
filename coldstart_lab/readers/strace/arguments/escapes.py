r"""Decodes strings as strace prints them: ``"a\n\1\377"``, ``"\x41"``, cut off as ``"abc"...``."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coldstart_lab.kernels import kernel, routine
from coldstart_lab.readers.strace.arguments.text import Bytes, Spans, no_spans
from coldstart_lab.readers.strace.buffers.text import gather_text
from coldstart_lab.readers.strace.grammar.lexer import BACKSLASH, LOWER_X, QUOTE, starts_with

EVERYTHING = 1 << 62
_CUT = b"..."
_ESCAPES = {ord("n"): 10, ord("t"): 9, ord("r"): 13, ord("v"): 11, ord("f"): 12}
_PLAIN = np.array([_ESCAPES.get(byte, byte) for byte in range(256)], dtype=np.uint8)
_DIGIT = np.full(256, 255, dtype=np.uint8)
for _digits in (b"0123456789abcdef", b"0123456789ABCDEF"):
    _DIGIT[list(_digits)] = np.arange(16)


class Decoded(NamedTuple):
    """Decoded strings, one a row.

    Attributes
    ----------
    data : array of uint8
        Their bytes, one after the other.
    spans : Spans
        Where each is; a length of -1 where a span began with no string.
    truncated : array of bool
        Whether these are only its first bytes: strace printed no more, or no more were asked for.
    """

    data: Bytes
    spans: Spans
    truncated: NDArray[np.bool_]

    def text(self) -> pd.api.extensions.ExtensionArray:
        r"""Return the strings as text; bytes that are no UTF-8 are shown as ``\xNN``."""
        return gather_text(self.data, self.spans, missing=self.spans.length < 0)


def decode_strings(
    data: Bytes, spans: Spans, *, at_most: int = EVERYTHING, quoted: bool = True
) -> Decoded:
    """Decode the string each span begins with.

    Parameters
    ----------
    data : array of uint8
        The bytes the spans refer to.
    spans : Spans, n rows
        Where the strings are, with their quotes and what follows.
    at_most : int
        How many bytes of each are kept.
    quoted : bool
        False for text without quotes, such as that of an annotation: then all of a span is it.

    Returns
    -------
    Decoded
        n strings.
    """
    out = np.empty(int(np.maximum(spans.length, 0).sum()), dtype=np.uint8)
    found = no_spans(len(spans.start))
    truncated = np.zeros(len(spans.start), dtype=np.bool_)
    used = _decode(data, *spans, at_most, quoted, _PLAIN, _DIGIT, out, *found, truncated)
    return Decoded(out[:used], found, truncated)


@routine
def _unescape(data: Any, i: int, stop: int, plain: Any, digit: Any) -> tuple[int, int]:
    """Read the escape whose backslash is before ``i``: (byte, first byte after it)."""
    base, most = 8, 3
    if data[i] == LOWER_X:
        base, most = 16, 2
        i += 1
    value, end = 0, min(i + most, stop)
    first = i
    while i < end and digit[data[i]] < base:
        value = value * base + digit[data[i]]
        i += 1
    if i > first or base == 16:
        return value & 255, i
    return int(plain[data[i]]), i + 1


@kernel
def _decode(
    data: Any, start: Any, length: Any, at_most: int, quoted: bool, plain: Any, digit: Any,
    out: Any, begins: Any, lengths: Any, truncated: Any,
) -> int:  # fmt: skip
    to = 0
    for row in range(len(start)):
        i, stop = start[row], start[row] + length[row]
        if i > stop or (quoted and (i == stop or data[i] != QUOTE)):
            continue
        begins[row] = to
        i += quoted
        while i < stop and (data[i] != QUOTE or not quoted):
            value = int(data[i])
            i += 1
            if value == BACKSLASH and i < stop:
                value, i = _unescape(data, i, stop, plain, digit)
            if to - begins[row] < at_most:
                out[to] = value
                to += 1
            else:
                truncated[row] = True
        lengths[row] = to - begins[row]
        # a log that was cut off has no closing quote
        truncated[row] |= quoted and (i >= stop or starts_with(data, i + 1, stop, _CUT))
    return to
