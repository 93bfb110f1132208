"""Reader of what a Go runtime writes to stderr: package inits, collections, the scheduler."""

from coldstart_lab.readers.inittrace.bundle import InitTrace
from coldstart_lab.readers.inittrace.grammar import InitLine, find_inits
from coldstart_lab.readers.inittrace.reading import read_inittrace, sniff_inittrace
from coldstart_lab.readers.registry import Reader

READER = Reader("inittrace", sniff_inittrace, read_inittrace)

__all__ = [
    "READER",
    "InitLine",
    "InitTrace",
    "find_inits",
    "read_inittrace",
    "sniff_inittrace",
]
