"""Text on figures: made harmless, measured, cut to size, and kept from overlapping."""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Sequence

from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.textpath import TextToPath

_LONGEST = 400
_ELLIPSIS = "…"


def plain(text: object) -> str:
    """Make text of unknown origin fit to be drawn on one line.

    Control characters and those that reorder text become visible escapes, line ends and tabs
    become spaces, and what the shipped font cannot draw becomes a white square.

    Parameters
    ----------
    text : object
        Anything; NA and None become ``"?"``.

    Returns
    -------
    str
        One line, at most 400 characters long.
    """
    if not isinstance(text, str):
        return "?"
    cut = text[: _LONGEST + 1]
    drawn = "".join(_drawable(char) for char in " ".join(cut.split()))
    return drawn if len(drawn) <= _LONGEST else drawn[: _LONGEST - 1] + _ELLIPSIS


def text_width(text: str, size: float, *, weight: str = "normal") -> float:
    """Measure a line of text.

    Parameters
    ----------
    text : str
        Text that went through `plain`.
    size : float
        Font size in points.
    weight : str
        Font weight.

    Returns
    -------
    float
        Width in points.
    """
    if not text:
        return 0.0
    width, _, _ = _measure().get_text_width_height_descent(
        text, FontProperties(size=size, weight=weight), ismath=False
    )
    return float(width)


def fit(text: str, width: float, size: float) -> str:
    """Cut text in its middle until it fits: both ends of a path or address tell something.

    Parameters
    ----------
    text : str
        Text that went through `plain`.
    width : float
        Room in points.
    size : float
        Font size in points.

    Returns
    -------
    str
        The text, or its two ends around an ellipsis.
    """
    if text_width(text, size) <= width:
        return text
    low, high = 1, len(text) - 1
    while low < high:
        keep = (low + high + 1) // 2
        if text_width(_ends(text, keep), size) <= width:
            low = keep
        else:
            high = keep - 1
    return _ends(text, low)


def spread(
    centers: Sequence[float], widths: Sequence[float], low: float, high: float, *, gap: float = 13.0
) -> list[float]:
    """Move labels along a line so that none overlaps another.

    Parameters
    ----------
    centers : sequence of float
        Where each label would like its centre, ascending.
    widths : sequence of float
        Width of each.
    low, high : float
        Ends of the line; labels stay inside as long as all of them fit.
    gap : float
        Room between two labels.

    Returns
    -------
    list of float
        The centres, in the order given.
    """
    placed: list[float] = []
    edge = low
    for center, width in zip(centers, widths, strict=True):
        left = max(center - width / 2, edge)
        placed.append(left + width / 2)
        edge = left + width + gap
    edge = high
    for i in range(len(placed) - 1, -1, -1):
        placed[i] = min(placed[i], edge - widths[i] / 2)
        edge = placed[i] - widths[i] / 2 - gap
    return placed


def _ends(text: str, keep: int) -> str:
    head = (keep + 1) // 2
    tail = keep - head
    return text[:head].rstrip() + _ELLIPSIS + (text[-tail:].lstrip() if tail else "")


def _drawable(char: str) -> str:
    # Cc control, Cf format (bidirectional overrides), Cs surrogates, Co private, Cn unassigned
    if unicodedata.category(char)[0] == "C":
        return f"\\x{ord(char):02x}" if ord(char) < 256 else f"\\u{ord(char):04x}"
    return char if char.isascii() or _font_has(char) else "□"


@functools.lru_cache(maxsize=4096)
def _font_has(char: str) -> bool:
    return bool(get_font(findfont("DejaVu Sans")).get_char_index(ord(char)))


@functools.lru_cache(maxsize=1)
def _measure() -> TextToPath:
    return TextToPath()
