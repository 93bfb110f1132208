"""Rows of a table, one at a time: for the few that a page shows, never for all events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd


def rows_of(frame: pd.DataFrame) -> Iterable[Any]:
    """Go through a small table row by row.

    Parameters
    ----------
    frame : DataFrame
        Any table.

    Returns
    -------
    iterable
        Named tuples with the columns as fields; cells have the types of the columns.
    """
    return frame.itertuples(index=False)
