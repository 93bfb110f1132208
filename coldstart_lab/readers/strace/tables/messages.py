"""Collects what strace says of itself: threads attached, modes, its own errors, its tips."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coldstart_lab.readers.strace.buffers.text import gather_text
from coldstart_lab.readers.strace.grammar.kinds import BLANK, DUMP, GLUED, LOST, MESSAGE, SYSCALL
from coldstart_lab.readers.strace.lines.columns import Lines, line_stops
from coldstart_lab.tables import STRACE_MESSAGES

_TEXT = 4096
# What the scanner takes for a message but is the rest of a line that a message broke
_REST = ("<unfinished ...>", "<detached ...>")
# The pid and time before a message, and the folder of strace
_PREFIX = r"^.*?(strace: |\[ Process |Process \d|PANIC: |VCPU)"
_SUBJECT = r"(?:Process |PID=)(\d{1,7})\b"

# --tips draws a box and a bird behind it
_TIP_TOP = b"  ______________________________________________    "
_TIP_LINES = (b" / ", b" | ", b" \\______", b" " * len(_TIP_TOP))


def messages_frame(buf: NDArray[np.uint8], lines: Lines) -> pd.DataFrame:
    """Build the table of messages.

    Parameters
    ----------
    buf : array of uint8
        The log.
    lines : Lines
        Its scanned lines.

    Returns
    -------
    DataFrame
        ``tables.STRACE_MESSAGES``, in file order; messages glued to a call among them.
    """
    glued = (lines.kind == SYSCALL) & ((lines.flags & GLUED) != 0)
    rows = np.flatnonzero((lines.kind == MESSAGE) | glued)
    if not len(rows):
        return STRACE_MESSAGES.empty()
    within = np.where(glued[rows], lines.args_start[rows] + lines.args_length[rows], 0)
    start = np.maximum(lines.offset[rows], within)
    length = np.minimum(line_stops(buf, lines, rows) - start, _TEXT)
    text = pd.Series(gather_text(buf, (start, length))).str.rstrip(" \r")
    message = ~text.str.endswith(_REST)
    subject = text.str.extract(_SUBJECT, expand=False).astype("Int32")
    before = pd.Series(pd.arrays.IntegerArray(lines.pid[rows], lines.pid[rows] < 0))
    return STRACE_MESSAGES.frame(
        {
            "line": pd.Series(rows + 1)[message].array,
            "pid": subject.fillna(before)[message].array,
            "text": text.str.replace(_PREFIX, r"\1", n=1, regex=True)[message].array,
        }
    )


def mark_tips(buf: NDArray[np.uint8], lines: Lines) -> None:
    """Make the picture that --tips draws messages of strace.

    Parameters
    ----------
    buf : array of uint8
        The log.
    lines : Lines
        Its scanned lines; ``kind`` is changed in place.
    """
    lost = np.flatnonzero(lines.kind == LOST)
    for top in lost[_begins(buf, lines, lost, _TIP_TOP)].tolist():
        row = top
        lines.kind[row] = MESSAGE
        while row + 1 < len(lines.kind) and lines.kind[row + 1] in (LOST, DUMP, BLANK):
            row += 1
            start = int(lines.offset[row])
            if not buf[start : start + len(_TIP_TOP)].tobytes().startswith(_TIP_LINES):
                break
            lines.kind[row] = MESSAGE


def _begins(
    buf: NDArray[np.uint8], lines: Lines, rows: NDArray[np.int64], text: bytes
) -> NDArray[np.bool_]:
    """Mark the lines that begin with a text."""
    start = lines.offset[rows]
    found = start + len(text) <= len(buf)
    for i, byte in enumerate(text):
        found[found] = buf[start[found] + i] == byte
    return found
