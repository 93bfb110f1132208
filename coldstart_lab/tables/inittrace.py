"""Tables of what a Go runtime wrote to stderr of its package inits, collections and scheduler."""

from __future__ import annotations

from coldstart_lab.tables.schema import Column, Table

INITTRACE_INITS = Table(
    "inittrace.inits",
    "One row a package whose init did something (GODEBUG=inittrace=1), in the order of the text.",
    (
        Column("line", "int64", "Line it begins on, counted from 1."),
        Column("package", "string", "Import path of the package."),
        Column("start_ns", "int64", "Begin, since the runtime's start: cut to what follows.", "ns"),
        Column("start_resolution_ns", "int64", "The begin is less than this later.", "ns"),
        Column("duration_ns", "int64", "Its length, by the clock: cut likewise.", "ns"),
        Column("duration_resolution_ns", "int64", "It is less than this longer.", "ns"),
        Column("heap_bytes", "int64", "Bytes it allocated itself, not its goroutines.", "bytes"),
        Column("allocations", "int64", "How many allocations these were."),
        Column("broken", "bool", "Whether lines of others stand inside the line."),
    ),
)

INITTRACE_GCS = Table(
    "inittrace.gcs",
    "One row a garbage collection (GODEBUG=gctrace=1).",
    (
        Column("line", "int64", "Line, counted from 1."),
        Column("number", "int64", "Which collection of its process it is."),
        Column("start_ns", "int64", "Begin, since the runtime's start, cut to whole ms.", "ns"),
        Column("cpu_percent", "int64", "Share of the CPU it took since the program's start.", "%"),
        Column("sweep_stop_ns", "int64", "The world stopped to end sweeping: by the clock.", "ns"),
        Column("mark_ns", "int64", "Marking beside the program, by the clock.", "ns"),
        Column("mark_stop_ns", "int64", "The world stopped to end marking: by the clock.", "ns"),
        Column("cpu_sweep_stop_ns", "int64", "CPU time of the first stop.", "ns"),
        Column("cpu_assist_ns", "int64", "CPU time of goroutines that had to help marking.", "ns"),
        Column("cpu_background_ns", "int64", "CPU time of the workers that mark.", "ns"),
        Column("cpu_idle_ns", "int64", "CPU time of marking on CPUs that were idle.", "ns"),
        Column("cpu_mark_stop_ns", "int64", "CPU time of the second stop.", "ns"),
        Column("heap_start_bytes", "int64", "Heap at its begin, cut to whole MiB.", "bytes"),
        Column("heap_end_bytes", "int64", "Heap at its end, likewise.", "bytes"),
        Column("heap_live_bytes", "int64", "Heap that was found live, likewise.", "bytes"),
        Column("goal_bytes", "int64", "Size of heap it was begun for, likewise.", "bytes"),
        Column("stacks_bytes", "Int64", "Stacks that were scanned (since 1.18).", "bytes", True),
        Column("globals_bytes", "Int64", "Globals that were (since 1.18).", "bytes", True),
        Column("processors", "int64", "Processors (GOMAXPROCS)."),
        Column("forced", "bool", "Whether the program asked for it."),
    ),
)

INITTRACE_SCHEDS = Table(
    "inittrace.scheds",
    "One row a line of the scheduler (GODEBUG=schedtrace=MS).",
    (
        Column("line", "int64", "Line, counted from 1."),
        Column("time_ns", "int64", "When, since the scheduler's first line; whole ms.", "ns"),
        Column("processors", "int64", "Processors (GOMAXPROCS)."),
        Column("idle_processors", "int64", "Those without work."),
        Column("threads", "int64", "Threads of the runtime."),
        Column("spinning_threads", "int64", "Those that look for work."),
        Column("idle_threads", "int64", "Those that are parked."),
        Column("global_queue", "int64", "Goroutines that wait in the queue of all."),
        Column("local_queues", "Int64", "Those in the processors' queues.", None, True),
    ),
)

INITTRACE_SUMMARY = Table(
    "inittrace.summary",
    "What was read, counted; every line is in exactly one item that begins 'lines:'.",
    (
        Column("item", "string", "What is counted."),
        Column("count", "int64", "How many."),
    ),
)

INITTRACE_LOSSES = Table(
    "inittrace.losses",
    "What was not understood: lines of the runtime that are cut or broken.",
    (
        Column("line", "int64", "Line, counted from 1."),
        Column("offset", "int64", "Byte of the uncompressed text it begins at.", "bytes"),
        Column("reason", "category", "Why it is here."),
        Column("text", "string", "The line itself, its first 4096 bytes."),
    ),
)

RECORDING_INITS = Table(
    "recording.inits",
    "One row a package's init on the clock of strace, put together from the runtime's writes.",
    (
        Column("line", "int64", "Line of the strace log of the first of its writes."),
        Column("pid", "Int32", "Thread that ran it.", None, True),
        Column("package", "string", "Import path; its first bytes only where cut."),
        Column("cut", "bool", "Whether strace printed only the first bytes of the path (-s)."),
        Column("start_ns", "Int64", "It did not begin before this.", "ns", True),
        Column("uncertainty_ns", "Int64", "It began at most this much later.", "ns", True),
        Column("end_ns", "Int64", "End: the runtime began to write its line.", "ns", True),
        Column("written_ns", "Int64", "When that line was written: the next one runs.", "ns", True),
        Column("clock_ns", "int64", "Length by the runtime's own clock, cut.", "ns"),
        Column("clock_resolution_ns", "int64", "It is less than this longer.", "ns"),
        Column("since_runtime_ns", "int64", "Begin since the runtime's start, cut.", "ns"),
        Column("since_runtime_resolution_ns", "int64", "It is less than this later.", "ns"),
        Column("heap_bytes", "int64", "Bytes it allocated itself, not its goroutines.", "bytes"),
        Column("allocations", "int64", "How many allocations these were."),
    ),
)

RUNTIME_STARTS = Table(
    "recording.runtime_starts",
    "One row a Go process: when its runtime's clock began, on the clock of strace.",
    (
        Column("pid", "Int32", "Thread that ran its inits.", None, True),
        Column("time_ns", "Int64", "When.", "ns", True),
        Column("uncertainty_ns", "Int64", "Between this much earlier and later.", "ns", True),
        Column("inits", "int64", "How many inits say so."),
    ),
)
