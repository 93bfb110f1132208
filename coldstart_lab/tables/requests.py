"""Tables of the requests a program got from its start on."""

from __future__ import annotations

from coldstart_lab.tables.schema import Column, Table

REQUESTS = Table(
    "recording.requests",
    "One row a request, in the order of the file.",
    (
        Column("line", "int64", "Line of the artefact, counted from 1."),
        Column("side", "category", "client (as its sender saw it) or service."),
        Column("name", "string", "Class: what the service calls it, or the path of its URL."),
        Column("start_ns", "int64", "When it was sent, or arrived, since 1970.", "ns"),
        Column("duration_ns", "int64", "Until its answer was there, or given.", "ns"),
        Column(
            "waited_ns",
            "Int64",
            "Time it waited for parts of the start that it needs; NA as clients see it.",
            "ns",
            True,
        ),
        Column("failed", "bool", "Whether it had no good answer."),
    ),
)

REQUEST_LOSSES = Table(
    "recording.request_losses",
    "One row a line of an artefact of requests that was not understood.",
    (
        Column("line", "int64", "Line of the artefact, counted from 1."),
        Column("text", "string", "The line itself, its first 4096 characters."),
    ),
)
