"""Tells the output of perf script from other files by its first lines."""

from __future__ import annotations

import re
from pathlib import Path

from coldstart_lab.errors import UnreadableInputError
from coldstart_lab.readers.unpacking import unpack

# Name, id, CPU, marks, time, period, event: the time is there, or frames are on the next line
_ID = rb"(?:.{0,16} )? *-?\d{1,9}(?:/-?\d{1,9})? +(?:\[\d+\] +)?(?:[A-Za-z]{1,5} +)?"
_TIME = rb"\d+\.(?:\d{6}|\d{9}): *"
_EVENT = rb"(?:\d+ +)?[A-Za-z_][^ \n]*:(?: |$)"
_FRAME = rb"\t *[0-9a-f]{1,16}(?: |$)"
_TIMED = re.compile(_ID + _TIME + rb"(?:" + _EVENT + rb"|PERF_RECORD_| *[0-9a-f]+ |$)")
_UNTIMED = re.compile(_ID + _EVENT)
_OF_FRAME = re.compile(_FRAME)
_HEAD = 1 << 16
_LINES = 200


def sniff_perf_script(path: Path) -> bool:
    """Whether a file looks like the output of perf script.

    Returns
    -------
    bool
        True if most of its first lines begin samples or are frames of one, comments aside.
    """
    try:
        head, _ = unpack(path, most=_HEAD)
    except UnreadableInputError:
        return False
    lines = [line for line in head.split(b"\n")[:_LINES] if line.strip() and line[:1] != b"#"]
    frames = [_OF_FRAME.match(line) is not None for line in lines]
    timed = sum(_TIMED.match(line) is not None for line in lines)
    begins = timed or sum(
        followed and _UNTIMED.match(line) is not None
        for line, followed in zip(lines, frames[1:], strict=False)
    )
    return begins > 0 and (begins + sum(frames)) * 2 >= len(lines)
