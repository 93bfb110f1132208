"""Gathers the rows of all tables while documents of OTLP JSON go by."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd

from coldstart_lab.readers.otlp.fields import (
    as_json,
    attributes_of,
    id_of,
    inner,
    member,
    members,
    name_of,
    text_of,
    time_of,
)
from coldstart_lab.readers.otlp.traces import OtlpTraces
from coldstart_lab.tables import (
    OTLP_LOSSES,
    OTLP_SPAN_EVENTS,
    OTLP_SPANS,
    OTLP_SUMMARY,
    Table,
)

_KINDS = ("unspecified", "internal", "server", "client", "producer", "consumer")
_STATUS = ("unset", "ok", "error")
_OTHER_SIGNALS = ("resourceMetrics", "resourceLogs", "resourceProfiles")
# of the specification before 1.0, which some exporters still write
_SCOPES = ("scopeSpans", "instrumentationLibrarySpans")
_TRACE_BYTES, _SPAN_BYTES = 16, 8
_SHOWN = 4096
# What the fields raise for values that are not of their form, and deep nesting
_MALFORMED = (TypeError, ValueError, RecursionError)


class Gathered:
    """The rows of the tables, and counts of what they came from."""

    def __init__(self) -> None:
        self.understood = 0
        self._spans: list[dict[str, Any]] = []
        self._events: list[dict[str, Any]] = []
        self._losses: list[dict[str, Any]] = []
        self._counts: Counter[str] = Counter()

    def add(self, line: int, offset: int, text: bytes) -> None:
        """Add a document: the text of one line, or of the whole file."""
        decoded = text.decode("utf-8", "surrogateescape")
        try:
            # NaN and its like are no JSON, but some writers know no better
            document = json.loads(decoded, parse_constant=str)
        except (ValueError, RecursionError):
            self._lose_line(line, offset, "no JSON", decoded)
            return
        if not isinstance(document, dict):
            self._lose_line(line, offset, "no OTLP", decoded)
            return
        if any(member(document, name) is not None for name in _OTHER_SIGNALS):
            self._counts["lines: other signals"] += 1
            self.understood += 1
            return
        try:
            resources = _resources(document)
        except TypeError:
            self._lose_line(line, offset, "no OTLP", decoded)
            return
        self._counts["lines: traces"] += 1
        self.understood += 1
        for resource in resources:
            self._add_resource(line, offset, resource)

    def lose(self, line: int, offset: int, reason: str, text: str) -> None:
        """Note what was not understood."""
        shown = text[:_SHOWN].encode("utf-8", "backslashreplace").decode("utf-8")
        self._losses.append({"line": line, "offset": offset, "reason": reason, "text": shown})

    def traces(self, source: Path, *, size_bytes: int, lines: int) -> OtlpTraces:
        """Return the tables."""
        spans = _frame(OTLP_SPANS, self._spans)
        counts = self._counts
        named = sum(counts[f"lines: {what}"] for what in ("traces", "other signals", "lost"))
        whole = {
            "bytes": size_bytes,
            "lines": lines,
            "lines: traces": counts["lines: traces"],
            "lines: other signals": counts["lines: other signals"],
            "lines: not understood": counts["lines: lost"],
            # all lines of a whole document are its own, blank ones too
            "lines: blank or inside a document": lines - named,
            "traces": int(spans["trace_id"].nunique()),
            "services": int(spans["service"].nunique()),
            "spans": len(spans),
            "spans that end before they begin": int((spans["end_ns"] < spans["start_ns"]).sum()),
            "span events": len(self._events),
            "span links (not kept)": counts["links"],
            "spans and events not understood": counts["parts lost"],
        }
        return OtlpTraces(
            source=source,
            spans=spans,
            span_events=_frame(OTLP_SPAN_EVENTS, self._events),
            summary=OTLP_SUMMARY.frame({"item": list(whole), "count": list(whole.values())}),
            losses=_frame(OTLP_LOSSES, self._losses),
        )

    def _lose_line(self, line: int, offset: int, reason: str, text: str) -> None:
        self._counts["lines: lost"] += 1
        self.lose(line, offset, reason, text)

    def _lose_part(self, line: int, offset: int, reason: str, part: object) -> None:
        self._counts["parts lost"] += 1
        try:
            text = json.dumps(part, ensure_ascii=False)
        except RecursionError:
            text = "nested too deeply to be shown"
        self.lose(line, offset, reason, text)

    def _add_resource(self, line: int, offset: int, resource: dict[str, Any]) -> None:
        try:
            about = attributes_of(inner(resource, "resource"))
            whole = as_json(about)
            scopes = [scope for name in _SCOPES for scope in members(resource, name)]
        except _MALFORMED:
            self._lose_part(line, offset, "damaged resource", resource)
            return
        service = about.get("service.name")
        common = {
            "line": line,
            "service": None if service is None else text_of(str(service)),
            "resource": whole,
        }
        for scope in scopes:
            self._add_scope(line, offset, scope, common)

    def _add_scope(
        self, line: int, offset: int, scope: dict[str, Any], common: dict[str, Any]
    ) -> None:
        try:
            name = text_of(member(inner(scope, "scope"), "name"))
            spans = members(scope, "spans")
        except TypeError:
            self._lose_part(line, offset, "damaged scope", scope)
            return
        for span in spans:
            try:
                self._spans.append({**common, "scope": name, **_span(span)})
            except _MALFORMED:
                self._lose_part(line, offset, "damaged span", span)
                continue
            self._add_events(line, offset, span)

    def _add_events(self, line: int, offset: int, span: dict[str, Any]) -> None:
        ids = {"line": line, **_ids(span)}
        links, events = member(span, "links"), member(span, "events")
        self._counts["links"] += len(links) if isinstance(links, list) else 0
        for event in events if isinstance(events, list) else ():
            try:
                self._events.append({**ids, **_event(event)})
            except _MALFORMED:
                self._lose_part(line, offset, "damaged event", event)


def _resources(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what a request for traces holds; an empty request is ``{}``."""
    if document and member(document, "resourceSpans") is None:
        raise TypeError("this is no request for traces")
    return members(document, "resourceSpans")


def _ids(span: dict[str, Any]) -> dict[str, Any]:
    return {
        "trace_id": id_of(member(span, "traceId"), _TRACE_BYTES),
        "span_id": id_of(member(span, "spanId"), _SPAN_BYTES),
    }


def _span(span: dict[str, Any]) -> dict[str, Any]:
    status = inner(span, "status")
    kind = name_of(member(span, "kind"), _KINDS, "SPAN_KIND_")
    return {
        **_ids(span),
        "parent_id": id_of(member(span, "parentSpanId"), _SPAN_BYTES),
        "name": text_of(member(span, "name")) or "",
        "kind": None if kind == _KINDS[0] else kind,
        "start_ns": time_of(member(span, "startTimeUnixNano")),
        "end_ns": time_of(member(span, "endTimeUnixNano")),
        "status": name_of(member(status, "code"), _STATUS, "STATUS_CODE_"),
        "status_message": text_of(member(status, "message")),
        "attributes": as_json(attributes_of(span)),
    }


def _event(event: Any) -> dict[str, Any]:
    if not isinstance(event, dict):
        raise TypeError("an event is no object")
    return {
        "name": text_of(member(event, "name")) or "",
        "time_ns": time_of(member(event, "timeUnixNano")),
        "attributes": as_json(attributes_of(event)),
    }


def _frame(table: Table, rows: list[dict[str, Any]]) -> pd.DataFrame:
    return table.frame({name: [row[name] for row in rows] for name in table.names})
