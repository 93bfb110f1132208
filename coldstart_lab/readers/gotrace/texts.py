"""Reads the strings of a trace, and finds them by generation and number."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from coldstart_lab.kernels import kernel
from coldstart_lab.readers.gotrace.frame import Batches
from coldstart_lab.readers.gotrace.varints import read_varint
from coldstart_lab.readers.gotrace.wire import STRING, STRINGS

# Numbers of strings and stacks are counted up from 1; one larger than this is damage
_MOST = 1 << 40


class Keys(NamedTuple):
    """What the numbers that generations give things stand for; see :func:`index_keys`."""

    sorted: NDArray[np.int64]
    row: NDArray[np.int64]

    def find(self, turn: Any, number: Any) -> NDArray[np.int64]:
        """Return the row of each number of a generation; -1 for 0, -2 for what is missing."""
        number = np.asarray(number)
        found = np.full(len(number), -2, dtype=np.int64)
        if len(self.sorted):
            key = turn * _MOST + number
            at = np.minimum(np.searchsorted(self.sorted, key), len(self.sorted) - 1)
            hit = (self.sorted[at] == key) & (number > 0) & (number < _MOST)
            found[hit] = self.row[at[hit]]
        found[number == 0] = -1
        return found


def index_keys(turn: NDArray[np.int64], number: NDArray[np.int64]) -> tuple[Keys, int]:
    """Index rows by generation and number; of a number given twice, the first counts.

    Returns
    -------
    keys : Keys
        The index.
    unusable : int
        How many rows have a number that another one has, or that is none.
    """
    good = np.flatnonzero((number > 0) & (number < _MOST))
    keys, first = np.unique(turn[good] * _MOST + number[good], return_index=True)
    return Keys(keys, good[first]), len(number) - len(keys)


class Texts(NamedTuple):
    """All strings of a trace, equal ones once."""

    values: pd.Index
    keys: Keys
    to_value: NDArray[np.int64]  # the value of each row that keys finds
    total: int
    unusable: int
    broken: list[int]  # rows of batches that could not be read to their end

    def find(self, turn: Any, number: Any) -> NDArray[np.int64]:
        """Return codes of ``values``: -1 for the empty string, -2 for what is missing."""
        rows = self.keys.find(turn, number)
        codes = rows.copy()
        codes[rows >= 0] = self.to_value[rows[rows >= 0]]
        return codes

    def column(self, codes: NDArray[np.int64], *, others: tuple[str, ...] = ()) -> pd.Categorical:
        """Return a column of the strings in use.

        Parameters
        ----------
        codes : array of int64
            Of ``values``, and behind them of ``others``; NA where negative.
        others : tuple of str
            Further strings.
        """
        every = self.values.append(pd.Index(others, dtype=self.values.dtype)) if others else None
        values = self.values if every is None else every
        used = np.zeros(len(values) + 1, dtype=bool)
        used[np.maximum(codes, -1)] = True
        kept = np.flatnonzero(used[:-1])
        shrink = np.full(len(values) + 1, -1, dtype=np.int64)
        shrink[kept] = np.arange(len(kept))
        codes = shrink[np.maximum(codes, -1)]
        names = values[kept]
        if not names.is_unique:
            to, names = pd.factorize(names)
            codes = np.append(to, -1)[codes]
        return pd.Categorical.from_codes(codes, names)


def read_texts(data: NDArray[np.uint8], batches: Batches) -> Texts:
    """Read all strings of a trace; bytes that are no UTF-8 are shown as escapes."""
    rows = batches.rows(STRINGS)
    start, stop = batches.start[rows], batches.stop[rows]
    bad = np.zeros(len(rows), dtype=np.int64)
    empty = np.empty((0, 4), dtype=np.int64)
    count = _read_strings(data, start, stop, bad, empty)
    table = np.empty((count, 4), dtype=np.int64)
    _read_strings(data, start, stop, bad, table)
    batch, number, at, size = np.ascontiguousarray(table.T)
    keys, unusable = index_keys(batches.turn[rows][batch], number)
    to_value, values = _unique(data, at, size)
    return Texts(values, keys, to_value, int(count), unusable, rows[bad == 1].tolist())


def _unique(
    data: NDArray[np.uint8], at: NDArray[np.int64], size: NDArray[np.int64]
) -> tuple[NDArray[np.int64], pd.Index]:
    offsets = np.concatenate([[0], np.cumsum(size)])
    content = np.empty(int(offsets[-1]), dtype=np.uint8)
    _gather(data, at, offsets, content)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(content)]
    raw = pa.Array.from_buffers(pa.large_binary(), len(at), buffers).dictionary_encode()
    try:
        texts = pc.cast(raw.dictionary, pa.large_string()).to_pylist()
    except pa.ArrowInvalid:
        texts = [one.decode("utf-8", "backslashreplace") for one in raw.dictionary.to_pylist()]
    dtype = "str" if pd.__version__ >= "3" else object
    return raw.indices.to_numpy().astype(np.int64), pd.Index(texts, dtype=dtype)


@kernel
def _read_strings(data: Any, start: Any, stop: Any, bad: Any, table: Any) -> int:
    """Count the strings, and write down as many as ``table`` has rows for."""
    rows = 0
    for batch in range(len(start)):
        at, end = start[batch] + 1, stop[batch]
        while at < end and data[at] == STRING:
            number, after = read_varint(data, at + 1, end)
            size = -1
            if after >= 0:
                size, after = read_varint(data, after, end)
            if after < 0 or size < 0 or size > end - after:
                break
            if rows < len(table):
                table[rows, 0] = batch
                table[rows, 1] = number
                table[rows, 2] = after
                table[rows, 3] = size
            rows += 1
            at = after + size
        if at < end:
            bad[batch] = 1
    return rows


@kernel
def _gather(data: Any, at: Any, offsets: Any, content: Any) -> int:
    for row in range(len(at)):
        begin = at[row]
        for place in range(offsets[row], offsets[row + 1]):
            content[place] = data[begin + place - offsets[row]]
    return 0
