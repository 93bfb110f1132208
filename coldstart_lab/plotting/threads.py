"""All threads over time, with the critical path drawn through them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import matplotlib.patheffects as effects
import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, PathPatch

from coldstart_lab.plotting.binning import Floats, box_path, boxes, coverage, thin_line
from coldstart_lab.plotting.columns import TextColumn, columns_width, draw_columns
from coldstart_lab.plotting.labels import fit, plain, text_width
from coldstart_lab.plotting.lanes import Lanes, choose_lanes
from coldstart_lab.plotting.palette import INK, MUTED, PAPER, PATH_COLOR, STATE_COLORS
from coldstart_lab.plotting.style import draw_style, new_axes
from coldstart_lab.plotting.timeaxis import (
    AXIS_ROOM,
    SMALL,
    draw_milestones,
    empty_note,
    milestones_within,
    set_time_axis,
    window_of,
)
from coldstart_lab.units import format_ns, format_share

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_LANE_POINTS = 21.0
_SIZE = 9.5
_LABEL_ROOM = 190.0
_FILL = 0.7
_MOST_BOXES = 1500


def plot_threads(
    tiles: pd.DataFrame,
    segments: pd.DataFrame,
    *,
    threads: pd.DataFrame | None = None,
    ax: Axes | None = None,
    milestones: pd.DataFrame | None = None,
) -> Axes:
    """Draw one lane a thread, and the critical path as a line that jumps at wake-ups.

    Drawn from a thousand columns, whatever the number of tiles: in each the height of a colour is
    its share of the column's time. Of many threads those are shown that the path runs through
    longest, then the busiest; the last lane says how many are left out.

    Parameters
    ----------
    tiles : DataFrame
        Table ``attribution.tiles``; may be empty.
    segments : DataFrame
        Table ``attribution.segments``, which sets the window; may be empty.
    threads : DataFrame, optional
        Table ``attribution.threads``, for names and lives.
    ax : Axes, optional
        Where to draw; a new figure if not given.
    milestones : DataFrame, optional
        Table ``recording.milestones``, drawn as thin lines where they lie in the window.

    Returns
    -------
    Axes
        The Axes drawn on; x is ns since exec, y is the lane.
    """
    with draw_style():
        lanes = choose_lanes(tiles, segments, threads)
        labels = [fit(plain(name), _LABEL_ROOM, _SIZE) for name in lanes.names]
        columns = _columns(lanes)
        if ax is None:
            ax = new_axes(
                height=max(len(labels), 1) * _LANE_POINTS + 10,
                left=max((text_width(text, _SIZE) for text in labels), default=0.0) + 14,
                right=columns_width(columns, _SIZE) + 8,
                top=54 if milestones is not None else 36,
                bottom=AXIS_ROOM,
            )
        if not labels or segments.empty:
            return empty_note(ax, "No segments: there is no time to show.")
        begin, length = window_of(segments)
        set_time_axis(ax, length)
        ax.set_ylim(len(labels) - 0.4, -0.6)
        ax.set_yticks(range(len(labels)), labels, parse_math=False)
        covered = _covered(tiles, lanes, begin, length)
        _draw_lives(ax, covered, length)
        _draw_states(ax, covered, length)
        _draw_path(ax, segments, lanes, begin, length)
        _hollow_path(ax, segments, lanes, begin, length)
        draw_columns(ax, columns, range(len(labels)), top=-0.95, size=_SIZE)
        draw_milestones(ax, milestones_within(milestones, begin, length), lift=26)
        _draw_key(ax)
        return ax


@dataclass(frozen=True, slots=True)
class _Covered:
    running: Floats
    call: Floats
    alive: Floats


def _covered(tiles: pd.DataFrame, lanes: Lanes, begin: int, length: float) -> _Covered:
    starts = (tiles["start_ns"].to_numpy(np.int64) - begin).astype(np.float64)
    ends = (tiles["end_ns"].to_numpy(np.int64) - begin).astype(np.float64)
    shown = lanes.of_tile >= 0
    found = []
    for state in ("running", "call", None):
        mine = shown if state is None else shown & (tiles["state"] == state).to_numpy(bool)
        found.append(
            coverage(
                lanes.of_tile[mine],
                starts[mine],
                ends[mine],
                n_rows=len(lanes.names),
                low=0.0,
                high=length,
            )
        )
    return _Covered(*found)


def _draw_lives(ax: Axes, covered: _Covered, length: float) -> None:
    """Draw each life as a thin line: where nothing stands on it, the thread waits."""
    rows, lefts, rights, _ = boxes((covered.alive > 0).astype(np.float64), low=0.0, high=length)
    if len(rows):
        bottom = rows.astype(np.float64) + _FILL / 2
        path = box_path(lefts, rights, bottom, bottom - 0.07)
        ax.add_patch(
            PathPatch(path, facecolor=STATE_COLORS["waiting"], linewidth=0, zorder=2, gid="waiting")
        )


def _draw_states(ax: Axes, covered: _Covered, length: float) -> None:
    """Stand running on the line of life, and calls on top of it."""
    running = np.minimum(covered.running, 1.0)
    stacked = np.minimum(covered.running + covered.call, 1.0)
    # calls are drawn first and to the full height of both; running then covers its part
    for state, height, order in (
        ("call", np.where(covered.call > 0, stacked, 0.0), 3),
        ("running", running, 4),
    ):
        rows, lefts, rights, heights = boxes(height, low=0.0, high=length, least=0.12)
        if len(rows) == 0:
            continue
        bottom = rows.astype(np.float64) + _FILL / 2
        ax.add_patch(
            PathPatch(
                box_path(lefts, rights, bottom, bottom - heights * _FILL),
                facecolor=STATE_COLORS[state],
                linewidth=0,
                zorder=order,
                gid=state,
                # so many boxes weigh less as pixels than as outlines
                rasterized=len(rows) > _MOST_BOXES,
            )
        )


def _draw_path(ax: Axes, segments: pd.DataFrame, lanes: Lanes, begin: int, length: float) -> None:
    ordered = np.argsort(segments["start_ns"].to_numpy(np.int64), kind="stable")
    y = lanes.of_segment[ordered].astype(np.float64)
    start = (segments["start_ns"].to_numpy(np.int64) - begin).astype(np.float64)[ordered]
    end = (segments["end_ns"].to_numpy(np.int64) - begin).astype(np.float64)[ordered]
    x, line_y = np.stack([start, end], axis=1).ravel(), np.repeat(y, 2)
    corner = np.ones(len(x), dtype=bool)
    corner[1:-1] = (line_y[1:-1] != line_y[:-2]) | (line_y[1:-1] != line_y[2:])
    x, line_y = thin_line(x[corner], line_y[corner], low=0.0, high=length)
    ax.plot(
        x,
        line_y,
        color=PATH_COLOR,
        linewidth=2.3,
        solid_capstyle="butt",
        solid_joinstyle="miter",
        zorder=5,
        gid="critical-path",
        path_effects=[effects.withStroke(linewidth=4.3, foreground=PAPER)],
    )


def _hollow_path(ax: Axes, segments: pd.DataFrame, lanes: Lanes, begin: int, length: float) -> None:
    """Hollow the path where its cause is unresolved."""
    unresolved = (segments["confidence"] == "unresolved").to_numpy(bool)
    if not unresolved.any():
        return
    covered = coverage(
        lanes.of_segment[unresolved],
        (segments["start_ns"].to_numpy(np.int64) - begin)[unresolved].astype(np.float64),
        (segments["end_ns"].to_numpy(np.int64) - begin)[unresolved].astype(np.float64),
        n_rows=len(lanes.names),
        low=0.0,
        high=length,
    )
    # what fills less than half of a column is too short to be seen as hollow
    rows, lefts, rights, _ = boxes((covered > 0.5).astype(np.float64), low=0.0, high=length)
    ax.hlines(
        rows.astype(np.float64),
        lefts,
        rights,
        color=PAPER,
        linewidth=0.8,
        zorder=5.5,
        gid="unresolved-path",
    )


def _columns(lanes: Lanes) -> list[TextColumn]:
    whole = sum(lanes.on_path_ns)
    shares = [ns / whole if whole else 0.0 for ns in lanes.on_path_ns]
    return [
        TextColumn("on path", [format_ns(ns) if ns else "-" for ns in lanes.on_path_ns]),
        TextColumn("share", [format_share(share) if share else "" for share in shares]),
    ]


def _draw_key(ax: Axes) -> None:
    """Name the four marks once, in one line above the lanes."""
    keys = [
        Line2D([], [], color=PATH_COLOR, linewidth=2.4, label="critical path (hollow: unresolved)"),
        Patch(facecolor=STATE_COLORS["running"], label="running (outside calls)"),
        Patch(facecolor=STATE_COLORS["call"], label="in a call"),
        Line2D([], [], color=STATE_COLORS["waiting"], linewidth=2, label="waiting in a call"),
    ]
    legend = ax.legend(
        handles=keys,
        loc="lower left",
        bbox_to_anchor=(0.0, 1.0),
        borderaxespad=0.15,
        borderpad=0.2,
        ncols=4,
        frameon=True,  # hides lines that lead to milestones behind it
        facecolor=PAPER,
        edgecolor="none",
        framealpha=1.0,
        fontsize=SMALL,
        handlelength=1.6,
        columnspacing=1.6,
        labelcolor=INK,
    )
    legend.set_gid("key")
    for text in legend.get_texts():
        text.set_color(MUTED)
