"""Codes the scanning kernels write for lines, clocks and flags, and the names they stand for."""

from __future__ import annotations

from typing import Literal

Clock = Literal["unix", "time-of-day", "relative", "none"]

# Kinds of physical lines. The first five begin an event; the rest do not.
SYSCALL, SIGNAL, EXITED, KILLED, SUPERSEDED = range(5)
RESUMED, MESSAGE, BLANK, STACK, DUMP, LOST, COUNTS = range(5, 12)
# A line that belongs to another batch of the log
ELSEWHERE = 12

EVENT_KINDS = ("syscall", "signal", "exit", "killed", "superseded")
LINE_NAMES = (
    "calls begun or complete",
    "signals",
    "exits",
    "kills",
    "superseded by an exec",
    "calls resumed",
    "messages of strace",
    "blank",
    "stack frames",
    "dumps",
    "not understood",
    "tables of counts",
)

# How a line tells the time
CLOCK_NONE, CLOCK_UNIX, CLOCK_OF_DAY, CLOCK_RELATIVE = range(4)
CLOCK_NAMES: tuple[Clock, ...] = ("none", "unix", "time-of-day", "relative")

# Flags of events, one bit each, in the order of their names
FLAG_NAMES = ("injected", "delayed", "restarted", "truncated", "unfinished")
INJECTED, DELAYED, RESTARTED, TRUNCATED, UNFINISHED = (1 << bit for bit in range(5))
HAS_RETVAL = 1 << 5
HAS_DURATION = 1 << 6
DETACHED = 1 << 7
BRACKET_PID = 1 << 8
# Without -o a message of strace, or what the program wrote to its stderr, may break a call: the
# line it broke (BROKEN if by the program), and the line that goes on
GLUED = 1 << 9
CONTINUED = 1 << 10
BROKEN = 1 << 11
# The line's prefix holds what the table of details shows
HAS_DETAILS = 1 << 12

# Linux's PID_MAX_LIMIT: a larger number at the begin of a line is no thread id
PID_MAX = 4_194_304
NO_PID = -1
NO_TIME = -1
NO_NAME = -1
