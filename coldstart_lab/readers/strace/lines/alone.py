"""Finds the thread of lines without an id, which strace leaves out while it traces only one."""

from __future__ import annotations

from typing import Any

import numpy as np

from coldstart_lab.kernels import kernel
from coldstart_lab.readers.strace.grammar.kinds import (
    BRACKET_PID,
    DETACHED,
    EXITED,
    GLUED,
    HAS_RETVAL,
    KILLED,
    MESSAGE,
    NO_PID,
    PID_MAX,
    RESUMED,
    SUPERSEDED,
    SYSCALL,
    UNFINISHED,
)


@kernel
def _announced(kind: int, flags: int, retval: int) -> bool:
    """Whether the line holds the message that strace attached to thread ``retval``."""
    message = kind == MESSAGE and (flags & HAS_RETVAL) != 0
    glued = kind == SYSCALL and (flags & GLUED) != 0 and (flags & DETACHED) == 0
    return (message or glued) and 0 <= retval <= PID_MAX


@kernel
def _left(kind: int, flags: int, retval: int) -> bool:
    """Whether the line holds the message that strace detached from thread ``retval``."""
    said = kind == MESSAGE or (flags & GLUED) != 0
    return said and (flags & DETACHED) != 0 and 0 <= retval <= PID_MAX


@kernel
def _first_thread(
    kind: Any, flags: Any, pid: Any, retval: Any, spawns: Any, own: Any, first: int
) -> int:
    """Return the first thread with an id that no other one made; -1 if there is none.

    Where strace never wrote its id, it may have asked for it itself.
    """
    made = np.zeros(PID_MAX + 1, dtype=np.bool_)
    for row in range(len(kind)):
        thread = retval[row]
        if _announced(kind[row], flags[row], thread) or (
            spawns[row] and flags[row] & HAS_RETVAL and 0 < thread <= PID_MAX
        ):
            made[thread] = True
    for row in range(len(kind)):
        if row >= first and flags[row] & BRACKET_PID and not made[pid[row]]:
            return int(pid[row])
    for row in range(len(kind)):
        if own[row] and pid[row] < 0 and flags[row] & HAS_RETVAL and 0 < retval[row] <= PID_MAX:
            return int(retval[row])
    return NO_PID


@kernel
def fill_pids(
    kind: Any, flags: Any, pid: Any, retval: Any, spawns: Any, exits: Any, own: Any, first: int
) -> Any:
    """Give the lines without ``[pid N]`` the id of the one thread alive then.

    Parameters
    ----------
    kind, flags, pid, retval : arrays
        Columns of the scanned lines, in file order; ``pid`` is filled in place.
    spawns : array of bool
        Whether a line is a call that makes a thread or process.
    exits : array of bool
        Whether a line is a call that ends one; strace -qqq tells its end by nothing else.
    own : array of bool
        Whether a line is a call that returns the thread's own id.
    first : int
        The first line that no earlier batch gave; what is alive by then was announced.

    Returns
    -------
    array of int64
        The threads that are alive after the last line.

    Notes
    -----
    strace prints no ids while it traces one thread: first the one it started, later the one that
    outlived the others.
    """
    alive = np.zeros(PID_MAX + 1, dtype=np.bool_)
    tally = np.zeros(2, dtype=np.int64)  # how many are alive, and the sum of their ids
    alone = _first_thread(kind, flags, pid, retval, spawns, own, first)
    _set_alive(alive, tally, alone, True)
    for row in range(len(kind)):
        if kind[row] == SUPERSEDED:
            _set_alive(alive, tally, retval[row], False)
        if pid[row] < 0 and kind[row] <= RESUMED:
            if tally[0] == 1:
                alone = tally[1]
            pid[row] = alone
        if _announced(kind[row], flags[row], retval[row]):
            _set_alive(alive, tally, retval[row], True)
        elif flags[row] & BRACKET_PID and row >= first:  # strace -q announces nobody
            _set_alive(alive, tally, pid[row], True)
        if _left(kind[row], flags[row], retval[row]):
            _set_alive(alive, tally, retval[row], False)
        exited = exits[row] and (flags[row] & (UNFINISHED | HAS_RETVAL)) == 0
        if kind[row] in (EXITED, KILLED) or exited:
            _set_alive(alive, tally, pid[row], False)
    return np.flatnonzero(alive)


@kernel
def _set_alive(alive: Any, tally: Any, thread: int, lives: bool) -> None:
    if 0 <= thread <= PID_MAX and alive[thread] != lives:
        alive[thread] = lives
        tally[0] += 1 if lives else -1
        tally[1] += thread if lives else -thread
