"""What the numbers rest on: what was not understood, not recorded, and what observing cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from coldstart_lab.recording import missing_evidence
from coldstart_lab.report.cleaning import clean
from coldstart_lab.report.rows import rows_of
from coldstart_lab.units import format_ns

if TYPE_CHECKING:
    from coldstart_lab.report.facts import Facts

_EXAMPLES = 5
_THREADS = 12


def build(facts: Facts) -> dict[str, Any]:
    """Say how complete the recording is.

    Parameters
    ----------
    facts : Facts
        What the report is made of.

    Returns
    -------
    dict
        ``log`` (lines read and lost), ``cost``, ``missing``, ``notes`` and ``after``.
    """
    recording = facts.recording
    manifest_notes = recording.manifest.get("notes", [])
    notes = [clean(note, 600) for note in manifest_notes if isinstance(note, str)]
    return {
        "log": _log(facts) if recording.has_artefact("strace") else None,
        "cost": _cost(facts),
        "missing": [clean(sentence, 400) for sentence in missing_evidence(recording)],
        "notes": [*notes, *facts.problems, *(facts.times.notes if facts.times is not None else [])],
        "after": _after(facts),
        "until": facts.times.until if facts.times is not None else None,
        "log_lines": facts.log_lines,
    }


def _log(facts: Facts) -> dict[str, Any]:
    log = facts.recording.strace
    losses = log.losses
    reasons = losses["reason"].astype(str).value_counts()
    return {
        "lines": log.count("lines"),
        "events": len(log.events),
        "lost": len(losses),
        "reasons": [(clean(str(name)), int(count)) for name, count in reasons.items()],
        "examples": [
            (int(line), clean(text, 240))
            for line, text in zip(
                losses["line"].head(_EXAMPLES), losses["text"].head(_EXAMPLES), strict=True
            )
        ]
        if facts.log_lines
        else [],
    }


def _cost(facts: Facts) -> dict[str, Any] | None:
    cost = facts.cost
    if cost is None:
        return None
    if cost.apart:
        warning = (
            f"Under strace the median start took {cost.ratio:.2f} times as long, and no traced "
            "start was as fast as the slowest untraced one."
        )
    elif cost.ratio >= 1.1:
        warning = (
            f"Under strace the median start took {cost.ratio:.2f} times as long, but the two "
            "groups overlap: more starts would say how much of that is chance."
        )
    else:
        warning = (
            "The tracer's cost does not stand out from how much the starts differ among themselves."
        )
    few = min(cost.traced.count, cost.untraced.count) < 5
    return {
        "rows": [
            (name, sample.count, format_ns(sample.median_ns), format_ns(sample.least_ns),
             format_ns(sample.most_ns))
            for name, sample in (("under strace", cost.traced), ("untraced", cost.untraced))
        ],
        "warning": warning + (" With so few starts this is an indication only." if few else ""),
    }  # fmt: skip


def _after(facts: Facts) -> dict[str, Any] | None:
    if facts.times is None or facts.times.after.empty:
        return None
    after = facts.times.after.sort_values("duration_ns", ascending=False, kind="stable")
    return {
        "rows": [
            ("" if pd.isna(row.comm) else str(row.comm), int(row.pid), format_ns(row.duration_ns))
            for row in rows_of(after.head(_THREADS))
        ],
        "threads": len(after),
        "more": max(len(after) - _THREADS, 0),
    }
