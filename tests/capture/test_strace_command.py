from __future__ import annotations

from pathlib import Path

import pytest

from coldstart_lab.capture.strace_command import Strace, find_strace
from coldstart_lab.errors import CaptureError


def options(version, **choice):
    return Strace(Path("strace"), version).options(**choice)


def fake(folder, monkeypatch, body):
    program = folder / "strace"
    program.write_text(f"#!/bin/sh\n{body}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_options_are_the_best_each_version_has():
    assert options("4.26") == ["-f", "-ttt", "-T", "-yy", "-s", "256"]
    assert "--syscall-times=ns" in options("5.6")
    assert "--decode-pids=comm" not in options("5.14")
    assert "--decode-pids=comm" in options("5.15")
    assert options("6.1-rc2") == options("6.1") == options("7.2")
    assert options("UNKNOWN") == options("4.0")


def test_the_filter_needs_a_version_that_has_it():
    assert "--seccomp-bpf" in options("5.3", seccomp_bpf=True)
    with pytest.raises(CaptureError, match=r"strace 5\.2 has no --seccomp-bpf"):
        options("5.2", seccomp_bpf=True)


@pytest.mark.needs("strace")
@pytest.mark.parametrize("seccomp_bpf", [False, True])
def test_this_machines_strace_takes_the_options(tmp_path, seccomp_bpf):
    import subprocess

    strace = find_strace()
    log = tmp_path / "a log"
    command = strace.arguments(log, ["sh", "-c", "sleep 0.01 & wait"], seccomp_bpf=seccomp_bpf)
    done = subprocess.run(command, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    text = log.read_text()
    assert "clone" in text
    assert "nanosleep" in text
    assert ("rt_sigaction(" in text) is not seccomp_bpf


def test_missing_strace_is_said_with_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CaptureError, match=r"not installed.*apt-get install strace"):
        find_strace()


def test_forbidden_ptrace_is_said_with_what_to_do(tmp_path, monkeypatch):
    refused = "strace: ptrace(PTRACE_TRACEME, ...): Operation not permitted"
    body = f"[ $1 = -V ] && echo 'strace -- version 6.1' && exit\necho '{refused}' >&2; exit 1"
    fake(tmp_path, monkeypatch, body)
    with pytest.raises(CaptureError, match=r"Operation not permitted.*SYS_PTRACE"):
        find_strace()


def test_something_else_called_strace_is_not_used(tmp_path, monkeypatch):
    fake(tmp_path, monkeypatch, "echo hello")
    with pytest.raises(CaptureError, match="no strace"):
        find_strace()
