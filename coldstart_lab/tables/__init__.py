"""The tables everything here speaks; the schema reference is made from these."""

from coldstart_lab.tables.attribution import CAUSES, EDGES, SEGMENTS, THREADS, TILES
from coldstart_lab.tables.recording import MEMBERS, MILESTONES
from coldstart_lab.tables.schema import STRING, Column, Table
from coldstart_lab.tables.strace import STRACE_EVENTS, STRACE_LOSSES, STRACE_SUMMARY

ALL_TABLES: tuple[Table, ...] = (
    STRACE_EVENTS,
    STRACE_SUMMARY,
    STRACE_LOSSES,
    MILESTONES,
    MEMBERS,
    THREADS,
    TILES,
    EDGES,
    SEGMENTS,
    CAUSES,
)

__all__ = [
    "ALL_TABLES",
    "CAUSES",
    "EDGES",
    "MEMBERS",
    "MILESTONES",
    "SEGMENTS",
    "STRACE_EVENTS",
    "STRACE_LOSSES",
    "STRACE_SUMMARY",
    "STRING",
    "THREADS",
    "TILES",
    "Column",
    "Table",
]
