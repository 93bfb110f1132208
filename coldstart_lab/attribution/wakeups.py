"""What ended each wait: the waker, or the reason why the log holds none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coldstart_lab.attribution.calls import Calls
from coldstart_lab.attribution.lineage import Lineage
from coldstart_lab.attribution.lives import Ints
from coldstart_lab.attribution.masks import categorical
from coldstart_lab.attribution.matching import NOBODY
from coldstart_lab.tables import EDGES

KINDS = (
    "none", "futex", "join", "pipe", "socket", "eventfd", "epoll", "child", "vfork", "exit",
    "signal", "timer", "external", "storage", "unknown", "scheduler", "lock",
)  # fmt: skip
CODE = {name: code for code, name in enumerate(KINDS)}


@dataclass(eq=False)
class WakeUps:
    """One entry a call; filled by the finders of each kind, the first answer stays.

    Attributes
    ----------
    kind : array of int8
        Code of ``KINDS``; ``none`` for a call that did not wait, ``unknown`` for a wait nothing
        explains.
    waker : array of int64
        Place of the thread that ended it, -1 for none.
    wake_ns : array of int64
        When.
    waker_call : array of int64
        The call it did so with, -1 for none.
    subject : array of object
        What a terminal wait was for (the peer of a socket); None for none.
    io_row : array of int64
        For epoll waits the row of ``InputOutput`` that tells what became ready, -1 for none.
    """

    kind: NDArray[np.int8]
    waker: Ints
    wake_ns: Ints
    waker_call: Ints
    subject: NDArray[np.object_]
    io_row: Ints

    @classmethod
    def none(cls, count: int) -> WakeUps:
        """Make the answer in which no call waited."""
        return cls(
            np.zeros(count, dtype=np.int8),
            np.full(count, NOBODY),
            np.zeros(count, dtype=np.int64),
            np.full(count, NOBODY),
            np.full(count, None, dtype=object),
            np.full(count, NOBODY),
        )

    def explain(
        self, places: Ints, kind: str, *, waker: Ints, wake_ns: Ints, waker_call: Ints
    ) -> None:
        """Note who ended these waits, where nobody has been noted yet."""
        new = (self.waker[places] == NOBODY) & (waker != NOBODY)
        at = places[new]
        self.kind[at] = CODE[kind]
        self.waker[at] = waker[new]
        self.wake_ns[at] = wake_ns[new]
        self.waker_call[at] = waker_call[new]

    def take(self, other: WakeUps, places: Ints) -> None:
        """Take over who ended these waits from another answer."""
        for name in ("kind", "waker", "wake_ns", "waker_call"):
            getattr(self, name)[places] = getattr(other, name)[places]

    def end(self, places: Ints, kind: str) -> None:
        """Note why these waits have no waker in the log, where nothing has been noted yet."""
        self.kind[places[self.kind[places] == CODE["none"]]] = CODE[kind]


def edges_frame(calls: Calls, lineage: Lineage, wakeups: WakeUps) -> pd.DataFrame:
    """Build ``tables.EDGES`` from what was found."""
    at = np.flatnonzero((wakeups.kind != CODE["none"]) & (wakeups.kind != CODE["unknown"]))
    lines = calls.frame["line"].to_numpy()
    waker, by = wakeups.waker[at], wakeups.waker_call[at]
    return EDGES.frame(
        {
            "pid": calls.lives.pid[calls.thread[at]],
            "start_ns": calls.start[at],
            "end_ns": calls.end[at],
            "kind": categorical(wakeups.kind[at], list(KINDS)),
            "waker": pd.arrays.IntegerArray(calls.lives.pid[waker], waker == NOBODY),
            "wake_ns": pd.arrays.IntegerArray(wakeups.wake_ns[at], waker == NOBODY),
            "line": pd.arrays.IntegerArray(lines[at], np.zeros(len(at), dtype=bool)),
            "waker_line": pd.arrays.IntegerArray(lines[by], by == NOBODY),
        }
    )
