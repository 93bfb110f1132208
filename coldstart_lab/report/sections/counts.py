"""For logs without times: what was called, what failed, where files were searched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from coldstart_lab.attribution import count_calls, count_failures, count_searches
from coldstart_lab.report.cleaning import clean
from coldstart_lab.report.rows import rows_of

if TYPE_CHECKING:
    from coldstart_lab.report.facts import Facts

_MOST_ROWS = 40


def build(facts: Facts) -> dict[str, Any]:
    """Count what a log without times shows.

    Parameters
    ----------
    facts : Facts
        What the report is made of.

    Returns
    -------
    dict
        ``tables``: title, explanation, headings, rows and how many rows are left out.
    """
    events = facts.recording.strace.events
    tables = [
        _table("Calls by name", "How often each call was made.", count_calls(events)),
        _table("Failures by error", "Calls that failed, by error.", count_failures(events)),
    ]
    if facts.log_lines:
        tables.append(
            _table(
                "Path searches",
                "Names looked for in several places: each miss is a call that found nothing.",
                count_searches(events),
            )
        )
    flags = facts.recording.strace.missing_flags
    return {
        "tables": tables,
        "flags": [(clean(flag), clean(what)) for flag, what in flags.items()],
        "log_lines": facts.log_lines,
    }


def _table(title: str, explanation: str, frame: pd.DataFrame) -> dict[str, Any]:
    numeric = [pd.api.types.is_numeric_dtype(frame[name]) for name in frame.columns]
    return {
        "title": title,
        "explanation": explanation,
        "headings": list(zip((_heading(name) for name in frame.columns), numeric, strict=True)),
        "rows": [
            [(_cell(cell), number) for cell, number in zip(row, numeric, strict=True)]
            for row in rows_of(frame.head(_MOST_ROWS))
        ],
        "more": max(len(frame) - _MOST_ROWS, 0),
    }


def _heading(name: object) -> str:
    return clean(str(name)).replace("_", " ")


def _cell(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return clean(", ".join(map(str, value)))
    if pd.isna(value):
        return ""
    return f"{value:,}" if isinstance(value, int) else clean(str(value))
