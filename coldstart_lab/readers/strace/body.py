"""Reads what stands after the prefix of a line: calls, their results, signals, exits."""

from __future__ import annotations

from typing import Any

from coldstart_lab.kernels import kernel
from coldstart_lab.readers.strace.interning import intern_range
from coldstart_lab.readers.strace.kinds import (
    DELAYED,
    DETACHED,
    EXITED,
    GLUED,
    HAS_DURATION,
    HAS_RETVAL,
    INJECTED,
    KILLED,
    LOST,
    MESSAGE,
    RESTARTED,
    RESUMED,
    SIGNAL,
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

_RETURN = 13
_UNFINISHED = b"<unfinished ...>"
_DETACHED = b"<detached ...>"
_MOVED = b"<pid changed to "
_MORE = b" ...>"
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
_INJECTED = b" (INJECTED)"
_INJECTED_ARGS = b" (INJECTED: args)"
_INJECTED_BOTH = b" (INJECTED: args, retval)"
_DELAYED = b" (DELAYED)"
_RESTART = b"restart_syscall"
_ATTACHED = b" attached"
_LEFT = b" detached"
_GLUED = b"strace: Process "


@kernel
def trim(buf: Any, start: int, stop: int) -> int:
    """Return where ``buf[start:stop]`` ends without blanks and carriage returns."""
    while stop > start and (buf[stop - 1] == SPACE or buf[stop - 1] == _RETURN):
        stop -= 1
    return stop


@kernel
def _tampering(buf: Any, start: int, stop: int) -> int:
    """Read what ``-e inject`` leaves at the end of a result: flags."""
    flags = 0
    if ends_with(buf, start, stop, _DELAYED):
        flags |= DELAYED
        stop -= len(_DELAYED)
    if (
        ends_with(buf, start, stop, _INJECTED)
        or ends_with(buf, start, stop, _INJECTED_ARGS)
        or ends_with(buf, start, stop, _INJECTED_BOTH)
    ):
        flags |= INJECTED
    return flags


@kernel
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
        lines.flags[row] |= _tampering(buf, end, stop)
    lines.text_start[row] = text_start
    lines.text_length[row] = text_stop - text_start
    return True


@kernel
def _moved(buf: Any, start: int, stop: int) -> int:
    """Return where ``<pid changed to 123 ...>`` begins, which -ff writes for an exec; else -1."""
    if not ends_with(buf, start, stop, _MORE):
        return -1
    i = stop - len(_MORE)
    while i > start and is_digit(buf[i - 1]):
        i -= 1
    return i - len(_MOVED) if ends_with(buf, start, i, _MOVED) else -1


@kernel
def read_call(
    buf: Any, args: int, stop: int, whole: bool, row: int, lines: Any, names: Any
) -> bool:
    """Read arguments and result of a begun, complete or resumed call; False if names are full."""
    lines.args_start[row] = args
    stop = trim(buf, args, stop)
    moved = _moved(buf, args, stop)
    if moved >= 0 or ends_with(buf, args, stop, _UNFINISHED):
        end = moved if moved >= 0 else stop - len(_UNFINISHED)
        if end > args and buf[end - 1] == SPACE:
            end -= 1
        lines.args_length[row] = end - args
        lines.flags[row] |= UNFINISHED
        return True
    if ends_with(buf, args, stop, _DETACHED):
        lines.args_length[row] = trim(buf, args, stop - len(_DETACHED)) - args
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
    left = ends_with(buf, args, stop, _LEFT)
    if left or ends_with(buf, args, stop, _ATTACHED):
        glued = find(buf, args, stop, _GLUED)
        if glued >= 0:
            lines.args_length[row] = glued - args
            lines.flags[row] |= UNFINISHED | GLUED | (DETACHED if left else 0)
            _read_announced(buf, glued + len(_GLUED), stop, row, lines)
            return True
    if not whole:  # the log was cut off inside this line
        lines.args_length[row] = stop - args
        lines.flags[row] |= UNFINISHED | TRUNCATED
        return True
    lines.kind[row] = LOST
    return True


@kernel
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


@kernel
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


@kernel
def read_body(
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
        return lines.name[row] != -2 and read_call(buf, args, stop, whole, row, lines, names)
    if first == MINUS and starts_with(buf, start, stop, _SIGNAL_HEAD):
        return bool(_read_signal(buf, start, trim(buf, start, stop), row, lines, names))
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
            return lines.name[row] != -2 and read_call(buf, end + 1, stop, whole, row, lines, names)
    if starts_with(buf, start, stop, _MESSAGE) or starts_with(buf, start, stop, _PROCESS):
        lines.kind[row] = MESSAGE
        if starts_with(buf, start, stop, _GLUED) and ends_with(buf, start, stop, _ATTACHED):
            _read_announced(buf, start + len(_GLUED), stop, row, lines)
            lines.flags[row] |= HAS_RETVAL
    return True


@kernel
def _read_announced(buf: Any, start: int, stop: int, row: int, lines: Any) -> None:
    """Read the thread id of ``strace: Process 123 attached``."""
    end = number_end(buf, start, stop)
    lines.retval[row] = read_number(buf, start, end) if end > 0 and is_digit(buf[start]) else -1
