"""Tables of an attribution: thread tiles, wake-up edges, the exclusive segments and their sums."""

from __future__ import annotations

from coldstart_lab.tables.schema import Column, Table

THREADS = Table(
    "attribution.threads",
    "One row a thread that was seen, in order of appearance.",
    (
        Column("pid", "int64", "Thread id."),
        Column("process", "int64", "Thread id of its process's first thread."),
        Column("parent", "Int64", "Thread that created it; NA for the first.", None, True),
        Column(
            "comm", "string", "Name: from -Y, else of the program it last executed.", None, True
        ),
        Column("start_ns", "int64", "Begin of its life as far as the log shows it.", "ns"),
        Column("end_ns", "int64", "End of its life, or of the log.", "ns"),
        Column("role", "category", "main, thread, process or go-sysmon."),
    ),
)

TILES = Table(
    "attribution.tiles",
    "What each thread did at each instant of its life: half-open, without gap or overlap a thread.",
    (
        Column("pid", "int64", "Thread id."),
        Column("start_ns", "int64", "Begin.", "ns"),
        Column("end_ns", "int64", "End, exclusive.", "ns"),
        Column(
            "state",
            "category",
            "running (outside calls: on a CPU or waiting for one), call (that does not wait), "
            "or waiting (blocked in a call).",
        ),
        Column("syscall", "category", "The call; NA while running.", None, True),
        Column("line", "Int64", "Line of the log; NA while running.", None, True),
    ),
)

EDGES = Table(
    "attribution.edges",
    "One row a wait whose end is explained.",
    (
        Column("pid", "int64", "Thread that waited."),
        Column("start_ns", "int64", "Begin of the wait.", "ns"),
        Column("end_ns", "int64", "End of the wait.", "ns"),
        Column(
            "kind",
            "category",
            "futex, join, pipe, socket, eventfd, epoll (a descriptor added that was ready), child, "
            "vfork, exit, signal, lock (of a file); timer, external, storage and scheduler have no "
            "waker in the log.",
        ),
        Column(
            "waker", "Int64", "Thread that ended the wait; NA where none is in the log.", None, True
        ),
        Column("wake_ns", "Int64", "When it did.", "ns", True),
        Column("line", "Int64", "Line of the wait.", None, True),
        Column("waker_line", "Int64", "Line of the wake-up.", None, True),
    ),
)

SEGMENTS = Table(
    "attribution.segments",
    "The answer: half-open segments that tile [exec, milestone) without gap or overlap.",
    (
        Column("start_ns", "int64", "Begin.", "ns"),
        Column("end_ns", "int64", "End, exclusive.", "ns"),
        Column("duration_ns", "int64", "end_ns - start_ns.", "ns"),
        Column("pid", "int64", "Thread the critical path runs through."),
        Column("process", "int64", "Its process."),
        Column("comm", "string", "Its name.", None, True),
        Column(
            "state",
            "category",
            "running, call, waiting, wakeup (from the wake-up to the woken thread's return), "
            "observer (from the service's answer to the probe's seeing it) or head (before "
            "anything the log shows).",
        ),
        Column(
            "phase",
            "category",
            "Of the service: exec, loader, runtime (of Go), main. Of other processes: child-start "
            "(until their own code runs), child.",
        ),
        Column(
            "category",
            "category",
            "Kind of time: cpu, files, network, lock, timer, process, memory, scheduler, "
            "observer or other.",
        ),
        Column("cause", "category", "What the time is blamed on."),
        Column(
            "subject",
            "string",
            "File or address it concerns; between calls the program that runs.",
            None,
            True,
        ),
        Column(
            "confidence",
            "category",
            "certain (the log shows it), inferred (from its neighbours), or unresolved.",
        ),
        Column("rule", "category", "Rule that named the cause."),
        Column("syscall", "category", "The call, if inside one.", None, True),
        Column("artefact", "category", "Artefact that is the evidence."),
        Column("line", "Int64", "Line of the artefact; for running, the line before.", None, True),
    ),
)

CAUSES = Table(
    "attribution.causes",
    "The segments summed by cause, largest first; durations add up to the window exactly.",
    (
        Column("cause", "string", "What the time is blamed on."),
        Column("category", "string", "Kind of time that is most of it."),
        Column("duration_ns", "int64", "Time on the critical path.", "ns"),
        Column("share", "float64", "Share of the window."),
        Column("unresolved_ns", "int64", "Part whose confidence is unresolved.", "ns"),
        Column("segments", "int64", "How many segments."),
        Column("first_ns", "int64", "Begin of its first segment after exec.", "ns"),
        Column("subject", "string", "What most of it concerns.", None, True),
        Column("line", "Int64", "Line of its longest segment.", None, True),
    ),
)
