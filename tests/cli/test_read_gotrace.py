"""``coldstart read`` shows what a Go execution trace holds."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from coldstart_lab.cli.main import main
from coldstart_lab.readers.gotrace.trace import TABLES


@pytest.fixture
def trace(root):
    return str(sorted((root / "tests/readers/gotrace/data").glob("*.trace.zst"))[-1])


def test_the_card_says_what_is_in_it(trace, capsys):
    assert main(["read", trace]) == 0
    out = capsys.readouterr().out
    for said in ("execution trace", "events of", "wake-ups", "sleep", "CPU profile"):
        assert said in out


def test_each_table_can_be_shown(trace, capsys):
    for name in TABLES:
        assert main(["read", trace, "--table", name]) == 0
        assert capsys.readouterr().out
    assert main(["read", trace, "--table", "dumps"]) == 2
    assert "no table" in capsys.readouterr().err


def test_json_counts_what_was_read(trace, capsys):
    assert main(["read", trace, "--json", "--table", "unblocks", "--limit", "2"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["counts"]["events"] == document["tables"]["events"]
    assert len(document["rows"]) == 2
    assert document["losses"]["count"] == 0


def test_events_are_written(trace, tmp_path):
    out = tmp_path / "events.parquet"
    assert main(["read", trace, "-o", str(out)]) == 0
    events = pd.read_parquet(out)
    assert {"GoStart", "GoBlock", "UserLog"} <= set(events["kind"])
