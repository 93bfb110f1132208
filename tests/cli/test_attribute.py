"""``coldstart attribute``: the table, its JSON and its file agree and add up."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from coldstart_lab.cli.main import main

LOG = """\
12 1795432617.100000 execve("/srv/coldstart/app", ["app"], 0x7ffe /* 9 vars */) = 0 <0.000400>
12 1795432617.100600 openat(AT_FDCWD, "/etc/[red]\\33[31m", O_RDONLY) = 3</etc/a> <0.000020>
12 1795432617.101000 clock_nanosleep(CLOCK_REALTIME, 0, {tv_sec=0, tv_nsec=5000000}, NULL) = 0 <0.005100>
12 1795432617.106200 socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 4<TCP:[77]> <0.000020>
12 1795432617.106300 listen(4<TCP:[0.0.0.0:8080]>, 128) = 0 <0.000010>
12 1795432617.107000 exit_group(0) = ?
12 1795432617.107100 +++ exited with 0 +++
"""  # noqa: E501


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "app.log"
    path.write_text(LOG)
    return str(path)


def strict(text):
    return json.loads(text, parse_constant=pytest.fail)


def test_the_table_adds_up_and_the_rest_is_one_row(log, capsys):
    assert main(["attribute", log, "--top", "1"]) == 0
    shown = capsys.readouterr().out
    assert "exec to listening" in shown
    assert "6.31 ms in " in shown
    assert "other causes" in shown
    assert "\x1b" not in shown


def test_json_holds_every_cause_whatever_is_shown(log, capsys):
    assert main(["attribute", log, "--json", "--top", "1"]) == 0
    document = strict(capsys.readouterr().out)
    assert document["format"] == 1
    assert document["kind"] == "attribution"
    assert document["until"] == "listening"
    assert document["window_ns"] == document["end_ns"] - document["start_ns"] == 6_310_000
    assert sum(cause["duration_ns"] for cause in document["causes"]) == 6_310_000
    assert sum(cause["unresolved_ns"] for cause in document["causes"]) == document["unresolved_ns"]
    assert [entry["name"] for entry in document["milestones"]] == ["exec", "listening", "end"]


def test_segments_go_to_a_file_and_tile_the_window(log, tmp_path, capsys):
    out = tmp_path / "segments.parquet"
    assert main(["attribute", log, "--json", "-o", str(out)]) == 0
    shown = capsys.readouterr()
    assert shown.err == f"Wrote {out}\n"
    document = strict(shown.out)
    assert document["wrote"] == str(out)
    segments = pd.read_parquet(out)
    assert len(segments) == document["segment_count"]
    assert (segments["start_ns"].iloc[1:].to_numpy() == segments["end_ns"].iloc[:-1]).all()
    assert main(["attribute", log, "-o", str(out)]) == 2
    assert "--force" in capsys.readouterr().err


def test_a_log_without_times_is_refused_with_the_flags_it_needs(tmp_path, capsys):
    path = tmp_path / "timeless.log"
    path.write_text('12 execve("/srv/coldstart/app", ["app"], 0x7ffe /* 9 vars */) = 0\n')
    assert main(["attribute", str(path)]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "strace -f -ttt -T -yy" in shown.err
    assert "coldstart read" in shown.err


def test_a_milestone_nobody_saw_is_said(log, capsys):
    assert main(["attribute", log, "--until", "warm"]) == 2
    assert "warm" in capsys.readouterr().err


def test_the_recordings_of_this_repository_are_attributed(root, capsys):
    assert main(["attribute", str(root / "data/recordings/checkout_static"), "--json"]) == 0
    document = strict(capsys.readouterr().out)
    assert document["until"] == "ready"
    assert sum(cause["duration_ns"] for cause in document["causes"]) == document["window_ns"]
