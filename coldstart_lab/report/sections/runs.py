"""The table of all starts of the set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from coldstart_lab.report.cleaning import clean
from coldstart_lab.report.rows import rows_of
from coldstart_lab.units import format_ns

if TYPE_CHECKING:
    from coldstart_lab.report.facts import Facts

_MOST_RUNS = 200


def build(facts: Facts) -> dict[str, Any]:
    """List the starts in the order they ran.

    Parameters
    ----------
    facts : Facts
        What the report is made of.

    Returns
    -------
    dict
        ``rows`` and ``more``, the number of starts beyond the last row.
    """
    siblings = facts.recording.siblings
    assert siblings is not None  # the registry asks for a set
    members = siblings.members
    longest = members["ready_ns"].max()
    return {
        "rows": [
            {
                "order": row.order,
                "recording_id": clean(row.recording_id),
                "this": row.recording_id == facts.recording.recording_id,
                "observers": clean(row.observers),
                "ready": "never" if pd.isna(row.ready_ns) else format_ns(row.ready_ns),
                "width": "0" if pd.isna(row.ready_ns) else f"{100 * row.ready_ns / longest:.1f}",
                "outcome": row.outcome,
            }
            for row in rows_of(members.head(_MOST_RUNS))
        ],
        "more": max(len(members) - _MOST_RUNS, 0),
    }
