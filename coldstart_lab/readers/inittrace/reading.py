"""Reads stderr of a Go program into tables."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coldstart_lab.errors import UnreadableInputError
from coldstart_lab.readers.inittrace.bundle import InitTrace
from coldstart_lab.readers.inittrace.grammar import (
    GC,
    SCHED,
    InitLine,
    find_inits,
    find_parts,
    nanoseconds,
)
from coldstart_lab.readers.unpacking import unpack
from coldstart_lab.tables.inittrace import (
    INITTRACE_GCS,
    INITTRACE_INITS,
    INITTRACE_LOSSES,
    INITTRACE_SCHEDS,
    INITTRACE_SUMMARY,
)

_HEAD = 1 << 16
_LOSS_TEXT = 4096
_MIB = 1 << 20
_MILLISECOND = 1_000_000
_REASONS = ("a line of the Go runtime that is cut or broken", "the file ends in damage")
# Kinds of lines, in the order of their names
_OTHER, _INIT, _GC, _SCHED, _LOST = range(5)
_LINE_NAMES = (
    "of the program and others",
    "inits",
    "garbage collections",
    "of the scheduler",
    "not understood",
)


def sniff_inittrace(path: Path) -> bool:
    """Whether a file's head holds a whole line of inittrace, gctrace or schedtrace."""
    try:
        head, _ = unpack(path, most=_HEAD)
    except UnreadableInputError:
        return False
    return any(_known(head))


def _known(text: bytes) -> tuple[object, ...]:
    return next(find_inits(text), None), GC.search(text), SCHED.search(text)


def read_inittrace(path: str | Path) -> InitTrace:
    """Read what a Go runtime wrote to stderr, among lines of the program and of others.

    Understands lines of ``GODEBUG=inittrace=1``, ``gctrace=1`` and ``schedtrace=MS``, wherever in a
    line they begin; those of inittrace also where others wrote lines of theirs in between.

    Parameters
    ----------
    path : path-like
        A file, plain or compressed with gzip, zstd or xz.

    Returns
    -------
    InitTrace
        ``inits``, ``gcs``, ``scheds``, ``summary`` and ``losses``.

    Raises
    ------
    UnreadableInputError
        If the file cannot be opened, or no line of it is one of the Go runtime.

    Notes
    -----
    The runtime cuts its times: they must not be added up as if they were exact. Its clock begins
    with the runtime's main goroutine, after exec, loader and the set-up of the scheduler.
    """
    path = Path(path)
    text, damage = unpack(path)
    read = _Text(text)
    inits = read.inits()
    gcs = read.gcs()
    scheds = read.scheds()
    if not (len(inits) or len(gcs) or len(scheds)):
        raise UnreadableInputError(
            damage or ("the file is empty" if not text else "no line of it is of a Go runtime"),
            path=path,
            hint="run the program with GODEBUG=inittrace=1 and keep its stderr",
        )
    losses = read.losses(damage)
    return InitTrace(path, inits, gcs, scheds, read.summary(inits), losses)


