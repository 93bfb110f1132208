"""Cards: what a notebook shows of a recording or a set, and of what it lacks."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

import pandas as pd

from coldstart_lab.recording.evidence import missing_evidence
from coldstart_lab.redaction import printable, redact, redact_argv
from coldstart_lab.units import format_bytes, format_ns

if TYPE_CHECKING:
    from collections.abc import Iterable

    from coldstart_lab.recording.recording import Recording
    from coldstart_lab.recording.recording_set import RecordingSet


def recording_card(recording: Recording) -> str:
    """Return the HTML card of one start: what was recorded, what it shows, what is missing."""
    manifest = recording.manifest
    facts = [("Recording", recording.recording_id), ("Variant", recording.variant)]
    if manifest["program"] is not None:
        facts.append(("Program", " ".join(redact_argv(manifest["program"]["argv"]))))
    if manifest["created"]:
        facts.append(("Recorded", manifest["created"]))
    facts.append(("Observers", ", ".join(recording.observers) or "none"))
    if manifest["strace"] is not None:
        strace = manifest["strace"]
        facts.append(("strace", f"{strace['version']} {' '.join(strace['arguments'])}"))
    if manifest["machine"] is not None:
        keys = ("kernel", "architecture", "cpu_model")
        known = [str(manifest["machine"][key]) for key in keys if manifest["machine"].get(key)]
        facts.append(("Machine", ", ".join(known)))
    if manifest["outcome"] is not None:
        facts.append(("Outcome", manifest["outcome"]["result"]))
    if recording.has_artefact("strace"):
        log = recording.strace
        facts.append(("Events", f"{len(log.events):,} read"))
        facts.append(("Not understood", f"{len(log.losses):,} lines or halves of calls"))
    parts = [_facts(facts), _milestones(recording.milestones), _artefacts(manifest["artefacts"])]
    return _card("Recording", [*parts, _missing(missing_evidence(recording))])


def set_card(recordings: RecordingSet) -> str:
    """Return the HTML card of a set: its starts in order and how many were traced."""
    facts = [
        ("Variant", recordings.variant),
        ("Recorded", recordings.manifest["created"]),
        ("Starts", f"{len(recordings)}: {len(recordings.traced)} traced, "
                   f"{len(recordings.untraced)} without any observer"),
    ]  # fmt: skip
    members = recordings.members
    rows = [
        (
            str(row["order"]),
            row["recording_id"],
            row["observers"],
            _time(row["ready_ns"]),
            row["outcome"],
        )
        for row in members.to_dict("records")
    ]
    heads = ("", "recording", "observers", "exec to ready", "outcome")
    missing = []
    if not recordings.untraced:
        missing.append("what the tracer cost: no start ran without it (coldstart record --runs 2)")
    return _card("Recording set", [_facts(facts), _table(heads, rows), _missing(missing)])


def _card(title: str, parts: Iterable[str]) -> str:
    style = "border:1px solid #8884;border-radius:4px;padding:0.6em 0.8em;display:inline-block"
    return f'<div style="{style}"><strong>{_text(title)}</strong>{"".join(parts)}</div>'


def _facts(facts: Iterable[tuple[str, str]]) -> str:
    return _table((), facts)


def _milestones(milestones: pd.DataFrame) -> str:
    times = dict(zip(milestones["name"], milestones["time_ns"], strict=True))
    zero = times.get("exec")
    rows = [
        (
            str(row["name"]),
            _time(None if zero is None else row["time_ns"] - zero),
            str(row["source"]),
            "" if pd.isna(row["detail"]) else str(row["detail"]),
        )
        for row in milestones.to_dict("records")
    ]
    return _table(("milestone", "after exec", "seen by", "what was seen"), rows) if rows else ""


def _artefacts(entries: list[dict[str, object]]) -> str:
    rows = [
        (
            str(entry["kind"]),
            str(entry["path"]),
            format_bytes(_size(entry["size_bytes"])),
            format_bytes(_size(entry["content_bytes"])),
        )
        for entry in entries
    ]
    return _table(("artefact", "file", "stored", "unpacked"), rows) if rows else ""


def _missing(sentences: list[str]) -> str:
    if not sentences:
        return "<p>Nothing that the analyses ask for is missing.</p>"
    items = "".join(f"<li>{_text(sentence)}</li>" for sentence in sentences)
    return f"<p>Missing:</p><ul>{items}</ul>"


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    head = "".join(f"<th>{_text(name)}</th>" for name in heads)
    body = "".join(
        "<tr>" + "".join(f"<td>{_text(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table>{f'<tr>{head}</tr>' if heads else ''}{body}</table>"


def _text(value: str) -> str:
    return html.escape(printable(redact(value)))


def _time(nanoseconds: Any) -> str:
    return format_ns(None if pd.isna(nanoseconds) else int(nanoseconds))


def _size(value: object) -> int | None:
    return value if isinstance(value, int) else None
