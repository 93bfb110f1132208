"""The program's own account of its start: its spans beside what the attribution says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from coldstart_lab.plotting.palette import category_color
from coldstart_lab.report.rows import rows_of
from coldstart_lab.units import format_ns, format_share

if TYPE_CHECKING:
    import pandas as pd

    from coldstart_lab.attribution import SpanComparison
    from coldstart_lab.report.facts import Facts, Times

_MOST_ROWS = 30
_CAUSES = 3
# What is less of a part is not worth naming
_LEAST_SHARE = 0.02
# Of parts that are less of the window, the order says nothing
_WORTH_RANKING = 0.01
_MUCH_SHARED = 0.05
_LEAST_RANKED = 3
_REST_WORTH_NAMING = 0.1
# A span that has parts of its own is drawn as their frame
_FRAME = "#d0d7de"
_NAMES = {"before": "before its first span", "between": "in none of its spans"}


def build(facts: Facts) -> dict[str, Any]:
    """Set the program's spans beside the attribution.

    Parameters
    ----------
    facts : Facts
        What the report is made of.

    Returns
    -------
    dict
        ``rows``, ``sentences``, ``spans`` (how many), ``more`` rows, ``until``, ``whole`` (length
        of the time line) and ``ready`` (where on it the milestone is, in per cent).
    """
    times, account = facts.times, facts.account
    assert times is not None  # the registry asks for both
    assert account is not None
    comparison = account.comparison
    parts = comparison.parts
    whole_ns = max(int(parts["end_ns"].max()), times.end_ns) - times.start_ns
    causes = dict(iter(comparison.causes.groupby("part")))
    shown = enumerate(rows_of(parts.head(_MOST_ROWS)))
    return {
        "rows": [_row(row, causes.get(place), times, whole_ns) for place, row in shown],
        "sentences": [
            *_agreement(comparison),
            *_left(account.left_out, account.lost, times),
        ],
        "spans": int((parts["kind"] == "span").sum()),
        "more": max(len(parts) - _MOST_ROWS, 0),
        "until": times.until,
        "whole": format_ns(whole_ns),
        "ready": f"{100 * _share(times.window_ns, whole_ns):.2f}",
    }


def _row(row: Any, causes: pd.DataFrame | None, times: Times, whole_ns: int) -> dict[str, Any]:
    begin, end = int(row.start_ns) - times.start_ns, int(row.end_ns) - times.start_ns
    split = min(max(times.window_ns, begin), end)
    left, middle, right = (100 * _share(at, whole_ns) for at in (begin, split, end))
    without = row.kind == "span" and row.duration_ns < end - begin
    shared = row.shared_ns > _MUCH_SHARED * row.path_ns
    blame = [] if causes is None else _blame(causes, row.path_ns)
    return {
        "name": _name(row),
        "own": row.kind == "span",
        "note": "outside its own parts" if without else "",
        "length": format_ns(row.duration_ns),
        "path": format_ns(row.path_ns) if row.path_ns else "",
        "shared": format_ns(row.shared_ns) if shared else "",
        "blame": blame,
        "color": _FRAME if without or not blame else blame[0]["color"],
        "early": split > begin,
        "late": end > split,
        "left": f"{left:.2f}",
        "width": f"{middle - left:.2f}",
        "late_left": f"{middle:.2f}",
        "late_width": f"{right - middle:.2f}",
    }


def _blame(causes: pd.DataFrame, path_ns: int) -> list[dict[str, str]]:
    named = causes.head(_CAUSES)
    named = named[named["duration_ns"] >= _LEAST_SHARE * path_ns]
    shown = [
        {
            "cause": cause.cause,
            "time": format_ns(cause.duration_ns),
            "color": category_color(cause.category),
        }
        for cause in rows_of(named)
    ]
    rest_ns = path_ns - int(named["duration_ns"].sum())
    if rest_ns > _REST_WORTH_NAMING * path_ns:
        more = f"{len(causes) - len(named)} more causes"
        shown.append({"cause": more, "time": format_ns(rest_ns), "color": category_color("other")})
    return shown


def _agreement(comparison: SpanComparison) -> list[str]:
    """Say whether causes rank the parts as spans do."""
    window = comparison.window_ns
    parts = comparison.parts
    ranked = parts[parts[["path_ns", "by_cause_ns"]].max(axis=1) >= _WORTH_RANKING * window]
    if len(ranked) < _LEAST_RANKED:
        return []
    if comparison.shared_ns > _MUCH_SHARED * window:
        return [
            f"Several spans were open at once: {format_ns(comparison.shared_ns)}, added up, count "
            "for more than one of them. The path ran through one at a time, and no span says "
            "through which: a part can have held up less than is said here, never more, and what "
            "its time is blamed on can be the work of another."
        ]
    kept = format_share(1 - comparison.misplaced_ns / window)
    same, pairs = _pairs_in_order(ranked)
    said = (
        "Counted by the attribution's causes alone, each where most of it lies, "
        f"{kept} of the time is in the part that the spans say"
    )
    if same == pairs:
        return [f"{said}, and the parts rank in the same order."]
    differences = (ranked["by_cause_ns"] - ranked["path_ns"]).abs()
    worst = next(iter(rows_of(ranked.loc[[differences.idxmax()]])))
    return [
        f"{said}, and of {pairs} pairs of parts {same} rank in the same order. What differs most "
        f"is {_name(worst)}: {format_ns(worst.path_ns)} by its span, "
        f"{format_ns(worst.by_cause_ns)} by causes."
    ]


def _pairs_in_order(ranked: pd.DataFrame) -> tuple[int, int]:
    """Return how many pairs of parts both measures order alike, and of how many."""
    by_span, by_cause = (
        np.sign(np.subtract.outer(times, times))[np.triu_indices(len(ranked), 1)]
        for times in (ranked["path_ns"].to_numpy(), ranked["by_cause_ns"].to_numpy())
    )
    return int((by_span == by_cause).sum()), len(by_span)


def _left(left_out: int, lost: int, times: Times) -> list[str]:
    said = []
    if left_out:
        said.append(f"{left_out} spans of traces that began after “{times.until}” are left out.")
    if lost:
        said.append(f"{lost} lines, spans or events of the artefact were not understood.")
    return said


def _name(row: Any) -> str:
    return _NAMES.get(row.kind) or str(row.name)


def _share(part_ns: int, whole_ns: int) -> float:
    return min(max(part_ns / max(whole_ns, 1), 0.0), 1.0)
