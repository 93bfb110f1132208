"""The table of causes, each with the log lines that show it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from coldstart_lab.plotting.palette import category_color
from coldstart_lab.report.facts import MOST_CAUSES, EvidenceLine, Facts
from coldstart_lab.report.rows import rows_of
from coldstart_lab.units import format_ns, format_share

_WORTH_A_ROW = 0.005
_LEAST_ROWS = 8


def build(facts: Facts) -> dict[str, Any]:
    """List the causes, largest first.

    Parameters
    ----------
    facts : Facts
        What the report is made of.

    Returns
    -------
    dict
        ``rows``, ``small`` (causes to unfold) with their sum, ``rest`` (what is beyond the last
        row) and ``total``.
    """
    times = facts.times
    assert times is not None  # the registry asks for times
    causes = times.causes.sort_values("duration_ns", ascending=False, kind="stable")
    shown, rest = causes.head(MOST_CAUSES), causes.iloc[MOST_CAUSES:]
    large = (shown["share"] >= _WORTH_A_ROW).to_numpy() | (np.arange(len(shown)) < _LEAST_ROWS)
    if large.sum() >= len(shown) - 2:
        large[:] = True  # too few to hide
    largest = max(float(causes["share"].max()), 1e-9) if len(causes) else 1.0
    small = causes.iloc[int(large.sum()) :]
    return {
        "rows": [_row(row, facts, largest) for row in rows_of(shown[large])],
        "small": [_row(row, facts, largest) for row in rows_of(shown[~large])],
        "small_sum": _summed(small, times.window_ns) | {"count": len(small)},
        "rest": _summed(rest, times.window_ns) | {"count": len(rest)} if len(rest) else None,
        "total": _summed(causes, times.window_ns),
        "log_lines": facts.log_lines,
    }


def _row(row: Any, facts: Facts, largest: float) -> dict[str, Any]:
    sure = (row.duration_ns - row.unresolved_ns) / row.duration_ns if row.duration_ns else 1.0
    width = 100 * row.share / largest
    subject = "" if pd.isna(row.subject) else row.subject
    return {
        "cause": row.cause,
        "subject": "" if subject in row.cause else subject,
        "category": row.category,
        "color": category_color(row.category),
        "time": format_ns(row.duration_ns),
        "share": format_share(row.share),
        "sure_width": f"{width * sure:.2f}",
        "unsure_width": f"{width * (1 - sure):.2f}",
        "unresolved": format_ns(row.unresolved_ns) if row.unresolved_ns else "",
        "segments": row.segments,
        "evidence": [_shown(line) for line in facts.evidence.get(row.cause, [])],
    }


def _summed(causes: pd.DataFrame, window_ns: int) -> dict[str, Any]:
    duration, unresolved = int(causes["duration_ns"].sum()), int(causes["unresolved_ns"].sum())
    return {
        "time": format_ns(duration),
        "share": format_share(duration / window_ns if window_ns else None),
        "unresolved": format_ns(unresolved) if unresolved else "",
        "segments": int(causes["segments"].sum()),
    }


def _shown(line: EvidenceLine) -> dict[str, Any]:
    return {
        "at": format_ns(line.since_exec_ns) if line.since_exec_ns else "0",
        "time": format_ns(line.duration_ns),
        "where": f"{line.artefact}:{line.line}",
        "after": line.after,
        "text": line.text,
    }
