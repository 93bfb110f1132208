"""Reader of Go execution traces: numba kernels over the mapped file, tables out.

The reader itself is in :mod:`coldstart_lab.readers.gotrace.reading`, loaded when a trace is read.
"""

from coldstart_lab.readers.gotrace.sniffing import read_when_asked, sniff_gotrace
from coldstart_lab.readers.registry import Reader

READER = Reader("trace", sniff_gotrace, read_when_asked)

__all__ = ["READER", "sniff_gotrace"]
