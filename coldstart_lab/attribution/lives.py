"""The threads of a log: a thread id is used again once its thread has ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coldstart_lab.attribution.searching import first_at_least
from coldstart_lab.kernels import kernel

Ints = NDArray[np.int64]

ENDINGS = ("exit", "killed", "superseded")
# Room for the lives of one id, and for the lines of a log, in one sortable number
_LIFE_BITS = 20
_LINE_BITS = 40


@dataclass(frozen=True, eq=False)
class Lives:
    """Threads in ascending order of their ids, those of one id in order of time.

    Attributes
    ----------
    pid : array of int64
        Thread id; 0 in a log without ids.
    exit_ns : array of int64
        When the thread ended; -1 where the log does not say.
    successor, predecessor : array of int64
        Where a thread other than the first one of its process executed a program, it goes on
        under the first one's id: the places of the first one's new life and of that thread.
    """

    pid: Ints
    exit_ns: Ints
    successor: Ints
    predecessor: Ints

    def __len__(self) -> int:
        return len(self.pid)

    def find(self, pid: Ints, at_ns: Ints) -> Ints:
        """Return the place of the thread of each id that ends at ``at_ns`` or later; else -1."""
        ends = np.where(self.exit_ns < 0, np.iinfo(np.int64).max, self.exit_ns)
        place = np.full(len(pid), -1, dtype=np.int64)
        _find(self.pid, ends, pid, at_ns, place)
        return place


def find_lives(events: pd.DataFrame, rows: Ints) -> tuple[Lives, Ints]:
    """Tell the threads of a log apart.

    Parameters
    ----------
    events : DataFrame
        ``tables.STRACE_EVENTS``.
    rows : array of int64
        The rows of its timed calls.

    Returns
    -------
    lives : Lives
        The threads that made these calls.
    thread : array of int64
        The place of each call's thread.
    """
    pid = events["pid"].to_numpy(dtype=np.int64, na_value=0)
    line = events["line"].to_numpy(dtype=np.int64)
    over = events["kind"].isin(ENDINGS).to_numpy() & events["start_ns"].notna().to_numpy()
    at = np.flatnonzero(over)
    borders = np.sort((pid[at] << _LINE_BITS) | line[at])
    keys, thread = np.unique(_key(borders, pid[rows], line[rows]), return_inverse=True)
    exit_ns = np.full(len(keys), -1, dtype=np.int64)
    when = events["start_ns"].iloc[at].to_numpy(dtype=np.int64)
    ended = _place(keys, _key(borders, pid[at], line[at]))
    known = ended >= 0
    exit_ns[ended[known]] = when[known]
    successor, predecessor = np.full((2, len(keys)), -1, dtype=np.int64)
    replaced = (events["kind"].iloc[at] == "superseded").to_numpy()
    by = events["retval"].iloc[at[replaced]].to_numpy(dtype=np.int64, na_value=-1)
    old = _place(keys, _key(borders, by, line[at[replaced]]))
    new = _place(keys, _key(borders, pid[at[replaced]], line[at[replaced]] + 1))
    exit_ns[old[old >= 0]] = when[replaced][old >= 0]
    both = (old >= 0) & (new >= 0)
    successor[old[both]], predecessor[new[both]] = new[both], old[both]
    return Lives(keys >> _LIFE_BITS, exit_ns, successor, predecessor), thread.astype(np.int64)


def _key(borders: Ints, pid: Ints, line: Ints) -> Ints:
    """Tell the lives of an id apart by how often it had ended before each line."""
    base = pid << _LINE_BITS
    life = np.searchsorted(borders, base | line) - np.searchsorted(borders, base)
    return (pid << _LIFE_BITS) | life


def _place(keys: Ints, wanted: Ints) -> Ints:
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, place, -1)


@kernel
def _find(pids: Any, ends: Any, pid: Any, at_ns: Any, out: Any) -> None:
    for row in range(len(pid)):
        place = first_at_least(pids, 0, len(pids), pid[row])
        while place < len(pids) and pids[place] == pid[row]:
            if ends[place] >= at_ns[row]:
                out[row] = place
                break
            place += 1
