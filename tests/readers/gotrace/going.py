"""Brings our tables and the events of Go's own reader to one form, to be compared."""

from __future__ import annotations

import pandas as pd

_TRANSITIONS = ("ProcStart", "ProcStop", "ProcSteal", "ProcStatus")
_KINDS = {
    "CPUSample": "StackSample", "ProcsChange": "Metric", "HeapAlloc": "Metric",
    "HeapGoal": "Metric", "GoLabel": "Label", "STWBegin": "RangeBegin", "STWEnd": "RangeEnd",
    "GCBegin": "RangeBegin", "GCActive": "RangeActive", "GCEnd": "RangeEnd",
    "GCSweepBegin": "RangeBegin", "GCSweepActive": "RangeActive", "GCSweepEnd": "RangeEnd",
    "GCMarkAssistBegin": "RangeBegin", "GCMarkAssistActive": "RangeActive",
    "GCMarkAssistEnd": "RangeEnd", "UserTaskBegin": "TaskBegin", "UserTaskEnd": "TaskEnd",
    "UserRegionBegin": "RegionBegin", "UserRegionEnd": "RegionEnd", "UserLog": "Log",
}  # fmt: skip


def shown(log):
    """Our events as rows of thread, goroutine, kind and time, one event a row as Go shows them."""
    events = log.events
    rows = []
    columns = (events[name].astype(object).where(events[name].notna(), -1)
               for name in ("thread", "proc", "goroutine", "kind", "time_ns"))  # fmt: skip
    for thread, proc, goroutine, kind, time in zip(*columns, strict=True):
        kind_there = _KINDS.get(kind, "StateTransition")
        if kind == "GoDestroySyscall" and proc != -1:
            rows.append((thread, goroutine, "StateTransition", time - 1))
        rows.append((thread, goroutine, kind_there, time))
        if kind.startswith("GoSwitch"):
            rows += [(thread, goroutine, "StateTransition", time + 1),
                     (thread, -1, "StateTransition", time + 2)]  # fmt: skip
    return rows


def expected(events):
    """The same of what Go's own reader says."""
    return [
        (said.thread, said.goroutine, said.kind, said.time)
        for said in events
        if said.kind != "Sync"
    ]


def moves_of(events):
    """Times each goroutine spent in each state, from the transitions Go's own reader shows."""
    open_ones: dict[int, list] = {}
    spans = []
    begin = next(said.time for said in events if said.kind == "Sync")
    for said in events:
        if said.move is None or said.move[0] != "GoID":
            continue
        _, goroutine, before, after, reason = said.move
        if before == after:
            continue
        if goroutine in open_ones:
            spans.append((goroutine, *open_ones.pop(goroutine), said.time))
        if after != "NotExist":
            start = begin if before == "Undetermined" else said.time
            open_ones[goroutine] = [after.lower(), reason, start]
    spans += [(goroutine, *rest, None) for goroutine, rest in open_ones.items()]
    return sorted(spans, key=lambda span: (span[0], span[3]))


def spans_of(log):
    """The same of our states; reasons only where Go has some."""
    rows = []
    ours = ("created", "unblocked", "system call ended", "coroutine switch")
    for row in log.states.itertuples(index=False):
        reason = "" if pd.isna(row.reason) or row.reason in ours else row.reason
        end = None if row.cut in ("end", "both") else row.end_ns
        rows.append((row.goroutine, row.state, reason, row.start_ns, end))
    return rows
