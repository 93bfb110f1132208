"""Copies byte ranges of a log into Arrow strings."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from coldstart_lab.kernels import kernel
from coldstart_lab.readers.strace.buffers.vectors import copy_bytes
from coldstart_lab.tables import STRING

Spans = tuple[NDArray[np.int64], NDArray[np.int64]]


@kernel
def gather_bytes(buf: Any, start: Any, length: Any, at: Any, out: Any) -> None:
    """Copy the range of every row to its place."""
    for row in range(len(start)):
        copy_bytes(out, at[row], buf, start[row], length[row])


def gather_text(
    buf: NDArray[np.uint8], spans: Spans, *, missing: NDArray[np.bool_] | None = None
) -> pd.api.extensions.ExtensionArray:
    r"""Build a string column from one byte range a row.

    Parameters
    ----------
    buf : array of uint8
        The bytes the ranges refer to.
    spans : (starts, lengths)
        The range of each row.
    missing : array of bool, optional
        Rows that are NA.

    Returns
    -------
    pandas string array
        Arrow-backed; bytes that are no UTF-8 are shown as ``\xNN``.
    """
    start, length = spans
    if missing is not None:
        length = np.where(missing, 0, length)
    offsets = np.zeros(len(length) + 1, dtype=np.int64)
    np.cumsum(length, out=offsets[1:])
    data = np.empty(offsets[-1], dtype=np.uint8)
    gather_bytes(buf, start, length, offsets, data)
    return text_column(offsets, data, missing)


def text_column(
    offsets: NDArray[np.int64], data: NDArray[np.uint8], missing: NDArray[np.bool_] | None = None
) -> pd.api.extensions.ExtensionArray:
    r"""Build a string column from the bytes of all rows.

    Parameters
    ----------
    offsets : array of int64, one more than rows
        Where each row's text begins in ``data``, and where the last one ends.
    data : array of uint8
        The texts.
    missing : array of bool, optional
        Rows that are NA.

    Returns
    -------
    pandas string array
        Arrow-backed; bytes that are no UTF-8 are shown as ``\xNN``.
    """
    if len(data) and data.max() >= 128:
        offsets, data = _as_utf8(offsets, data)
    validity = None
    if missing is not None and missing.any():
        validity = pa.py_buffer(np.packbits(~missing, bitorder="little"))
    text = pa.Array.from_buffers(
        pa.large_string(), len(offsets) - 1, [validity, pa.py_buffer(offsets), pa.py_buffer(data)]
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
