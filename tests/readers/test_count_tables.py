"""The tables that -c and -C write: equal to their text, in every form strace gives them."""

from __future__ import annotations

import platform
import re
import sys
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from annexed import build, read, trace
from hypothesis import given
from hypothesis import strategies as st

import coldstart_lab
from coldstart_lab.errors import UnreadableInputError
from coldstart_lab.readers.strace import read_strace
from coldstart_lab.tables import STRACE_COUNTS

HEADINGS = {
    "% time": "time_percent",
    "seconds": "total_ns",
    "usecs/call": "average_ns",
    "shortest": "min_ns",
    "longest": "max_ns",
    "calls": "calls",
    "errors": "errors",
    "syscall": "syscall",
    "wall-total": "wall_total_ns",
    "wall-min": "wall_min_ns",
    "wall-max": "wall_max_ns",
    "wall-avg": "wall_average_ns",
}
# in the form of strace 4.5 to 5.5: the total has no usecs/call
OLD = """\
% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 60.00    0.000003           1         3           read
 40.00    0.000002           2         1         1 access
------ ----------- ----------- --------- --------- ----------------
100.00    0.000005                     4         1 total
"""
# in the form of strace 7.2 -c -U wall-total,wall-min,wall-max,wall-avg,calls,errors
WALL = """\
 wall-total wall-min wall-max    wall-avg     calls    errors syscall
----------- -------- -------- ----------- --------- --------- ----------------
   0.000009 0.000009 0.000009           9         1           read
   0.000043 0.000010 0.000033          21         2           write
----------- -------- -------- ----------- --------- --------- ----------------
   0.000052 0.000009 0.000033          17         3           total
"""
# strace 4.6 divides by no time at all
NO_TIME = OLD.replace(" 60.00    0.000003", "   nan    0.000000").replace(" 40.00", "  -nan")
EVENT = "getppid() = 1\n"


def cells_of(text):
    """Read a table by the extents of its columns, as the rule below its headings shows them."""
    lines = text.splitlines()
    rules = [at for at, line in enumerate(lines) if re.fullmatch("-+( -+)*", line)]
    spans = [match.span() for match in re.finditer("-+", lines[rules[0]])]
    spans[-1] = (spans[-1][0], None)
    rows = [
        [line[start:stop].strip() for start, stop in spans]
        for line in [lines[rules[0] - 1], *lines[rules[0] + 1 : rules[1]]]
    ]
    return rows[0], rows[1:]


def value_of(heading, cell):
    if heading == "syscall":
        return cell
    if heading == "% time":
        return float(cell)
    if heading in ("calls", "errors"):
        return int(cell or 0)
    scale = 1000 if heading in ("usecs/call", "wall-avg") else 1_000_000_000
    return int(Decimal(cell) * scale)


def check(counts, text):
    """Compare a table with its text."""
    STRACE_COUNTS.validate(counts)
    headings, rows = cells_of(text)
    assert len(counts) == len(rows) > 0
    for number, heading in enumerate(headings):
        expected = [value_of(heading, row[number]) for row in rows]
        assert counts[HEADINGS[heading]].tolist() == expected
    absent = set(HEADINGS.values()) - {HEADINGS[heading] for heading in headings}
    assert counts[list(absent)].isna().all(axis=None)


