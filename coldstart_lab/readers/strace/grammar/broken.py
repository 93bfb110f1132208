"""Tells lines that are no event of their own: annexes of a call, and what was broken off one."""

from __future__ import annotations

from typing import Any

from coldstart_lab.kernels import routine
from coldstart_lab.readers.strace.grammar.lexer import read_digits, starts_with

_UNFINISHED = b"<unfinished ...>"
_DETACHED = b"<detached ...>"
_STACK = b" > "
_DUMP = b" | "
_DUMP_HEAD = b" * "
_VECTOR_HEAD = b" = "
_IN_VECTOR = b" buffers in vector "


@routine
def is_annex(buf: Any, start: int, stop: int) -> bool:
    """Whether the line belongs to the call before it: a stack frame or a dump of a buffer."""
    if starts_with(buf, start, stop, _VECTOR_HEAD):
        end = read_digits(buf, start + len(_VECTOR_HEAD), stop)[1]
        return starts_with(buf, end, stop, _IN_VECTOR)
    return (
        starts_with(buf, start, stop, _STACK)
        or starts_with(buf, start, stop, _DUMP)
        or starts_with(buf, start, stop, _DUMP_HEAD)
    )


@routine
def is_lone_ending(buf: Any, start: int, stop: int) -> bool:
    """Whether this is only the end of a line that a message of strace broke in two."""
    return (stop - start == len(_UNFINISHED) and starts_with(buf, start, stop, _UNFINISHED)) or (
        stop - start == len(_DETACHED) and starts_with(buf, start, stop, _DETACHED)
    )