class _Text:
    """A text, its lines, and what kind each turned out to be."""

    def __init__(self, text: bytes) -> None:
        self.text = text
        ends = np.flatnonzero(np.frombuffer(text, dtype=np.uint8) == ord("\n")) + 1
        self.first = np.concatenate(([0], ends[ends < len(text)])) if text else ends
        self.kind = np.zeros(len(self.first), dtype=np.int64)

    def inits(self) -> pd.DataFrame:
        found = list(find_inits(self.text))
        parts = [at for line in found for at in (*line.parts, line.stop - 1)]
        self.kind[self._row_of(parts)] = _INIT
        columns = zip(*found, strict=True) if found else [()] * len(InitLine._fields)
        of = dict(zip(InitLine._fields, columns, strict=True))
        return INITTRACE_INITS.frame(
            {
                "line": self._row_of(of["start"]) + 1,
                "package": of["package"],
                "start_ns": of["at_ns"],
                "start_resolution_ns": of["at_resolution_ns"],
                "duration_ns": of["clock_ns"],
                "duration_resolution_ns": of["clock_resolution_ns"],
                "heap_bytes": of["heap_bytes"],
                "allocations": of["allocations"],
                "broken": of["broken"],
            }
        )

    def gcs(self) -> pd.DataFrame:
        rows, columns = self._columns(GC, _GC)
        number, at, percent, *times, start, end, live, goal, stacks, globals_, procs, forced = (
            columns
        )
        return INITTRACE_GCS.frame(
            {
                "line": rows + 1,
                "number": _ints(number),
                "start_ns": [int(one.replace(b".", b"")) * _MILLISECOND for one in at],
                "cpu_percent": _ints(percent),
                **{
                    name: [nanoseconds(one)[0] for one in column]
                    for name, column in zip(INITTRACE_GCS.names[4:12], times, strict=True)
                },
                "heap_start_bytes": _ints(start) * _MIB,
                "heap_end_bytes": _ints(end) * _MIB,
                "heap_live_bytes": _ints(live) * _MIB,
                "goal_bytes": _ints(goal) * _MIB,
                "stacks_bytes": _maybe_ints(stacks) * _MIB,
                "globals_bytes": _maybe_ints(globals_) * _MIB,
                "processors": _ints(procs),
                "forced": [one is not None for one in forced],
            }
        )

    def scheds(self) -> pd.DataFrame:
        rows, columns = self._columns(SCHED, _SCHED)
        time, *counts, local = columns
        of_counts = zip(INITTRACE_SCHEDS.names[2:8], counts, strict=True)
        sums = [None if one is None else sum(map(int, one.split())) for one in local]
        return INITTRACE_SCHEDS.frame(
            {
                "line": rows + 1,
                "time_ns": _ints(time) * _MILLISECOND,
                **{name: _ints(column) for name, column in of_counts},
                "local_queues": pd.array(sums, dtype="Int64"),
            }
        )

    def losses(self, damage: str | None) -> pd.DataFrame:
        """Mark the lines that hold a part of a line of the runtime, but no whole one."""
        rows = np.unique(self._row_of(find_parts(self.text)))
        rows = rows[self.kind[rows] == _OTHER]
        self.kind[rows] = _LOST
        stops = np.append(self.first[1:], len(self.text))
        at = [(int(self.first[row]), int(stops[row])) for row in rows]
        texts = [self.text[begin : min(stop, begin + _LOSS_TEXT)] for begin, stop in at]
        lines, reasons = (rows + 1).tolist(), [_REASONS[0]] * len(rows)
        offsets = [begin for begin, _ in at]
        if damage is not None:
            lines.append(len(self.first) + 1)
            offsets.append(len(self.text))
            reasons.append(_REASONS[1])
            texts.append(damage.encode())
        return INITTRACE_LOSSES.frame(
            {
                "line": lines,
                "offset": offsets,
                "reason": pd.Categorical(reasons, categories=list(_REASONS)),
                "text": [one.rstrip(b"\r\n").decode("utf-8", "backslashreplace") for one in texts],
            }
        )

    def summary(self, inits: pd.DataFrame) -> pd.DataFrame:
        kinds = np.bincount(self.kind, minlength=len(_LINE_NAMES))
        items = {
            "bytes": len(self.text),
            "lines": len(self.first),
            **{f"lines: {name}": count for name, count in zip(_LINE_NAMES, kinds, strict=True)},
            "inits": len(inits),
            "inits that others wrote into": int(inits["broken"].sum()),
        }
        return INITTRACE_SUMMARY.frame({"item": list(items), "count": list(items.values())})

    def _columns(
        self, pattern: re.Pattern[bytes], kind: int
    ) -> tuple[NDArray[np.int64], list[list[Any]]]:
        """Find all lines of a pattern: their rows, and the columns of its groups."""
        found = list(pattern.finditer(self.text))
        rows = self._row_of([one.start() for one in found])
        self.kind[rows[self.kind[rows] == _OTHER]] = kind
        return rows, [[one[group] for one in found] for group in range(1, pattern.groups + 1)]

    def _row_of(self, at: Any) -> NDArray[np.int64]:
        return np.searchsorted(self.first, np.asarray(at, dtype=np.int64), side="right") - 1


def _ints(column: list[bytes]) -> NDArray[np.int64]:
    return np.array([int(one) for one in column], dtype=np.int64)


def _maybe_ints(column: list[bytes | None]) -> Any:
    return pd.array([None if one is None else int(one) for one in column], dtype="Int64")
