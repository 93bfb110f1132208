from __future__ import annotations

import os
import re
import socket
import sys

import pytest

from coldstart_lab.capture import record_starts
from coldstart_lab.errors import CaptureError, UsageError
from coldstart_lab.recording import read_artefact

MARKS = """
import sys, time
time.sleep(0.15)
before = time.time_ns()
sys.stdout.write("service is up\\n"); sys.stdout.flush()
after = time.time_ns()
print(before, after, file=sys.stderr, flush=True)
time.sleep(60)
"""


def text_of(recording, kind):
    return read_artefact(recording.artefact(kind)).decode()


def named(recording, name):
    return next(entry for entry in recording.manifest["milestones"] if entry["name"] == name)


@pytest.mark.needs("strace")
def test_a_set_holds_traced_and_untraced_starts_in_their_order(tmp_path, server, free_port):
    steps = []
    made = record_starts(
        [*server(not_yet=2, delay_s=0.05), "--password=hunter2"],
        tmp_path / "set",
        ready_url=f"http://127.0.0.1:{free_port}/healthz",
        runs=2,
        settle_s=0.0,
        variant="plain",
        environment={"SERVICE_TOKEN": "hunter3"},
        progress=steps.append,
    )
    names = [entry["path"] for entry in made.manifest["members"]]
    assert names == ["01-strace", "02-none", "03-none", "04-strace"]
    assert [step.result for step in steps] == [None, "ready"] * 4
    ids = {recording.recording_id for recording in made}
    assert len(ids) == 4
    for recording in made:
        manifest = recording.manifest
        assert manifest["variant"] == "plain"
        assert re.fullmatch(r"plain-\d{8}T\d{6}Z-[0-9a-f]{8}", recording.recording_id)
        assert manifest["outcome"]["result"] == "ready"
        assert manifest["outcome"]["signal_sent"] == "SIGTERM"
        assert named(recording, "exec")["time_ns"] < named(recording, "ready")["time_ns"]
        assert "SERVICE_TOKEN" in manifest["program"]["environment_names"]
    whole = (tmp_path / "set" / "01-strace" / "manifest.json").read_text()
    assert "hunter" not in whole
    assert socket.gethostname() not in whole.replace(str(tmp_path), "")
    log = text_of(made.recordings[0], "strace")
    local = named(made.recordings[0], "ready")["detail"].rpartition(" from ")[2]
    # the address the probe says it came from is the one the log names
    assert re.search(rf"TCP:\[127\.0\.0\.1:{free_port}->{re.escape(local)}\]", log)
    assert not made.recordings[1].has_artefact("strace")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["server.py", "set"]


@pytest.mark.needs("strace")
def test_text_is_seen_within_the_uncertainty_the_probe_gives(tmp_path):
    made = record_starts(
        [sys.executable, "-S", "-c", MARKS],
        tmp_path / "set",
        ready_text="is (up|ready)",
        runs=2,
        settle_s=0.05,
    )
    for recording in made:
        before_ns, after_ns = map(int, text_of(recording, "stderr").split())
        ready = named(recording, "ready")
        assert ready["time_ns"] >= before_ns
        assert ready["time_ns"] - ready["uncertainty_ns"] <= after_ns
        assert text_of(recording, "stdout") == "service is up\n"
        assert ready["detail"] == "text:is (up|ready)"
        began = named(recording, "exec")
        assert before_ns - began["time_ns"] >= 150_000_000


@pytest.mark.needs("strace")
def test_exec_by_the_launcher_brackets_the_exec_of_the_log(tmp_path):
    made = record_starts(["true"], tmp_path / "set", runs=1, untraced=1)
    traced, bare = made.recordings
    line = text_of(traced, "strace").splitlines()[0]
    executed_ns = int(re.search(r"(\d+)\.(\d{9}) execve", line).expand(r"\1\2"))
    assert named(traced, "exec")["time_ns"] < executed_ns
    assert named(traced, "exec")["uncertainty_ns"] is None
    assert 0 < named(bare, "exec")["uncertainty_ns"] < 1_000_000_000
    # without a sign to wait for, a program runs to its own end
    assert [one.manifest["outcome"]["result"] for one in made] == ["exited", "exited"]
    assert [one.manifest["outcome"]["exit_code"] for one in made] == [0, 0]


