"""Tables of what the goroutines of a Go execution trace did."""

from __future__ import annotations

from coldstart_lab.tables.schema import Column, Table

_TIME = "Time, on the clock of the trace, in the order of causes."
_STACK = "Its stack in gotrace.stacks."

GOTRACE_GOROUTINES = Table(
    "gotrace.goroutines",
    "One row a goroutine.",
    (
        Column("goroutine", "int64", "Its id."),
        Column("creator", "Int64", "Goroutine that created it; NA before the trace.", None, True),
        Column(
            "function",
            "category",
            "Outermost function of its start; of an older one, of the first stack seen.",
            None,
            True,
        ),
        Column("start_stack", "Int64", "Stack that names the function.", None, True),
        Column("creation_stack", "Int64", "Stack of the go statement.", None, True),
        Column("created_ns", "Int64", "Creation; NA if it lies before the trace.", "ns", True),
        Column("ended_ns", "Int64", "End; NA if it lies behind the trace.", "ns", True),
    ),
)

GOTRACE_STATES = Table(
    "gotrace.states",
    "One row a time a goroutine spent in one state: they tile its life within the trace.",
    (
        Column("goroutine", "int64", "The goroutine."),
        Column("state", "category", "runnable, running, waiting or syscall."),
        Column(
            "reason",
            "category",
            "Why it stopped or blocked, as Go names it; how it began for other states.",
            None,
            True,
        ),
        Column("start_ns", "int64", "Begin, or that of the trace.", "ns"),
        Column("end_ns", "int64", "End, or that of the trace.", "ns"),
        Column("thread", "Int64", "Thread it is on, while running or in a call.", None, True),
        Column("proc", "Int64", "Processor it holds at the begin of that.", None, True),
        Column("stack", "Int64", _STACK, None, True),
        Column(
            "cut", "category", "Which end the trace does not show: start, end or both.", None, True
        ),
    ),
)

GOTRACE_UNBLOCKS = Table(
    "gotrace.unblocks",
    "One row a wake-up: a goroutine, or the runtime on a thread, makes another one runnable.",
    (
        Column("time_ns", "int64", _TIME, "ns"),
        Column("waker", "Int64", "Goroutine that woke; NA for the runtime.", None, True),
        Column("thread", "Int64", "Thread it woke from.", None, True),
        Column("proc", "Int64", "Processor of that thread.", None, True),
        Column("woken", "int64", "Goroutine that was woken."),
        Column("stack", "Int64", "The waker's stack in gotrace.stacks.", None, True),
    ),
)

GOTRACE_TASKS = Table(
    "gotrace.tasks",
    "One row a task (trace.NewTask).",
    (
        Column("task", "int64", "Its id."),
        Column("parent", "Int64", "Task it is a part of.", None, True),
        Column("name", "category", "Its name.", None, True),
        Column("start_ns", "Int64", "Begin; NA if it lies before the trace.", "ns", True),
        Column("end_ns", "Int64", "End; NA if it lies behind the trace.", "ns", True),
        Column("goroutine", "Int64", "Goroutine that began it.", None, True),
        Column("ended_by", "Int64", "Goroutine that ended it.", None, True),
        Column("stack", "Int64", _STACK, None, True),
    ),
)

GOTRACE_REGIONS = Table(
    "gotrace.regions",
    "One row a region (trace.WithRegion, trace.StartRegion).",
    (
        Column("goroutine", "Int64", "Goroutine it is of.", None, True),
        Column("task", "Int64", "Task it is a part of.", None, True),
        Column("name", "category", "Its name.", None, True),
        Column("start_ns", "Int64", "Begin; NA if it lies before the trace.", "ns", True),
        Column("end_ns", "Int64", "End; NA if it lies behind the trace.", "ns", True),
        Column("stack", "Int64", _STACK, None, True),
    ),
)

GOTRACE_LOGS = Table(
    "gotrace.logs",
    "One row a message of trace.Log.",
    (
        Column("time_ns", "int64", _TIME, "ns"),
        Column("goroutine", "Int64", "Goroutine that wrote it.", None, True),
        Column("task", "Int64", "Task it is a part of.", None, True),
        Column("category", "category", "Its category.", None, True),
        Column("message", "string", "The message.", None, True),
        Column("stack", "Int64", _STACK, None, True),
    ),
)
