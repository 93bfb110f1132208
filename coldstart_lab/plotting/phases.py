"""The band above a waterfall that says which phase the start was in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.patches import PathPatch

from coldstart_lab.plotting.binning import box_path, boxes, coverage
from coldstart_lab.plotting.labels import plain, spread, text_width
from coldstart_lab.plotting.palette import FAINT, INK, MUTED, PHASE_COLORS
from coldstart_lab.plotting.style import size_points
from coldstart_lab.plotting.timeaxis import SMALL, window_of
from coldstart_lab.units import format_ns

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw_phases(ax: Axes, segments: pd.DataFrame, *, low: float, high: float, lift: float) -> None:
    """Draw the phases as light bands, each with its name and length.

    Parameters
    ----------
    ax : Axes
        An Axes whose x axis is set.
    segments : DataFrame
        Table ``attribution.segments``.
    low, high : float
        Lower and upper edge of the band, in data coordinates of y.
    lift : float
        Height above the Axes, in points, of the names that don't fit inside their band.
    """
    begin, length = window_of(segments)
    codes, names = pd.factorize(segments["phase"].astype(str))
    starts = segments["start_ns"].to_numpy(np.int64) - begin
    ends = segments["end_ns"].to_numpy(np.int64) - begin
    covered = coverage(
        codes.astype(np.int64),
        starts.astype(np.float64),
        ends.astype(np.float64),
        n_rows=len(names),
        low=0.0,
        high=length,
    )
    # one phase a column, whichever holds most of it: bands must not lie on one another
    winner = covered == covered.max(axis=0)
    winner &= np.cumsum(winner, axis=0) == 1
    rows, lefts, rights, _ = boxes(winner & (covered > 0), low=0.0, high=length)
    totals = np.bincount(codes, (ends - starts).astype(np.float64), len(names))
    width, height = size_points(ax)
    outside: list[tuple[float, str]] = []
    for i, name in enumerate(names):
        mine = rows == i
        if not mine.any():
            continue
        left, right = lefts[mine], rights[mine]
        edges = np.full(len(left), low), np.full(len(left), high)
        ax.add_patch(
            PathPatch(
                box_path(left, right, *edges),
                facecolor=PHASE_COLORS[i % len(PHASE_COLORS)],
                edgecolor=FAINT,
                linewidth=0.5,
                gid=f"phase-{i}",
            )
        )
        widest = int(np.argmax(right - left))
        center = float(left[widest] + right[widest]) / 2
        text = f"{plain(name)} {format_ns(totals[i])}"
        room = float(right[widest] - left[widest]) / length * width
        if text_width(text, SMALL) + 6 <= room:
            middle = (low + high) / 2
            ax.text(
                center, middle, text, ha="center", va="center", fontsize=SMALL, parse_math=False
            )
        else:
            outside.append((center, text))
    outside.sort()
    widths = [text_width(text, SMALL) for _, text in outside]
    wanted = [center / length * width for center, _ in outside]
    for (center, text), x in zip(outside, spread(wanted, widths, 0, width), strict=True):
        ax.annotate(
            text,
            xy=(center / length, 1.0),
            xycoords="axes fraction",
            xytext=(x / width, 1.0 + lift / height),
            textcoords="axes fraction",
            ha="center",
            va="bottom",
            fontsize=SMALL,
            color=MUTED,
            parse_math=False,
            arrowprops={
                "arrowstyle": "-",
                "color": INK,
                "linewidth": 0.5,
                "shrinkA": 1,
                "shrinkB": 0,
            },
            annotation_clip=False,
        )
