from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from coldstart_lab.capture.script import recording_script
from coldstart_lab.recording import open_recording, read_manifest

SHELLS = [
    pytest.param(["dash"], marks=pytest.mark.needs("dash"), id="dash"),
    pytest.param(["busybox", "sh"], marks=pytest.mark.needs("busybox"), id="busybox"),
    pytest.param(["bash", "--posix"], marks=pytest.mark.needs("bash"), id="bash"),
]


def tools(shell, folder):
    """Return a PATH; for busybox one that holds little but its own small tools."""
    if shell[0] != "busybox":
        return os.environ["PATH"]
    folder.mkdir()
    subprocess.run([shutil.which("busybox"), "--install", "-s", str(folder)], check=True)
    # the wget of a static busybox may crash in glibc's resolver
    for name in ("strace", "curl"):
        (folder / name).symlink_to(shutil.which(name))
    return str(folder)


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "record start.sh"
    path.write_text(recording_script())

    def run(shell, argv, **settings):
        paths = tools(shell, tmp_path / "tools")
        environment = {"PATH": paths, "OUT": str(tmp_path / "a recording"), **settings}
        command = [shutil.which(shell[0]), *shell[1:], str(path), *argv]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    return run


@pytest.mark.needs("strace", "curl")
@pytest.mark.parametrize("shell", SHELLS)
def test_script_records_a_server(script, tmp_path, leftovers, shell, server, free_port):
    done = script(
        shell,
        [*server(delay_s=0.2), 'a "quoted" $argument', "--password=hunter2"],
        READY_URL=f"http://user:hunter2@127.0.0.1:{free_port}/healthz?token=hunter2",
        SETTLE="0.1",
        GRACE="5",
        SECRET="x=y\nhunter2=hunter2",
        **leftovers.environment,
    )
    assert (done.returncode, done.stderr) == (0, "")
    manifest = read_manifest(tmp_path / "a recording")
    assert manifest["outcome"]["result"] == "ready"
    assert manifest["outcome"]["exit_code"] == -15
    assert [entry["name"] for entry in manifest["milestones"]] == ["exec", "ready"]
    ready = manifest["milestones"][1]
    assert ready["detail"].startswith(f"GET http://127.0.0.1:{free_port}/healthz -> 2")
    assert ready["time_ns"] - manifest["milestones"][0]["time_ns"] > 200_000_000
    assert {"SECRET", "READY_URL"} <= set(manifest["program"]["environment_names"])
    assert "hunter2" not in json.dumps(manifest)
    recording = open_recording(tmp_path / "a recording")
    found = dict(zip(recording.milestones["name"], recording.milestones["time_ns"], strict=True))
    assert found["exec"] < found["listening"] < found["ready"]
    log = (tmp_path / "a recording" / "strace.log").read_text()
    assert 'a \\"quoted\\" $argument' in log.splitlines()[0]
    # the program gets signals as it would without the script: none of them ignored
    assert not re.search(r"rt_sigaction\(SIGINT, NULL, \{sa_handler=SIG_IGN", log)
    assert leftovers() == []


@pytest.mark.needs("strace", "dash", "wget")
def test_script_asks_with_wget_where_there_is_no_curl(script, tmp_path, server, free_port):
    folder = tmp_path / "tools"
    folder.mkdir()
    for place in os.environ["PATH"].split(":"):
        for program in Path(place).glob("*"):
            if program.name != "curl" and not (folder / program.name).is_symlink():
                (folder / program.name).symlink_to(program)
    done = script(
        ["dash"], server(), READY_URL=f"http://127.0.0.1:{free_port}/", SETTLE="0", PATH=str(folder)
    )
    assert (done.returncode, done.stderr) == (0, "")
    detail = read_manifest(tmp_path / "a recording")["milestones"][1]["detail"]
    assert detail == f"GET http://127.0.0.1:{free_port}/ -> 2xx"


@pytest.mark.needs("strace", "dash")
def test_script_sees_ports_and_text(script, tmp_path, server, free_port):
    done = script(["dash"], server(), READY_PORT=str(free_port), SETTLE="0")
    assert done.stdout.endswith("a recording (ready)\n")
    shutil.rmtree(tmp_path / "a recording")
    done = script(
        ["dash"], ["sh", "-c", 'echo "\\"$1\\" is up" >&2; sleep 60', "sh", "it's"],
        READY_TEXT='^"it.s" is (up|ready)', SETTLE="0", GRACE="1",
    )  # fmt: skip
    assert done.returncode == 0
    manifest = read_manifest(tmp_path / "a recording")
    assert manifest["milestones"][1]["detail"] == 'text:^"it.s" is (up|ready)'
    assert (tmp_path / "a recording" / "stderr.txt").read_text() == '"it\'s" is up\n'


@pytest.mark.needs("strace", "dash")
def test_script_keeps_starts_that_are_never_ready(script, tmp_path, leftovers):
    stubborn = "trap '' TERM; while :; do sleep 0.1; done"
    done = script(
        ["dash"], ["sh", "-c", stubborn], READY_TEXT="never", TIMEOUT="1", GRACE="1",
        **leftovers.environment,
    )  # fmt: skip
    assert done.returncode == 2
    manifest = read_manifest(tmp_path / "a recording")
    assert manifest["outcome"]["result"] == "timeout"
    assert manifest["outcome"]["signal_sent"] == "SIGKILL"
    assert leftovers() == []


@pytest.mark.needs("strace", "dash")
def test_script_refuses_what_it_cannot_do(script, tmp_path):
    assert "no program" in script(["dash"], []).stderr
    assert "not more than one" in script(["dash"], ["true"], READY_PORT="1", READY_TEXT="x").stderr
    assert "there is no program nosuch" in script(["dash"], ["nosuch"]).stderr
    (tmp_path / "a recording").mkdir()
    assert "exists already" in script(["dash"], ["true"]).stderr


@pytest.mark.needs("shellcheck")
def test_shellcheck_finds_nothing():
    subprocess.run(["shellcheck", "-"], input=recording_script(), text=True, check=True)
