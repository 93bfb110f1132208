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
CLOSE_RANGE, MARK_RANGE = 10, 11  # the descriptors fd to value, which is not less

EMPTY = -1
# Numbers above are not followed, nor more slots than this in all: a log may be made up
_MOST_DESCRIPTORS = 1 << 16
_MOST_SLOTS = 1 << 25

# How far a replay is: the next step, slots used, tables made
_STEP, _USED, _TABLES = range(3)


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
        In order of time; ``fd`` is never negative.
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
    own = int(table.max(initial=0)) + 1
    new = int(np.isin(steps.what, (BIRTH, EXEC, PRIVATE)).sum())
    base, room = np.zeros((2, own + new), dtype=np.int64)
    reached = np.array([0, 0, own], dtype=np.int64)
    tables = (table.copy(), np.arange(len(table)), base, room)
    pool = np.empty(1024, dtype=np.int32)
    while (lacking := _replay(*steps, *tables, ends, found, reached, pool)) > 0:
        larger = np.empty(2 * (len(pool) + lacking), dtype=np.int32)
        larger[: len(pool)] = pool
        pool = larger
    return State(*found)


@routine
def _slot(pool: Any, base: Any, room: Any, table: int, fd: int) -> int:
    return int(pool[base[table] + fd]) if 0 <= fd < room[table] else EMPTY


@routine
def _copy(pool: Any, reached: Any, base: Any, room: Any, old: int, new: int, least: int) -> int:
    """Copy a table to the end of the pool, with room for ``least``; return the slots it lacks."""
    count = room[old]
    while count > 0 and pool[base[old] + count - 1] == EMPTY:
        count -= 1
    room[old] = count  # so that the same empty slots are not looked at for every child
    need = count if count > least else least
    begin = reached[_USED]
    if begin + need > _MOST_SLOTS:
        room[new] = 0
        return 0
    if begin + need > len(pool):
        return int(begin + need - len(pool))
    for fd in range(need):
        pool[begin + fd] = pool[base[old] + fd] if fd < count else EMPTY
    base[new], room[new], reached[_USED] = begin, need, begin + need
    return 0


@kernel
def _replay(
    what: Any, who: Any, fds: Any, values: Any, extras: Any, marks: Any,
    table: Any, group: Any, base: Any, room: Any, ends: Any, found: Any, reached: Any, pool: Any,
) -> int:  # fmt: skip
    """Do the steps from the one reached on; return how many slots the pool lacks to go on."""
    for step in range(reached[_STEP], len(what)):
        op, thread, fd, value, extra = what[step], who[step], fds[step], values[step], extras[step]
        mine = table[thread]
        # the table that this step makes, or makes larger
        to, least = mine, 0
        if op in (MAKE, COPY) and room[mine] <= fd < _MOST_DESCRIPTORS:
            least = 2 * fd + 8
        elif op in (EXEC, PRIVATE) or (op == BIRTH and extra & 1 == 0):
            to = reached[_TABLES]
        if to != mine or least > 0:
            lacking = _copy(pool, reached, base, room, mine, to, least)
            if lacking > 0:
                reached[_STEP] = step
                return lacking
            reached[_TABLES] += to != mine
        slot = _slot(pool, base, room, mine, fd)
        # a number may be as large as a log likes to have it
        at = base[mine] + min(fd, room[mine])
        if op == USE:
            found[0, value] = slot >> 1
            found[1, value] = ends[0, slot >> 1]
            found[2, value] = ends[1, slot >> 1]
        elif op == MAKE:
            if extra >= 0:  # an accepted socket's own end is that of the listening one
                listening = _slot(pool, base, room, mine, extra)
                ends[0, value] = ends[0, listening >> 1]
            if fd < room[mine]:
                pool[at] = (value << 1) | marks[step]
        elif op == COPY:
            if fd < room[mine]:
                source = _slot(pool, base, room, mine, value)
                pool[at] = source if source == EMPTY else (source & ~1) | marks[step]
        elif op == BIRTH:
            table[value] = to
            group[value] = group[thread] if extra & 2 else value
        elif op in (EXEC, PRIVATE):
            table[thread] = to
            if op == EXEC:  # the process goes on under the id of its first thread
                table[group[thread]] = to
                _sweep(pool, base[to], base[to] + room[to])
        elif op in (CLOSE_RANGE, MARK_RANGE):
            stop = base[mine] + min(value, room[mine] - 1) + 1
            for place in range(at, stop):
                if pool[place] != EMPTY:
                    pool[place] |= 1
            if op == CLOSE_RANGE:
                _sweep(pool, at, stop)
        elif slot == EMPTY:
            continue
        elif op == CLOSE:
            pool[at] = EMPTY
        elif op == MARK:
            pool[at] = (slot & ~1) | value
        else:
            ends[op - OWN_END, slot >> 1] = value
    return 0


@routine
def _sweep(pool: Any, start: int, stop: int) -> None:
    """Empty the slots that are marked."""
    for at in range(start, stop):
        if pool[at] & 1:
            pool[at] = EMPTY
