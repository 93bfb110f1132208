"""The scanning kernel: one pass over the bytes of a log to one row of integers a line."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from coldstart_lab.readers.strace.interning import NameTable, intern_range
from coldstart_lab.readers.strace.kinds import (
    BLANK,
    BRACKET_PID,
    CLOCK_NONE,
    DELAYED,
    DETACHED,
    DUMP,
    EXITED,
    HAS_DURATION,
    HAS_RETVAL,
    INJECTED,
    KILLED,
    LOST,
    MESSAGE,
    NO_NAME,
    NO_TIME,
    RESTARTED,
    RESUMED,
    SIGNAL,
    STACK,
    SUPERSEDED,
    SYSCALL,
    TRUNCATED,
    UNFINISHED,
)
from coldstart_lab.readers.strace.lexer import (
    LESS,
    MINUS,
    PAREN_CLOSE,
    PAREN_OPEN,
    QUESTION,
    SPACE,
    UPPER_E,
    ends_with,
    find,
    find_return,
    is_digit,
    is_word,
    number_end,
    read_duration,
    read_number,
    starts_with,
)
from coldstart_lab.readers.strace.prefix import read_pid, read_time, skip_extras

_NEWLINE, _RETURN = 10, 13
_UNFINISHED = b"<unfinished ...>"
_DETACHED = b"<detached ...>"
_RESUMED_HEAD = b"<... "
_RESUMED_TAIL = b" resumed>"
_SIGNAL_HEAD = b"--- "
_SIGNAL_TAIL = b" ---"
_EXIT_HEAD = b"+++ "
_EXIT_TAIL = b" +++"
_EXITED_WITH = b"+++ exited with "
_KILLED_BY = b"+++ killed by "
_SUPERSEDED_BY = b"+++ superseded by execve in pid "
_MESSAGE = b"strace: "
_PROCESS = b"[ Process "
_STACK = b" > "
_DUMP = b" | "
_DUMP_HEAD = b" * "
_INJECTED = b"INJECTED"
_DELAYED = b"DELAYED"
_RESTART = b"restart_syscall"
_ATTACHED = b" attached"
_GLUED = b"strace: Process "


class Lines(NamedTuple):
    """Columns of a scanned log, one row a physical line; offsets are bytes of the buffer."""

    offset: NDArray[np.int64]
    kind: NDArray[np.uint8]
    flags: NDArray[np.uint16]
    clock: NDArray[np.uint8]
    pid: NDArray[np.int32]
    comm: NDArray[np.int32]
    time_ns: NDArray[np.int64]
    duration_ns: NDArray[np.int64]
    name: NDArray[np.int32]
    args_start: NDArray[np.int64]
    args_length: NDArray[np.int32]
    retval: NDArray[np.int64]
    text_start: NDArray[np.int64]
    text_length: NDArray[np.int32]
    errno: NDArray[np.int32]


def empty_lines(count: int) -> Lines:
    """Make columns for ``count`` lines, to be filled by :func:`scan_lines`."""
    types = (
        np.int64, np.uint8, np.uint16, np.uint8, np.int32, np.int32, np.int64, np.int64,
        np.int32, np.int64, np.int32, np.int64, np.int64, np.int32, np.int32,
    )  # fmt: skip
    return Lines(*(np.empty(count, dtype=dtype) for dtype in types))


@numba.njit(cache=True, nogil=True)
def count_lines(buf: Any, start: int, stop: int) -> int:
    """Count the lines of ``buf[start:stop]``, one without a newline at the end included."""
    count = 0
    for i in range(start, stop):
        count += buf[i] == _NEWLINE
    if stop > start and buf[stop - 1] != _NEWLINE:
        count += 1
    return count


@numba.njit(cache=True, nogil=True)
def _trim(buf: Any, start: int, stop: int) -> int:
    while stop > start and (buf[stop - 1] == SPACE or buf[stop - 1] == _RETURN):
        stop -= 1
    return stop


@numba.njit(cache=True, nogil=True)
def _read_result(buf: Any, start: int, stop: int, row: int, lines: Any, names: Any) -> bool:
    """Read the return value at ``start``; False if the table of names is full."""
    end = number_end(buf, start, stop)
    text_start = start
    if end > 0 and buf[start] != QUESTION:
        lines.retval[row] = read_number(buf, start, end)
        lines.flags[row] |= HAS_RETVAL
        text_start = end
        while text_start < stop and buf[text_start] == SPACE:
            text_start += 1
    text_stop = stop
    name_at = end + 1
    if end > 0 and name_at < stop and buf[end] == SPACE and buf[name_at] == UPPER_E:
        name_stop = name_at
        while name_stop < stop and is_word(buf[name_stop]):
            name_stop += 1
        errno = intern_range(buf, name_at, name_stop, *names)
        if errno == -2:
            return False
        lines.errno[row] = errno
        if buf[start] == QUESTION:
            text_stop = start + 1
        else:
            text_start = text_stop  # the words in parentheses only repeat the name
    if buf[stop - 1] == PAREN_CLOSE and end > 0:
        if find(buf, end, stop, _INJECTED) >= 0:
            lines.flags[row] |= INJECTED
        if find(buf, end, stop, _DELAYED) >= 0:
            lines.flags[row] |= DELAYED
    lines.text_start[row] = text_start
    lines.text_length[row] = text_stop - text_start
    return True


@numba.njit(cache=True, nogil=True)
def _read_call(
    buf: Any, args: int, stop: int, whole: bool, row: int, lines: Any, names: Any
) -> bool:
    """Read arguments and result of a begun, complete or resumed call; False if names are full."""
    lines.args_start[row] = args
    stop = _trim(buf, args, stop)
    if ends_with(buf, args, stop, _UNFINISHED):
        end = stop - len(_UNFINISHED)
        if end > args and buf[end - 1] == SPACE:
            end -= 1
        lines.args_length[row] = end - args
        lines.flags[row] |= UNFINISHED
        return True
    if ends_with(buf, args, stop, _DETACHED):
        lines.args_length[row] = _trim(buf, args, stop - len(_DETACHED)) - args
        lines.flags[row] |= UNFINISHED | DETACHED
        return True
    duration, end = read_duration(buf, args, stop)
    close, result = find_return(buf, args, end)
    if close >= 0:
        if ends_with(buf, args, close, _UNFINISHED):  # killed while it was in the call
            close = max(args, close - len(_UNFINISHED) - 1)
        lines.args_length[row] = close - args
        if duration >= 0:
            lines.duration_ns[row] = duration
            lines.flags[row] |= HAS_DURATION
        return _read_result(buf, result, end, row, lines, names)
    if ends_with(buf, args, stop, _ATTACHED):
        # without -o a message of strace is glued to the call it interrupted
        glued = find(buf, args, stop, _GLUED)
        if glued >= 0:
            lines.args_length[row] = glued - args
            lines.flags[row] |= UNFINISHED
            return True
    if not whole:  # the log was cut off inside this line
        lines.args_length[row] = stop - args
        lines.flags[row] |= UNFINISHED | TRUNCATED
        return True
    lines.kind[row] = LOST
    return True


@numba.njit(cache=True, nogil=True)
def _read_signal(buf: Any, start: int, stop: int, row: int, lines: Any, names: Any) -> bool:
    name = start + len(_SIGNAL_HEAD)
    if not ends_with(buf, name, stop, _SIGNAL_TAIL):
        lines.kind[row] = LOST
        return True
    end = name
    while end < stop and is_word(buf[end]):
        end += 1
    if buf[name] == 115:  # "stopped by SIGSTOP"
        args = name
        end = stop - len(_SIGNAL_TAIL)
        name = end
        while name > args and is_word(buf[name - 1]):
            name -= 1
    else:
        args = min(end + 1, stop - len(_SIGNAL_TAIL))
    lines.kind[row] = SIGNAL
    lines.name[row] = intern_range(buf, name, end, *names)
    lines.args_start[row] = args
    lines.args_length[row] = stop - len(_SIGNAL_TAIL) - args
    return bool(lines.name[row] != -2)


@numba.njit(cache=True, nogil=True)
def _read_exit(buf: Any, start: int, stop: int, row: int, lines: Any, names: Any) -> bool:
    if starts_with(buf, start, stop, _EXITED_WITH):
        at = start + len(_EXITED_WITH)
        lines.kind[row] = EXITED
    elif starts_with(buf, start, stop, _SUPERSEDED_BY):
        at = start + len(_SUPERSEDED_BY)
        lines.kind[row] = SUPERSEDED
    elif starts_with(buf, start, stop, _KILLED_BY):
        at = start + len(_KILLED_BY)
        end = at
        while end < stop and is_word(buf[end]):
            end += 1
        lines.kind[row] = KILLED
        lines.name[row] = intern_range(buf, at, end, *names)
        if end + len(_EXIT_TAIL) < stop:  # "(core dumped)"
            lines.args_start[row] = end + 1
            lines.args_length[row] = stop - len(_EXIT_TAIL) - end - 1
        return bool(lines.name[row] != -2)
    else:
        lines.kind[row] = LOST
        return True
    end = number_end(buf, at, stop)
    if end < 0:
        lines.kind[row] = LOST
        return True
    lines.retval[row] = read_number(buf, at, end)
    lines.flags[row] |= HAS_RETVAL
    return True


@numba.njit(cache=True, nogil=True)
def _read_body(
    buf: Any, start: int, stop: int, whole: bool, row: int, lines: Any, names: Any
) -> bool:
    """Read what stands after the prefix; False if the table of names is full."""
    first = buf[start]
    if first == LESS and starts_with(buf, start, stop, _RESUMED_HEAD):
        name = start + len(_RESUMED_HEAD)
        end = name
        while end < stop and is_word(buf[end]):
            end += 1
        if not starts_with(buf, end, stop, _RESUMED_TAIL):
            lines.kind[row] = LOST
            return True
        lines.kind[row] = RESUMED
        lines.name[row] = intern_range(buf, name, end, *names)
        args = end + len(_RESUMED_TAIL)
        if args < stop and buf[args] == SPACE:  # strace 4.26 and older
            args += 1
        return lines.name[row] != -2 and _read_call(buf, args, stop, whole, row, lines, names)
    if first == MINUS and starts_with(buf, start, stop, _SIGNAL_HEAD):
        return bool(_read_signal(buf, start, _trim(buf, start, stop), row, lines, names))
    if first == 43 and starts_with(buf, start, stop, _EXIT_HEAD):
        return bool(_read_exit(buf, start, stop, row, lines, names))
    if is_word(first) and not is_digit(first):
        end = start
        while end < stop and is_word(buf[end]) and end - start < 64:
            end += 1
        if end < stop and buf[end] == PAREN_OPEN:
            lines.kind[row] = SYSCALL
            lines.name[row] = intern_range(buf, start, end, *names)
            if starts_with(buf, start, end, _RESTART):
                lines.flags[row] |= RESTARTED
            return lines.name[row] != -2 and _read_call(
                buf, end + 1, stop, whole, row, lines, names
            )
    if starts_with(buf, start, stop, _MESSAGE) or starts_with(buf, start, stop, _PROCESS):
        lines.kind[row] = MESSAGE
        if starts_with(buf, start, stop, _GLUED) and ends_with(buf, start, stop, _ATTACHED):
            at = start + len(_GLUED)
            end = number_end(buf, at, stop)
            if end > 0:
                lines.retval[row] = read_number(buf, at, end)
                lines.flags[row] |= HAS_RETVAL
    return True


@numba.njit(cache=True, nogil=True)
def scan_lines(
    buf: Any, start: int, stop: int, lines: Any, first_row: int, slots: Any, starts: Any,
    lengths: Any, count: Any,
) -> int:  # fmt: skip
    """Scan ``buf[start:stop]``, which begins at a line's begin, into rows from ``first_row`` on.

    Returns the number of rows, or -1 if there were more names than the table holds.
    """
    names = (slots, starts, lengths, count)
    row = first_row
    at = start
    while at < stop:
        end = at
        while end < stop and buf[end] != _NEWLINE:
            end += 1
        whole = end < stop
        lines.offset[row] = at
        lines.kind[row] = LOST
        lines.flags[row] = 0
        lines.clock[row] = CLOCK_NONE
        lines.comm[row] = NO_NAME
        lines.name[row] = NO_NAME
        lines.errno[row] = NO_NAME
        lines.time_ns[row] = NO_TIME
        lines.duration_ns[row] = 0
        lines.retval[row] = 0
        lines.args_start[row] = at
        lines.args_length[row] = -1
        lines.text_start[row] = at
        lines.text_length[row] = 0
        pid, comm, comm_stop, body, bracket = read_pid(buf, at, end)
        lines.pid[row] = pid
        if bracket:
            lines.flags[row] |= BRACKET_PID
        if comm_stop > comm:
            lines.comm[row] = intern_range(buf, comm, comm_stop, *names)
            if lines.comm[row] == -2:
                return -1
        head = body
        if buf[at] == SPACE and pid < 0 and _is_annex(buf, at, end):
            lines.kind[row] = STACK if starts_with(buf, at, end, _STACK) else DUMP
        else:
            time, clock, body = read_time(buf, body, end)
            lines.time_ns[row] = time
            lines.clock[row] = clock
            body = skip_extras(buf, body, end)
            text_end = _trim(buf, body, end)
            if text_end == body:
                lines.kind[row] = BLANK if head == at and clock == CLOCK_NONE else LOST
            elif body < end and not _read_body(buf, body, text_end, whole, row, lines, names):
                return -1
            elif lines.kind[row] == LOST and pid < 0 and _is_lone_unfinished(buf, body, text_end):
                lines.kind[row] = MESSAGE
        row += 1
        at = end + 1
    return row - first_row


@numba.njit(cache=True, nogil=True)
def _is_annex(buf: Any, start: int, stop: int) -> bool:
    """Whether the line belongs to the call before it: a stack frame or a dump of a buffer."""
    return (
        starts_with(buf, start, stop, _STACK)
        or starts_with(buf, start, stop, _DUMP)
        or starts_with(buf, start, stop, _DUMP_HEAD)
    )


@numba.njit(cache=True, nogil=True)
def _is_lone_unfinished(buf: Any, start: int, stop: int) -> bool:
    """Whether this is the rest of a line that a message of strace broke in two."""
    return stop - start == len(_UNFINISHED) and starts_with(buf, start, stop, _UNFINISHED)


def scan(
    buf: NDArray[np.uint8], spans: list[tuple[int, int]], *, threads: int
) -> tuple[Lines, list[str]]:
    """Scan parts of a log side by side into one set of columns.

    Parameters
    ----------
    buf : array of uint8
        The log.
    spans : list of (start, stop)
        The parts in order, each from a line's begin to a line's end.
    threads : int
        How many parts are scanned at a time.

    Returns
    -------
    lines : Lines
        One row a line.
    names : list of str
        The names that the columns ``name``, ``comm`` and ``errno`` refer to.
    """
    with ThreadPoolExecutor(threads) as pool:
        counts = list(pool.map(lambda span: count_lines(buf, *span), spans))
        firsts = np.concatenate(([0], np.cumsum(counts)))
        lines = empty_lines(int(firsts[-1]))
        tables = list(
            pool.map(
                lambda part: _scan_span(buf, *part[0], lines, int(part[1])),
                zip(spans, firsts[:-1], strict=True),
            )
        )
    return lines, _merge_names(buf, lines, tables, firsts)


def _scan_span(
    buf: NDArray[np.uint8], start: int, stop: int, lines: Lines, first_row: int
) -> NameTable:
    bits = 12
    while True:
        table = NameTable(bits)
        if scan_lines(buf, start, stop, lines, first_row, *table.columns) >= 0:
            return table
        bits += 3  # more names than the table holds: begin again with a larger one


def _merge_names(
    buf: NDArray[np.uint8], lines: Lines, tables: list[NameTable], firsts: NDArray[np.int64]
) -> list[str]:
    """Give equal names of different parts one id."""
    ids: dict[str, int] = {}
    for table, first, stop in zip(tables, firsts[:-1], firsts[1:], strict=True):
        local = [ids.setdefault(name, len(ids)) for name in table.names(buf)]
        if local == list(range(len(local))):
            continue
        to = np.array([*local, NO_NAME], dtype=np.int32)  # the last one serves id -1
        for column in (lines.name, lines.comm, lines.errno):
            column[first:stop] = to[column[first:stop]]
    return list(ids)
