"""Tells the table of counts that strace -C writes behind a log from lines it cannot read."""

from __future__ import annotations

from typing import Any

from coldstart_lab.kernels import kernel
from coldstart_lab.readers.strace.body import trim
from coldstart_lab.readers.strace.kinds import BLANK, LOST, MESSAGE
from coldstart_lab.readers.strace.lexer import ends_with, starts_with

_HEAD = b"% time "
_TOTAL = b" total"


@kernel
def mark_counts(buf: Any, kind: Any, offset: Any) -> None:
    """Make the lines of such a table messages of strace.

    Parameters
    ----------
    buf : array of uint8
        The log.
    kind, offset : arrays
        Columns of its scanned lines; ``kind`` is changed in place.
    """
    inside = False
    for row in range(len(kind)):
        if kind[row] != LOST:
            inside = inside and kind[row] in (BLANK, MESSAGE)
            continue
        start = offset[row]
        stop = offset[row + 1] - 1 if row + 1 < len(kind) else len(buf)
        inside = inside or starts_with(buf, start, stop, _HEAD)
        if inside:
            kind[row] = MESSAGE
            while stop > start and buf[stop - 1] == 10:
                stop -= 1
            inside = not ends_with(buf, start, trim(buf, start, stop), _TOTAL)
