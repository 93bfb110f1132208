"""Copies byte ranges of a log into Arrow strings."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from coldstart_lab.kernels import kernel
from coldstart_lab.tables import STRING

Spans = tuple[NDArray[np.int64], NDArray[np.int64]]


@kernel
def _gather(
    buf: Any, start: Any, length: Any, start2: Any, length2: Any, at: Any, out: Any
) -> bool:
    """Copy both ranges of every row to its place; True if all bytes were ASCII."""
    seen = np.uint8(0)
    for row in range(len(start)):
        to = at[row]
        first = start[row]
        for i in range(length[row]):
            byte = buf[first + i]
            seen |= byte
            out[to + i] = byte
        to += length[row]
        second = start2[row]
        for i in range(length2[row]):
            byte = buf[second + i]
            seen |= byte
            out[to + i] = byte
    return bool(seen < 128)


def gather_text(
    buf: NDArray[np.uint8],
    first: Spans,
    *,
    then: Spans | None = None,
    missing: NDArray[np.bool_] | None = None,
) -> pd.api.extensions.ExtensionArray:
    r"""Build a string column from one or two byte ranges a row.

    Parameters
    ----------
    buf : array of uint8
        The bytes the ranges refer to.
    first : (starts, lengths)
        The first range of each row.
    then : (starts, lengths), optional
        What follows it directly.
    missing : array of bool, optional
        Rows that are NA.

    Returns
    -------
    pandas string array
        Arrow-backed; bytes that are no UTF-8 are shown as ``\xNN``.
    """
    start, length = first
    start2, length2 = then if then is not None else (start, np.zeros(len(start), dtype=np.int64))
    if missing is not None:
        length = np.where(missing, 0, length)
        length2 = np.where(missing, 0, length2)
    offsets = np.zeros(len(start) + 1, dtype=np.int64)
    np.cumsum(length + length2, out=offsets[1:])
    data = np.empty(int(offsets[-1]), dtype=np.uint8)
    ascii_only = _gather(buf, start, length, start2, length2, offsets, data)
    if not ascii_only:
        offsets, data = _as_utf8(offsets, data)
    validity = None
    if missing is not None and missing.any():
        validity = pa.py_buffer(np.packbits(~missing, bitorder="little"))
    text = pa.Array.from_buffers(
        pa.large_string(), len(start), [validity, pa.py_buffer(offsets), pa.py_buffer(data)]
    )
    make: Any = STRING.construct_array_type()
    strings: pd.api.extensions.ExtensionArray = make(pa.chunked_array([text]))
    return strings


def _as_utf8(
    offsets: NDArray[np.int64], data: NDArray[np.uint8]
) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Replace the bytes of rows that are no UTF-8; only rows with a high byte are looked at."""
    high = np.flatnonzero(data >= 128)
    rows = np.unique(np.searchsorted(offsets, high, side="right") - 1)
    raw = data.tobytes()
    pieces: list[bytes] = []
    lengths = np.diff(offsets)
    done = 0
    for row in rows.tolist():
        begin, end = int(offsets[row]), int(offsets[row + 1])
        text = raw[begin:end].decode("utf-8", "backslashreplace").encode()
        pieces += (raw[done:begin], text)
        lengths[row] = len(text)
        done = end
    pieces.append(raw[done:])
    fixed = np.zeros(len(offsets), dtype=np.int64)
    np.cumsum(lengths, out=fixed[1:])
    return fixed, np.frombuffer(b"".join(pieces), dtype=np.uint8)
