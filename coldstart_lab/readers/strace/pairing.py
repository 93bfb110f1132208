"""Joins the two lines of a call that another thread's line interrupted."""

from __future__ import annotations

from typing import Any

import numpy as np

from coldstart_lab.kernels import kernel
from coldstart_lab.readers.strace.kinds import (
    CONTINUED,
    EXITED,
    KILLED,
    PID_MAX,
    RESUMED,
    SUPERSEDED,
    SYSCALL,
    UNFINISHED,
)


@kernel
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
            if begin >= 0 and (
                name[begin] == name[row]
                or unknown in (name[row], name[begin])
                or (flags[row] & CONTINUED and begin == row - 1)
            ):
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
