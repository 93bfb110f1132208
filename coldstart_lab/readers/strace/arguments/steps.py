"""Collects what calls do to descriptors as steps, and puts them in order of time."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from coldstart_lab.readers.strace.arguments import filetables as op
from coldstart_lab.readers.strace.arguments.calls import Calls
from coldstart_lab.readers.strace.arguments.text import Ints, Spans, joined

# When a step is done. A call looks a descriptor up, and closes it, as it begins; a new one, and a
# name of an end, are there as it ends; what it made can be looked up after that.
LOOK, BEGIN, END, NAMED, DONE = range(5)


class Uses(NamedTuple):
    """Descriptors that calls use or make, one row each."""

    row: Ints  # position of the event
    fd: Ints
    made: NDArray[np.bool_]
    spans: Spans  # where it stands in the arguments; a length of -1 where it was returned


class Entries(NamedTuple):
    """What was opened, one row each."""

    row: Ints  # position of the event
    kind: NDArray[np.object_]
    end: Ints  # which of the two ends of a pipe or pair


class Steps:
    """The steps of a log, and the descriptors they look up or open.

    Parameters
    ----------
    calls : Calls
        The log.
    """

    def __init__(self, calls: Calls) -> None:
        none = np.empty(0, dtype=np.int64)
        self._calls = calls
        self._rows: list[Ints] = [none]
        self._columns: list[list[Ints]] = [[none] * 6]
        self._uses = [Uses(none, none, none.astype(bool), Spans(none, none))]
        self._entries = [Entries(none, none.astype(object), none)]
        self._results = 0
        self._opened = 0

    def add(
        self, what: int, rows: Ints, phase: int, *,
        fd: Any = 0, value: Any = 0, extra: Any = -1, cloexec: Any = 0,
    ) -> None:  # fmt: skip
        """Add a step a row; numbers or arrays as ``filetables.replay`` takes them."""
        columns = (phase, what, fd, value, extra, cloexec)
        self._rows.append(rows)
        self._columns.append(
            [np.broadcast_to(np.asarray(c, dtype=np.int64), rows.shape) for c in columns]
        )

    def look_up(self, rows: Ints, fd: Ints, spans: Spans, *, made: bool = False) -> None:
        """Look descriptors up."""
        number = self._results + np.arange(len(rows))
        self.add(op.USE, rows, DONE if made else LOOK, fd=fd, value=number)
        self._uses.append(Uses(rows, fd, np.full(len(rows), made), spans))
        self._results += len(rows)

    def open(
        self, rows: Ints, fd: Ints, spans: Spans, kind: Any, *,
        end: Any = 0, listening: Any = -1, cloexec: Any = 0,
    ) -> None:  # fmt: skip
        """Open descriptors, and look them up."""
        number = self._opened + np.arange(len(rows))
        self.add(op.MAKE, rows, END, fd=fd, value=number, extra=listening, cloexec=cloexec)
        kinds = np.broadcast_to(np.asarray(kind, dtype=object), rows.shape)
        self._entries.append(Entries(rows, kinds, np.broadcast_to(end, rows.shape)))
        self._opened += len(rows)
        self.look_up(rows, fd, spans, made=True)

    @property
    def uses(self) -> Uses:
        """The descriptors looked up, by the number of their result."""
        row, fd, made, spans = zip(*self._uses, strict=True)
        return Uses(np.concatenate(row), np.concatenate(fd), np.concatenate(made), joined(spans))

    @property
    def entries(self) -> Entries:
        """What was opened, by number."""
        row, kind, end = zip(*self._entries, strict=True)
        return Entries(np.concatenate(row), np.concatenate(kind), np.concatenate(end))

    def replay(self, tables: Ints) -> op.State:
        """Carry the steps out in order of time; ``tables`` is what each thread begins with."""
        rows = np.concatenate(self._rows)
        columns = [np.concatenate(column) for column in zip(*self._columns, strict=True)]
        phase = columns[0]
        order = np.argsort(rows * (DONE + 1) + phase, kind="stable")
        times = np.where(phase >= END, self._calls.end[rows], self._calls.begin[rows])
        order = order[np.argsort(times[order], kind="stable")]
        what, *others = (column[order] for column in columns[1:])
        ordered = op.Replayed(what, self._calls.who[rows[order]], *others)
        return op.replay(ordered, tables, results=self._results, entries=self._opened)
