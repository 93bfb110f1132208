"""The figure of all threads with its caption."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coldstart_lab.plotting import plot_threads
from coldstart_lab.report.figures import embed_figure
from coldstart_lab.units import format_ns, format_share

if TYPE_CHECKING:
    from coldstart_lab.report.facts import Facts


def build(facts: Facts) -> dict[str, Any]:
    """Draw the threads.

    Parameters
    ----------
    facts : Facts
        What the report is made of.

    Returns
    -------
    dict
        ``figure`` and ``count``, the number of threads.
    """
    times = facts.times
    assert times is not None  # the registry asks for times
    by_thread = times.segments.groupby("pid")["duration_ns"].sum().sort_values(ascending=False)
    whole = max(times.window_ns, 1)
    parts = [
        f"thread {pid} {format_ns(ns)} ({format_share(ns / whole)})"
        for pid, ns in by_thread.head(4).items()
    ]
    label = (
        f"What {len(times.threads)} threads did over time, with the critical path drawn through "
        f"them. The path runs longest through {', '.join(parts) or 'none'}."
    )
    ax = plot_threads(
        times.tiles, times.segments, threads=times.threads, milestones=times.milestones
    )
    figure = embed_figure(ax, name="threads", label=label, most_bytes=facts.limits.figure_bytes)
    return {"figure": figure, "count": len(times.threads)}
