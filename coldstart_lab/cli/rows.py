"""Shows the first rows of any table on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coldstart_lab.cli.output import console, from_log, number_of, records, table
from coldstart_lab.units import format_ns

if TYPE_CHECKING:
    import pandas as pd

_LONGEST = 100
_HEX = ("address", "symbol_offset", "instruction_pointer")


def print_rows(frame: pd.DataFrame, name: str, shown: int, *, of: int) -> None:
    """Print the first rows of a table, the columns left out that hold nothing.

    Parameters
    ----------
    frame : DataFrame
        The table.
    name : str
        What to call it where it has no rows.
    shown : int
        How many rows.
    of : int
        How many the whole table has.
    """
    show = console()
    if frame.empty:
        show.print(f"This log has no {name}.")
        return
    frame = frame.dropna(axis=1, how="all")
    numbers = frozenset(str(column) for column in frame if frame[column].dtype.kind in "iuf")
    made = table(*map(str, frame.columns), right=numbers)
    for row in records(frame.head(shown)):
        made.add_row(*(_cell(column, value) for column, value in row.items()))
    show.print(made)
    if of > shown:
        show.print(f"and {number_of(of - shown, 'more row')} (--limit)")


def _cell(column: str, value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, str):
        return from_log(value[:_LONGEST])
    if column.endswith("_ns") and column != "start_ns":
        return format_ns(value)
    if column in _HEX:
        return hex(value)
    return f"{value:,}"
