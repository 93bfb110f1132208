"""A recording opens the execution trace among its artefacts."""

from __future__ import annotations

import pytest

from coldstart_lab.errors import MissingEvidenceError
from coldstart_lab.recording import new_manifest, open_recording, store_artefact, write_manifest
from coldstart_lab.recording.evidence import missing_evidence


def test_a_trace_is_found_by_its_kind(root):
    recording = open_recording(root / "data/recordings/gateway_before_observed/02-trace")
    trace = recording.go_trace
    assert trace.losses.empty
    assert (trace.goroutines["function"] == "main.main").any()
    # on the clock of the manifest's milestones, within the time it was watched
    times = recording.milestones["time_ns"]
    walls = trace.events["wall_ns"]
    assert times.min() < walls.min() < times.max()
    assert not any("Go trace" in lack for lack in missing_evidence(recording))


def test_a_recording_without_one_says_what_it_holds(tmp_path):
    stored = store_artefact(tmp_path, "stdout", b"up\n")
    write_manifest(tmp_path, new_manifest(variant="a", recording_id="a", artefacts=[stored]))
    with pytest.raises(MissingEvidenceError, match="no trace artefact"):
        _ = open_recording(tmp_path).go_trace


def test_a_trace_is_stored_and_opened_again(root, tmp_path):
    from coldstart_lab.recording.artefacts import read_artefact

    kept = sorted((root / "tests/readers/gotrace/data").glob("*.trace.zst"))[-1]
    stored = store_artefact(tmp_path, "trace", read_artefact(kept))
    write_manifest(tmp_path, new_manifest(variant="a", recording_id="a", artefacts=[stored]))
    assert len(open_recording(tmp_path).go_trace.logs) == 3
