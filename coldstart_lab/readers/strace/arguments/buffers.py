"""The data that calls read and wrote, as far as strace printed it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa

from coldstart_lab.errors import UsageError
from coldstart_lab.readers.strace.arguments.calls import Calls
from coldstart_lab.readers.strace.arguments.escapes import Decoded, decode_strings
from coldstart_lab.readers.strace.arguments.signatures import BUFFERS, VECTORS
from coldstart_lab.readers.strace.arguments.sizes import transferred
from coldstart_lab.readers.strace.arguments.splitting import field_spans
from coldstart_lab.tables import BINARY
from coldstart_lab.tables.strace_arguments import STRACE_BUFFERS

_BASE = b"iov_base="


def call_buffers(events: pd.DataFrame, *, at_most: int = 256) -> pd.DataFrame:
    """Decode the first bytes that calls read, wrote, sent or received.

    Parameters
    ----------
    events : DataFrame
        ``tables.STRACE_EVENTS`` or some of its rows.
    at_most : int
        How many bytes a call are kept; strace itself prints 32 unless told otherwise (``-s``).

    Returns
    -------
    DataFrame
        ``tables.STRACE_BUFFERS``: one row a call with data, in the order of the events and with
        their index. Of vectors (``writev``, ``sendmsg``) it is the first buffer.

    Raises
    ------
    UsageError
        If ``at_most`` is negative.
    """
    if at_most < 0:
        raise UsageError(f"at_most must be 0 or more, not {at_most}")
    calls = Calls(events)
    rows, spans = calls.arguments({**BUFFERS, **VECTORS})
    vectors = calls.are(rows, *VECTORS)
    spans.start[vectors], spans.length[vectors] = field_spans(
        calls.text.data, spans.take(vectors), _BASE
    )
    decoded = decode_strings(calls.text.data, spans, at_most=at_most)
    there = decoded.spans.length >= 0
    size, known = transferred(calls, rows)
    frame = STRACE_BUFFERS.frame(
        {
            "line": events["line"].to_numpy()[rows[there]],
            "syscall": events["syscall"].array[rows[there]],
            "data": _binary(decoded)[there].array,
            "truncated": decoded.truncated[there],
            "size_bytes": pd.arrays.IntegerArray(size, ~known)[there],
        }
    )
    return frame.set_axis(events.index[rows[there]], axis=0)


def _binary(decoded: Decoded) -> pd.Series:
    ends = np.cumsum(np.maximum(decoded.spans.length, 0))
    offsets = np.concatenate((np.zeros(1, dtype=np.int64), ends))
    array = pa.Array.from_buffers(
        pa.large_binary(),
        len(ends),
        [None, pa.py_buffer(offsets), pa.py_buffer(decoded.data)],
    )
    return pd.Series(pa.chunked_array([array]), dtype=BINARY)
