"""Takes the colours of ``--color=always`` out of a log."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

_SEQUENCE = re.compile(rb"\x1b\[[\d;]*m")
# The name of a call, in one colour, and the parenthesis in another
_COLOURED = re.compile(rb"\x1b\[[\d;]*m[A-Za-z_?][\w?]*\x1b\[[\d;]*m\(")
_HEAD = 1 << 16


def has_colours(buf: NDArray[np.uint8]) -> bool:
    """Whether a call in the first 64 KiB of a log has a coloured name."""
    return _COLOURED.search(buf[:_HEAD].tobytes()) is not None


def strip_colours(buf: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a log without the sequences that colour its text."""
    return np.frombuffer(without_colours(buf.tobytes()), dtype=np.uint8)


def without_colours(text: bytes) -> bytes:
    """Return text without the sequences that colour it."""
    return _SEQUENCE.sub(b"", text)
