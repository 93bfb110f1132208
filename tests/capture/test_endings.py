"""However a program behaves, it and all it started are ended, and the set says how."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from coldstart_lab.capture import record_starts
from coldstart_lab.recording import read_artefact

STUBBORN = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
os.fork()
print("up", flush=True)
time.sleep(60)
"""
POLITE = """
import signal, sys, time
def leave(*_):
    print("goodbye", flush=True)
    sys.exit(7)
signal.signal(signal.SIGTERM, leave)
print("up", flush=True)
time.sleep(60)
"""
DAEMONS = "(setsid sleep 60 &) ; sleep 60 & echo up; exit 0"
TRACED = pytest.param({"runs": 1, "untraced": 0}, id="traced", marks=pytest.mark.needs("strace"))
BARE = pytest.param({"runs": 0, "untraced": 1}, id="bare")
both = pytest.mark.parametrize("how", [TRACED, BARE])


@pytest.fixture
def outcome(tmp_path, leftovers):
    def record(argv, **options):
        options = {"settle_s": 0.05, "environment": leftovers.environment, **options}
        made = record_starts(argv, tmp_path / "set", **options)
        assert leftovers() == []
        manifest = made.recordings[0].manifest
        return manifest["outcome"], manifest["notes"], made.recordings[0]

    return record


@both
def test_polite_programs_may_say_goodbye(outcome, how):
    ended, notes, recording = outcome(
        [sys.executable, "-S", "-c", POLITE], ready_text="up", grace_s=5, **how
    )
    assert (ended["result"], ended["exit_code"], ended["signal_sent"]) == ("ready", 7, "SIGTERM")
    assert notes == []
    assert read_artefact(recording.artefact("stdout")) == b"up\ngoodbye\n"
    if how["runs"]:
        log = read_artefact(recording.artefact("strace")).decode()
        assert log.splitlines()[-1].endswith("+++ exited with 7 +++")


@both
def test_programs_that_ignore_the_request_are_killed_with_their_children(outcome, how):
    ended, notes, _ = outcome(
        [sys.executable, "-S", "-c", STUBBORN], ready_text="up", grace_s=0.2, **how
    )
    assert ended["exit_code"] == -signal.SIGKILL
    assert ended["signal_sent"] == "SIGKILL"
    assert "2 process(es) did not end when asked" in notes[0]


@both
def test_children_that_outlive_the_program_are_ended_wherever_they_went(outcome, how):
    ended, _, _ = outcome(["sh", "-c", DAEMONS], ready_text="up", grace_s=1, **how)
    assert ended["result"] == "ready"
    assert ended["exit_code"] == 0


@both
def test_programs_that_end_before_they_are_ready_are_kept(outcome, how, free_port):
    ended, _, recording = outcome(
        ["sh", "-c", "echo no config >&2; exit 3"], ready_port=free_port, **how
    )
    assert (ended["result"], ended["exit_code"]) == ("exited", 3)
    assert ended["signal_sent"] is None
    assert read_artefact(recording.artefact("stderr")) == b"no config\n"


@both
def test_a_program_that_fails_has_failed_though_its_children_run_on(outcome, how, free_port):
    ended, _, _ = outcome(
        ["sh", "-c", "sleep 60 & exit 3"], ready_port=free_port, timeout_s=20, grace_s=0.1, **how
    )
    assert (ended["result"], ended["exit_code"]) == ("exited", 3)
    assert ended["seconds"] < 10


@both
def test_text_written_just_before_the_end_still_counts(outcome, how):
    ended, _, _ = outcome(["echo", "up"], ready_text="up", **how)
    assert (ended["result"], ended["exit_code"]) == ("ready", 0)


@both
def test_programs_that_are_never_ready_time_out(outcome, how, free_port):
    ended, _, _ = outcome(["sleep", "60"], ready_port=free_port, timeout_s=0.3, **how)
    assert ended["result"] == "timeout"
    assert ended["signal_sent"] == "SIGTERM"
    assert 0.3 <= ended["seconds"] < 10


@both
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_recorder_that_is_stopped_stops_the_program(tmp_path, leftovers, how, number):
    code = (
        "import sys, json; from coldstart_lab.capture import record_starts\n"
        "out, how = sys.argv[1], json.loads(sys.argv[2])\n"
        "tell = lambda step: print('begun', flush=True)\n"
        "record_starts(['sleep', '60'], out, progress=tell, **how)"
    )
    import json

    command = [sys.executable, "-c", code, str(tmp_path / "set"), json.dumps(how)]
    recorder = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**leftovers.environment, "PATH": "/usr/bin:/bin"},
    )
    with recorder:
        assert recorder.stdout.readline() == b"begun\n"
        wait_until(lambda: any(is_sleep(pid) for pid in leftovers()))
        recorder.send_signal(number)
        _, said = recorder.communicate(timeout=20)
    wait_until(lambda: leftovers() == [])
    if number == signal.SIGINT:
        assert b"KeyboardInterrupt" in said
        assert list(tmp_path.iterdir()) == []
    assert not (tmp_path / "set").exists()


def is_sleep(pid):
    try:
        return Path(f"/proc/{pid}/comm").read_text() == "sleep\n"
    except OSError:
        return False


def wait_until(holds, seconds=10.0):
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.02)
