"""Causes as sorted bars: what went where, and how much of it is sure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from coldstart_lab.plotting.columns import TextColumn, columns_width, draw_columns
from coldstart_lab.plotting.labels import fit, plain, text_width
from coldstart_lab.plotting.palette import (
    FAINT,
    UNRESOLVED_HATCH,
    category_color,
    hatch_color,
    outline_width,
)
from coldstart_lab.plotting.style import draw_style, new_axes
from coldstart_lab.plotting.timeaxis import AXIS_ROOM, empty_note, note_hatching, set_time_axis
from coldstart_lab.units import format_ns, format_share

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_ROWS = 20
_ROW_POINTS = 19.0
_SIZE = 9.5
_LABEL_ROOM = 230.0


def plot_causes(causes: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the time on the critical path by cause, largest first.

    Parameters
    ----------
    causes : DataFrame
        Table ``attribution.causes``; may be empty. Beyond 20 rows the smallest share one.
    ax : Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    Axes
        The Axes drawn on; x is ns on the critical path, y is the row. The hatched part of a bar
        is time whose cause is unresolved.
    """
    with draw_style():
        table = _fold(causes)
        labels = [fit(plain(name), _LABEL_ROOM, _SIZE) for name in table["cause"]]
        durations = table["duration_ns"].to_numpy(np.int64)
        unresolved = table["unresolved_ns"].to_numpy(np.int64)
        categories = [plain(name) for name in table["category"]]
        columns = [
            TextColumn("time", [format_ns(value) for value in durations.tolist()]),
            TextColumn("share", [format_share(value) for value in table["share"].tolist()]),
            TextColumn("unresolved", [format_ns(ns) if ns else "" for ns in unresolved.tolist()]),
            TextColumn("kind", categories, "left", swatches=True),
        ]
        if ax is None:
            ax = new_axes(
                height=(len(labels) + 0.6) * _ROW_POINTS if labels else 60.0,
                left=max((text_width(text, _SIZE) for text in labels), default=0.0) + 14,
                right=columns_width(columns, _SIZE) + 8,
                top=20,
                bottom=AXIS_ROOM,
            )
        if not labels:
            return empty_note(ax, "No causes: there is no time to show.")
        set_time_axis(
            ax, max(float(durations.max()) * 1.02, 1.0), label="time on the critical path"
        )
        ax.set_ylim(len(labels) - 0.4, -0.6)
        ax.set_yticks(range(len(labels)), labels, parse_math=False)
        rows = np.arange(len(labels))
        known = ax.barh(rows, durations - unresolved, height=0.66, color="white", zorder=3)
        unsure = ax.barh(rows, unresolved, left=durations - unresolved, height=0.66, zorder=3)
        for bar, rest, category in zip(known, unsure, categories, strict=True):
            bar.set(facecolor=category_color(category), edgecolor=FAINT)
            bar.set(linewidth=outline_width(category))
            rest.set(facecolor=category_color(category), edgecolor=hatch_color(category))
            rest.set(hatch=UNRESOLVED_HATCH, linewidth=0.0)
        if unresolved.any():
            note_hatching(ax)
        draw_columns(ax, columns, rows.tolist(), top=-1.0, size=_SIZE)
        return ax


def _fold(causes: pd.DataFrame) -> pd.DataFrame:
    """Sort the causes, and let those beyond the last row share it."""
    wanted = ["cause", "category", "duration_ns", "share", "unresolved_ns"]
    ordered = causes[wanted].sort_values("duration_ns", ascending=False, kind="stable")
    if len(ordered) <= _MOST_ROWS:
        return ordered
    rest = ordered.iloc[_MOST_ROWS - 1 :]
    row = {
        "cause": [f"other ({len(rest)} causes)"],
        "category": ["other"],
        "duration_ns": [int(rest["duration_ns"].sum())],
        "share": [float(rest["share"].sum())],
        "unresolved_ns": [int(rest["unresolved_ns"].sum())],
    }
    last = pd.DataFrame(row).astype(ordered.dtypes.to_dict())
    return pd.concat([ordered.iloc[: _MOST_ROWS - 1], last], ignore_index=True)
