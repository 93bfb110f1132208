"""The tables everything here speaks; the schema reference is made from these."""

from coldstart_lab.tables.attribution import CAUSES, EDGES, SEGMENTS, THREADS, TILES
from coldstart_lab.tables.otlp import OTLP_LOSSES, OTLP_SPAN_EVENTS, OTLP_SPANS, OTLP_SUMMARY
from coldstart_lab.tables.recording import MEMBERS, MILESTONES
from coldstart_lab.tables.requests import REQUEST_LOSSES, REQUESTS
from coldstart_lab.tables.schema import BINARY, STRING, Column, Table
from coldstart_lab.tables.span_blame import SPAN_CAUSES, SPAN_PARTS
from coldstart_lab.tables.strace import (
    STRACE_COUNTS,
    STRACE_DETAILS,
    STRACE_DUMPS,
    STRACE_EVENTS,
    STRACE_LOSSES,
    STRACE_MESSAGES,
    STRACE_STACKS,
    STRACE_SUMMARY,
)
from coldstart_lab.tables.strace_arguments import (
    STRACE_BUFFERS,
    STRACE_DESCRIPTORS,
    STRACE_PATHS,
    STRACE_SIZES,
    STRACE_SOCKETS,
)

ALL_TABLES: tuple[Table, ...] = (
    STRACE_EVENTS,
    STRACE_SUMMARY,
    STRACE_LOSSES,
    STRACE_STACKS,
    STRACE_DUMPS,
    STRACE_COUNTS,
    STRACE_MESSAGES,
    STRACE_DETAILS,
    STRACE_PATHS,
    STRACE_DESCRIPTORS,
    STRACE_SOCKETS,
    STRACE_BUFFERS,
    STRACE_SIZES,
    OTLP_SPANS,
    OTLP_SPAN_EVENTS,
    OTLP_SUMMARY,
    OTLP_LOSSES,
    MILESTONES,
    MEMBERS,
    REQUESTS,
    REQUEST_LOSSES,
    THREADS,
    TILES,
    EDGES,
    SEGMENTS,
    CAUSES,
    SPAN_PARTS,
    SPAN_CAUSES,
)

__all__ = [
    "ALL_TABLES",
    "BINARY",
    "CAUSES",
    "EDGES",
    "MEMBERS",
    "MILESTONES",
    "OTLP_LOSSES",
    "OTLP_SPANS",
    "OTLP_SPAN_EVENTS",
    "OTLP_SUMMARY",
    "REQUESTS",
    "REQUEST_LOSSES",
    "SEGMENTS",
    "SPAN_CAUSES",
    "SPAN_PARTS",
    "STRACE_BUFFERS",
    "STRACE_COUNTS",
    "STRACE_DESCRIPTORS",
    "STRACE_DETAILS",
    "STRACE_DUMPS",
    "STRACE_EVENTS",
    "STRACE_LOSSES",
    "STRACE_MESSAGES",
    "STRACE_PATHS",
    "STRACE_SIZES",
    "STRACE_SOCKETS",
    "STRACE_STACKS",
    "STRACE_SUMMARY",
    "STRING",
    "THREADS",
    "TILES",
    "Column",
    "Table",
]
