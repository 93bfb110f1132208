"""The table of milestones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from coldstart_lab.report.rows import rows_of
from coldstart_lab.units import format_ns

if TYPE_CHECKING:
    from coldstart_lab.report.facts import Facts


def build(facts: Facts) -> dict[str, Any]:
    """List the milestones in order of time.

    Parameters
    ----------
    facts : Facts
        What the report is made of.

    Returns
    -------
    dict
        ``rows``.
    """
    times = facts.times
    assert times is not None  # the registry asks for times
    ordered = times.milestones.sort_values("time_ns", kind="stable")
    return {
        "rows": [
            {
                "name": row.name,
                "chosen": row.name == times.until,
                "time": _since(int(row.time_ns) - times.start_ns),
                "uncertainty": _uncertainty(row.uncertainty_ns),
                "source": row.source,
                "line": "" if pd.isna(row.line) else f"strace:{int(row.line)}",
                "detail": "" if pd.isna(row.detail) else row.detail,
            }
            for row in rows_of(ordered)
        ]
    }


def _since(nanoseconds: int) -> str:
    return format_ns(nanoseconds) if nanoseconds else "0"


def _uncertainty(value: Any) -> str:
    if pd.isna(value):
        return "unknown"
    return f"up to {format_ns(int(value))} earlier" if value else "exact"
