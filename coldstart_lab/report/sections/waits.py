"""Who waited after the health answer, by class of request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coldstart_lab.report.rows import rows_of
from coldstart_lab.report.waits import by_class, waits_in_words
from coldstart_lab.units import format_ns

if TYPE_CHECKING:
    from coldstart_lab.report.facts import Facts
    from coldstart_lab.report.waits import Waits

_MOST_ROWS = 20


def build(facts: Facts) -> dict[str, Any]:
    """Sum up the requests by class, the slowest first.

    Parameters
    ----------
    facts : Facts
        What the report is made of.

    Returns
    -------
    dict
        ``rows``, ``more`` (classes beyond the last row), ``whose`` starts they are of,
        ``sentences``, and ``lost`` lines.
    """
    waits = facts.waits
    assert waits is not None  # the registry asks for it
    classes = by_class(waits.requests)
    return {
        "rows": [_row(row) for row in rows_of(classes.head(_MOST_ROWS))],
        "more": max(len(classes) - _MOST_ROWS, 0),
        "whose": _whose(waits),
        "sentences": waits_in_words(waits.requests),
        "lost": waits.lost,
    }


def _row(row: Any) -> dict[str, Any]:
    return {
        "name": row.name,
        "number": row.number,
        "failed": row.failed,
        "early": row.early,
        "times": [
            format_ns(time) for time in (row.first_ns, row.median_ns, row.p95_ns, row.slowest_ns)
        ],
        "waited": row.waited if row.noted else None,
        "longest": format_ns(row.longest_wait_ns) if row.waited else "",
    }


def _whose(waits: Waits) -> str:
    if waits.traced:
        return "this start, which ran under strace"
    if waits.starts == 1:
        return "the untraced start of this set"
    return f"the {waits.starts} untraced starts of this set"
