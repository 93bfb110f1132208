"""The command that prints the scoreboard."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest


@pytest.fixture
def scoreboard(root):
    def scoreboard(*options):
        command = [sys.executable, str(root / "benchmarks" / "planted_blame.py"), *options]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    return scoreboard


@pytest.mark.slow
@pytest.mark.needs("strace", "gcc")
def test_it_scores_the_programs_that_are_asked_for(scoreboard, tmp_path):
    found = tmp_path / "found.json"
    kept = tmp_path / "kept"
    options = ("--only", "sleep", "--runs", "2", "--json", str(found), "--keep", str(kept))
    done = scoreboard(*options)
    assert done.returncode == 0, done.stderr
    head, row, mean, at_word, runs, wrote = done.stdout.splitlines()
    assert head.split()[0] == "program"
    assert row.split()[0] == "sleep"
    assert "exact" in row
    assert mean.startswith("mean of 1")
    assert at_word.startswith("at word")
    assert runs.startswith("2 runs each; load average")
    assert wrote == f"Wrote {found}"
    (program,) = json.loads(found.read_text())
    assert program["program"] == "sleep"
    for one in program["runs"]:
        assert one["exact"]
        assert sum(one["true_ns"].values()) == one["window_ns"]
        attribution = one["methods"]["attribution"]
        for scored in attribution.values():
            assert sum(scored["blamed_ns"].values()) == one["window_ns"]
        assert max(attribution["at_word"]["score"], attribution["strict"]["score"]) < 0.2
        # to sleep takes no system time
        assert one["methods"]["strace -c"]["strict"]["score"] > 0.5
    assert (kept / "run-2" / "sleep.marks").exists()


def test_it_knows_no_other_programs(scoreboard):
    done = scoreboard("--only", "nonesuch")
    assert done.returncode == 2
    assert "invalid choice: 'nonesuch'" in done.stderr
