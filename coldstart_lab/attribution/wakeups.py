"""What ended each wait: the waker, or the reason why the log holds none."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from coldstart_lab.attribution.calls import Calls, Ints
from coldstart_lab.attribution.lineage import Lineage
from coldstart_lab.attribution.masks import categorical
from coldstart_lab.attribution.matching import NOBODY
from coldstart_lab.tables import EDGES, STRING

KINDS = (
    "none", "futex", "join", "pipe", "socket", "eventfd", "epoll", "child", "vfork", "exit",
    "signal", "timer", "external", "storage", "unknown", "scheduler",
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
    subject : dict of int to str
        What a terminal wait was for (the peer of a socket), by call.
    io_row : dict of int to int
        For poll and epoll waits the row of ``InputOutput`` that tells what became ready, by call.
    """

    kind: np.ndarray
    waker: Ints
    wake_ns: Ints
    waker_call: Ints
    subject: dict[int, str] = field(default_factory=dict)
    io_row: dict[int, int] = field(default_factory=dict)

    @classmethod
    def none(cls, count: int) -> WakeUps:
        """Make the answer in which no call waited."""
        return cls(
            np.zeros(count, dtype=np.int8),
            np.full(count, NOBODY),
            np.zeros(count, dtype=np.int64),
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
            "pid": calls.pids[calls.thread[at]],
            "start_ns": calls.start[at],
            "end_ns": calls.end[at],
            "kind": categorical(wakeups.kind[at], list(KINDS)),
            "waker": pd.arrays.IntegerArray(calls.pids[waker], waker == NOBODY),
            "wake_ns": pd.arrays.IntegerArray(wakeups.wake_ns[at], waker == NOBODY),
            "line": pd.arrays.IntegerArray(lines[at], np.zeros(len(at), dtype=bool)),
            "waker_line": pd.arrays.IntegerArray(lines[by], by == NOBODY),
        }
    )


def subject_series(wakeups: WakeUps, count: int) -> pd.Series:
    """Return the subjects of terminal waits as a column of strings, one a call."""
    values = np.full(count, None, dtype=object)
    for at, text in wakeups.subject.items():  # one step a terminal wait
        values[at] = text
    return pd.Series(values, dtype=STRING)
