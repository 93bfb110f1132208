"""What is written in any format of strace reads back; no damage makes the reader fail."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import strace_logs
from hypothesis import example, given
from hypothesis import strategies as st
from test_reference import expected_of, row_of, rows_of

from coldstart_lab.errors import ColdStartError
from coldstart_lab.readers.strace import read_buffer
from coldstart_lab.readers.strace.lines.scan import scan
from coldstart_lab.tables import STRACE_EVENTS, STRACE_LOSSES, STRACE_SUMMARY

PIECES = (
    b"123 ", b"[pid 7] ", b"1700000000.000001 ", b"23:59:59 ", b"     0.000001 ", b"read(", b"3",
    b"</a", b">", b'"', b"\\", b", ", b")", b" = ", b"-1 ENOENT (x)", b"?", b" <0.000001>",
    b"<unfinished ...>", b" <unfinished ...>", b"<... read resumed>", b"\n", b"\r\n", b"\0",
    b"\xff", b"+++ exited with 0 +++", b"+++ killed by SIGKILL +++", b"--- SIGCHLD {} ---",
    b"strace: ", b"strace: Process 9 attached", b"+++ superseded by execve in pid 7 +++",
    b" > /x(f+0x1) [0x1]", b" | 00000 ", b"0x", b"-", b"[", b"{", b"(", b"<", b"% time ",
    b" total", b"9" * 30, b" ", b"<<", b"<detached ...>", b"(INJECTED)", b"TCP:[",
)  # fmt: skip


def read(log, **options):
    return read_buffer(np.frombuffer(log, dtype=np.uint8), source=Path("log"), **options)


@given(strace_logs.logs())
def test_what_is_written_reads_back(made):
    log, rows, clock, has_durations = made
    found = read(log)
    assert rows_of(found.events) == [row_of(row) for row in rows]
    assert expected_of(log) == [row_of(row) for row in rows]
    details = found.details.set_index("line")
    for row in rows:
        wanted = row.syscall_number, row.pointer and int(row.pointer, 16), row.secontext
        if any(wanted):
            assert details.loc[row.number].fillna("").tolist() == [value or "" for value in wanted]
    assert (found.clock, found.has_durations) == (clock, has_durations)
    assert found.losses.empty


@given(strace_logs.logs(), st.data())
def test_the_borders_of_parts_do_not_show(made, data):
    log = made[0]
    buf = np.frombuffer(log, dtype=np.uint8)
    ends = [i + 1 for i, byte in enumerate(log) if byte == 10]
    cuts = sorted({0, *data.draw(st.lists(st.sampled_from(ends), max_size=5)), len(log)})
    whole, names = scan(buf, [(0, len(log))], threads=1)
    spans = list(itertools.pairwise(cuts))
    parts, part_names = scan(buf, spans, threads=data.draw(st.integers(1, 3)))
    for name, column, other in zip(whole._fields, whole, parts, strict=True):
        if name in ("name", "comm", "errno"):
            assert [*map([*names, None].__getitem__, column)] == [
                *map([*part_names, None].__getitem__, other)
            ]
        else:
            assert np.array_equal(column, other), name


def check(log):
    """Read anything: only ColdStartError may come, and the counts must add up."""
    try:
        found = read(log)
    except ColdStartError:
        return None
    lines = log.removesuffix(b"\n").split(b"\n")
    counts = found.summary.set_index("item")["count"]
    kinds = counts[counts.index.str.startswith("lines: ")]
    assert counts["lines"] == len(lines)
    assert counts["bytes"] == len(log)
    assert kinds.sum() == len(lines)
    assert counts["events"] == len(found.events) == kinds.iloc[:5].sum()
    assert counts["calls"] == kinds.iloc[0] == (found.events["kind"] == "syscall").sum()
    open_calls = found.events["flags"].astype("string").str.contains("unfinished").fillna(False)
    assert counts["calls that never returned"] <= open_calls.sum()
    orphans = (found.losses["reason"] == "resumed line without the begin of its call").sum()
    assert counts["lines: not understood"] + orphans == len(found.losses)
    assert counts["calls joined from two lines"] <= counts["lines: calls resumed"] - orphans
    for line, text in zip(found.losses["line"], found.losses["text"], strict=True):
        assert text == lines[line - 1][:4096].decode("utf-8", "backslashreplace")
    assert found.events["line"].is_monotonic_increasing
    assert not (found.events["duration_ns"] < 0).any()
    for table, frame in (
        (STRACE_EVENTS, found.events),
        (STRACE_SUMMARY, found.summary),
        (STRACE_LOSSES, found.losses),
    ):
        table.validate(frame)
        frame.to_csv()  # every text is one that can be written
    parts = read(log, threads=3, part_bytes=max(1, len(log) // 7))
    pd.testing.assert_frame_equal(found.events, parts.events)
    pd.testing.assert_frame_equal(found.summary, parts.summary)
    pd.testing.assert_frame_equal(found.losses, parts.losses)
    assert found._repr_html_().startswith("<div>")
    return found


@given(st.lists(st.sampled_from(PIECES), max_size=60).map(b"".join))
@example(b"")
@example(b"\n")
@example(b"read(")
@example(b'1 read(3, "x", 1) = 1\n2<a')
def test_any_mixture_of_pieces_is_read_or_refused(log):
    check(log)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(log):
    check(log)


@st.composite
def damages(draw):
    kind = draw(st.sampled_from(["cut", "flip", "delete lines", "splice", "repeat", "insert"]))
    return kind, draw(st.lists(st.floats(0, 1, exclude_max=True), min_size=4, max_size=4))


def damage(log, kind, numbers):
    first, second = sorted(int(number * len(log)) for number in numbers[:2])
    lines = log.split(b"\n")
    at = int(numbers[2] * len(lines))
    return {
        "cut": log[first:second],
        "flip": log[:first] + bytes([log[first] ^ 1 << int(numbers[3] * 8)]) + log[first + 1 :],
        "delete lines": b"\n".join(lines[:at] + lines[at + int(numbers[3] * 9) :]),
        "splice": log[:first] + log[second:],
        "repeat": log[:second] + log[first:],
        "insert": log[:first] + bytes([int(numbers[3] * 256)]) * 3 + log[first:],
    }[kind]


@pytest.mark.needs("strace", "gcc")
@pytest.mark.parametrize(
    ("flags", "to"),
    [("-f -ttt -T -yy", "file"), ("-f", "stderr"), ("-f -tt -T -yy", "stderr"), ("-f -r", "file")],
)
def test_a_damaged_log_is_read_as_far_as_it_goes(recording, flags, to):
    log = recording("storm", flags, to).read_bytes()
    whole = check(log)

    @given(st.lists(damages(), min_size=1, max_size=3))
    def run(steps):
        broken = log
        for kind, numbers in steps:
            if broken:
                broken = damage(broken, kind, numbers)
        found = check(broken)
        if len(steps) == 1 and steps[0][0] == "flip":
            # one byte is in one line, or joins or splits two; it must not spoil the others
            kept = set(found.events["args"].dropna()) if found else set()
            assert len(set(whole.events["args"].dropna()) - kept) <= 4

    run()
