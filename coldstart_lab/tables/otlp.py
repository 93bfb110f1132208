"""Tables that traces in OTLP JSON are read into."""

from __future__ import annotations

from coldstart_lab.tables.schema import Column, Table

OTLP_SPANS = Table(
    "otlp.spans",
    "One row a span, in the order of the file.",
    (
        Column("line", "int64", "Line of the file, counted from 1; 1 for a whole document."),
        Column("trace_id", "string", "Trace it belongs to, hexadecimal.", None, True),
        Column("span_id", "string", "Its own id, hexadecimal.", None, True),
        Column("parent_id", "string", "Span it is a part of; NA for a root.", None, True),
        Column("name", "string", "What the program called it."),
        Column(
            "kind",
            "category",
            "internal, server, client, producer or consumer; NA if unspecified.",
            None,
            True,
        ),
        Column("start_ns", "int64", "Begin, since 1970 by the program's clock.", "ns"),
        Column("end_ns", "int64", "End by the same clock, exclusive.", "ns"),
        Column("status", "category", "unset, ok or error."),
        Column("status_message", "string", "What the program said of it.", None, True),
        Column("service", "category", "service.name of its resource.", None, True),
        Column("scope", "category", "Instrumentation that made it.", None, True),
        Column("attributes", "string", "Its attributes as one JSON object."),
        Column("resource", "category", "Attributes of its resource as one JSON object."),
    ),
)

OTLP_SPAN_EVENTS = Table(
    "otlp.span_events",
    "One row an event inside a span.",
    (
        Column("line", "int64", "Line of the file, counted from 1."),
        Column("trace_id", "string", "Trace of its span.", None, True),
        Column("span_id", "string", "Its span.", None, True),
        Column("name", "string", "What the program called it."),
        Column("time_ns", "int64", "When, since 1970 by the program's clock.", "ns"),
        Column("attributes", "string", "Its attributes as one JSON object."),
    ),
)

OTLP_SUMMARY = Table(
    "otlp.summary",
    "What was read, counted; every line of the file is in exactly one item that begins 'lines:'.",
    (
        Column("item", "string", "What is counted."),
        Column("count", "int64", "How many."),
    ),
)

OTLP_LOSSES = Table(
    "otlp.losses",
    "What was not understood: one row a line, or a span or event in it.",
    (
        Column("line", "int64", "Line of the file, counted from 1."),
        Column("offset", "int64", "Byte of the uncompressed file that line begins at.", "bytes"),
        Column("reason", "category", "Why it is here."),
        Column("text", "string", "The line, span or event itself, its first 4096 characters."),
    ),
)
