from __future__ import annotations

import json
import re
import signal
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from coldstart_lab.cli.record import command
from coldstart_lab.errors import ColdStartError
from coldstart_lab.recording import read_manifest

BARE = ["--runs", "0", "--untraced", "1", "--settle", "0"]


def invoke(*arguments):
    assert isinstance(command, click.Command)
    return CliRunner().invoke(command, list(map(str, arguments)))


@pytest.mark.needs("strace")
def test_it_writes_a_set_and_says_where(tmp_path):
    out = tmp_path / "set"
    done = invoke("-o", out, "--ready-text", "up", "--settle", "0", "--pin", "--variant", "small",
                  "--env", "A=b=c", "--", "sh", "-c", "echo up; sleep 60")  # fmt: skip
    assert (done.exit_code, done.output) == (0, f"Wrote {out}\n")
    assert [member["path"] for member in read_manifest(out)["members"]] == ["01-strace", "02-none"]
    manifest = read_manifest(out / "01-strace")
    assert manifest["variant"] == "small"
    assert isinstance(manifest["pinned_cpu"], int)
    assert "A" in manifest["program"]["environment_names"]


def test_the_program_may_have_options_of_its_own(tmp_path):
    done = invoke("-o", tmp_path / "set", *BARE, "echo", "--runs", "-o")
    assert done.exit_code == 0
    assert read_manifest(tmp_path / "set" / "01-none")["program"]["argv"] == [
        "echo",
        "--runs",
        "-o",
    ]


def test_no_start_that_became_ready_is_exit_code_2_and_is_kept(tmp_path):
    out = tmp_path / "set"
    done = invoke("-o", out, *BARE, "--ready-text", "up", "--", "sh", "-c", "echo no >&2; exit 3")
    assert done.exit_code == 2
    assert re.search(r"01-none: ended by itself with 3 after [\d.]+ s, before it was", done.output)
    assert "no start of sh became ready; what it said: zstdcat " in done.output
    assert done.output.endswith(f"Wrote {out}\n")
    assert read_manifest(out / "01-none")["outcome"]["result"] == "exited"


def test_a_timeout_is_said_with_its_option(tmp_path):
    done = invoke("-o", tmp_path / "set", *BARE, "--ready-text", "up", "--timeout", "0.2", "--",
                  "sleep", "60")  # fmt: skip
    assert done.exit_code == 2
    assert "not ready within 0.2 s (--timeout)" in done.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([*BARE, "true"], "no folder to write to"),
        ([*BARE, "-o", "OUT"], "no program to record"),
        ([*BARE, "-o", "OUT", "--pin", "x", "true"], "'x' is no CPU"),
        ([*BARE, "-o", "OUT", "--env", "=1", "true"], "'=1' sets no variable"),
        ([*BARE, "-o", "OUT", "--", "no such program"], "no program 'no such program' on PATH"),
        ([*BARE, "-o", "OUT", "--ready-port", "1", "--ready-text", "x", "true"], "more than one"),
    ],
)
def test_wrong_calls_are_errors_of_ours_with_a_hint(tmp_path, arguments, message):
    out = str(tmp_path / "set")
    done = invoke(*(out if argument == "OUT" else argument for argument in arguments))
    assert isinstance(done.exception, ColdStartError)
    assert message in str(done.exception)
    assert done.exception.hint
    assert not (tmp_path / "set").exists()


def test_the_script_is_printed_as_it_is():
    done = invoke("--script")
    assert done.exit_code == 0
    assert done.output.startswith("#!/bin/sh\n")
    subprocess.run(["sh", "-n"], input=done.output, text=True, check=True)


def test_interrupting_says_that_nothing_was_written(tmp_path):
    code = (
        "import sys\n"
        "from coldstart_lab.cli.record import command\n"
        "from coldstart_lab.errors import ColdStartError\n"
        "try:\n"
        "    command(sys.argv[1:])\n"
        "except ColdStartError as error:\n"
        "    sys.exit(str(error))\n"
    )
    program = "import sys, time; print('up', flush=True); open(sys.argv[1], 'w'); time.sleep(60)"
    arguments = ["-o", str(tmp_path / "set"), *BARE, "--ready-text", "never", "--"]
    sign = tmp_path / "sign"
    recorder = subprocess.Popen(
        [sys.executable, "-c", code, *arguments, sys.executable, "-c", program, str(sign)],
        stderr=subprocess.PIPE,
        text=True,
    )
    with recorder:
        while not sign.exists():
            assert recorder.poll() is None
        recorder.send_signal(signal.SIGINT)
        _, said = recorder.communicate(timeout=20)
    assert "interrupted; the program was ended and no recording was written" in said
    assert [entry.name for entry in tmp_path.iterdir()] == ["sign"]


def test_help_loads_no_pandas():
    code = (
        "import sys, json\nfrom coldstart_lab.cli.record import command\n"
        "command(['--help'], standalone_mode=False)\n"
        "print(json.dumps([name in sys.modules for name in ('pandas', 'numba', 'pyarrow')]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout.splitlines()[-1]) == [False, False, False]
