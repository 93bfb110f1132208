"""What scanners of text have in common: bytes found, numbers read, ranges made into columns."""

from coldstart_lab.readers.strace.buffers.spans import intern_spans
from coldstart_lab.readers.strace.buffers.text import gather_text
from coldstart_lab.readers.strace.buffers.vectors import find_byte, find_last_byte
from coldstart_lab.readers.strace.grammar.lexer import (
    is_digit,
    read_digits,
    seconds_ns,
    starts_with,
)

__all__ = [
    "find_byte",
    "find_last_byte",
    "gather_text",
    "intern_spans",
    "is_digit",
    "read_digits",
    "seconds_ns",
    "starts_with",
]