@pytest.mark.parametrize("text", [OLD, WALL])
@pytest.mark.parametrize("before", ["", EVENT, "what is this\n"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_tables_of_other_versions_are_read(text, before, newline):
    log = read((before + text).replace("\n", newline))
    check(log.counts, text)
    assert log.counts["line"].tolist() == [3 + bool(before), 4 + bool(before)]
    assert len(log.events) == (before == EVENT)
    assert len(log.losses) == (before == "what is this\n")


def test_a_table_without_any_time_has_no_shares():
    counts = read(NO_TIME).counts
    assert counts["time_percent"].isna().all()
    assert counts["calls"].tolist() == [3, 1]


U = "-U name,calls,errors,min-time,max-time,avg-time,time-percent,total-time"


@pytest.mark.needs("strace")
@pytest.mark.parametrize(
    "flags", ["-c", "-c -f -w", "-c -U errors", "-c -U name", f"-c -w {U}", "-c -S calls -O 5"]
)
def test_a_file_that_holds_only_the_table_is_read(tmp_path, flags):
    path = trace(tmp_path, flags, "ls", "-l", "/", "/nowhere")
    log = coldstart_lab.read(path)
    check(log.counts, path.read_text())
    assert log.events.empty
    assert log.losses.empty
    assert list(log.missing_flags) == ["-C instead of -c"]
    assert f"rows of counts: {len(log.counts)} (.counts)" in log._repr_html_()


@pytest.mark.needs("strace")
@pytest.mark.parametrize("to", ["file", "stderr"])
def test_the_table_behind_a_log_equals_its_events(tmp_path, to):
    path = trace(tmp_path, "-C -f -w -T", sys.executable, "-c", "import json", to=to)
    log = read_strace(path)
    check(log.counts, path.read_text("utf-8", "replace"))
    calls = log.events[(log.events["kind"] == "syscall") & log.events["retval"].notna()]
    by_name = calls.groupby(calls["syscall"].astype(str))
    counted = log.counts.set_index(log.counts["syscall"].astype(str))
    assert by_name.size().to_dict() == counted["calls"].to_dict()
    assert by_name["errno"].count().to_dict() == counted["errors"].to_dict()
    rounding = 1000 * by_name.size().reindex(counted.index).to_numpy()
    timed = by_name["duration_ns"].sum().reindex(counted.index)
    assert (np.abs((timed - counted["total_ns"]).to_numpy()) <= rounding).all()


@pytest.mark.needs("strace", "gcc")
@pytest.mark.skipif(platform.machine() != "x86_64", reason="x86-64 only: 32-bit calls")
def test_the_modes_of_a_program_have_tables_of_their_own(tmp_path):
    path = trace(tmp_path, "-C", build("modes32.c", tmp_path / "modes32"))
    counts = read_strace(path).counts
    native, other = (counts[counts["table"] == number] for number in (0, 1))
    assert native["personality"].isna().all()
    if other.empty:
        pytest.skip("this kernel runs no 32-bit calls")
    assert other["personality"].tolist() == ["32 bit"]
    assert other["syscall"].tolist() == ["getpid"]
    assert other["calls"].tolist() == [3]
    assert {"access", "getppid"} <= set(native["syscall"])
    check(native, path.read_text().partition("System call usage")[0])


@pytest.mark.parametrize(
    ("change", "rows", "lost"),
    [
        (lambda text: text[: text.index("    0.000002")], 1, 1),  # cut off inside a row
        (lambda text: text.rpartition("\n---")[0] + "\n", 2, 0),  # cut off behind the rows
        (lambda text: text.replace(" 60.00    0.000003", " 60.00 0.0x"), 0, 4),
        (lambda text: text.replace(" 60.00", "9999.99"), 0, 4),
        (lambda text: text.replace("     3 ", "  1e9 "), 0, 4),
        (lambda text: text + "behind it\n", 2, 1),
    ],
)
def test_a_damaged_table_is_read_as_far_as_it_goes(change, rows, lost):
    log = read(EVENT + change(OLD))
    assert len(log.counts) == rows
    assert len(log.losses) == lost


@pytest.mark.parametrize(
    "text",
    [OLD.replace("syscall", "system call"), OLD.replace("% time ", "calls  "), "------\n",
     OLD.partition("\n")[2]],
)  # fmt: skip
def test_what_only_looks_like_a_table_is_lost(text):
    log = read(EVENT + text)
    assert log.counts.empty
    assert len(log.losses) == text.count("\n")
    with pytest.raises(UnreadableInputError):
        read(text)


LINES = [
    *OLD.splitlines(), *WALL.splitlines(), "getppid() = 1", "", "syscall", "calls syscall", "-----",
    "1 read", "System call usage summary for 32 bit mode:", "999999999999999999999 x", "\xff",
    "total", "-", "% time syscall",
]  # fmt: skip


@given(st.lists(st.sampled_from(LINES), max_size=30))
def test_any_mixture_is_read_and_every_line_counted(lines):
    log = read("\n".join([EVENT.strip(), *lines, ""]))
    STRACE_COUNTS.validate(log.counts)
    counted = log.summary.set_index("item")["count"]
    assert counted[counted.index.str.startswith("lines: ")].sum() == len(lines) + 1
    assert counted["lines: not understood"] == len(log.losses)
    assert len(log.counts) <= counted["lines: tables of counts"]
    assert set(log.counts["line"]).isdisjoint(log.losses["line"])
    assert pd.Index(log.counts["line"]).is_monotonic_increasing
