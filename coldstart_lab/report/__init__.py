"""Reports: what a start spent its time on, as one self-contained HTML page."""

from coldstart_lab.report.writing import render_report, write_report

__all__ = ["render_report", "write_report"]
