"""``coldstart read`` on a file of traces: card, tables, JSON, files."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from coldstart_lab.cli.main import main

T0 = 1_795_462_376_243_279_665


def span(name, begin_ms, length_ms):
    return {"traceId": "ab" * 16, "spanId": f"{begin_ms:016x}", "name": name, "kind": 1,
            "startTimeUnixNano": str(T0 + begin_ms * 10**6),
            "endTimeUnixNano": str(T0 + (begin_ms + length_ms) * 10**6)}  # fmt: skip


@pytest.fixture
def path(tmp_path):
    spans = [span("fetch \x1b[31m[bold] password=hunter2", 7, 40), span("assets", 1, 1300)]
    document = {"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}
    path = tmp_path / "spans.otlp.jsonl"
    path.write_text(json.dumps(document) + "\nnot JSON\n")
    return str(path)


def test_the_card_shows_the_longest_spans_and_what_was_lost(path, capsys):
    assert main(["read", path]) == 0
    shown = capsys.readouterr().out
    assert "2 spans of 1 traces and 0 services, 0 events in them" in shown
    rows = [line.split() for line in shown.splitlines()]
    assert ["assets", "0", "ns", "1.30", "s", "internal", "unset", "1"] in rows
    assert "fetch \\x1b[31m[bold] password=[redacted]" in shown
    assert "\x1b" not in shown
    assert "Not understood: 1 line" in shown
    assert main(["read", path, "--limit", "1"]) == 0
    assert "and 1 more row (--limit)" in capsys.readouterr().out


def test_tables_are_shown_and_written(path, tmp_path, capsys):
    out = tmp_path / "spans.parquet"
    assert main(["read", path, "--table", "losses", "-o", str(tmp_path / "losses.csv")]) == 0
    assert "not JSON" in capsys.readouterr().out
    assert pd.read_csv(tmp_path / "losses.csv")["line"].tolist() == [2]
    assert main(["read", path, "-o", str(out)]) == 0
    assert capsys.readouterr().out.endswith(f"Wrote {out}\n")
    assert pd.read_parquet(out)["start_ns"].tolist() == [T0 + 7 * 10**6, T0 + 10**6]


def test_json_is_strict(path, capsys):
    assert main(["read", path, "--json", "--table", "spans", "--limit", "1"]) == 0
    document = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    assert (document["format"], document["kind"]) == (1, "otlp")
    assert document["counts"]["spans"] == 2
    assert document["tables"] == {"spans": 2, "span_events": 0, "summary": 13, "losses": 1}
    assert document["losses"]["examples"][0]["text"] == "not JSON"
    assert len(document["rows"]) == 1
    assert "hunter2" not in json.dumps(document)


def test_tables_of_other_kinds_are_refused(path, tmp_path, capsys):
    assert main(["read", path, "--table", "events"]) == 2
    assert "otlp has no table 'events'" in capsys.readouterr().err
    log = tmp_path / "a.log"
    log.write_text("12 getppid() = 11\n")
    assert main(["read", str(log), "--table", "spans"]) == 2
    assert "a strace log has no table 'spans'" in capsys.readouterr().err
