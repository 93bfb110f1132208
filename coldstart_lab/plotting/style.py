"""The shipped style, and figures whose margins fit their labels."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import matplotlib.style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STYLE_FILE = Path(__file__).with_name("coldstart.mplstyle")
POINTS = 72.0


@contextmanager
def draw_style() -> Iterator[None]:
    """Draw with the style of this package inside the block, and with the caller's after it.

    Yields
    ------
    None
        Nothing; the style is set inside the block.
    """
    # A notebook's backend makes pyplot interactive as it is loaded; inside the block that would be
    # undone at its end, and no later figure would be shown
    plt.draw_if_interactive()  # type: ignore[no-untyped-call]
    with matplotlib.style.context(str(STYLE_FILE)):
        yield


def new_axes(*, height: float, left: float, right: float, top: float, bottom: float) -> Axes:
    """Make a figure of the style's width with one Axes.

    Parameters
    ----------
    height : float
        Height of the Axes itself, in points.
    left, right, top, bottom : float
        Room around it for labels, in points.

    Returns
    -------
    Axes
        The Axes; the figure is known to pyplot, so that a notebook shows it.
    """
    width = plt.rcParams["figure.figsize"][0] * POINTS
    whole = height + top + bottom
    figure = plt.figure(figsize=(width / POINTS, whole / POINTS))
    inner = max(width - left - right, 0.25 * width)
    return figure.add_axes((left / width, bottom / whole, inner / width, height / whole))


def size_points(ax: Axes) -> tuple[float, float]:
    """Return width and height of an Axes in points.

    Parameters
    ----------
    ax : Axes
        The Axes.

    Returns
    -------
    tuple of float
        Width and height.
    """
    box = ax.get_window_extent()
    scale = POINTS / ax.figure.dpi
    return box.width * scale, box.height * scale
