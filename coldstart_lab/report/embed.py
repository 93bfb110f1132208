r"""The numbers of a report as JSON inside its page.

The element ``<script type="application/json" id="coldstart-data">`` holds one object. Its keys are
stable; new ones may be added, and ``format`` grows when one changes its meaning:

``format``
    1.
``recording_id``, ``variant``, ``observers``
    What was recorded.
``log_lines``
    Whether text of the log is included; if not, ``subject``, ``comm`` and ``lines`` are null.
``window``
    ``until``, ``start_ns``, ``end_ns``, ``duration_ns``, ``unresolved_ns``; null without times.
``causes``
    Rows of table ``attribution.causes``, largest first; ``lines``: artefact, line, start_ns
    (after exec), duration_ns, text.
``segments``
    ``count`` (all there are) and ``rows`` of table ``attribution.segments``, in order of time: the
    longest of them, if they are too many for a page.
``milestones``
    Rows of table ``recording.milestones``.
``completeness``
    ``lines``, ``events``, ``not_understood``, ``missing``, ``notes``, ``after`` (pid, comm,
    duration_ns) and ``tracer_cost`` (``traced`` and ``untraced``: count, median_ns, least_ns,
    most_ns) or null.
``account``
    The program's own account: ``parts``, rows of table ``attribution.span_parts`` with ``causes``
    (rows of ``attribution.span_causes``, the largest), ``left_out`` and ``lost``; null where there
    is none.
``waits``
    ``starts``, ``traced``, and ``classes`` of requests with how long they took and waited; null
    where none were recorded.
``runs``
    Rows of table ``recording.members``; null outside a set.

Times are integer nanoseconds; what is not known is null.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from coldstart_lab.recording import missing_evidence
from coldstart_lab.report.account import Account
from coldstart_lab.report.cleaning import clean, clean_columns
from coldstart_lab.report.facts import MOST_CAUSES, Facts, Times
from coldstart_lab.report.waits import Waits, by_class
from coldstart_lab.tables import (
    CAUSES,
    MEMBERS,
    MILESTONES,
    SEGMENTS,
    SPAN_CAUSES,
    SPAN_PARTS,
    Table,
)

if TYPE_CHECKING:
    import pandas as pd

FORMAT = 1
_MOST_PARTS = 100
_MOST_CAUSES = 10
# None of these may end a script element or a line of it
_ESCAPES = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}


def embedded_json(facts: Facts) -> Markup:
    """Write the numbers as the text of a script element.

    Parameters
    ----------
    facts : Facts
        What the report is made of.

    Returns
    -------
    Markup
        JSON in which nothing can end the element.
    """
    text = json.dumps(report_data(facts), ensure_ascii=False, separators=(",", ":"))
    return Markup(text.translate(_ESCAPES))


def report_data(facts: Facts) -> dict[str, Any]:
    """Collect the numbers of a report.

    Parameters
    ----------
    facts : Facts
        What the report is made of.

    Returns
    -------
    dict
        The object this module describes.
    """
    recording, times = facts.recording, facts.times
    siblings = recording.siblings
    members = None if siblings is None else clean_columns(siblings.members, ["recording_id"])
    return {
        "format": FORMAT,
        "recording_id": clean(recording.recording_id),
        "variant": clean(recording.variant),
        "observers": [clean(name) for name in recording.observers],
        "log_lines": facts.log_lines,
        "window": None if times is None else _window(times),
        "causes": [] if times is None else _causes(facts, times),
        "segments": {"count": 0, "rows": []} if times is None else _segments(facts, times),
        "milestones": [] if times is None else _rows(times.milestones, MILESTONES),
        "completeness": _completeness(facts),
        "account": None if facts.account is None else _account(facts.account),
        "waits": None if facts.waits is None else _waits(facts.waits),
        "runs": None if members is None else _rows(members.head(1000), MEMBERS),
    }


def _window(times: Times) -> dict[str, Any]:
    return {
        "until": times.until,
        "start_ns": times.start_ns,
        "end_ns": times.end_ns,
        "duration_ns": times.window_ns,
        "unresolved_ns": times.unresolved_ns,
    }


def _causes(facts: Facts, times: Times) -> list[dict[str, Any]]:
    rows = _rows(times.causes.head(5 * MOST_CAUSES), CAUSES)
    for row in rows:
        lines = facts.evidence.get(row["cause"], [])
        row["lines"] = [
            {
                "artefact": line.artefact,
                "line": line.line,
                "start_ns": line.since_exec_ns,
                "duration_ns": line.duration_ns,
                "text": line.text or None,
            }
            for line in lines
        ] if facts.log_lines else None  # fmt: skip
    return rows


def _segments(facts: Facts, times: Times) -> dict[str, Any]:
    longest = times.segments.nlargest(facts.limits.segments, "duration_ns", keep="first")
    ordered = clean_columns(longest.sort_values("start_ns"), ["subject"])
    return {"count": len(times.segments), "rows": _rows(ordered, SEGMENTS)}


def _account(account: Account) -> dict[str, Any]:
    parts = _rows(account.comparison.parts.head(_MOST_PARTS), SPAN_PARTS)
    for row in parts:
        row["causes"] = []
    for cause in _rows(account.comparison.causes, SPAN_CAUSES):
        if cause["part"] < len(parts) and len(parts[cause["part"]]["causes"]) < _MOST_CAUSES:
            parts[cause["part"]]["causes"].append(cause)
    return {"parts": parts, "left_out": account.left_out, "lost": account.lost}


def _waits(waits: Waits) -> dict[str, Any]:
    classes = _plain(by_class(waits.requests).head(_MOST_PARTS))
    return {"starts": waits.starts, "traced": waits.traced, "classes": classes}


def _completeness(facts: Facts) -> dict[str, Any]:
    recording, times = facts.recording, facts.times
    log = recording.strace if recording.has_artefact("strace") else None
    after: Any = [] if times is None else times.after[["pid", "comm", "duration_ns"]].head(200)
    return {
        "lines": None if log is None else log.count("lines"),
        "events": None if log is None else len(log.events),
        "not_understood": None if log is None else len(log.losses),
        "missing": [clean(sentence, 400) for sentence in missing_evidence(recording)],
        "notes": [] if times is None else times.notes,
        "after": [] if times is None else _plain(after),
        "tracer_cost": None if facts.cost is None else asdict(facts.cost),
    }


def _rows(frame: pd.DataFrame, table: Table) -> list[dict[str, Any]]:
    return _plain(frame[table.names])


def _plain(frame: Any) -> list[dict[str, Any]]:
    if not len(frame):
        return []
    whole = frame.astype(object)
    rows: list[dict[str, Any]] = whole.where(whole.notna(), None).to_dict("records")
    return rows
