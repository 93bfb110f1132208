"""Reads what stands after the prefix of a line: calls, their results, signals, exits."""

from __future__ import annotations

from typing import Any, NamedTuple

from coldstart_lab.kernels import routine
from coldstart_lab.readers.strace.buffers.vectors import name_end
from coldstart_lab.readers.strace.grammar.announcing import is_message, message_start, subject_of
from coldstart_lab.readers.strace.grammar.kinds import (
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
from coldstart_lab.readers.strace.grammar.lexer import (
    DOT,
    GREATER,
    LESS,
    MINUS,
    PAREN_CLOSE,
    PAREN_OPEN,
    QUESTION,
    SPACE,
    UPPER_E,
    after_strings,
    ends_with,
    find,
    find_return,
    find_return_exactly,
    is_digit,
    is_word,
    number_end,
    read_duration,
    read_number,
    starts_with,
)

_RETURN = 13
_LONGEST_NAME = 64
_UNFINISHED = b"<unfinished ...>"
_DETACHED = b"<detached ...>"
_MOVED = b"<pid changed to "
_MORE = b" ...>"
_RESUMED_HEAD = b"<... "
_RESUMED_TAIL = b" resumed>"
_BLANK = b" "
_SIGNAL_HEAD = b"--- "
_SIGNAL_TAIL = b" ---"
_STOPPED_BY = b"stopped by "
_EXIT_HEAD = b"+++ "
_EXIT_TAIL = b" +++"
_EXITED_WITH = b"+++ exited with "
_KILLED_BY = b"+++ killed by "
_SUPERSEDED_BY = b"+++ superseded by execve in pid "
_INJECTED = b" (INJECTED)"
_INJECTED_ARGS = b" (INJECTED: args)"
_INJECTED_BOTH = b" (INJECTED: args, retval)"
_DELAYED = b" (DELAYED)"
_RESTART = b"restart_syscall"
_MORE_ARGUMENTS = b" =>"
# In place of a result: strace could not let the thread go on (now, and in 4.8), or it was gone
_NOT_RESTARTED = b" <Cannot restart pid "
_NOT_RESTARTED_4 = b" <ptrace("
_EXITED_INSIDE = b" <unfinished ... exit status "


class Body(NamedTuple):
    """What a line says; begins and ends are bytes of the buffer, a length of -1 says: none."""

    kind: int
    flags: int = 0
    name_start: int = 0
    name_stop: int = 0
    args_start: int = 0
    args_length: int = -1
    duration_ns: int = 0
    retval: int = 0
    text_start: int = 0
    text_length: int = 0
    errno_start: int = 0
    errno_stop: int = 0


@routine
def plain_body(kind: int, flags: int) -> Body:
    """Return a line without parts."""
    return Body(kind, flags, 0, 0, 0, -1, 0, 0, 0, 0, 0, 0)


@routine
def trim(buf: Any, start: int, stop: int) -> int:
    """Return where ``buf[start:stop]`` ends without blanks and carriage returns."""
    while stop > start and (buf[stop - 1] == SPACE or buf[stop - 1] == _RETURN):
        stop -= 1
    return stop


@routine
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


@routine
def _broken_off(buf: Any, args: int, stop: int) -> tuple[int, int]:
    """Read how a line ends that tells no result: (end of the arguments or -1, flags)."""
    if not ends_with(buf, args, stop, _MORE):
        return -1, 0
    if ends_with(buf, args, stop, _UNFINISHED):
        end = stop - len(_UNFINISHED)
    elif ends_with(buf, args, stop, _DETACHED):
        return trim(buf, args, stop - len(_DETACHED)), UNFINISHED | DETACHED
    else:  # "<pid changed to 123 ...>", which -ff writes for an exec
        end = stop - len(_MORE)
        while end > args and is_digit(buf[end - 1]):
            end -= 1
        if not ends_with(buf, args, end, _MOVED):
            return -1, 0
        end -= len(_MOVED)
    if end > args and buf[end - 1] == SPACE:
        end -= 1
    return end, UNFINISHED


@routine
def _without_result(
    buf: Any, kind: int, flags: int, name: int, name_stop: int, args: int, stop: int
) -> Body:
    """Read a call whose line ends with a message of strace or with a failure of ptrace.

    One that ends with neither is lost, unless the lines below show that it was broken off.
    """
    thread = -1
    end = message_start(buf, args, stop)
    if end >= 0:
        thread, what = subject_of(buf, end, stop)
        flags |= UNFINISHED | GLUED | (what & DETACHED)
    elif stop > args and buf[stop - 1] == GREATER:
        first = after_strings(buf, args, stop)
        end = max(
            find(buf, first, stop, _NOT_RESTARTED),
            find(buf, first, stop, _NOT_RESTARTED_4),
            find(buf, first, stop, _EXITED_INSIDE),
        )
        flags |= UNFINISHED
    if end < 0:
        kind, flags, end = LOST, 0, stop
    return Body(kind, flags, name, name_stop, args, end - args, 0, thread, args, 0, 0, 0)


@routine
def read_call(
    buf: Any, kind: int, flags: int, name: int, name_stop: int, args: int, stop: int, whole: bool
) -> Body:
    """Read arguments and result of a begun, complete or resumed call."""
    stop = trim(buf, args, stop)
    if stop > args + 1 and buf[stop - 1] == GREATER and buf[stop - 2] == DOT:
        end, more = _broken_off(buf, args, stop)
        if end >= 0:
            return Body(
                kind, flags | more, name, name_stop, args, end - args, 0, 0, args, 0, 0, 0
            )  # fmt: skip
    duration, end = read_duration(buf, args, stop)
    if whole:
        close, result = find_return(buf, args, end)
    else:  # the log may be cut off inside a string
        close, result = find_return_exactly(buf, args, end)
    if close < 0:
        body = _without_result(buf, kind, flags, name, name_stop, args, stop)
        if body.kind == LOST and not whole:  # the log was cut off inside this line
            flags |= UNFINISHED | TRUNCATED
            return Body(kind, flags, name, name_stop, args, stop - args, 0, 0, args, 0, 0, 0)
        return body
    if duration >= 0:
        flags |= HAS_DURATION
    elif not whole and is_word(buf[end - 1]) and buf[end - 1] != QUESTION:
        flags |= TRUNCATED  # the number or name that the log ends with may be cut off
    if ends_with(buf, args, close, _UNFINISHED):  # killed while it was in the call
        close = max(args, close - len(_UNFINISHED) - 1)
    # the result: a number or "?", then an error or other text
    retval = 0
    errno_start = errno_stop = 0
    text_start, text_stop = result, end
    after = number_end(buf, result, end)
    if after > 0:
        if buf[result] != QUESTION:
            retval = read_number(buf, result, after)
            flags |= HAS_RETVAL
            text_start = after
            while text_start < end and buf[text_start] == SPACE:
                text_start += 1
        if after + 1 < end and buf[after] == SPACE and buf[after + 1] == UPPER_E:
            errno_start = after + 1
            errno_stop = name_end(buf, errno_start, end)
            if buf[result] == QUESTION:
                text_stop = result + 1
            else:
                text_start = text_stop  # the words in parentheses only repeat the name
        if buf[end - 1] == PAREN_CLOSE:
            flags |= _tampering(buf, after, end)
    return Body(
        kind, flags, name, name_stop, args, close - args, max(duration, 0), retval,
        text_start, text_stop - text_start, errno_start, errno_stop,
    )  # fmt: skip


@routine
def _read_signal(buf: Any, start: int, stop: int) -> Body:
    name = start + len(_SIGNAL_HEAD)
    if not ends_with(buf, name, stop, _SIGNAL_TAIL):
        return plain_body(LOST, 0)
    args = name
    if starts_with(buf, name, stop, _STOPPED_BY):
        name += len(_STOPPED_BY)
        name_stop = name_end(buf, name, stop)
    else:
        name_stop = name_end(buf, name, stop)
        args = min(name_stop + 1, stop - len(_SIGNAL_TAIL))
    length = stop - len(_SIGNAL_TAIL) - args
    return Body(SIGNAL, 0, name, name_stop, args, length, 0, 0, args, 0, 0, 0)


@routine
def _read_exit(buf: Any, start: int, stop: int) -> Body:
    cut = 0 if ends_with(buf, start, stop, _EXIT_TAIL) else TRUNCATED
    if starts_with(buf, start, stop, _KILLED_BY):
        name = start + len(_KILLED_BY)
        end = name_end(buf, name, stop)
        args, length = name, -1
        if end + len(_EXIT_TAIL) < stop:  # "(core dumped)"
            args, length = end + 1, stop - len(_EXIT_TAIL) - end - 1
        return Body(KILLED, cut, name, end, args, length, 0, 0, args, 0, 0, 0)
    if starts_with(buf, start, stop, _EXITED_WITH):
        kind, at = EXITED, start + len(_EXITED_WITH)
    elif starts_with(buf, start, stop, _SUPERSEDED_BY):
        kind, at = SUPERSEDED, start + len(_SUPERSEDED_BY)
    else:
        return plain_body(LOST, 0)
    end = number_end(buf, at, stop)
    if end < 0:
        return plain_body(LOST, 0)
    if cut and end == stop:
        return Body(kind, cut, at, at, at, -1, 0, 0, at, 0, 0, 0)
    value = read_number(buf, at, end)
    return Body(kind, HAS_RETVAL | cut, at, at, at, -1, 0, value, at, 0, 0, 0)


@routine
def read_body(buf: Any, start: int, stop: int, whole: bool) -> Body:
    """Read what stands after the prefix."""
    end = name_end(buf, start, min(stop, start + _LONGEST_NAME))
    if end > start and end < stop and buf[end] == PAREN_OPEN and not is_digit(buf[start]):
        flags = RESTARTED if starts_with(buf, start, end, _RESTART) else 0
        return read_call(buf, SYSCALL, flags, start, end, end + 1, stop, whole)
    first = buf[start]
    if first == LESS and starts_with(buf, start, stop, _RESUMED_HEAD):
        name = start + len(_RESUMED_HEAD)
        end = name_end(buf, name, stop)
        if not starts_with(buf, end, stop, _RESUMED_TAIL):
            return plain_body(LOST, 0)
        args = end + len(_RESUMED_TAIL)
        # strace 4.26 and older put a blank here
        if starts_with(buf, args, stop, _BLANK) and not starts_with(
            buf, args, stop, _MORE_ARGUMENTS
        ):
            args += 1
        return read_call(buf, RESUMED, 0, name, end, args, stop, whole)
    if first == MINUS and starts_with(buf, start, stop, _SIGNAL_HEAD):
        return _read_signal(buf, start, trim(buf, start, stop))
    if first == 43 and starts_with(buf, start, stop, _EXIT_HEAD):
        return _read_exit(buf, start, stop)
    if is_message(buf, start, stop):
        thread, what = subject_of(buf, start, stop)
        return Body(MESSAGE, what, 0, 0, 0, -1, 0, thread, 0, 0, 0, 0)
    return plain_body(LOST, 0)
