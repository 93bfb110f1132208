"""Tables the output of ``perf script`` is read into."""

from __future__ import annotations

from coldstart_lab.tables.schema import Column, Table

_LINE = Column("line", "int64", "Line, counted from 1.")
_TIME = Column("time_ns", "Int64", "When, on perf's clock; NA without times.", "ns", True)
_CPU = Column("cpu", "Int32", "CPU it was seen on.", None, True)

PERF_SAMPLES = Table(
    "perf.samples",
    "One row an event that perf recorded: samples, page faults, tracepoints.",
    (
        _LINE,
        _TIME,
        Column("comm", "category", "Name of the thread.", None, True),
        Column("pid", "Int32", "Process; NA where only the thread is printed.", None, True),
        Column("tid", "Int32", "Thread.", None, True),
        _CPU,
        Column("event", "category", "Such as cpu-clock or sched:sched_switch.", None, True),
        Column("period", "Int64", "Events (of cpu-clock: ns) it stands for.", None, True),
        Column("address", "UInt64", "Address of the data (-F addr).", None, True),
        Column("weight", "Int64", "Cost of the access (-F weight).", None, True),
        Column("text", "string", "What a tracepoint says, as printed.", None, True),
    ),
)

PERF_FRAMES = Table(
    "perf.frames",
    "One row a frame of a call chain; of a sample without one, the place it was taken at.",
    (
        Column("sample", "int64", "Row of perf.samples, from 0."),
        Column("depth", "Int32", "0 for the innermost frame."),
        Column("address", "UInt64", "Address of the instruction.", None, True),
        Column("symbol", "category", "Function; NA where unknown.", None, True),
        Column("symbol_offset", "UInt64", "Bytes from its begin.", "bytes", True),
        Column("dso", "category", "File the code is from; NA where unknown.", None, True),
        Column("inlined", "bool", "Whether the function is part of the one below."),
    ),
)

PERF_SWITCHES = Table(
    "perf.switches",
    "One row a switch of a CPU from one thread to another (sched:sched_switch).",
    (
        _LINE,
        _TIME,
        _CPU,
        Column("prev_tid", "Int32", "Thread that left the CPU; 0 is idle."),
        Column("prev_comm", "category", "Its name.", None, True),
        Column("prev_state", "category", "R: it could go on; S, D: it waits; ...", None, True),
        Column("next_tid", "Int32", "Thread that got the CPU; 0 is idle."),
        Column("next_comm", "category", "Its name.", None, True),
    ),
)

PERF_WAKEUPS = Table(
    "perf.wakeups",
    "One row a wake-up of a thread.",
    (
        _LINE,
        _TIME,
        Column(
            "kind",
            "category",
            "waking (by the waker), wakeup (it can run from now on), wakeup_new (its first one).",
        ),
        Column(
            "waker_tid",
            "Int32",
            "Thread that ran then: of waking the waker, if no interrupt woke; 0 is idle.",
            None,
            True,
        ),
        Column("woken_tid", "Int32", "Thread that was woken."),
        Column("woken_comm", "category", "Its name.", None, True),
        Column("cpu", "Int32", "CPU it is to run on.", None, True),
    ),
)

PERF_TASKS = Table(
    "perf.tasks",
    "One row a fork, exec, exit or move of a thread.",
    (
        _LINE,
        _TIME,
        Column("kind", "category", "fork, exec, exit or migrate."),
        Column("tid", "Int32", "Thread that did it, or was moved."),
        Column("child_tid", "Int32", "Of fork: the new thread.", None, True),
        Column("filename", "category", "Of exec: the program.", None, True),
        Column("from_cpu", "Int32", "Of migrate.", None, True),
        Column("to_cpu", "Int32", "Of migrate.", None, True),
    ),
)

PERF_SUMMARY = Table(
    "perf.summary",
    "What was read, counted; every line is in exactly one item that begins 'lines:'.",
    (
        Column("item", "string", "What is counted."),
        Column("count", "int64", "How many."),
    ),
)

PERF_LOSSES = Table(
    "perf.losses",
    "What was not understood: one row a line.",
    (
        _LINE,
        Column("offset", "int64", "Byte of the uncompressed text it begins at.", "bytes"),
        Column("reason", "category", "Why it is here."),
        Column("text", "string", "The line itself, its first 4096 bytes."),
    ),
)
