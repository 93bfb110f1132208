"""The time axis all figures share: time since exec, milestones as thin lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator

from coldstart_lab.plotting.labels import plain, spread, text_width
from coldstart_lab.plotting.palette import FAINT, INK, MUTED
from coldstart_lab.plotting.style import size_points
from coldstart_lab.units import format_ns

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

SMALL = 8.5
MILESTONE_ROOM = 30.0
AXIS_ROOM = 38.0


def window_of(segments: pd.DataFrame) -> tuple[int, float]:
    """Find the window the segments tile.

    Parameters
    ----------
    segments : DataFrame
        Table ``attribution.segments``.

    Returns
    -------
    tuple of int and float
        Its begin on the recording's clock, and its length in ns; 1 ns stands for an empty window.
    """
    if segments.empty:
        return 0, 1.0
    begin = int(segments["start_ns"].min())
    return begin, float(max(int(segments["end_ns"].max()) - begin, 1))


def format_tick(value: float, _position: int | None = None) -> str:
    """Label a tick of the time axis.

    Parameters
    ----------
    value : float
        Nanoseconds since exec.
    _position : int, optional
        Not used; formatters of matplotlib get it.

    Returns
    -------
    str
        Such as ``"0"``, ``"400 ms"`` or ``"1.20 s"``.
    """
    return "0" if value == 0 else format_ns(value)


def set_time_axis(ax: Axes, length: float, *, label: str = "time since exec") -> None:
    """Give an Axes the x axis of a window.

    Parameters
    ----------
    ax : Axes
        The Axes.
    length : float
        Length of the window in ns.
    label : str
        What the axis shows.
    """
    width, _ = size_points(ax)
    ax.set_xlim(0, length)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=max(int(width / 70), 2), steps=[1, 2, 2.5, 5, 10]))
    ax.xaxis.set_major_formatter(FuncFormatter(format_tick))
    ax.set_xlabel(label)


def milestones_within(
    milestones: pd.DataFrame | None, begin: int, length: float
) -> list[tuple[str, float]]:
    """Choose the milestones a figure shows: those inside its window, without exec, its begin.

    Parameters
    ----------
    milestones : DataFrame or None
        Table ``recording.milestones``.
    begin : int
        Begin of the window on the recording's clock.
    length : float
        Its length in ns.

    Returns
    -------
    list of tuple of str and float
        Name and time since exec in ns, by time.
    """
    if milestones is None or milestones.empty:
        return []
    since = milestones["time_ns"].to_numpy(np.int64) - begin
    found = [
        (plain(name), float(time))
        for name, time in zip(milestones["name"], since.tolist(), strict=True)
        if name != "exec" and 0 <= time <= length
    ]
    return sorted(found, key=lambda item: item[1])


def draw_milestones(ax: Axes, marks: list[tuple[str, float]], *, lift: float) -> None:
    """Draw milestones as thin lines with their names above the Axes.

    Parameters
    ----------
    ax : Axes
        An Axes whose x axis is set.
    marks : list of tuple of str and float
        Of `milestones_within`.
    lift : float
        Height of the names above the Axes, in points.
    """
    if not marks:
        return
    width, height = size_points(ax)
    scale = width / ax.get_xlim()[1]
    texts = [f"{name} {format_tick(time)}" for name, time in marks]
    widths = [text_width(text, SMALL) for text in texts]
    wanted = [time * scale for _, time in marks]
    for text, (_, time), x in zip(texts, marks, spread(wanted, widths, 0, width), strict=True):
        ax.axvline(time, color=INK, linewidth=0.8, linestyle=(0, (4, 2)), zorder=6)
        ax.annotate(
            text,
            xy=(time / ax.get_xlim()[1], 1.0),
            xycoords="axes fraction",
            xytext=(x / width, 1.0 + lift / height),
            textcoords="axes fraction",
            ha="center",
            va="bottom",
            fontsize=SMALL,
            color=INK,
            parse_math=False,
            arrowprops={
                "arrowstyle": "-",
                "color": FAINT,
                "linewidth": 0.7,
                "shrinkA": 1,
                "shrinkB": 0,
            },
            annotation_clip=False,
        )


def note_hatching(ax: Axes) -> None:
    """Say below an Axes what hatching means.

    Parameters
    ----------
    ax : Axes
        The Axes.
    """
    ax.annotate(
        "hatched: cause unresolved",
        xy=(1.0, 0.0),
        xycoords="axes fraction",
        xytext=(0.0, -32.0),
        textcoords="offset points",
        ha="right",
        va="bottom",
        fontsize=SMALL,
        color=MUTED,
        annotation_clip=False,
    )


def empty_note(ax: Axes, text: str) -> Axes:
    """Say on an Axes why there is nothing to see.

    Parameters
    ----------
    ax : Axes
        The Axes.
    text : str
        Why.

    Returns
    -------
    Axes
        The same.
    """
    ax.set_xticks([])
    ax.set_yticks([])
    ax.text(0.5, 0.5, text, ha="center", va="center", color=MUTED, transform=ax.transAxes)
    return ax
