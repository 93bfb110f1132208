"""The ordered events of a trace, and what their arguments stand for."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coldstart_lab.readers.gotrace.clocks import masked
from coldstart_lab.readers.gotrace.ordering import Ordering
from coldstart_lab.readers.gotrace.samples import Samples
from coldstart_lab.readers.gotrace.stacks import Stacks
from coldstart_lab.readers.gotrace.texts import Texts
from coldstart_lab.readers.gotrace.wire import CPU_SAMPLE, places


class Trail:
    """The events of a trace in order, CPU samples among them.

    Parameters
    ----------
    ordering : Ordering
        The events and their order.
    samples : Samples
        The CPU samples.
    texts : Texts
        The strings they name.
    stacks : Stacks
        The stacks they name.
    """

    def __init__(
        self, ordering: Ordering, samples: Samples, texts: Texts, stacks: Stacks
    ) -> None:  # fmt: skip
        self.ordering = ordering
        self.order = ordering.order
        self.samples = samples
        self.texts = texts
        self.stacks = stacks
        self.kind = np.full(len(self.order.row), CPU_SAMPLE, dtype=np.uint8)
        real = self.order.row >= 0
        self.kind[real] = ordering.events.kind[self.order.row[real]]

    def where(self, *kinds: int) -> NDArray[np.int64]:
        """Return the positions of the events of some kinds, in order."""
        if len(kinds) == 1:
            return np.flatnonzero(self.kind == kinds[0])
        wanted = np.zeros(256, dtype=bool)
        wanted[list(kinds)] = True
        return np.flatnonzero(wanted[self.kind])

    def argument(
        self, meanings: tuple[str, ...], at: NDArray[np.int64] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return which of the events at ``at`` (all) have such an argument, and its value."""
        place = places(*meanings)[self.kind if at is None else self.kind[at]]
        has = np.flatnonzero(place >= 0)
        row = self.order.row[has if at is None else at[has]]
        return has, self.ordering.events.values[place[has], row]  # noqa: PD011 - no frame

    def number(self, *meanings: str, at: NDArray[np.int64] | None = None) -> Any:
        """Return a column of Int64: the argument of such a meaning; NA without one."""
        count = len(self.kind) if at is None else len(at)
        has, found = self.argument(meanings, at)
        values = np.zeros(count, dtype=np.int64)
        values[has] = found
        missing = np.ones(count, dtype=bool)
        missing[has] = False
        return masked(values, missing)

    def codes(self, meaning: str, at: NDArray[np.int64] | None = None) -> NDArray[np.int64]:
        """Return the codes of the strings some argument names; negative without one."""
        return self._look_up(self.texts.find, meaning, at)

    def stack_numbers(
        self, meaning: str = "stack", at: NDArray[np.int64] | None = None
    ) -> NDArray[np.int64]:
        """Return the stacks some argument names; negative without one."""
        return self._look_up(self.stacks.find, meaning, at)

    def _look_up(
        self, find: Any, meaning: str, at: NDArray[np.int64] | None
    ) -> NDArray[np.int64]:  # fmt: skip
        has, values = self.argument((meaning,), at)
        found = np.full(len(self.kind) if at is None else len(at), -1, dtype=np.int64)
        turn = self.order.turn[has if at is None else at[has]]
        found[has] = find(turn, values)
        return found

    @cached_property
    def stack(self) -> NDArray[np.int64]:
        """The stack of each event; negative without one."""
        found = self.stack_numbers()
        at = np.flatnonzero(self.order.row < 0)
        which = -1 - self.order.row[at]
        found[at] = self.stacks.find(self.order.turn[at], self.samples.stack[which])
        return found

    def thread(self, at: NDArray[np.int64] | None = None) -> pd.arrays.IntegerArray:
        """Return the thread of each event, by the system's id."""
        return self._ids(self.order.thread, self.ordering.threads, at)

    def proc(self, at: NDArray[np.int64] | None = None) -> pd.arrays.IntegerArray:
        """Return the processor that the thread of each event held before it."""
        return self._ids(self.order.proc, self.ordering.procs, at)

    def goroutine(self, at: NDArray[np.int64] | None = None) -> pd.arrays.IntegerArray:
        """Return the goroutine that the thread of each event ran before it."""
        return self._ids(self.order.goroutine, self.ordering.goroutines, at)

    def time(self, at: NDArray[np.int64]) -> pd.arrays.IntegerArray:
        """Return the times at positions; NA where a position is negative."""
        return masked(np.append(self.order.time, 0)[at], at < 0)

    def _ids(
        self, codes: NDArray[Any], known: NDArray[np.int64], at: NDArray[np.int64] | None
    ) -> pd.arrays.IntegerArray:
        return named(codes if at is None else codes[at], known)


def named(codes: NDArray[Any], known: NDArray[np.int64]) -> pd.arrays.IntegerArray:
    """Return the ids that codes stand for; NA for negative ones."""
    return masked(np.append(known, 0)[np.maximum(codes, -1)], codes < 0)


def positive(numbers: NDArray[np.int64]) -> pd.arrays.IntegerArray:
    """Return numbers counted from 1; NA for what is none."""
    return masked(np.maximum(numbers, 0), numbers <= 0)
