"""Boolean masks of text columns; NA is False."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def contains(text: pd.Series, pattern: str, *, regex: bool = True) -> NDArray[np.bool_]:
    """Mark the texts that a pattern is found in."""
    return as_mask(text.str.contains(pattern, regex=regex))


def as_mask(values: pd.Series) -> NDArray[np.bool_]:
    """Turn a column of booleans into an array."""
    return values.astype("boolean").to_numpy(dtype=bool, na_value=False)


def as_numbers(text: pd.Series) -> NDArray[np.int64]:
    """Read a column of digits; NA is -1."""
    return np.asarray(pd.to_numeric(text.astype(object)).fillna(-1), dtype=np.int64)


def categorical(codes: Any, names: Any) -> Any:
    """Make a categorical of codes; -1 is NA."""
    return pd.Categorical.from_codes(codes, names)
