"""Turns a figure into markup that stands in a page by itself."""

from __future__ import annotations

import base64
import io
import re
from typing import TYPE_CHECKING

import matplotlib as mpl
import matplotlib.pyplot as plt
from markupsafe import Markup, escape
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_PIXELS_PER_INCH = 170
_TAG = re.compile(r"<[^<>]+>")
_LONG_NUMBER = re.compile(r"(-?\d+\.\d\d)\d+")
_ID = re.compile(r'(\bid="|url\(#|href="#)')
_FONT = re.compile(r"'DejaVu Sans'[^;\"]*")


def embed_figure(ax: Axes, *, name: str, label: str, most_bytes: int) -> Markup:
    """Embed the figure of an Axes and close it.

    Parameters
    ----------
    ax : Axes
        What a plotting function returned.
    name : str
        Name of the figure in the page; makes the ids of its parts unique.
    label : str
        What a reader who cannot see it is told.
    most_bytes : int
        Size from which pixels are taken instead of outlines, if they are smaller.

    Returns
    -------
    Markup
        An ``<svg>`` element, or an ``<img>`` with its data.
    """
    figure = ax.figure
    assert isinstance(figure, Figure)  # no Axes drawn here lies in a subfigure
    with mpl.rc_context({"svg.hashsalt": name, "svg.fonttype": "none"}):
        vector = io.StringIO()
        figure.savefig(
            vector, format="svg", dpi=_PIXELS_PER_INCH, metadata={"Date": None, "Creator": None}
        )
    markup = _inline(vector.getvalue(), name=name, label=label)
    if len(markup) > most_bytes:
        pixels = io.BytesIO()
        figure.savefig(pixels, format="png", dpi=_PIXELS_PER_INCH, metadata={"Software": None})
        data = base64.b64encode(pixels.getvalue()).decode("ascii")
        if len(data) < len(markup):
            markup = f'<img class="plot" alt="{escape(label)}" src="data:image/png;base64,{data}">'
    plt.close(figure)
    # matplotlib escaped the text, `escape` the label
    return Markup(markup)


def _inline(svg: str, *, name: str, label: str) -> str:
    """Strip what only a file needs; shorten numbers and fonts; keep ids from meeting others."""
    body = svg[svg.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>\s*", "", body, flags=re.DOTALL)
    body = re.sub(r"<style[^>]*>.*?</style>\s*", "", body, flags=re.DOTALL)
    box = re.search(r'viewBox="([^"]+)"', body)
    assert box is not None  # matplotlib always writes one
    body = body[body.index(">") + 1 :].replace("xlink:href", "href")

    def shorten(tag: re.Match[str]) -> str:
        text = _LONG_NUMBER.sub(r"\1", tag[0])
        text = _FONT.sub("sans-serif", text)
        return _ID.sub(rf"\g<1>{name}-", text)

    body = re.sub(r">\s*\n\s*<", "><", _TAG.sub(shorten, body))
    head = f'<svg class="plot" role="img" aria-label="{escape(label)}" viewBox="{box[1]}">'
    return f"{head}<title>{escape(label)}</title>{body.strip()}"
