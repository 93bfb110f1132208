"""Colours that stay apart in grey print and with any colour vision.

The categories form a ladder of lightness (CIE L* from 27 to 91, about 7 apart), so that a grey
copy still tells them apart; hue helps those who see it; the name always stands beside the colour.
Hatching means one thing only: time whose cause is unresolved.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

INK: Final = "#1f2328"
MUTED: Final = "#57606a"
FAINT: Final = "#8c959f"
RULE: Final = "#e4e7eb"
PAPER: Final = "#ffffff"
UNRESOLVED_HATCH: Final = "/////"

CATEGORY_COLORS: Final[dict[str, str]] = {
    "cpu": "#003e83",
    "process": "#723884",
    "lock": "#b23033",
    "network": "#0479ac",
    "files": "#c76c22",
    "memory": "#52a76c",
    "timer": "#d1a214",
    "scheduler": "#f0a7bc",
    "observer": "#9ed8e6",
    "other": "#e3e3e3",
}

# fills a label can be printed on in INK
PHASE_COLORS: Final = ("#dfe6ee", "#f3eee1")

STATE_COLORS: Final[dict[str, str]] = {
    "running": "#5b8db8",
    "call": "#f2c078",
    "waiting": "#b4bbc2",
}
PATH_COLOR: Final = "#7d0b2b"


def category_color(category: str) -> str:
    """Return the colour of a category; unknown ones look like ``other``.

    Parameters
    ----------
    category : str
        A value of the column ``category``.

    Returns
    -------
    str
        A colour as ``#rrggbb``.
    """
    return CATEGORY_COLORS.get(category, CATEGORY_COLORS["other"])


def hatch_color(category: str) -> str:
    """Return a colour whose hatching shows on a bar of that category.

    Parameters
    ----------
    category : str
        A value of the column ``category``.

    Returns
    -------
    str
        White on dark colours, ink on light ones.
    """
    return PAPER if lightness(category_color(category)) < 58 else INK


def outline_width(category: str) -> float:
    """Return how wide an outline, in points, a bar of that category needs to show on paper.

    Parameters
    ----------
    category : str
        A value of the column ``category``.

    Returns
    -------
    float
        Zero for all but the lightest colours.
    """
    return 0.6 if lightness(category_color(category)) > 80 else 0.0


def lightness(color: str) -> float:
    """Return the CIE lightness L* (0 black, 100 white) of an sRGB colour.

    Parameters
    ----------
    color : str
        A colour as ``#rrggbb``.

    Returns
    -------
    float
        L*, after IEC 61966-2-1 and CIE 15.
    """
    y = relative_luminance(color)
    return 116 * y ** (1 / 3) - 16 if y > (6 / 29) ** 3 else y * (29 / 3) ** 3


def relative_luminance(color: str) -> float:
    """Return the relative luminance (0 to 1) of an sRGB colour, as WCAG 2.2 defines it.

    Parameters
    ----------
    color : str
        A colour as ``#rrggbb``.

    Returns
    -------
    float
        The luminance.
    """
    red, green, blue = (_linear(int(color[i : i + 2], 16) / 255) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def by_lightness(categories: Iterable[str]) -> list[str]:
    """Order categories from dark to light.

    Parameters
    ----------
    categories : iterable of str
        Values of the column ``category``.

    Returns
    -------
    list of str
        The same, without repetition.
    """
    return sorted(set(categories), key=lambda name: (lightness(category_color(name)), name))


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)
