"""Kinds of events of a trace, by their byte, and what their arguments are.

Source: the Go project, ``src/internal/trace/tracev2/events.go`` (Go 1.22 to 1.27).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

EVENT_BATCH, STACKS, STACK, STRINGS, STRING, CPU_SAMPLES, CPU_SAMPLE, FREQUENCY = range(1, 9)
PROCS_CHANGE, PROC_START, PROC_STOP, PROC_STEAL, PROC_STATUS = range(9, 14)
GO_CREATE, GO_CREATE_SYSCALL, GO_START, GO_DESTROY, GO_DESTROY_SYSCALL = range(14, 19)
GO_STOP, GO_BLOCK, GO_UNBLOCK = range(19, 22)
GO_SYSCALL_BEGIN, GO_SYSCALL_END, GO_SYSCALL_END_BLOCKED, GO_STATUS = range(22, 26)
STW_BEGIN, STW_END, GC_ACTIVE, GC_BEGIN, GC_END = range(26, 31)
SWEEP_ACTIVE, SWEEP_BEGIN, SWEEP_END = range(31, 34)
ASSIST_ACTIVE, ASSIST_BEGIN, ASSIST_END = range(34, 37)
HEAP_ALLOC, HEAP_GOAL, GO_LABEL = range(37, 40)
TASK_BEGIN, TASK_END, REGION_BEGIN, REGION_END, USER_LOG = range(40, 45)
GO_SWITCH, GO_SWITCH_DESTROY, GO_CREATE_BLOCKED, GO_STATUS_STACK = range(45, 49)
EXPERIMENTAL_BATCH, SYNC, CLOCK_SNAPSHOT, END_OF_GENERATION = range(49, 53)

# What frames the events: never on a thread's own row of events
STRUCTURE = {
    EVENT_BATCH: "EventBatch",
    STACKS: "Stacks",
    STACK: "Stack",
    STRINGS: "Strings",
    STRING: "String",
    CPU_SAMPLES: "CPUSamples",
    CPU_SAMPLE: "CPUSample",
    FREQUENCY: "Frequency",
    EXPERIMENTAL_BATCH: "ExperimentalBatch",
    SYNC: "Sync",
    CLOCK_SNAPSHOT: "ClockSnapshot",
    END_OF_GENERATION: "EndOfGeneration",
}

# Events with a time: name, then the arguments behind the time by what they are. Those called
# ``other`` are read and not shown.
EVENTS: dict[int, tuple[str, tuple[str, ...]]] = {
    PROCS_CHANGE: ("ProcsChange", ("value", "stack")),
    PROC_START: ("ProcStart", ("proc", "sequence")),
    PROC_STOP: ("ProcStop", ()),
    PROC_STEAL: ("ProcSteal", ("proc", "sequence", "thread")),
    PROC_STATUS: ("ProcStatus", ("proc", "proc status")),
    GO_CREATE: ("GoCreate", ("goroutine", "start stack", "stack")),
    GO_CREATE_SYSCALL: ("GoCreateSyscall", ("goroutine",)),
    GO_START: ("GoStart", ("goroutine", "sequence")),
    GO_DESTROY: ("GoDestroy", ()),
    GO_DESTROY_SYSCALL: ("GoDestroySyscall", ()),
    GO_STOP: ("GoStop", ("text", "stack")),
    GO_BLOCK: ("GoBlock", ("text", "stack")),
    GO_UNBLOCK: ("GoUnblock", ("goroutine", "sequence", "stack")),
    GO_SYSCALL_BEGIN: ("GoSyscallBegin", ("sequence", "stack")),
    GO_SYSCALL_END: ("GoSyscallEnd", ()),
    GO_SYSCALL_END_BLOCKED: ("GoSyscallEndBlocked", ()),
    GO_STATUS: ("GoStatus", ("goroutine", "thread", "goroutine status")),
    STW_BEGIN: ("STWBegin", ("text", "stack")),
    STW_END: ("STWEnd", ()),
    GC_ACTIVE: ("GCActive", ("sequence",)),
    GC_BEGIN: ("GCBegin", ("sequence", "stack")),
    GC_END: ("GCEnd", ("sequence",)),
    SWEEP_ACTIVE: ("GCSweepActive", ("proc",)),
    SWEEP_BEGIN: ("GCSweepBegin", ("stack",)),
    SWEEP_END: ("GCSweepEnd", ("value", "reclaimed")),
    ASSIST_ACTIVE: ("GCMarkAssistActive", ("goroutine",)),
    ASSIST_BEGIN: ("GCMarkAssistBegin", ("stack",)),
    ASSIST_END: ("GCMarkAssistEnd", ()),
    HEAP_ALLOC: ("HeapAlloc", ("value",)),
    HEAP_GOAL: ("HeapGoal", ("value",)),
    GO_LABEL: ("GoLabel", ("text",)),
    TASK_BEGIN: ("UserTaskBegin", ("task", "parent", "text", "stack")),
    TASK_END: ("UserTaskEnd", ("task", "stack")),
    REGION_BEGIN: ("UserRegionBegin", ("task", "text", "stack")),
    REGION_END: ("UserRegionEnd", ("task", "text", "stack")),
    USER_LOG: ("UserLog", ("task", "text", "message", "stack")),
    GO_SWITCH: ("GoSwitch", ("goroutine", "sequence")),
    GO_SWITCH_DESTROY: ("GoSwitchDestroy", ("goroutine", "sequence")),
    GO_CREATE_BLOCKED: ("GoCreateBlocked", ("goroutine", "start stack", "stack")),
    GO_STATUS_STACK: ("GoStatusStack", ("goroutine", "thread", "goroutine status", "stack")),
    # Of the experiment AllocFree
    128: ("Span", ("object", "value", "other")),
    129: ("SpanAlloc", ("object", "value", "other")),
    130: ("SpanFree", ("object",)),
    131: ("HeapObject", ("object", "other")),
    132: ("HeapObjectAlloc", ("object", "other")),
    133: ("HeapObjectFree", ("object",)),
    134: ("GoroutineStack", ("object", "other")),
    135: ("GoroutineStackAlloc", ("object", "other")),
    136: ("GoroutineStackFree", ("object",)),
}
NAMES = {**STRUCTURE, **{kind: name for kind, (name, _) in EVENTS.items()}}

MOST_ARGUMENTS = 4
SUBJECTS = ("goroutine", "proc", "task", "object")

# Statuses of goroutines and processors, by their number
RUNNABLE, RUNNING, SYSCALL, WAITING = range(1, 5)
GOROUTINE_STATUSES = {
    RUNNABLE: "runnable",
    RUNNING: "running",
    SYSCALL: "syscall",
    WAITING: "waiting",
}
PROC_RUNNING, PROC_IDLE, PROC_SYSCALL, PROC_ABANDONED = range(1, 5)
PROC_STATUSES = {
    PROC_RUNNING: "running",
    PROC_IDLE: "idle",
    PROC_SYSCALL: "syscall",
    PROC_ABANDONED: "abandoned",
}


def places(*meanings: str) -> NDArray[np.int8]:
    """Return for each kind of event which argument has one of the meanings; -1 for none."""
    found = np.full(256, -1, dtype=np.int8)
    for kind, (_, arguments) in EVENTS.items():
        at = [place for place, what in enumerate(arguments) if what in meanings]
        if at:
            found[kind] = at[0]
    return found


# How many arguments follow the time of an event; -1 for what is no event with a time
ARGUMENTS = np.array(
    [len(EVENTS[kind][1]) if kind in EVENTS else -1 for kind in range(256)], dtype=np.int8
)
