"""Takes the colours of ``--color=always`` out of a log."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

_SEQUENCE = re.compile(rb"\x1b\[[\d;]*m")
# The name of a call, in one colour, and the parenthesis in another
_COLOURED = re.compile(rb"\x1b\[[\d;]*m[A-Za-z_?][\w?]*\x1b\[[\d;]*m\(")
_HEAD = 1 << 16


def strip_colours(buf: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a log without the sequences that colour its text.

    Parameters
    ----------
    buf : array of uint8
        The log.

    Returns
    -------
    array of uint8
        The same array if none of the calls in its first 64 KiB has a coloured name.
    """
    if not _COLOURED.search(buf[:_HEAD].tobytes()):
        return buf
    return np.frombuffer(_SEQUENCE.sub(b"", buf.tobytes()), dtype=np.uint8)
