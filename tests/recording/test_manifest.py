import json

import pytest

from coldstart_lab.errors import UnreadableInputError
from coldstart_lab.recording import (
    milestone,
    new_manifest,
    new_set_manifest,
    read_manifest,
    store_artefact,
    write_manifest,
)


def a_manifest(**changes):
    manifest = new_manifest(
        variant="static",
        recording_id="static-1",
        created="2026-11-23T10:00:00Z",
        program={
            "argv": ["/srv/coldstart/service", "--port", "8080"],
            "environment_names": ["PATH"],
            "binary": {"path": "/srv/coldstart/service", "sha256": "0" * 64, "size_bytes": 12},
        },
        observers=["strace"],
        strace={"version": "6.1", "arguments": ["-f", "-ttt", "-T", "-yy"]},
        machine={"kernel": "6.1.0", "cpus_online": 2},
        tools={"coldstart_lab": "0.1.0"},
        milestones=[
            milestone("exec", 1_000, source="launcher", uncertainty_ns=10),
            milestone("ready", 2_000, source="probe", detail="text:serving"),
        ],
        outcome={"result": "ready", "exit_code": 0, "signal_sent": "SIGTERM", "seconds": 1.5},
    )
    return manifest | changes


def test_written_manifest_reads_back_equal(tmp_path):
    manifest = a_manifest(artefacts=[store_artefact(tmp_path, "strace", b"log")])
    written = write_manifest(tmp_path, manifest)
    assert read_manifest(tmp_path) == manifest
    assert written.read_text().startswith('{\n  "format": 1,')
    assert sorted(path.name for path in tmp_path.iterdir()) == ["manifest.json", "strace.log.zst"]


def test_set_manifest_reads_back_equal(tmp_path):
    manifest = new_set_manifest(
        variant="cgo",
        members=[{"path": "01-strace", "recording_id": "cgo-1", "observers": ["strace"]}],
    )
    write_manifest(tmp_path, manifest)
    assert read_manifest(tmp_path) == manifest


def test_bytes_that_are_no_text_are_made_visible(tmp_path):
    program = {"argv": ["run", b"\xff".decode("utf-8", "surrogateescape")]}
    manifest = a_manifest(program=program | {"environment_names": [], "binary": None})
    write_manifest(tmp_path, manifest)
    assert read_manifest(tmp_path)["program"]["argv"] == ["run", "\\udcff"]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"observers": "strace"}, "observers must not be 'strace'"),
        ({"clock": "sundial"}, "clock must not be 'sundial'"),
        ({"pinned_cpu": True}, "pinned_cpu must not be True"),
        ({"milestones": [{"name": "exec"}]}, "milestones[0].time_ns is missing"),
        ({"milestones": [milestone("exec", 1 << 63, source="strace")]}, "milestones[0].time_ns"),
        ({"milestones": [milestone("exec", 1, source="oracle")]}, "milestones[0].source"),
        ({"milestones": [milestone("a", t, source="user") for t in (1, 2)]}, "names 'a' twice"),
        ({"artefacts": [{"kind": "strace", "path": "/etc/shadow"}]}, "artefacts[0].path"),
        ({"artefacts": [{"kind": "strace", "path": "a/../../b"}]}, "artefacts[0].path"),
        ({"artefacts": [{"kind": "strace", "path": "..\\b"}]}, "artefacts[0].path"),
        ({"artefacts": [{"kind": "strace", "path": "a", "sha256": "x"}]}, "artefacts[0].sha256"),
        ({"machine": []}, "machine must not be []"),
        ({"outcome": {"result": "fine"}}, "outcome.result must not be 'fine'"),
        ({"program": "sleep"}, "program is no object"),
    ],
)
def test_unsound_manifests_are_refused_by_writer_and_reader(tmp_path, change, fault):
    manifest = a_manifest(**change)
    with pytest.raises(ValueError, match="no sound manifest") as caught:
        write_manifest(tmp_path, manifest)
    assert fault in str(caught.value)
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(UnreadableInputError) as caught_read:
        read_manifest(tmp_path)
    assert fault in caught_read.value.message
    assert caught_read.value.path == tmp_path / "manifest.json"
    assert caught_read.value.hint


@pytest.mark.parametrize("key", [key for key in a_manifest() if key not in ("kind", "format")])
def test_each_key_must_be_there(tmp_path, key):
    manifest = a_manifest()
    del manifest[key]
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(UnreadableInputError, match=f"{key} is missing"):
        read_manifest(tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no JSON"),
        (b'{"format": 1, "kind"', "no JSON"),
        (b"\xff\xfe", "no JSON"),
        (b"[1]", "no JSON object"),
        (b"[" * 100_000, "no JSON"),
        (b'{"kind": "recording", "format": NaN}', "NaN"),
        (b'{"kind": "recording", "variant": "\\ud800"}', "no JSON"),
        (b'{"schemaVersion": 2, "kind": "image"}', "kind is 'image'"),
        (b'{"schemaVersion": 2}', "kind is None"),
        (b'{"kind": "recording", "format": 9}', "format 9"),
        (b'{"kind": ["recording"], "format": 1}', "no manifest"),
    ],
)
def test_damaged_and_alien_manifests_are_refused(tmp_path, content, message):
    (tmp_path / "manifest.json").write_bytes(content)
    with pytest.raises(UnreadableInputError, match=message) as caught:
        read_manifest(tmp_path)
    assert caught.value.path == tmp_path / "manifest.json"
    assert caught.value.hint


@pytest.mark.parametrize("cut", range(1, 900, 37))
def test_a_cut_manifest_never_passes(tmp_path, cut):
    text = write_manifest(tmp_path, a_manifest()).read_text()
    (tmp_path / "manifest.json").write_text(text[:-cut].rstrip())
    if cut > 1:
        with pytest.raises(UnreadableInputError):
            read_manifest(tmp_path)


def test_a_missing_manifest_says_how_to_get_one(tmp_path):
    with pytest.raises(UnreadableInputError, match="coldstart import"):
        read_manifest(tmp_path)


def test_a_failed_write_leaves_the_old_manifest(tmp_path):
    write_manifest(tmp_path, a_manifest())
    with pytest.raises(ValueError, match="no sound manifest"):
        write_manifest(tmp_path, a_manifest(clock="sundial"))
    assert read_manifest(tmp_path)["clock"] == "unix"


def test_keys_of_later_versions_are_kept(tmp_path):
    (tmp_path / "manifest.json").write_text(json.dumps(a_manifest(weather="rain")))
    assert read_manifest(tmp_path)["weather"] == "rain"
