"""``coldstart read``: what it says, its JSON, its files, and text that is not to be trusted."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest

from coldstart_lab.cli.main import main

TIMED = """\
12 1795432617.100000 execve("/srv/coldstart/app", ["app"], 0x7ffe /* 9 vars */) = 0 <0.000400>
12 1795432617.100600 openat(AT_FDCWD, "/etc/a", O_RDONLY) = -1 ENOENT (No such file) <0.000020>
12 1795432617.100700 openat(AT_FDCWD, "/etc/b", O_RDONLY) = 3</etc/b> <0.000030>
this is \x1b[31mnot strace, and its password=hunter2 [bold]is here
12 1795432617.100900 exit_group(0) = ?
12 1795432617.101000 +++ exited with 0 +++
"""
TIMELESS = """\
12 execve("/srv/coldstart/app", ["app"], 0x7ffe /* 9 vars */) = 0
12 openat(AT_FDCWD, "/etc/a", O_RDONLY) = -1 ENOENT (No such file or directory)
12 +++ exited with 0 +++
"""


@pytest.fixture
def timed(tmp_path):
    path = tmp_path / "timed.log"
    path.write_text(TIMED)
    return str(path)


@pytest.fixture
def timeless(tmp_path):
    path = tmp_path / "timeless.log"
    path.write_text(TIMELESS)
    return str(path)


def strict(text):
    return json.loads(text, parse_constant=pytest.fail)


def test_the_card_counts_calls_and_shows_what_was_lost(timed, capsys):
    assert main(["read", timed]) == 0
    shown = capsys.readouterr().out
    assert "6 lines" in shown
    assert "4 calls (1 failed) of 1 thread\n" in shown
    assert any(line.split()[:3] == ["openat", "2", "1"] for line in shown.splitlines())
    assert "Not understood: 1 line\n" in shown
    assert "\\x1b[31mnot strace" in shown
    assert "[bold]is here" in shown
    assert "hunter2" not in shown
    assert "\x1b" not in shown


def test_a_log_without_times_is_read_and_says_so(timeless, capsys):
    assert main(["read", timeless]) == 0
    shown = capsys.readouterr().out
    assert "clock: none" in shown
    assert "strace -ttt" in shown
    assert "n/a" in shown
    assert ["openat", "ENOENT", "1", "2"] in [line.split() for line in shown.splitlines()]
    assert ["/etc", "1", "0", "a"] in [line.split() for line in shown.splitlines()]
    assert "Every line was understood." in shown


def test_json_is_strict_and_counts_the_same(timed, capsys):
    assert main(["read", timed, "--json"]) == 0
    document = strict(capsys.readouterr().out)
    assert document["format"] == 1
    assert document["kind"] == "strace-log"
    assert document["clock"] == "unix"
    assert document["first_ns"] == 1_795_432_617_100_000_000
    assert document["last_ns"] == 1_795_432_617_101_000_000
    assert document["counts"]["lines"] == 6
    assert document["calls"][0] == {
        "syscall": "openat", "calls": 2, "errors": 1, "threads": 1, "duration_ns": 50_000
    }  # fmt: skip
    assert document["losses"]["count"] == 1
    assert document["losses"]["examples"][0]["line"] == 4
    assert "hunter2" not in json.dumps(document)


def test_json_of_a_log_without_times_has_nulls(timeless, capsys):
    assert main(["read", timeless, "--json"]) == 0
    document = strict(capsys.readouterr().out)
    assert document["clock"] == "none"
    assert document["first_ns"] is None
    assert document["calls"][0]["duration_ns"] is None
    assert {"flag": "-ttt", "shows": "when each call began"} in document["missing"]


def test_events_go_to_a_file_of_any_form(timed, tmp_path, capsys):
    for suffix, load in {
        "parquet": pd.read_parquet,
        "csv": pd.read_csv,
        "jsonl": lambda path: pd.read_json(path, lines=True),
    }.items():
        out = tmp_path / f"events.{suffix}"
        assert main(["read", timed, "-o", str(out)]) == 0
        assert capsys.readouterr().out.endswith(f"Wrote {out}\n")
        frame = load(out)
        assert frame["syscall"].tolist()[:3] == ["execve", "openat", "openat"]
        assert int(frame["start_ns"][0]) == 1_795_432_617_100_000_000
        assert len(frame) == 5
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".")) == []


def test_limit_cuts_lists_and_file(timed, tmp_path, capsys):
    out = tmp_path / "events.csv"
    assert main(["read", timed, "--limit", "1", "--json", "-o", str(out)]) == 0
    shown = capsys.readouterr()
    assert len(strict(shown.out)["calls"]) == 1
    assert shown.err == f"Wrote {out}\n"
    assert len(pd.read_csv(out)) == 1


@pytest.mark.parametrize(
    ("name", "hint"),
    [("x.xlsx", "known: .parquet"), ("no/such/x.csv", "no such folder"), ("timed.csv", "--force")],
)
def test_a_file_that_cannot_be_written_is_refused_before_the_work(
    timed, tmp_path, capsys, name, hint
):
    (tmp_path / "timed.csv").write_text("mine")
    assert main(["read", timed, "-o", str(tmp_path / name)]) == 2
    assert hint in capsys.readouterr().err
    assert (tmp_path / "timed.csv").read_text() == "mine"
    if name == "timed.csv":
        assert main(["read", timed, "-o", str(tmp_path / name), "--force"]) == 0


@pytest.mark.parametrize("content", ["", "hello\n", "\x00\x01\x02"])
def test_what_is_no_log_is_refused(tmp_path, capsys, content):
    path = tmp_path / "x.log"
    path.write_text(content)
    assert main(["read", str(path)]) == 2
    assert capsys.readouterr().err.startswith(f"error: {path}: ")


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_pipe_is_read_whole(tmp_path, capsys, pack):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    log = TIMED * 2000  # more than a pipe holds, and than is looked at to tell its kind
    with ThreadPoolExecutor(1) as pool:
        written = pool.submit(pipe.write_bytes, pack(log.encode()))
        assert main(["read", str(pipe), "--json"]) == 0
        written.result(10)
    counts = strict(capsys.readouterr().out)["counts"]
    assert (counts["lines"], counts["bytes"]) == (6 * 2000, len(log))


@pytest.mark.needs("bash")
def test_what_a_shell_substitutes_is_read(timed):
    command = '"$0" -m coldstart_lab read <(cat "$1" "$1") --json'
    done = subprocess.run(
        ["bash", "-c", command, sys.executable, timed], capture_output=True, check=True
    )
    assert strict(done.stdout)["counts"]["lines"] == 12


def test_a_missing_file_is_said(tmp_path, capsys):
    assert main(["read", str(tmp_path / "none.log")]) == 2
    assert "no such file" in capsys.readouterr().err.lower()
