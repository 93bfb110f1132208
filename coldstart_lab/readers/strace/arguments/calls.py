"""The events of a log as plain arrays, for helpers that follow what calls did."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coldstart_lab.readers.strace.arguments.numbers import numbers
from coldstart_lab.readers.strace.arguments.signatures import NONE, USED, slots
from coldstart_lab.readers.strace.arguments.splitting import argument_spans, word_spans
from coldstart_lab.readers.strace.arguments.text import Ints, Spans, Text, text_of

Bools = NDArray[np.bool_]


class Calls:
    """Events, and what is asked of them again and again; ``rows`` are positions of events.

    Parameters
    ----------
    events : DataFrame
        ``tables.STRACE_EVENTS`` or some of its rows.
    """

    def __init__(self, events: pd.DataFrame) -> None:
        self.events = events

    @cached_property
    def text(self) -> Text:
        """The arguments."""
        return text_of(self.events["args"])

    @cached_property
    def retval(self) -> Ints:
        """What each call returned; -1 where it failed or never returned."""
        failed = self.events["errno"].notna().to_numpy()
        returned = self.events["retval"].to_numpy(dtype=np.int64, na_value=NONE)
        return np.where(failed, NONE, returned)

    @cached_property
    def first_fd(self) -> Ints:
        """The descriptor that is the first argument of each call that takes one; else -1."""
        rows, fd, _ = self.descriptors(slots(USED)[0])
        found = np.full(len(self.events), NONE, dtype=np.int64)
        found[rows] = fd
        return found

    @cached_property
    def begin(self) -> Ints:
        """When each event began, in ns; without times all began at once."""
        start = self.events["start_ns"].to_numpy(dtype=np.int64, na_value=NONE)
        seen = np.maximum.accumulate(np.where(start != NONE, np.arange(len(start)), 0))
        return start[seen]

    @cached_property
    def end(self) -> Ints:
        """When each event ended, in ns."""
        duration = self.events["duration_ns"].to_numpy(dtype=np.int64, na_value=0)
        return np.asarray(self.begin + np.maximum(duration, 0))

    @cached_property
    def _threads(self) -> tuple[Ints, pd.Index]:
        pid = self.events["pid"].to_numpy(dtype=np.int64, na_value=NONE)
        codes, pids = pd.factorize(pid)
        return codes.astype(np.int64), pd.Index(pids)

    @property
    def who(self) -> Ints:
        """The thread of each event, numbered in the order they appear in."""
        return self._threads[0]

    @property
    def threads(self) -> int:
        """How many threads there are."""
        return len(self._threads[1])

    def thread_of(self, pid: Ints) -> Ints:
        """Return the threads of these ids; -1 for those that did nothing."""
        return np.asarray(self._threads[1].get_indexer(pd.Index(pid)), dtype=np.int64)

    @cached_property
    def _names(self) -> tuple[Ints, dict[str, Ints]]:
        """The rows of calls by name; also the code of each event's name."""
        syscall = self.events["syscall"].cat
        codes = syscall.codes.to_numpy().astype(np.int64)
        calls = np.flatnonzero(self.events["kind"] == "syscall")
        order = calls[np.argsort(syscall.codes.to_numpy()[calls], kind="stable")]
        groups = np.split(order, np.searchsorted(codes[order], np.arange(len(syscall.categories))))
        return codes, dict(zip(syscall.categories, groups[1:], strict=True))

    def named(self, *names: str) -> Ints:
        """Return the rows of all calls of these names, in order."""
        rows = [self._names[1][name] for name in names if name in self._names[1]]
        every = np.concatenate([*rows, np.empty(0, dtype=np.int64)])
        return np.sort(every, kind="stable")  # which merges what is sorted already

    def are(self, rows: Ints, *names: str) -> Bools:
        """Mark the rows that are calls of these names."""
        return self.places(rows, dict.fromkeys(names, 1)) >= 0

    def places(self, rows: Ints, table: Mapping[str, int]) -> Ints:
        """Look up which argument a table says of each call; -1 for calls that are not in it."""
        names = self._names[1]
        place = np.array([table.get(name, NONE) for name in names] + [NONE], dtype=np.int64)
        return place[self._names[0][rows]]

    def succeeded(self, *names: str) -> Ints:
        """Return the rows of the calls of these names that did not fail."""
        rows = self.named(*names)
        return rows[self.retval[rows] >= 0]

    def failed_with(self, rows: Ints, errno: str) -> Bools:
        """Mark the rows that failed so."""
        return np.asarray(self.events["errno"].iloc[rows] == errno, dtype=bool)

    def arguments(self, table: Mapping[str, int], rows: Ints | None = None) -> tuple[Ints, Spans]:
        """Find the argument that a table says of each call, of some rows or of all.

        Returns
        -------
        rows : array of int64
            The calls that are in the table and have that argument.
        spans : Spans
            Where it is in ``text.data``.
        """
        rows = self.named(*table) if rows is None else rows
        spans = argument_spans(self.text, rows, self.places(rows, table))
        there = spans.length >= 0
        return rows[there], spans.take(there)

    def numbers(self, table: Mapping[str, int], rows: Ints | None = None) -> tuple[Ints, Ints]:
        """Read the numbers among the arguments that a table says: rows, numbers."""
        rows, spans = self.arguments(table, rows)
        value, known = numbers(self.text.data, spans)
        return rows[known], value[known]

    def descriptors(self, table: Mapping[str, int]) -> tuple[Ints, Ints, Spans]:
        """Read the descriptors among the arguments that a table says: rows, numbers, spans."""
        rows, spans = self.arguments(table)
        fd, known = numbers(self.text.data, spans)
        known &= fd >= 0
        return rows[known], fd[known], spans.take(known)

    def from_word(self, rows: Ints, word: bytes, *, inside: bool = False) -> Spans:
        """Return the arguments of some rows from a word on; see :func:`word_spans`."""
        start = self.text.offsets[rows]
        spans = Spans(start, self.text.offsets[rows + 1] - start)
        return word_spans(self.text.data, spans, word, inside=inside)

    def has(self, rows: Ints, word: bytes, *, inside: bool = False) -> Any:
        """Mark the rows whose arguments have a word that begins so."""
        return self.from_word(rows, word, inside=inside).length >= 0
