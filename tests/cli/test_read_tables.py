"""``coldstart read --table``: each table of a log on a terminal, as JSON and in files."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from coldstart_lab.cli.main import main
from coldstart_lab.cli.read import TABLES
from coldstart_lab.readers.strace import read_strace

LOG = """\
12 write(1, "password=hunter2 \\0\\377", 19) = 19
 | 00000  70 61 73 73 77 6f 72 64  3d 68 75 6e 74 65 72 32  password=hunter2 |
 | 00010  20 00 ff                                           ..              |
 > /srv/a b(main+0x51) [0x1207] /srv/a.c:7
 > /usr/lib/libc.so.6(\x1b]0;x\x07+0x10) [0xffffffffff600007]
strace: Process 13 attached
% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
100.00    0.000003           1         3         2 write
------ ----------- ----------- --------- --------- ----------------
100.00    0.000003                     3         2 total
"""


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "all.log"
    path.write_text(LOG)
    return str(path)


def test_the_names_are_those_of_the_tables(log):
    assert set(TABLES) == set(read_strace(log).tables)


def test_the_card_names_the_tables_that_have_rows(log, tmp_path, capsys):
    assert main(["read", log]) == 0
    shown = capsys.readouterr().out
    for line in (
        "stack frames: 2 (--table stacks)",
        "dumped buffers: 1 (--table dumps)",
        "rows of counts: 1 (--table counts)",
        "messages of strace: 1 (--table messages)",
    ):
        assert line in shown
    plain = tmp_path / "plain.log"
    plain.write_text("12 getppid() = 11\n")
    assert main(["read", str(plain)]) == 0
    assert "--table" not in capsys.readouterr().out


def test_a_file_of_counts_shows_them(tmp_path, capsys):
    path = tmp_path / "counts.log"
    path.write_text(LOG[LOG.index("% time") :])
    assert main(["read", str(path)]) == 0
    shown = capsys.readouterr().out
    assert "strace -C instead of -c" in shown
    assert ["3", "0", "write", "3", "2"] in [line.split()[:5] for line in shown.splitlines()]


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("events", "write"),
        ("summary", "lines: messages of strace"),
        ("stacks", "0xffffffffff600007"),
        ("dumps", "password=[redacted]"),
        ("counts", "3.00 µs"),
        ("messages", "strace: Process 13 attached"),
        ("losses", "This log has no losses."),
    ],
)
def test_a_table_is_shown_fit_for_a_terminal(log, capsys, name, seen):
    assert main(["read", log, "--table", name]) == 0
    shown = capsys.readouterr().out
    assert seen in shown
    assert "hunter2" not in shown
    assert "\x1b" not in shown


@pytest.mark.parametrize("name", TABLES)
def test_json_holds_the_rows_of_the_table(log, capsys, name):
    assert main(["read", log, "--json", "--table", name]) == 0
    document = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    tables = read_strace(log).tables
    assert document["tables"] == {name: len(table) for name, table in tables.items()}
    assert len(document["rows"]) == min(10, len(tables[name]))
    assert all(list(row) == list(tables[name].columns) for row in document["rows"])
    assert "hunter2" not in json.dumps(document)


def test_without_a_table_json_holds_no_rows(log, capsys):
    assert main(["read", log, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"] is None


@pytest.mark.parametrize(
    ("suffix", "load", "data"),
    [
        ("parquet", pd.read_parquet, b"password=hunter2 \x00\xff"),
        ("csv", pd.read_csv, b"password=hunter2 \x00\xff".hex()),
        ("jsonl", lambda path: pd.read_json(path, lines=True), b"password=hunter2 \x00\xff".hex()),
    ],
)
def test_bytes_survive_in_every_form_of_file(log, tmp_path, capsys, suffix, load, data):
    out = tmp_path / f"dumps.{suffix}"
    assert main(["read", log, "--table", "dumps", "-o", str(out)]) == 0
    assert capsys.readouterr().out.endswith(f"Wrote {out}\n")
    assert load(out)["data"].tolist() == [data]


def test_addresses_survive_in_a_file(log, tmp_path):
    out = tmp_path / "stacks.parquet"
    assert main(["read", log, "--table", "stacks", "-o", str(out)]) == 0
    assert pd.read_parquet(out)["address"].tolist() == [0x1207, 0xFFFFFFFFFF600007]


def test_an_unknown_table_is_refused(log, capsys):
    assert main(["read", log, "--table", "nonsense"]) == 2
    assert "'stacks'" in capsys.readouterr().err


def test_an_endless_argument_is_cut_and_says_so(tmp_path, capsys):
    secret = "hunter2" * 100
    path = tmp_path / "long.log"
    path.write_text(f'12 write(1, "{"x" * 65_000}password={secret}{"y" * 2_000_000}", 9) = 9\n')
    assert main(["read", str(path), "--json", "--table", "events"]) == 0
    shown = capsys.readouterr().out
    args = json.loads(shown)["rows"][0]["args"]
    assert args.endswith("... (cut: 2,065,717 in all)")
    assert "hunter2" not in args
    assert len(shown) < 100_000


def test_a_pointer_is_shown_as_one(tmp_path, capsys):
    path = tmp_path / "pointers.log"
    path.write_text("[00007f20d7e57350] getpid() = 12\n")
    assert main(["read", str(path), "--table", "details"]) == 0
    assert "0x7f20d7e57350" in capsys.readouterr().out
