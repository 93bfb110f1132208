"""Mends calls that something was printed into: a message of strace, or the program's own text.

Without -o both go to the stderr that strace writes to, at any place of a line it has not ended. And
strace 5.2 to 6.1 with -z or -Z writes the rest of a call it held back below its own
``<unfinished ...>``, without a prefix.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from coldstart_lab.kernels import kernel, routine
from coldstart_lab.readers.strace.buffers.text import gather_bytes
from coldstart_lab.readers.strace.grammar.body import trim
from coldstart_lab.readers.strace.grammar.kinds import (
    BRACKET_PID,
    BROKEN,
    CLOCK_NONE,
    CONTINUED,
    DUMP,
    GLUED,
    HAS_DETAILS,
    LOST,
    MESSAGE,
    NO_NAME,
    RESUMED,
    STACK,
    SUPERSEDED,
    SYSCALL,
    UNFINISHED,
)
from coldstart_lab.readers.strace.grammar.lexer import (
    BACKSLASH,
    BRACKET_OPEN,
    LESS,
    QUOTE,
    arguments_end,
    ends_with,
    find,
    read_digits,
    skip_annotation,
    skip_string,
    starts_with,
)
from coldstart_lab.readers.strace.lines.columns import Lines, line_stops
from coldstart_lab.readers.strace.lines.scan import scan

_NEWLINE = 10
_CALL = b"_("
_RESULT = b" = "
_WRITE, _WRITEV = b"write(", b"writev("
_NEXT = b", "
_MORE = b"..."
_FIRST_BUFFER = b"[{iov_base="
_END_OF_BUFFERS = 93


def mend_calls(buf: NDArray[np.uint8], lines: Lines, names: list[str], *, apart: int = -1) -> None:
    """Find the calls that something broke, and the lines that are the rest of them.

    Parameters
    ----------
    buf : array of uint8
        The log.
    lines : Lines
        Its scanned lines; those of broken calls are changed in place. What the program wrote stays
        lost, as far as it fills whole lines.
    names : list of str
        The names the lines refer to; errors of the calls are added.
    apart : int
        A line that does not follow the one before it in the log.
    """
    lost = lines.kind == LOST
    if not (lost.any() or (lines.flags & CONTINUED).any()):
        return
    timed = bool((lines.clock[lines.kind <= SUPERSEDED] != CLOCK_NONE).any())
    bare = (lines.pid < 0) & (lines.clock == CLOCK_NONE) & ((lines.flags & HAS_DETAILS) == 0)
    rows = np.flatnonzero(lost & bare)
    telling = np.zeros(len(rows), dtype=np.bool_)
    _find_results(buf, lines.offset[rows], line_stops(buf, lines, rows), telling)
    rows = rows[telling]
    rests, moved, their_names = _read_rests(buf, lines, rows)
    whole = (rests.kind == SYSCALL) & ((rests.flags & UNFINISHED) == 0)
    close = np.full(len(lines.kind), -1, dtype=np.int64)  # the parenthesis of a rest, by row
    close[rows[whole]] = (rests.args_start - moved + rests.args_length)[whole]
    begun = np.full(len(lines.kind), -1, dtype=np.int64)
    _mend_lines(buf, lines, timed, bare, close, apart, begun)
    mended = np.flatnonzero(begun >= 0)
    rest = np.searchsorted(rows, mended)
    ids = {name: number for number, name in enumerate(names)}
    to = np.array([*(ids.setdefault(name, len(ids)) for name in their_names), NO_NAME])
    names[:] = ids
    lines.kind[mended] = RESUMED
    lines.flags[mended] = rests.flags[rest] | CONTINUED
    lines.pid[mended] = lines.pid[begun[mended]]
    lines.name[mended] = lines.name[begun[mended]]
    lines.args_start[mended] = rests.args_start[rest] - moved[rest]
    lines.text_start[mended] = rests.text_start[rest] - moved[rest]
    lines.errno[mended] = to[rests.errno[rest]]
    for name in ("args_length", "duration_ns", "retval", "text_length"):
        getattr(lines, name)[mended] = getattr(rests, name)[rest]


def _read_rests(
    buf: NDArray[np.uint8], lines: Lines, rows: NDArray[np.int64]
) -> tuple[Lines, NDArray[np.int64], list[str]]:
    """Read lines as what stands behind the parenthesis of a call.

    Returns them scanned, how far their bytes were moved for it, and their names.
    """
    start = lines.offset[rows]
    length = line_stops(buf, lines, rows) - start
    at = np.cumsum(length + len(_CALL) + 1) - length - 1
    text = np.full((at[-1] + length[-1] + 1) if len(rows) else 0, _NEWLINE, dtype=np.uint8)
    for i, byte in enumerate(_CALL):
        text[at - len(_CALL) + i] = byte
    gather_bytes(buf, start, length, at, text)
    text.flags.writeable = False  # as logs are: the kernel is compiled for these only
    rests, names = scan(text, [(0, len(text))], threads=1)
    return rests, at - start, names


@kernel
def _find_results(buf: Any, start: Any, stop: Any, telling: Any) -> None:
    """Mark the lines that hold a result."""
    for row in range(len(start)):
        telling[row] = find(buf, start[row], stop[row], _RESULT) >= 0


@kernel
def _mend_lines(
    buf: Any, lines: Lines, timed: bool, bare: Any, close: Any, apart: int, begun: Any
) -> None:
    """Mend the begins of broken calls; note for the rest of each the row of its begin."""
    begin = -1
    for row in range(len(lines.kind)):
        kind = lines.kind[row]
        if row == apart:
            begin = -1
        if kind in (SYSCALL, RESUMED):
            begin = row
        elif kind <= SUPERSEDED or kind in (STACK, DUMP):
            begin = -1
        elif kind == LOST and (lines.clock[row] != CLOCK_NONE) == timed and _opens(buf, lines, row):
            begin = row
        elif begin >= 0 and bare[row]:
            lone = kind == MESSAGE and lines.flags[row] & CONTINUED  # <unfinished ...>
            # read from the left as well: what a program wrote may hold a parenthesis and a result
            ends = close[row] >= 0 and close[row] == arguments_end(
                buf, lines.offset[row], _line_stop(buf, lines, row)
            )
            if lone or ends:
                _break(buf, lines, begin)
                held_back = begin == row - 1 and lines.flags[begin] & UNFINISHED
                if ends and (lines.flags[begin] & (GLUED | BROKEN) or held_back):
                    begun[row] = begin
                begin = -1


@routine
def _line_stop(buf: Any, lines: Lines, row: int) -> int:
    """Return where a line ends, without its newline."""
    if row + 1 < len(lines.kind):
        stop = lines.offset[row + 1] - 1
    else:
        stop = len(buf) - (buf[len(buf) - 1] == _NEWLINE)
    return trim(buf, lines.offset[row], stop)


@routine
def _opens(buf: Any, lines: Lines, row: int) -> bool:
    """Whether a lost line begins with a call whose arguments do not end."""
    if lines.name[row] < 0:
        return False
    return arguments_end(buf, lines.args_start[row], _line_stop(buf, lines, row)) < 0


@routine
def _break(buf: Any, lines: Lines, row: int) -> None:
    """Make a line that the program's text broke the begin of a call; one that is whole stays."""
    start, stop = lines.args_start[row], _line_stop(buf, lines, row)
    if lines.flags[row] & UNFINISHED or arguments_end(buf, start, stop) >= 0:
        return
    if ends_with(buf, lines.offset[row], start, _WRITE) or ends_with(
        buf, lines.offset[row], start, _WRITEV
    ):
        stop = _written_after(buf, start, stop)
    lines.kind[row] = SYSCALL
    lines.flags[row] = lines.flags[row] & (BRACKET_PID | HAS_DETAILS) | UNFINISHED | BROKEN
    lines.args_length[row] = stop - start
    lines.duration_ns[row] = 0
    lines.retval[row] = -1
    lines.text_length[row] = 0
    lines.errno[row] = NO_NAME


