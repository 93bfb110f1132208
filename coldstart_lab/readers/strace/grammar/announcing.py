"""Recognises what strace says of itself, on a line of its own or inside the line of a call."""

from __future__ import annotations

from typing import Any

from coldstart_lab.kernels import routine
from coldstart_lab.readers.strace.grammar.kinds import DETACHED, HAS_RETVAL
from coldstart_lab.readers.strace.grammar.lexer import (
    DOT,
    MINUS,
    after_strings,
    find,
    is_digit,
    is_word,
    read_digits,
    starts_with,
)

_SLASH = 47
_STRACE = b"strace: "
# strace 4.5 to 4.8 did not put its name before these
_PROCESS = b"Process "
_MODE = b"[ Process PID="
_PANIC = b"PANIC: "
_ATTACHED = b" attached"
_LEFT = b" detached"
_SUSPENDED = b" suspended"
_RESUMED = b" resumed"
# The state of a virtual machine (--kvm=vcpu+), below a call
_VCPU = b"VCPU"


@routine
def _called_by(buf: Any, start: int, at: int) -> int:
    """Return where the path of strace begins that ends at ``at``; ``at`` if there is none.

    strace names itself as it was called: ``/usr/bin/strace: ``, ``../strace: ``.
    """
    first = at
    while first > start and (is_word(buf[first - 1]) or buf[first - 1] in (_SLASH, DOT, MINUS)):
        first -= 1
    slash = first
    while slash < at and buf[slash] != _SLASH:
        slash += 1
    if slash == at:
        return at
    while slash > first and buf[slash - 1] == DOT:
        slash -= 1
    return slash


@routine
def message_start(buf: Any, start: int, stop: int) -> int:
    """Return where a message begins in what is left of a call's line; -1 if there is none."""
    begin = after_strings(buf, start, stop)
    at = find(buf, begin, stop, _STRACE)
    if at >= 0:
        return _called_by(buf, begin, at)
    at = find(buf, begin, stop, _PROCESS)
    if at >= 0 and is_digit(buf[min(at + len(_PROCESS), stop - 1)]):
        return at
    return find(buf, begin, stop, _MODE)


@routine
def is_message(buf: Any, start: int, stop: int) -> bool:
    """Whether the line is a message of strace."""
    if (
        starts_with(buf, start, stop, _STRACE)
        or starts_with(buf, start, stop, _MODE)
        or starts_with(buf, start, stop, _PANIC)
        or starts_with(buf, start, stop, _VCPU)
    ):
        return True
    if buf[start] == _SLASH or buf[start] == DOT:
        at = find(buf, start, stop, _STRACE)
        return at > start and _called_by(buf, start, at) == start
    if not starts_with(buf, start, stop, _PROCESS):
        return False
    end = read_digits(buf, start + len(_PROCESS), stop)[1]
    return (
        starts_with(buf, end, stop, _ATTACHED)
        or starts_with(buf, end, stop, _LEFT)
        or starts_with(buf, end, stop, _SUSPENDED)
        or starts_with(buf, end, stop, _RESUMED)
    )


@routine
def subject_of(buf: Any, start: int, stop: int) -> tuple[int, int]:
    """Read whom a message says strace attached to, or left: (thread or -1, flag)."""
    at = find(buf, start, stop, _PROCESS)
    if at < 0:
        return -1, 0
    thread, end = read_digits(buf, at + len(_PROCESS), stop)
    if starts_with(buf, end, stop, _ATTACHED):
        return thread, HAS_RETVAL
    if starts_with(buf, end, stop, _LEFT):
        return thread, DETACHED
    return -1, 0