@pytest.mark.needs("strace")
def test_pin_and_filter_are_recorded_and_hold(tmp_path):
    cpu = max(os.sched_getaffinity(0))
    made = record_starts(
        [sys.executable, "-S", "-c", "import os; print(os.sched_getaffinity(0))"],
        tmp_path / "set",
        pin=cpu,
        seccomp_bpf=True,
    )
    for recording in made:
        assert text_of(recording, "stdout") == f"{{{cpu}}}\n"
        assert recording.manifest["pinned_cpu"] == cpu
    traced, bare = made.recordings
    assert traced.manifest["seccomp_bpf"] is True
    assert "--seccomp-bpf" in traced.manifest["strace"]["arguments"]
    assert bare.manifest["strace"] is None
    assert os.sched_getaffinity(0) != {cpu} or os.cpu_count() == 1


def test_pinning_parallel_work_is_warned_of(tmp_path):
    busy = "import os, time\nos.fork(); os.fork()\nwhile True: pass"
    made = record_starts(
        [sys.executable, "-S", "-c", busy],
        tmp_path / "set",
        runs=0,
        untraced=1,
        timeout_s=2.0,
        pin=True,
    )
    notes = made.recordings[0].manifest["notes"]
    assert any("pinning serialises" in note for note in notes)


def test_untraced_starts_need_no_strace(tmp_path, monkeypatch, server, free_port):
    monkeypatch.setenv("PATH", str(tmp_path))
    made = record_starts(
        server(), tmp_path / "set", ready_port=free_port, runs=0, untraced=2, settle_s=0.0
    )
    assert [one.observers for one in made] == [[], []] or not any(one.observers for one in made)
    assert made.recordings[0].manifest["tools"].keys() == {"coldstart_lab", "python", "pyarrow"}


def test_a_folder_that_exists_is_replaced_only_when_told_to(tmp_path):
    out = tmp_path / "set"
    first = record_starts(["true"], out, runs=0, untraced=1)
    with pytest.raises(UsageError, match=r"exists already.*--force"):
        record_starts(["true"], out, runs=0, untraced=1)
    again = record_starts(["true"], out, runs=0, untraced=1, force=True)
    assert again.recordings[0].recording_id != first.recordings[0].recording_id
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "letter").write_text("dear")
    with pytest.raises(UsageError, match="is no recording"):
        record_starts(["true"], precious, runs=0, untraced=1, force=True)
    assert (precious / "letter").read_text() == "dear"
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["precious", "set"]


def test_a_stranger_at_the_port_is_not_taken_for_the_program(tmp_path, free_port):
    with (
        socket.create_server(("127.0.0.1", free_port)),
        pytest.raises(CaptureError, match="before sleep was started"),
    ):
        record_starts(["sleep", "9"], tmp_path / "set", ready_port=free_port, runs=0, untraced=1)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.needs("strace")
def test_a_program_that_cannot_be_executed_is_said(tmp_path):
    broken = tmp_path / "broken"
    broken.write_bytes(b"\0\1\2 no program")
    broken.chmod(0o755)
    made = record_starts([str(broken)], tmp_path / "set", ready_port=9, runs=1, untraced=0)
    assert made.recordings[0].manifest["outcome"]["result"] == "failed"
    assert "exec" in made.recordings[0].manifest["notes"][0].lower()
    with pytest.raises(CaptureError, match="cannot be started"):
        record_starts([str(broken)], tmp_path / "bare", ready_port=9, runs=0, untraced=1)
    assert not (tmp_path / "bare").exists()


@pytest.mark.parametrize("bad", [{"runs": -1}, {"runs": 0}, {"timeout_s": 0}, {"grace_s": -1}])
def test_calls_without_sense_are_refused(tmp_path, bad):
    with pytest.raises(UsageError):
        record_starts(["true"], tmp_path / "set", **bad)
