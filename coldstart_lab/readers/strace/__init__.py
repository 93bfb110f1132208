"""Reader of strace logs: numba kernels over the mapped file, tables out."""

from coldstart_lab.readers.registry import Reader
from coldstart_lab.readers.strace.batches import read_strace_batches
from coldstart_lab.readers.strace.log import StraceLog
from coldstart_lab.readers.strace.merging import find_parts, merge_logs
from coldstart_lab.readers.strace.reading import read_buffer, read_strace, sniff_strace

READER = Reader("strace", sniff_strace, read_strace)

__all__ = [
    "READER",
    "StraceLog",
    "find_parts",
    "merge_logs",
    "read_buffer",
    "read_strace",
    "read_strace_batches",
    "sniff_strace",
]
