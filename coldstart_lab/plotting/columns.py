"""Columns of text to the right of an Axes: each bar's numbers stand in its own row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from coldstart_lab.plotting.labels import text_width
from coldstart_lab.plotting.palette import INK, MUTED, category_color

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_GAP = 14.0
_SWATCH = "■ "


@dataclass(frozen=True, slots=True)
class TextColumn:
    """One column.

    Attributes
    ----------
    heading : str
        What stands above it.
    cells : sequence of str
        One text a row, from the top.
    align : {"left", "right"}
        Numbers stand to the right.
    swatches : bool
        Whether the cells name categories and get a square of their colour.
    """

    heading: str
    cells: Sequence[str]
    align: Literal["left", "right"] = "right"
    swatches: bool = False

    def width(self, size: float) -> float:
        """Return its width in points at a font size."""
        widest = max((text_width(cell, size) for cell in (self.heading, *self.cells)), default=0.0)
        return widest + (text_width(_SWATCH, size) if self.swatches else 0.0)


def columns_width(columns: Sequence[TextColumn], size: float) -> float:
    """Return the room columns need beside an Axes, in points.

    Parameters
    ----------
    columns : sequence of TextColumn
        The columns.
    size : float
        Font size in points.

    Returns
    -------
    float
        Points.
    """
    return sum(column.width(size) + _GAP for column in columns)


def draw_columns(
    ax: Axes, columns: Sequence[TextColumn], rows: Sequence[float], *, top: float, size: float
) -> None:
    """Write columns to the right of an Axes.

    Parameters
    ----------
    ax : Axes
        The Axes.
    columns : sequence of TextColumn
        The columns, from the left.
    rows : sequence of float
        Height of each row, in data coordinates.
    top : float
        Height of the headings, in data coordinates.
    size : float
        Font size in points.
    """
    offset = 0.0
    for column in columns:
        width = column.width(size)
        offset += _GAP
        x = offset + (width if column.align == "right" else 0.0)
        _write(ax, column.heading, top, x, column.align, size, MUTED)
        indent = text_width(_SWATCH, size) if column.swatches else 0.0
        for cell, y in zip(column.cells, rows, strict=True):
            if column.swatches and cell:
                _write(ax, _SWATCH, y, x, "left", size, category_color(cell))
            _write(ax, cell, y, x + indent, column.align, size, INK)
        offset += width


def _write(ax: Axes, text: str, y: float, x: float, align: str, size: float, color: str) -> None:
    ax.annotate(
        text,
        xy=(1.0, y),
        xycoords=ax.get_yaxis_transform(),
        xytext=(x, 0.0),
        textcoords="offset points",
        ha=align,
        va="center",
        fontsize=size,
        color=color,
        parse_math=False,
        annotation_clip=False,
    )
