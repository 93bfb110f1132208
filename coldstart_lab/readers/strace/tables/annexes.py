"""What stack frames and dumps share: the event they belong to, their lines, their digits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coldstart_lab.kernels import kernel, routine
from coldstart_lab.readers.strace.grammar.kinds import (
    DUMP,
    EXITED,
    KILLED,
    LOST,
    PID_MAX,
    RESUMED,
    STACK,
    SUPERSEDED,
    SYSCALL,
)
from coldstart_lab.readers.strace.grammar.lexer import ZERO, is_digit
from coldstart_lab.readers.strace.lines.columns import Lines


def find_owners(
    lines: Lines, partner: NDArray[np.int32], rows: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Find the line whose event each annex belongs to.

    Parameters
    ----------
    lines : Lines
        The scanned lines.
    partner : array of int32
        The row that resumed each unfinished call, and the other way round; else -1.
    rows : array of int64
        Rows of the annexes, ascending.

    Returns
    -------
    array of int64, one for each of ``rows``
        Row of the event's first line; -1 if the line above is not understood.

    Notes
    -----
    strace prints both directly below the line that ends the call. Only the stack of a call that
    never returns comes later, below the end of its thread.
    """
    owners = np.full(len(rows), -1, dtype=np.int64)
    last = np.full(PID_MAX + 2, -1, dtype=np.int32)
    _find_owners(lines.kind, lines.pid, partner, rows, last, owners)
    return owners


@kernel
def _find_owners(kind: Any, pid: Any, partner: Any, rows: Any, last: Any, owners: Any) -> None:
    """Fill ``owners``; ``last`` is the last call of each thread."""
    owner = -1
    done = 0
    for row in range(len(kind)):
        slot = pid[row] + 1  # slot 0 is for lines without an id
        if kind[row] == SYSCALL:
            last[slot] = row
            owner = row
        elif kind[row] == RESUMED:
            owner = partner[row]
        elif kind[row] in (EXITED, KILLED):
            owner = last[slot] if last[slot] >= 0 else row
        elif kind[row] <= SUPERSEDED:
            owner = row
        elif kind[row] == LOST:
            owner = -1
        elif kind[row] in (STACK, DUMP) and done < len(rows) and rows[done] == row:
            owners[done] = owner
            done += 1


@routine
def hex_digit(byte: int) -> int:
    """Return what a hexadecimal digit stands for; -1 for other bytes."""
    if is_digit(byte):
        return int(byte - ZERO)
    return int(byte - 87) if 97 <= byte <= 102 else -1


def event_lines(owners: NDArray[np.int64]) -> pd.arrays.IntegerArray:
    """Return the line numbers of owners, NA for none."""
    return pd.arrays.IntegerArray(owners + 1, owners < 0)
