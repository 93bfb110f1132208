"""Tables a Go execution trace is read into; those of goroutines are in ``gotrace_goroutines``."""

from __future__ import annotations

from coldstart_lab.tables.schema import Column, Table

_TIME = "Time, on the clock of the trace, in the order of causes."
_STACK = "Its stack in gotrace.stacks."

GOTRACE_EVENTS = Table(
    "gotrace.events",
    "One row an event, in an order that no event precedes its cause in; CPU samples among them.",
    (
        Column("time_ns", "int64", _TIME, "ns"),
        Column(
            "wall_ns",
            "Int64",
            "The same since 1970, by the clock snapshot before it (Go 1.25 and newer).",
            "ns",
            True,
        ),
        Column("generation", "int64", "Generation of the trace it was written in."),
        Column("thread", "Int64", "Thread it happened on: the system's id.", None, True),
        Column("proc", "Int64", "Processor (P) that thread held before it.", None, True),
        Column("goroutine", "Int64", "Goroutine that ran there before it.", None, True),
        Column("kind", "category", "Name of the event, as in Go's internal/trace/tracev2."),
        Column(
            "subject",
            "Int64",
            "Goroutine, processor, task or object it is about, where the kind names one.",
            None,
            True,
        ),
        Column("sequence", "Int64", "Its place in the order of its subject.", None, True),
        Column("value", "Int64", "Its first number: bytes, GOMAXPROCS.", None, True),
        Column(
            "text", "category", "Its reason, kind, name, label or key; or the status.", None, True
        ),
        Column("stack", "Int64", _STACK, None, True),
    ),
)

GOTRACE_STACKS = Table(
    "gotrace.stacks",
    "One row a frame; equal stacks of different generations are one.",
    (
        Column("stack", "int64", "The stack, from 1."),
        Column("depth", "int64", "0 for the innermost frame."),
        Column("function", "category", "Function, with its package.", None, True),
        Column("file", "category", "Source file.", None, True),
        Column("line", "Int64", "Line of that file; NA for 0.", None, True),
        Column("pc", "UInt64", "Address of the call, or of the instruction."),
    ),
)

GOTRACE_RANGES = Table(
    "gotrace.ranges",
    "One row a span of the garbage collector, or one in which the world was stopped.",
    (
        Column("name", "category", "gc mark, gc sweep, gc assist or stop the world."),
        Column("reason", "category", "Why the world was stopped.", None, True),
        Column("goroutine", "Int64", "Goroutine that stopped the world or assists.", None, True),
        Column("proc", "Int64", "Processor that sweeps.", None, True),
        Column("start_ns", "Int64", "Begin; NA if it lies before the trace.", "ns", True),
        Column("end_ns", "Int64", "End; NA if it lies behind the trace.", "ns", True),
        Column("swept_bytes", "Int64", "What a sweep went through.", "bytes", True),
        Column("reclaimed_bytes", "Int64", "What a sweep gave back.", "bytes", True),
        Column("stack", "Int64", _STACK, None, True),
    ),
)

GOTRACE_SAMPLES = Table(
    "gotrace.samples",
    "One row a sample of the CPU profile that ran beside the trace.",
    (
        Column("time_ns", "int64", _TIME, "ns"),
        Column("thread", "Int64", "Thread.", None, True),
        Column("proc", "Int64", "Processor it held.", None, True),
        Column("goroutine", "Int64", "Goroutine it ran.", None, True),
        Column("stack", "Int64", _STACK, None, True),
    ),
)

GOTRACE_CLOCKS = Table(
    "gotrace.clocks",
    "One row a generation: its unit of time, and the clocks read at one instant (Go 1.25).",
    (
        Column("generation", "int64", "The generation."),
        Column("units_per_second", "Int64", "How often the clock of the trace ticks.", None, True),
        Column("time_ns", "Int64", "The instant on the clock of the trace.", "ns", True),
        Column("monotonic_ns", "Int64", "The same on the system's monotonic clock.", "ns", True),
        Column("wall_ns", "Int64", "The same since 1970.", "ns", True),
    ),
)

GOTRACE_COUNTERS = Table(
    "gotrace.counters",
    "One row a change of a number the runtime keeps.",
    (
        Column("time_ns", "int64", _TIME, "ns"),
        Column("name", "category", "heap_alloc or heap_goal (both bytes), or gomaxprocs."),
        Column("value", "int64", "Its value from then on."),
    ),
)

GOTRACE_SUMMARY = Table(
    "gotrace.summary",
    "What was read, counted; each event of the file is in one item that begins 'events:'.",
    (
        Column("item", "string", "What is counted."),
        Column("count", "int64", "How many."),
    ),
)

GOTRACE_LOSSES = Table(
    "gotrace.losses",
    "What was not read, not understood, or put in its place without proof.",
    (
        Column("generation", "Int64", "Generation it belongs to.", None, True),
        Column("offset", "Int64", "Byte of the uncompressed trace it begins at.", "bytes", True),
        Column("size_bytes", "Int64", "How many bytes were left out.", "bytes", True),
        Column("count", "int64", "How many things the reason is about."),
        Column("reason", "string", "What is wrong."),
    ),
)
