"""Tables that set an attribution beside the program's own spans."""

from __future__ import annotations

from coldstart_lab.tables.schema import Column, Table

SPAN_PARTS = Table(
    "attribution.span_parts",
    "One row a part of a start: a span of the program without its child spans, or the time of the "
    "window in no span; longest first.",
    (
        Column(
            "kind",
            "category",
            "span, before (the first span) or between (spans, and after the last).",
        ),
        Column("span", "Int64", "Place of the span in the table of spans, from 0.", None, True),
        Column("name", "string", "What the program called it; NA outside spans.", None, True),
        Column("start_ns", "int64", "Begin.", "ns"),
        Column("end_ns", "int64", "End, exclusive.", "ns"),
        Column("duration_ns", "int64", "Length without its child spans.", "ns"),
        Column(
            "path_ns",
            "int64",
            "Part of duration_ns that lies between exec and the milestone.",
            "ns",
        ),
        Column(
            "shared_ns", "int64", "Part of path_ns during which another span was open too.", "ns"
        ),
        Column("after_ns", "int64", "Part of duration_ns after the milestone.", "ns"),
        Column(
            "by_cause_ns",
            "int64",
            "Time between exec and the milestone of the causes that have most of it here.",
            "ns",
        ),
    ),
)

SPAN_CAUSES = Table(
    "attribution.span_causes",
    "One row a part of a start and a cause that some of its time is blamed on; largest first.",
    (
        Column("part", "int64", "Row of attribution.span_parts, from 0."),
        Column("cause", "string", "What the time is blamed on."),
        Column("category", "string", "Kind of time that is most of it."),
        Column("duration_ns", "int64", "How much of it.", "ns"),
    ),
)
