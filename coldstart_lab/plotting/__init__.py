"""Figures of a start: each takes tables and returns the Axes it drew on."""

from coldstart_lab.plotting.causes import plot_causes
from coldstart_lab.plotting.style import draw_style
from coldstart_lab.plotting.threads import plot_threads
from coldstart_lab.plotting.waterfall import plot_waterfall

__all__ = ["draw_style", "plot_causes", "plot_threads", "plot_waterfall"]
