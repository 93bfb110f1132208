"""How many bytes calls ask for, and how many they transfer."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coldstart_lab.readers.strace.arguments.calls import Calls
from coldstart_lab.readers.strace.arguments.numbers import numbers, sums
from coldstart_lab.readers.strace.arguments.signatures import (
    MULTIPLE,
    REQUESTED,
    TRANSFERRING,
    VECTORS,
)
from coldstart_lab.readers.strace.arguments.splitting import argument_spans, word_spans
from coldstart_lab.readers.strace.arguments.text import Ints
from coldstart_lab.tables.strace_arguments import STRACE_SIZES

_LEFT_OUT = b", ..."


def call_sizes(events: pd.DataFrame) -> pd.DataFrame:
    """Read how many bytes calls ask for, and how many they transfer.

    Parameters
    ----------
    events : DataFrame
        ``tables.STRACE_EVENTS`` or some of its rows.

    Returns
    -------
    DataFrame
        ``tables.STRACE_SIZES``: one row a call that is given or returns a number of bytes, in the
        order of the events and with their index. What a vector asks for is the sum of its parts;
        it is NA if strace left some out.
    """
    calls = Calls(events)
    rows = calls.named(*{**REQUESTED, **VECTORS, **dict.fromkeys(TRANSFERRING, 1)})
    asked, known = numbers(
        calls.text.data, argument_spans(calls.text, rows, calls.places(rows, REQUESTED))
    )
    spans = argument_spans(calls.text, rows, calls.places(rows, VECTORS))
    sum_of_parts, parts = sums(calls.text.data, spans, b"iov_len=")
    parts &= word_spans(calls.text.data, spans, _LEFT_OUT, inside=True).length < 0
    asked, known = np.where(parts, sum_of_parts, asked), (known | parts)
    moved, returned = transferred(calls, rows)
    frame = STRACE_SIZES.frame(
        {
            "line": events["line"].to_numpy()[rows],
            "syscall": events["syscall"].array[rows],
            "requested_bytes": pd.arrays.IntegerArray(asked, ~known | (asked < 0)),
            "transferred_bytes": pd.arrays.IntegerArray(moved, ~returned),
        }
    )
    return frame.set_axis(events.index[rows], axis=0)


def transferred(calls: Calls, rows: Ints) -> tuple[Ints, NDArray[np.bool_]]:
    """Return how many bytes some calls transferred, and whether that is known.

    Parameters
    ----------
    calls : Calls
        The log.
    rows : array of int64, shape (n,)
        Positions of calls.

    Returns
    -------
    size : array of int64, shape (n,)
        Bytes.
    known : array of bool, shape (n,)
        False for calls that failed, never returned, or return something else.
    """
    size = calls.retval[rows]
    known = calls.are(rows, *TRANSFERRING) & (size >= 0)
    # these return a number of messages, each of which says its bytes
    several = np.flatnonzero(calls.are(rows, *MULTIPLE) & (size >= 0))
    spans = argument_spans(calls.text, rows[several], np.ones(len(several), dtype=np.int64))
    size[several], known[several] = sums(calls.text.data, spans, b"msg_len=")
    return size, known
