"""Makes categories of byte ranges, so that text that repeats is kept once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coldstart_lab.kernels import kernel
from coldstart_lab.readers.strace.buffers.interning import FULL, Names, empty_names, intern_range


def intern_spans(
    data: NDArray[np.uint8], start: NDArray[Any], length: NDArray[Any]
) -> pd.Categorical:
    r"""Build a categorical column from one byte range a row.

    Parameters
    ----------
    data : array of uint8
        The bytes the ranges refer to.
    start, length : arrays of int, shape (n,)
        Each row's range; a row without bytes is NA.

    Returns
    -------
    Categorical, n rows
        Bytes that are no UTF-8 are shown as ``\xNN``.
    """
    bits = 12
    codes = np.full(len(start), -1, dtype=np.int32)
    table = empty_names(bits)
    while not _intern_rows(data, start, length, table, codes):
        bits += 3
        table = empty_names(bits)
    names = pd.Index(table.texts(data), dtype="str" if pd.__version__ >= "3" else object)
    if not names.is_unique:  # different bytes that are no text may be shown alike
        to, names = pd.factorize(names)
        codes = np.append(to, -1)[codes]
    return pd.Categorical.from_codes(codes, names)


@kernel
def _intern_rows(data: Any, start: Any, length: Any, names: Names, codes: Any) -> bool:
    """Intern one range a row; returns whether the table had room for all."""
    for row in range(len(start)):
        if length[row] > 0:
            code = intern_range(data, start[row], start[row] + length[row], names)
            if code == FULL:
                return False
            codes[row] = code
    return True
