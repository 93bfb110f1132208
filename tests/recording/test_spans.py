"""What the program wrote of itself: spans and requests of a recording."""

from __future__ import annotations

import json

import pytest

from coldstart_lab.errors import MissingEvidenceError
from coldstart_lab.recording import new_manifest, open_recording, write_manifest
from coldstart_lab.recording.artefacts import hash_file
from coldstart_lab.tables import OTLP_SPANS, REQUESTS

SPAN = {"traceId": "ab" * 16, "spanId": "cd" * 8, "name": "cache", "startTimeUnixNano": "5",
        "endTimeUnixNano": "9"}  # fmt: skip
TEXTS = {
    "spans": {"resourceSpans": [{"scopeSpans": [{"spans": [SPAN]}]}]},
    "load": {"url": "http://x/a", "sent_realtime_ns": 1, "latency_ns": 2, "code": 200},
    "requests": {"class": "a", "arrived_realtime_ns": 1, "waited_ns": 7, "took_ns": 8,
                 "failed": False},
}  # fmt: skip


def start(folder, *kinds):
    entries = []
    for kind in kinds:
        path = folder / f"{kind}.jsonl"
        path.write_text(json.dumps(TEXTS[kind]) + "\n")
        sha256, size = hash_file(path)
        entries.append({"kind": kind, "path": path.name, "sha256": sha256, "size_bytes": size,
                        "content_bytes": size})  # fmt: skip
    write_manifest(folder, new_manifest(variant="x", recording_id="x", artefacts=entries))
    return open_recording(folder)


def test_a_start_gives_its_spans_and_requests(tmp_path):
    recording = start(tmp_path, *TEXTS)
    OTLP_SPANS.validate(recording.spans)
    assert recording.spans["name"].tolist() == ["cache"]
    assert recording.traces is recording.traces
    own = recording.spans
    own.loc[:, "name"] = "spoilt"
    assert recording.spans["name"].tolist() == ["cache"]
    REQUESTS.validate(recording.requests)
    assert recording.requests["side"].tolist() == ["client", "service"]
    assert recording.requests["waited_ns"].isna().tolist() == [True, False]


def test_a_start_without_them_gives_empty_tables(tmp_path):
    recording = start(tmp_path)
    OTLP_SPANS.validate(recording.spans)
    REQUESTS.validate(recording.requests)
    assert recording.spans.empty
    assert recording.requests.empty
    with pytest.raises(MissingEvidenceError, match="no spans"):
        _ = recording.traces
