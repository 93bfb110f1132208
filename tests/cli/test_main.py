"""The command line as a whole: help, exit codes, and that no failure ends in a traceback."""

from __future__ import annotations

import os
import subprocess
import sys

import click
import pytest

from coldstart_lab.cli import failures
from coldstart_lab.cli.main import COMMANDS, cli, main
from coldstart_lab.errors import CaptureError, ColdStartError, UnreadableInputError

HEAVY = ("pandas", "numba", "numpy", "matplotlib", "pyarrow", "scipy", "rich", "jinja2")


def loaded_by(code: str) -> set[str]:
    script = f"import sys\n{code}\nprint(*sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return {name.partition(".")[0] for name in done.stderr.split()}


@pytest.mark.parametrize(
    "code",
    [
        "import coldstart_lab",
        "from coldstart_lab.cli import main; assert main(['--help']) == 0",
        "from coldstart_lab.cli import main; assert main(['--version']) == 0",
        "from coldstart_lab.cli import main; assert main(['no-such-command']) == 2",
        *(
            f"from coldstart_lab.cli import main; assert main([{name!r}, '--help']) == 0"
            for name in COMMANDS
        ),
    ],
)
def test_what_needs_no_tables_loads_no_pandas(code):
    assert not loaded_by(code).intersection(HEAVY)


def test_every_command_keeps_its_name_and_has_help(capsys):
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        assert command.name == name
        assert main([name, "--help"]) == 0
        assert "Usage: coldstart " + name in capsys.readouterr().out


def test_without_arguments_it_shows_its_help_and_fails(capsys):
    assert main([]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "attribute" in shown.err


@pytest.mark.parametrize("arguments", [["nope"], ["read"], ["read", "x", "--nope"], ["--nope"]])
def test_wrong_usage_is_two_and_says_where_help_is(arguments, capsys):
    assert main(arguments) == 2
    shown = capsys.readouterr().err.splitlines()
    assert shown[0].startswith("error: ")
    assert shown[-1].startswith("hint: see coldstart")


def run_failing(error, **options):
    @click.command()
    def fail():
        raise error

    return failures.run_to_exit_code(fail, [], program="coldstart", **options)


def test_an_error_shows_where_it_is_and_what_to_do(capsys):
    error = UnreadableInputError("holds \x1b[31mnothing", path="a\nb.log", line=3, hint="try -f")
    assert run_failing(error) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    first, second = shown.err.splitlines()
    assert first.startswith("error: a")
    assert first.endswith("b.log:3: holds \\x1b[31mnothing")
    assert second == "hint: try -f"


def interrupted_recording():
    error = CaptureError("interrupted; nothing was written")
    error.__cause__ = KeyboardInterrupt()
    return error


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (ColdStartError("wrong"), 2, "error: wrong"),
        (KeyboardInterrupt(), 130, "error: interrupted"),
        (click.Abort(), 130, "error: interrupted"),
        (interrupted_recording(), 130, "error: interrupted; nothing was written"),
        (MemoryError(), 2, "not enough memory"),
        (PermissionError(13, "Permission denied", "/srv/x"), 2, "/srv/x: Permission denied"),
        (BrokenPipeError(), 141, ""),
        (click.UsageError("no"), 2, "error: no"),
        (click.FileError("f", "gone"), 2, "gone"),
        (ZeroDivisionError("oh\x1b"), 70, "error: internal error: ZeroDivisionError: oh\\x1b"),
        (RecursionError(), 70, "COLDSTART_DEBUG=1"),
    ],
)
def test_no_failure_ends_in_a_traceback(error, code, text, capsys, monkeypatch):
    monkeypatch.delenv("COLDSTART_DEBUG", raising=False)
    assert run_failing(error) == code
    shown = capsys.readouterr()
    assert shown.out == ""
    assert text in shown.err
    assert "Traceback" not in shown.err
    assert "\x1b" not in shown.err


def test_debugging_shows_the_traceback(capsys, monkeypatch):
    monkeypatch.setenv("COLDSTART_DEBUG", "1")
    assert run_failing(ZeroDivisionError()) == 70
    assert "Traceback" in capsys.readouterr().err


def test_a_closed_pipe_ends_it_quietly():
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "coldstart_lab", "--help"],
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")


def test_a_terminal_that_knows_no_unicode_is_no_failure(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "coldstart_lab", "read", "caf\u00e9\udcff.log"],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 2
    assert done.stderr.startswith(b"error: caf")
    assert b"\\udcff.log: " in done.stderr
    assert b"no such file" in done.stderr.lower()
    assert b"Traceback" not in done.stderr
