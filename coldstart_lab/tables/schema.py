"""Describes a table: its columns, their types, units and meaning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd
import pyarrow as pa

from coldstart_lab.errors import SchemaError

Dtype = Literal[
    "int64", "Int64", "Int32", "UInt64", "float64", "bool", "category", "string", "binary"
]

# Arrow holds the text: a Python object per cell would cost more than the rest of the table
STRING = pd.StringDtype("pyarrow")
BINARY = pd.ArrowDtype(pa.large_binary())


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    name : str
        Its name; a unit is its suffix.
    dtype : str
        ``int64``, ``Int64``, ``Int32``, ``UInt64``, ``float64``, ``bool``, ``category`` (of
        strings), ``string`` or ``binary``.
    doc : str
        What it holds.
    unit : str or None
        ``ns``, ``bytes`` or None.
    nullable : bool
        Whether a cell may be NA.
    """

    name: str
    dtype: Dtype
    doc: str
    unit: str | None = None
    nullable: bool = False

    def pandas_dtype(self) -> Any:
        """Return the pandas type of the column."""
        return {"string": STRING, "binary": BINARY}.get(self.dtype, self.dtype)


@dataclass(frozen=True, slots=True)
class Table:
    """The description of one table.

    Attributes
    ----------
    name : str
        How the documentation names the table.
    doc : str
        What a row is.
    columns : tuple of Column
        Its columns in order.
    """

    name: str
    doc: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        """Names of the columns in order."""
        return [column.name for column in self.columns]

    def empty(self) -> pd.DataFrame:
        """Return a frame of this table without rows."""
        return self.frame({column.name: [] for column in self.columns})

    def frame(self, data: Mapping[str, Any]) -> pd.DataFrame:
        """Build a frame from columns, each brought to its type.

        Parameters
        ----------
        data : mapping of str to array-like
            All columns of the table, of one length; others are not taken.

        Returns
        -------
        DataFrame
            The columns in the table's order, index 0..n-1.

        Raises
        ------
        SchemaError
            If a column is missing or cannot be brought to its type.
        """
        columns = {}
        for column in self.columns:
            if column.name not in data:
                raise SchemaError(f"table {self.name} needs the column {column.name!r}")
            try:
                values = pd.Series(data[column.name], copy=False)
                columns[column.name] = values.astype(column.pandas_dtype()).array
            except (TypeError, ValueError) as error:
                raise SchemaError(
                    f"column {column.name!r} of table {self.name} is no {column.dtype}: {error}"
                ) from error
        return pd.DataFrame(columns, copy=False)

    def validate(self, frame: pd.DataFrame) -> None:
        """Check that a frame holds this table; further columns are allowed.

        Parameters
        ----------
        frame : DataFrame
            The frame to check.

        Raises
        ------
        SchemaError
            If a column is missing, has another type, or holds NA where none may be.
        """
        for column in self.columns:
            if column.name not in frame.columns:
                raise SchemaError(f"table {self.name} needs the column {column.name!r}")
            found = frame[column.name].dtype
            if not _same_dtype(found, column):
                raise SchemaError(
                    f"column {column.name!r} of table {self.name} is {found}, not {column.dtype}"
                )
            if not column.nullable and frame[column.name].isna().any():
                raise SchemaError(f"column {column.name!r} of table {self.name} must not be NA")


def _same_dtype(found: Any, column: Column) -> bool:
    if column.dtype == "category":
        return isinstance(found, pd.CategoricalDtype)
    if column.dtype == "string":
        return isinstance(found, pd.StringDtype)
    return bool(found == column.pandas_dtype())
