"""Joins the two lines of a call that another thread's line interrupted."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from coldstart_lab.kernels import kernel, routine
from coldstart_lab.readers.strace.grammar.kinds import (
    EXITED,
    KILLED,
    PID_MAX,
    RESUMED,
    SUPERSEDED,
    SYSCALL,
    UNFINISHED,
)
from coldstart_lab.readers.strace.lines.columns import Lines


def pair_resumed(
    lines: Lines, unknown: int, execs: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Find the resumed line of each unfinished call.

    Parameters
    ----------
    lines : Lines
        The scanned lines.
    unknown : int
        Id of the name ``???``, under which strace may resume any call.
    execs : array of int
        Ids of the names of calls that execute a program.

    Returns
    -------
    partner : array of int32, one a line
        For an unfinished call the row that resumed it; for a resumed line the row of its begin;
        otherwise -1.
    still_open : array of int64
        Rows of the calls that have begun and not ended, in order.

    Notes
    -----
    A thread has at most one open call. When a thread other than the first one executes a program,
    the call begins under its own id and ends under the id of the process, after a line that says
    which thread superseded it. With -qqq there is no such line: then it is the last such call that
    is open.
    """
    partner = np.full(len(lines.kind), -1, dtype=np.int32)
    pending = np.full(PID_MAX + 2, -1, dtype=np.int32)
    is_exec = np.zeros(max(lines.name.max(initial=0), execs.max(initial=0)) + 1, dtype=np.bool_)
    is_exec[execs] = True
    _pair(
        lines.kind, lines.flags, lines.pid, lines.name, lines.retval, unknown, is_exec, partner,
        pending,
    )  # fmt: skip
    still_open = np.sort(pending[pending >= 0]).astype(np.int64)
    ended = partner[still_open] >= 0
    ended &= (lines.flags[partner[still_open]] & UNFINISHED) == 0
    return partner, still_open[~ended]


@routine
def _may_be_one(begun: int, resumed: int, unknown: int) -> bool:
    return begun == resumed or begun == unknown or resumed == unknown  # noqa: PLR1714


@kernel
def _pair(
    kind: Any, flags: Any, pid: Any, name: Any, retval: Any, unknown: int, is_exec: Any,
    partner: Any, pending: Any,
) -> None:  # fmt: skip
    """Fill ``partner``; ``pending`` has the open call of each thread, and holds those left open."""
    exec_begun = -1
    for row in range(len(kind)):
        slot = pid[row] + 1  # slot 0 is for lines without an id
        if kind[row] == SYSCALL:
            pending[slot] = row if flags[row] & UNFINISHED else -1
            if flags[row] & UNFINISHED and is_exec[name[row]]:
                exec_begun = row
        elif kind[row] == RESUMED:
            begin = pending[slot]
            if exec_begun >= 0 and name[row] == name[exec_begun]:
                if begin < 0 or name[begin] != name[row]:
                    begin = exec_begun
                exec_begun = -1
            if begin >= 0 and _may_be_one(name[begin], name[row], unknown):
                taken = partner[begin]
                if taken >= 0 and pid[taken] != pid[row]:  # by one of whom the begin is not known
                    partner[taken] = -1
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
        elif kind[row] == EXITED or kind[row] == KILLED:
            begin = pending[slot]
            taken = partner[begin] if begin >= 0 else -1
            if taken >= 0 and pid[taken] != pid[row] and pid[begin] == pid[row]:
                partner[taken] = partner[begin] = -1
            pending[slot] = -1
