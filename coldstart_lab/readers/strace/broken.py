"""Tells lines that are no event of their own: annexes of a call, and what a message broke off."""

from __future__ import annotations

from typing import Any

from coldstart_lab.kernels import routine
from coldstart_lab.readers.strace.lexer import ends_with, find, starts_with

_NEWLINE, _RETURN = 10, 13
_UNFINISHED = b"<unfinished ...>"
_DETACHED = b"<detached ...>"
_STACK = b" > "
_DUMP = b" | "
_DUMP_HEAD = b" * "
_VECTOR_HEAD = b" = "
_ATTACHED = b" attached"
_GLUED = b"strace: Process "
_OPEN = b"("


@routine
def is_annex(buf: Any, start: int, stop: int) -> bool:
    """Whether the line belongs to the call before it: a stack frame or a dump of a buffer."""
    return (
        starts_with(buf, start, stop, _STACK)
        or starts_with(buf, start, stop, _DUMP)
        or starts_with(buf, start, stop, _DUMP_HEAD)
        or starts_with(buf, start, stop, _VECTOR_HEAD)
    )


@routine
def is_lone_ending(buf: Any, start: int, stop: int) -> bool:
    """Whether this is only the end of a line that a message of strace broke in two."""
    return (stop - start == len(_UNFINISHED) and starts_with(buf, start, stop, _UNFINISHED)) or (
        stop - start == len(_DETACHED) and starts_with(buf, start, stop, _DETACHED)
    )


@routine
def continues(buf: Any, start: int) -> bool:
    """Whether the line before the one at ``start`` is a call broken by a message of strace."""
    stop = start - 1
    if stop > 0 and buf[stop - 1] == _RETURN:
        stop -= 1
    if not ends_with(buf, 0, stop, _ATTACHED):
        return False
    begin = stop
    while begin > 0 and buf[begin - 1] != _NEWLINE:
        begin -= 1
    glued = find(buf, begin, stop, _GLUED)
    return glued > begin and find(buf, begin, glued, _OPEN) >= 0
