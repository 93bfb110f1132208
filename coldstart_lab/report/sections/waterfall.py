"""The waterfall figure with its caption."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coldstart_lab.plotting import plot_waterfall
from coldstart_lab.report.figures import embed_figure
from coldstart_lab.report.sections.verdict import headline, summary

if TYPE_CHECKING:
    from coldstart_lab.report.facts import Facts


def build(facts: Facts) -> dict[str, Any]:
    """Draw the waterfall.

    Parameters
    ----------
    facts : Facts
        What the report is made of.

    Returns
    -------
    dict
        ``figure``.
    """
    times = facts.times
    assert times is not None  # the registry asks for times
    label = (
        f"Waterfall of the critical path by cause over time since exec. {headline(times)}. "
        f"{summary(times)} The table of causes below holds the same numbers."
    )
    ax = plot_waterfall(times.segments, milestones=times.milestones)
    return {
        "figure": embed_figure(
            ax, name="waterfall", label=label, most_bytes=facts.limits.figure_bytes
        )
    }
