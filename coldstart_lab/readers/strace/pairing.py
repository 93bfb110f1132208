"""Joins the two lines of a call that another thread's line interrupted."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from coldstart_lab.readers.strace.kinds import (
    EXITED,
    HAS_RETVAL,
    KILLED,
    MESSAGE,
    PID_MAX,
    RESUMED,
    SUPERSEDED,
    SYSCALL,
    UNFINISHED,
)


@numba.njit(cache=True, nogil=True)
def pair_resumed(kind: Any, flags: Any, pid: Any, name: Any, retval: Any, unknown: int) -> Any:
    """Find the resumed line of each unfinished call.

    Parameters
    ----------
    kind, flags, pid, name, retval : arrays
        Columns of the scanned lines, in file order.
    unknown : int
        Id of the name ``???``, under which strace may resume any call.

    Returns
    -------
    array of int64, one a line
        For an unfinished call the row that resumed it; for a resumed line the row of its begin;
        otherwise -1.

    Notes
    -----
    A thread has at most one open call. When a thread other than the first one executes a program,
    the call begins under its own id and ends under the id of the process, after a line that says
    which thread superseded it.
    """
    partner = np.full(len(kind), -1, dtype=np.int64)
    pending = np.full(PID_MAX + 2, -1, dtype=np.int32)
    for row in range(len(kind)):
        slot = pid[row] + 1  # slot 0 is for lines without an id
        if kind[row] == SYSCALL:
            pending[slot] = row if flags[row] & UNFINISHED else -1
        elif kind[row] == RESUMED:
            begin = pending[slot]
            if begin >= 0 and (name[begin] == name[row] or unknown in (name[row], name[begin])):
                partner[begin] = row
                partner[row] = begin
            pending[slot] = -1
            if flags[row] & UNFINISHED and partner[row] >= 0:
                # interrupted a second time: the next resumption belongs to the same call
                pending[slot] = begin
        elif kind[row] == SUPERSEDED:
            if 0 <= retval[row] <= PID_MAX:
                pending[slot] = pending[retval[row] + 1]
                pending[retval[row] + 1] = -1
        elif kind[row] in (EXITED, KILLED):
            pending[slot] = -1
    return partner


@numba.njit(cache=True, nogil=True)
def fill_pids(pid: Any, bracket: Any, kind: Any, flags: Any, retval: Any) -> None:
    """Give the lines of a ``[pid N]`` log without a prefix the id of the one process alive then.

    strace leaves the prefix out while it traces a single process: at first the one whose id it
    never announced as attached, later the one that has not exited.
    """
    attached = np.zeros(PID_MAX + 1, dtype=np.bool_)
    dead = np.zeros(PID_MAX + 1, dtype=np.bool_)
    seen = np.empty(len(pid), dtype=np.int32)
    count = 0
    for row in range(len(pid)):
        if kind[row] == MESSAGE and flags[row] & HAS_RETVAL and 0 <= retval[row] <= PID_MAX:
            attached[retval[row]] = True
    alive = -1
    for row in range(len(pid)):
        if bracket[row] and not attached[pid[row]]:
            alive = pid[row]
            break
    for row in range(len(pid)):
        if bracket[row]:
            if kind[row] in (EXITED, KILLED):
                dead[pid[row]] = True
            elif count == 0 or seen[count - 1] != pid[row]:
                seen[count] = pid[row]
                count += 1
        elif pid[row] < 0:
            if alive >= 0 and dead[alive]:
                for k in range(count - 1, -1, -1):
                    if not dead[seen[k]]:
                        alive = seen[k]
                        break
            pid[row] = alive
