"""The bytes of a text column, as the kernels here take them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]


class Text(NamedTuple):
    """Row ``i`` is ``data[offsets[i]:offsets[i + 1]]``; NA is empty."""

    offsets: Ints
    data: Bytes


class Spans(NamedTuple):
    """One byte range a row; a length of -1 says that there is none."""

    start: Ints
    length: Ints

    def take(self, which: Any) -> Spans:
        """Return the spans of some rows."""
        return Spans(self.start[which], self.length[which])


def text_of(column: pd.Series) -> Text:
    """Return the bytes of a column of strings, without a copy where Arrow holds them."""
    array = pa.array(column, type=pa.large_string())
    if isinstance(array, pa.ChunkedArray):
        array = array.chunk(0) if array.num_chunks == 1 else array.combine_chunks()
    if array.null_count and _has_hidden_bytes(array):
        array = array.fill_null("")
    data = array.buffers()[2]
    return Text(_offsets(array), np.frombuffer(b"" if data is None else data, dtype=np.uint8))


def no_spans(rows: int) -> Spans:
    """Return spans of rows that have none, for a kernel to fill."""
    return Spans(np.zeros(rows, dtype=np.int64), np.full(rows, -1, dtype=np.int64))


def joined(parts: Sequence[Spans]) -> Spans:
    """Return the spans of several parts, one after the other."""
    start, length = zip(*parts, strict=True)
    return Spans(np.concatenate(start), np.concatenate(length))


def whole(text: Text) -> Spans:
    """Return the span of each row's whole text."""
    return Spans(text.offsets[:-1], np.diff(text.offsets))


def _offsets(array: Any) -> Ints:
    offsets = np.frombuffer(array.buffers()[1], dtype=np.int64)
    # a copy: kernels are compiled anew for arrays that cannot be written to
    return offsets[array.offset : array.offset + len(array) + 1].copy()


def _has_hidden_bytes(array: Any) -> bool:
    """Whether rows that are NA have bytes all the same, which Arrow allows."""
    missing: NDArray[np.bool_] = array.is_null().to_numpy(zero_copy_only=False)
    return bool((np.diff(_offsets(array))[missing] > 0).any())
