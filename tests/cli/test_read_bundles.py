"""``coldstart read`` of artefacts beside strace logs: Go's stderr and the output of perf script."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from coldstart_lab.cli.main import main

STDERR = b"""\
password=hunter2 \x1b[31m
init errors @0.002 ms, 0 ms clock, 0 bytes, 0 allocs
init example.com/slow @9.9 ms, 15 ms clock, 10485760 bytes, 12 allocs
init example.com/cut @10 ms, 1
"""
PERF = b"""\
app 4711 [001] 12345.678901:     250000 cpu-clock:pppH: 
\t          4a2b3c main.run+0x1f (/srv/coldstart/app)
\t          4a2b00 main.main+0x4 (/srv/coldstart/app)

app 4711 [001] 12345.678902: sched:sched_switch: app:1 [120] S ==> b:2 [120]
no \x1b[31msample
"""  # noqa: W291


@pytest.fixture(params=["inittrace", "perf"])
def artefact(request, tmp_path):
    path = tmp_path / "artefact.txt"
    path.write_bytes(STDERR if request.param == "inittrace" else PERF)
    return request.param, str(path)


def test_the_card_says_what_is_in_it(artefact, capsys):
    kind, path = artefact
    assert main(["read", path]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith(kind)
    assert "\x1b" not in shown
    assert "hunter2" not in shown
    assert "Not understood: 1 line" in shown
    wanted = {
        "inittrace": ("2 inits of packages: 15.0 ms", "example.com/slow"),
        "perf": ("2 samples of 1 thread", "main.run", "not recorded: who woke whom"),
    }
    for text in wanted[kind]:
        assert text in shown


def test_json_counts_the_same(artefact, capsys):
    kind, path = artefact
    assert main(["read", path, "--json"]) == 0
    document = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    assert document["kind"] == kind
    assert document["losses"]["count"] == 1
    assert document["rows"] is None
    assert document["tables"]["inits" if kind == "inittrace" else "samples"] == 2
    assert document["counts"]["lines"] == (4 if kind == "inittrace" else 6)


@pytest.mark.parametrize("name", ["summary", "losses"])
def test_a_table_is_shown_and_written(artefact, name, tmp_path, capsys):
    _, path = artefact
    out = tmp_path / "out.parquet"
    assert main(["read", path, "--table", name, "-o", str(out)]) == 0
    shown = capsys.readouterr().out
    assert shown.endswith(f"Wrote {out}\n")
    assert len(pd.read_parquet(out)) == (1 if name == "losses" else len(pd.read_parquet(out)))
    assert main(["read", path, "-o", str(tmp_path / "all.csv"), "--limit", "1"]) == 0
    assert len(pd.read_csv(tmp_path / "all.csv")) == 1


def test_a_table_it_has_not_is_refused(artefact, capsys):
    _, path = artefact
    assert main(["read", path, "--table", "stacks"]) == 2
    assert "no table 'stacks'" in capsys.readouterr().err
