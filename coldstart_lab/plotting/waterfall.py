"""The waterfall: which cause the critical path was in, at each instant from exec to ready."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.patches import PathPatch

from coldstart_lab.plotting.binning import Ints, box_path, boxes, coverage
from coldstart_lab.plotting.columns import TextColumn, columns_width, draw_columns
from coldstart_lab.plotting.labels import fit, plain, text_width
from coldstart_lab.plotting.palette import (
    FAINT,
    RULE,
    UNRESOLVED_HATCH,
    category_color,
    hatch_color,
    outline_width,
)
from coldstart_lab.plotting.phases import draw_phases
from coldstart_lab.plotting.style import draw_style, new_axes
from coldstart_lab.plotting.timeaxis import (
    AXIS_ROOM,
    draw_milestones,
    empty_note,
    milestones_within,
    note_hatching,
    set_time_axis,
    window_of,
)
from coldstart_lab.units import format_ns, format_share

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_ROWS = 16
_LEAST_SHARE = 0.003
_ROW_POINTS = 19.0
_SIZE = 9.5
_LABEL_ROOM = 200.0
_BAR = 0.66


def plot_waterfall(
    segments: pd.DataFrame, *, ax: Axes | None = None, milestones: pd.DataFrame | None = None
) -> Axes:
    """Draw the critical path of a start, one row a cause, in order of first appearance.

    At each instant exactly one row is filled: the bars of all rows add up to the window. Causes
    too small to see share the last row. Hatching marks time whose cause is unresolved.

    Parameters
    ----------
    segments : DataFrame
        Table ``attribution.segments``; may be empty.
    ax : Axes, optional
        Where to draw; a new figure if not given.
    milestones : DataFrame, optional
        Table ``recording.milestones``, drawn as thin lines where they lie in the window.

    Returns
    -------
    Axes
        The Axes drawn on; x is ns since exec, y is the row.
    """
    with draw_style():
        rows = _rows(segments)
        labels = [fit(plain(name), _LABEL_ROOM, _SIZE) for name in rows.names]
        columns = _columns(rows)
        if ax is None:
            ax = new_axes(
                height=(len(labels) + 1.2) * _ROW_POINTS if labels else 60.0,
                left=max((text_width(text, _SIZE) for text in labels), default=0.0) + 14,
                right=columns_width(columns, _SIZE) + 8,
                top=50 if milestones is not None else 34,
                bottom=AXIS_ROOM,
            )
        if not labels:
            return empty_note(ax, "No segments: there is no time to show.")
        begin, length = window_of(segments)
        set_time_axis(ax, length)
        ax.set_ylim(len(labels) - 0.4, -1.6)
        ax.set_yticks(range(len(labels)), labels, parse_math=False)
        for y in range(len(labels)):
            ax.axhline(y + 0.5, color=RULE, linewidth=0.6, zorder=0.5)
        _draw_bars(ax, segments, rows, begin, length)
        draw_phases(ax, segments, low=-0.65, high=-1.5, lift=8)
        draw_columns(ax, columns, range(len(labels)), top=-1.08, size=_SIZE)
        if (segments["confidence"] == "unresolved").any():
            note_hatching(ax)
        draw_milestones(ax, milestones_within(milestones, begin, length), lift=24)
        return ax


@dataclass(frozen=True, slots=True)
class _Rows:
    names: list[str]
    categories: list[str]
    totals: list[int]
    of_segment: Ints


def _rows(segments: pd.DataFrame) -> _Rows:
    """Give every segment its row; what is too small to see goes to the last."""
    ordered = segments.sort_values("start_ns", kind="stable")
    codes, names = pd.factorize(ordered["cause"].astype(str))
    durations = ordered["duration_ns"].to_numpy(np.int64)
    totals = np.bincount(codes, durations, len(names)).astype(np.int64)
    rank = np.empty(len(names), dtype=np.int64)
    rank[np.argsort(-totals, kind="stable")] = np.arange(len(names))
    kept = (rank < _MOST_ROWS) & (totals >= _LEAST_SHARE * totals.sum())
    if (~kept).sum() == 1:
        kept[:] = True  # a row for "1 other cause" would say less than its name
    row_of_cause = np.where(kept, np.cumsum(kept) - 1, kept.sum())
    rows = row_of_cause[codes].astype(np.int64)
    shown = [str(name) for name, keep in zip(names, kept, strict=True) if keep]
    folded = int((~kept).sum())
    if folded:
        shown.append(f"other ({folded} causes)")
    table = pd.DataFrame(
        {"row": rows, "category": ordered["category"].astype(str), "ns": durations}
    )
    by_category = table.groupby(["row", "category"], sort=False)["ns"].sum()
    main = by_category.groupby(level="row").idxmax() if len(by_category) else by_category
    categories = [str(key[1]) for key in main.sort_index()]
    if folded:
        categories[-1] = "other"
    per_row = np.bincount(rows, durations, len(shown)).astype(np.int64)
    # back to the order the segments were given in
    unsorted = pd.Series(rows, index=ordered.index).reindex(segments.index)
    return _Rows(shown, categories, per_row.tolist(), unsorted.to_numpy(np.int64))


def _columns(rows: _Rows) -> list[TextColumn]:
    whole = sum(rows.totals)
    return [
        TextColumn("time", [format_ns(total) for total in rows.totals]),
        TextColumn(
            "share", [format_share(total / whole if whole else None) for total in rows.totals]
        ),
        TextColumn("kind", [plain(name) for name in rows.categories], "left", swatches=True),
    ]


def _draw_bars(ax: Axes, segments: pd.DataFrame, rows: _Rows, begin: int, length: float) -> None:
    starts = (segments["start_ns"].to_numpy(np.int64) - begin).astype(np.float64)
    ends = (segments["end_ns"].to_numpy(np.int64) - begin).astype(np.float64)
    unresolved = (segments["confidence"] == "unresolved").to_numpy(bool)
    count = len(rows.names)
    for hatched in (False, True):
        mine = unresolved == hatched
        covered = coverage(
            rows.of_segment[mine], starts[mine], ends[mine], n_rows=count, low=0.0, high=length
        )
        box_rows, lefts, rights, heights = boxes(covered, low=0.0, high=length, least=0.3)
        for row in np.unique(box_rows).tolist():
            at = box_rows == row
            half = heights[at] * _BAR / 2
            category = rows.categories[row]
            ax.add_patch(
                PathPatch(
                    box_path(lefts[at], rights[at], row + half, row - half),
                    facecolor=category_color(category),
                    edgecolor=hatch_color(category) if hatched else FAINT,
                    linewidth=outline_width(category),
                    hatch=UNRESOLVED_HATCH if hatched else None,
                    zorder=3,
                    gid=f"bars-{row}-{'unresolved' if hatched else 'known'}",
                )
            )
