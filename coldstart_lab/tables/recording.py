"""Tables of a recording: its milestones, and the members of a set."""

from __future__ import annotations

from coldstart_lab.tables.schema import Column, Table

MILESTONES = Table(
    "recording.milestones",
    "One row an instant the start passed, in order of time.",
    (
        Column("name", "string", "exec, listening, answered, ready, end, or a name of the user's."),
        Column("time_ns", "int64", "When, on the recording's clock.", "ns"),
        Column(
            "uncertainty_ns",
            "Int64",
            "How far off it may be: a probe saw it at most this much too late, a launcher at most "
            "this much too early; NA if unknown.",
            "ns",
            True,
        ),
        Column("source", "category", "launcher, probe, strace or user: who saw it."),
        Column("pid", "Int32", "Thread that did it, where the events say so.", None, True),
        Column("line", "Int64", "Line of the strace log that shows it.", None, True),
        Column("detail", "string", "What was seen, such as the address probed.", None, True),
    ),
)

MEMBERS = Table(
    "recording.members",
    "One row a start of a recording set, in the order they ran.",
    (
        Column("order", "int64", "Place in the order of running, counted from 1."),
        Column("recording_id", "string", "Name of the recording."),
        Column("observers", "string", "Observers it ran under, joined by '+'; 'none' for none."),
        Column("ready_ns", "Int64", "From exec to ready; NA if it was never ready.", "ns", True),
        Column("outcome", "category", "ready, timeout, exited or failed."),
    ),
)
