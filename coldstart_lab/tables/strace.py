"""Tables a strace log is read into."""

from __future__ import annotations

from coldstart_lab.tables.schema import Column, Table

STRACE_EVENTS = Table(
    "strace.events",
    "One row an event: a system call (its unfinished and resumed lines joined), signal or exit.",
    (
        Column("line", "int64", "Line of the log the event begins on, counted from 1."),
        Column("offset", "int64", "Byte of the uncompressed log that line begins at.", "bytes"),
        Column("pid", "Int32", "Thread id; NA in a log of one process without ids.", None, True),
        Column("comm", "category", "Thread name as strace printed it (-Y).", None, True),
        Column(
            "start_ns",
            "Int64",
            "Entry, on the clock that summary names; NA without times.",
            "ns",
            True,
        ),
        Column(
            "duration_ns", "Int64", "Time inside the call (-T, or from its two lines).", "ns", True
        ),
        Column("kind", "category", "syscall, signal, exit, killed or superseded."),
        Column(
            "syscall", "category", "Name of the call; of the signal for other kinds.", None, True
        ),
        Column(
            "args", "string", "Arguments as printed, without the outer parentheses.", None, True
        ),
        Column(
            "retval", "Int64", "Return value (64 bits, signed); exit code for exit.", None, True
        ),
        Column(
            "retval_text",
            "string",
            "What follows or replaces the number: '?', an annotation, '(Timeout)'.",
            None,
            True,
        ),
        Column("errno", "category", "Error name such as ENOENT.", None, True),
        Column(
            "flags",
            "category",
            "Of injected, delayed, restarted, truncated, unfinished; joined by '|'; NA for none.",
            None,
            True,
        ),
    ),
)

STRACE_SUMMARY = Table(
    "strace.summary",
    "What was read, counted; every line of the log is in exactly one item that begins 'lines:'.",
    (
        Column("item", "string", "What is counted."),
        Column("count", "int64", "How many."),
    ),
)

STRACE_LOSSES = Table(
    "strace.losses",
    "What was not understood: one row a line, a resumed call without its begin among them.",
    (
        Column("line", "int64", "Line of the log, counted from 1."),
        Column("offset", "int64", "Byte of the uncompressed log it begins at.", "bytes"),
        Column("reason", "category", "Why it is here."),
        Column("text", "string", "The line itself, its first 4096 bytes."),
    ),
)
