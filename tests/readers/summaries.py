"""Reads the tables that strace itself writes with -C, apart from the reader under test."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise


@dataclass
class Row:
    """What strace counted of one system call, and in how many tables it says so."""

    calls: int = 0
    errors: int = 0
    seconds: float = 0.0
    tables: int = 0


def read_summary(text: str) -> dict[str, Row]:
    """Read the rows by the name of their call, those of a 32-bit mode added to the others."""
    rows = defaultdict(Row)
    lines = text.splitlines()
    starts = [i for i, line in enumerate(lines) if line.startswith("% time")]
    for start in starts:
        cells = _columns(lines[start], lines[start + 1])
        stop = lines.index(lines[start + 1], start + 2)
        for line in lines[start + 2 : stop]:
            row = rows[cells(line, "syscall")]
            row.calls += int(cells(line, "calls"))
            row.errors += int(cells(line, "errors") or 0)  # a blank is none
            row.seconds += float(cells(line, "seconds"))
            row.tables += 1
    return dict(rows)


def _columns(header, dashes):
    """What looks a cell up by the name of its column, whose width the dashes show."""
    edges = [0, *(i + 1 for i, char in enumerate(dashes) if char == " "), None]
    spans = {header[a:b].strip(): slice(a, b) for a, b in pairwise(edges)}
    return lambda line, name: line[spans[name]].strip()
