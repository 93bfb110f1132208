"""Which file, pipe or socket each descriptor is: as strace printed it, else as it was opened."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import union_categoricals

from coldstart_lab.readers.strace.arguments.annotations import KINDS, kinds_of, printed_targets
from coldstart_lab.readers.strace.arguments.calls import Calls
from coldstart_lab.readers.strace.arguments.following import Followed, follow
from coldstart_lab.readers.strace.arguments.targets import tracked_targets
from coldstart_lab.readers.strace.arguments.text import text_of, whole
from coldstart_lab.tables.strace_arguments import STRACE_DESCRIPTORS


def track_descriptors(events: pd.DataFrame) -> pd.DataFrame:
    """Say of every descriptor that a call uses or makes what it stands for.

    Parameters
    ----------
    events : DataFrame
        ``tables.STRACE_EVENTS``, all of it: what a descriptor stands for is known from the calls
        before.

    Returns
    -------
    DataFrame
        ``tables.STRACE_DESCRIPTORS``: one row a descriptor, in the order of the events and with
        their index. A call may use several (``poll``, ``sendfile``) and make several (``pipe``).

    Notes
    -----
    Where strace printed what a descriptor stands for (``-y``, ``-yy``), that is taken. Else each
    process has a table of descriptors, as in the kernel, which calls change as they end: those that
    open, copy (dup, fcntl) and close; an exec closes what is marked so; a new process gets a copy
    of its creator's table, or shares it (CLONE_FILES, see clone(2)). Descriptors that a process had
    before the log began, or got in a message, are not known. A path is the one it was opened by,
    not the one links led to. Without times in the log, calls count as ending as they begin.
    """
    followed = follow(Calls(events))
    names = name_descriptors(followed)
    entry = followed.state.entry
    lines = events["line"].to_numpy(dtype=np.int64)
    opened = np.append(lines[followed.entries.row], 0)[entry]
    uses = followed.uses
    order = np.argsort(uses.row, kind="stable")
    rows = uses.row[order]
    frame = STRACE_DESCRIPTORS.frame(
        {
            "line": lines[rows],
            "syscall": events["syscall"].array[rows],
            "fd": uses.fd[order],
            "made": uses.made[order],
            "kind": names.kind[order],
            "target": names.target[order],
            "printed": names.printed[order],
            "opened_line": pd.arrays.IntegerArray(opened[order], entry[order] < 0),
        }
    )
    return frame.set_axis(events.index[rows], axis=0)


class Names(NamedTuple):
    """What the descriptors that calls use stand for, one entry a use."""

    kind: pd.Categorical
    target: pd.Categorical
    printed: NDArray[np.bool_]


def name_descriptors(followed: Followed) -> Names:
    """Name descriptors: as strace printed them, else as they were followed."""
    calls, uses = followed.calls, followed.uses
    returned = uses.spans.length < 0
    text = text_of(calls.events["retval_text"])
    parts = [
        printed_targets(calls.text.data, uses.spans),
        printed_targets(text.data, whole(text).take(np.where(returned, uses.row, 0))),
        tracked_targets(followed),
    ]
    union = union_categoricals(parts)
    in_args, in_result, tracked = union.codes.reshape(3, -1)
    shown = np.where(returned, in_result, in_args)
    printed = shown >= 0
    target = pd.Categorical.from_codes(np.where(printed, shown, tracked), union.categories)
    opened = pd.Categorical(followed.entries.kind, categories=KINDS)
    kind = np.append(opened.codes, -1)[followed.state.entry]
    of_printed = np.append(kinds_of(union.categories).codes, -1)[shown]
    kind = np.where(printed, of_printed, kind)
    return Names(pd.Categorical.from_codes(kind, opened.categories), target, printed)