@routine
def _written_after(buf: Any, start: int, stop: int) -> int:
    """Return where the arguments of a write end and what it wrote begins; ``stop`` if unclear.

    The count may run into digits of the text; the text begins as the first buffer does.
    """
    i = read_digits(buf, start, stop)[1]
    if i < stop and buf[i] == LESS:
        i = skip_annotation(buf, i, stop)
    if not starts_with(buf, i, stop, _NEXT):
        return stop
    i += len(_NEXT)
    buffers = buf[min(i, stop - 1)] == BRACKET_OPEN
    if buffers:
        i += len(_FIRST_BUFFER)
    if i >= stop or buf[i] != QUOTE:
        return stop
    first = buf[min(i + 1, stop - 1)]
    i = skip_string(buf, i, stop)
    if starts_with(buf, i, stop, _MORE):
        i += len(_MORE)
    while buffers and i < stop:
        if buf[i] == QUOTE:
            i = skip_string(buf, i, stop)
            continue
        buffers = buf[i] != _END_OF_BUFFERS
        i += 1
    if not starts_with(buf, i, stop, _NEXT):
        return stop
    count = i + len(_NEXT)
    end = read_digits(buf, count, stop)[1]
    if end == count:
        return stop
    if first == BACKSLASH:
        return end
    for i in range(end, count, -1):
        if i < stop and buf[i] == first:
            return i
    return end
