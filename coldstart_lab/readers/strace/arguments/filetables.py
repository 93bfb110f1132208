"""Tables of open descriptors, one a process, as the kernel keeps them: a replay of what changed.

A table is a run of slots in one pool; a slot holds an entry (what was opened) and whether an exec
closes it, as ``entry << 1 | cloexec``, or EMPTY.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from coldstart_lab.kernels import kernel, routine
from coldstart_lab.readers.strace.arguments.text import Ints

# What a step does. ``who`` is a thread; fd, value and extra are the step's own.
USE = 0  # note what fd stands for, as number value of the results
CLOSE = 1
MAKE = 2  # fd is the entry value; its own end is that of the descriptor extra (-1: none)
COPY = 3  # fd is a copy of the descriptor value
MARK = 4  # an exec closes fd if value is 1
OWN_END, OTHER_END = 5, 6  # event value names this end, or the other one, of the entry of fd
BIRTH = 7  # thread value is new; extra is 1 if it shares the table, plus 2 if the process
EXEC = 8
PRIVATE = 9  # the table is shared no longer
CLOSE_RANGE, MARK_RANGE = 10, 11  # the descriptors fd to value

EMPTY, NOBODY = -1, -1
# Numbers above are not followed, nor more slots than this in all: a log may be made up
_MOST_DESCRIPTORS = 1 << 16
_MOST_SLOTS = 1 << 25


class Replayed(NamedTuple):
    """What happened to descriptors, in order of time; one row a step."""

    what: Ints
    who: Ints
    fd: Ints
    value: Ints
    extra: Ints
    cloexec: Ints


class State(NamedTuple):
    """What was found of each descriptor used: its entry, and the events that named its ends."""

    entry: Ints
    own: Ints
    other: Ints


def replay(steps: Replayed, table: Ints, *, results: int, entries: int) -> State:
    """Follow the tables of all processes through the steps.

    Parameters
    ----------
    steps : Replayed
        In order of time.
    table : array of int64, shape (number of threads,)
        Which table each thread begins with.
    results, entries : int
        How many uses are noted, and how many entries are made.

    Returns
    -------
    State
        One row a result; -1 for what is not known.
    """
    found = np.full((3, results), -1, dtype=np.int64)
    ends = np.full((2, entries + 1), -1, dtype=np.int64)
    births = np.isin(steps.what, (BIRTH, EXEC, PRIVATE)).sum()
    base, room = np.zeros((2, int(table.max(initial=0)) + 1 + int(births)), dtype=np.int64)
    _replay(*steps, table.copy(), base, room, ends, found)
    return State(*found)


@routine
def _slot(pool: Any, base: Any, room: Any, table: int, fd: int) -> int:
    return int(pool[base[table] + fd]) if 0 <= fd < room[table] else EMPTY


@routine
def _copy(pool: Any, base: Any, room: Any, used: int, old: int, new: int, least: int) -> Any:
    """Copy a table to the end of the pool, with room for ``least``: the pool."""
    count = room[old]
    while count > 0 and pool[base[old] + count - 1] == EMPTY:
        count -= 1
    room[old] = count  # so that the same empty slots are not looked at for every child
    need = max(count, least)
    if used + need > _MOST_SLOTS:
        base[new], room[new] = 0, 0
        return pool
    if used + need > len(pool):
        larger = np.empty(max(2 * len(pool), used + need), dtype=np.int32)
        larger[:used] = pool[:used]
        pool = larger
    pool[used : used + need] = EMPTY
    for fd in range(count):
        pool[used + fd] = pool[base[old] + fd]
    base[new], room[new] = used, need
    return pool


@kernel
def _replay(
    what: Any, who: Any, fds: Any, value: Any, extra: Any, cloexec: Any,
    table: Any, base: Any, room: Any, ends: Any, found: Any,
) -> None:  # fmt: skip
    pool = np.empty(1024, dtype=np.int32)
    used = 0
    tables = len(base) - np.sum((what == BIRTH) | (what == EXEC) | (what == PRIVATE))
    group = np.arange(len(table))
    for step in range(len(what)):
        thread, fd, op = who[step], fds[step], what[step]
        mine = table[thread]
        slot = _slot(pool, base, room, mine, fd)
        if op == USE:
            entry = slot >> 1
            result = value[step]
            found[0, result] = entry
            found[1, result] = ends[0, entry]
            found[2, result] = ends[1, entry]
        elif op in (MAKE, COPY):
            new = (value[step] << 1) | cloexec[step]
            if op == COPY:
                source = _slot(pool, base, room, mine, value[step])
                new = EMPTY if source == EMPTY else (source | 1) - 1 + cloexec[step]
            elif extra[step] >= 0:
                listening = _slot(pool, base, room, mine, extra[step]) >> 1
                ends[0, value[step]] = ends[0, listening]
            if fd >= room[mine] and new != EMPTY and fd < _MOST_DESCRIPTORS:
                pool = _copy(pool, base, room, used, mine, mine, max(2 * room[mine], fd + 1, 8))
                used = max(used, base[mine] + room[mine])
            if fd < room[mine]:
                pool[base[mine] + fd] = new
        elif op == CLOSE and slot != EMPTY:
            pool[base[mine] + fd] = EMPTY
        elif op == MARK and slot != EMPTY:
            pool[base[mine] + fd] = (slot | 1) - 1 + value[step]
        elif op in (OWN_END, OTHER_END) and slot != EMPTY:
            ends[op - OWN_END, slot >> 1] = value[step]
        elif op in (CLOSE_RANGE, MARK_RANGE):
            for at in range(base[mine] + fd, base[mine] + min(value[step] + 1, room[mine])):
                if pool[at] != EMPTY:
                    pool[at] = EMPTY if op == CLOSE_RANGE else pool[at] | 1
        elif op in (BIRTH, EXEC, PRIVATE):
            if op == BIRTH and extra[step] & 1:
                new = mine
            else:
                new = tables
                tables += 1
                pool = _copy(pool, base, room, used, mine, new, 0)
                used = max(used, base[new] + room[new])
            if op == BIRTH:
                table[value[step]] = new
                group[value[step]] = group[thread] if extra[step] & 2 else value[step]
                continue
            table[thread] = new
            if op == EXEC:  # the process goes on under the id of its first thread
                table[group[thread]] = new
                for at in range(base[new], base[new] + room[new]):
                    if pool[at] & 1:
                        pool[at] = EMPTY
