"""Every line of freshly recorded logs reads as the slow reference reads it."""

from __future__ import annotations

import pytest
import strace_reference as reference
from recorded import EVERY_PROGRAM, FLAG_SETS

from coldstart_lab.readers.strace import read_strace
from coldstart_lab.tables import STRACE_EVENTS, STRACE_LOSSES, STRACE_SUMMARY

ALONE = ("list", "descriptors", "bytes")

# what an event is called in our table and in the reference
COLUMNS = {
    "line": "number", "pid": "pid", "comm": "comm", "start_ns": "time_ns", "kind": "kind",
    "syscall": "name", "args": "args", "retval": "retval", "retval_text": "text",
    "errno": "errno", "duration_ns": "duration_ns",
}  # fmt: skip

# hundreds of logs, whose reading does not depend on the version of pandas
pytestmark = pytest.mark.slow


def rows_of(events):
    """Our events, one dictionary each."""
    objects = events.astype(object).where(events.notna(), None)
    return objects[[*COLUMNS, "flags"]].to_dict("records")


def row_of(line):
    """An event of the reference in the same form."""
    flags = [*line.flags, *(["unfinished"] if line.unfinished else [])]
    row = {ours: getattr(line, theirs) for ours, theirs in COLUMNS.items()}
    return row | {"flags": "|".join(flags) or None}


def expected_of(log):
    """The reference's events in the same form."""
    return [row_of(event) for event in reference.read_events(log)]


@pytest.mark.parametrize("flags", FLAG_SETS)
@pytest.mark.parametrize("program", EVERY_PROGRAM)
def test_every_line_reads_as_the_reference_reads_it(recording, reading, program, flags):
    path = recording(program, *FLAG_SETS[flags])
    read = reading(program, *FLAG_SETS[flags])
    expected = expected_of(path.read_bytes())
    assert expected
    for ours, theirs in zip(rows_of(read.events), expected, strict=True):
        assert ours == theirs
    lost = [line for line in reference.read_lines(path.read_bytes()) if line.kind == "lost"]
    assert read.losses["line"].tolist() == [line.number for line in lost]
    for table, frame in (
        (STRACE_EVENTS, read.events),
        (STRACE_SUMMARY, read.summary),
        (STRACE_LOSSES, read.losses),
    ):
        table.validate(frame)


@pytest.mark.parametrize("flags", FLAG_SETS)
@pytest.mark.parametrize("program", EVERY_PROGRAM)
def test_nothing_strace_writes_is_lost(reading, program, flags):
    words, to = FLAG_SETS[flags]
    read = reading(program, words, to)
    assert read.losses.empty
    # of one process strace writes no id: without -f, and without -o as long as it is alone
    alone = "-f" not in words.split() or (to == "stderr" and program in ALONE)
    assert read.events["pid"].isna().all() if alone else read.events["pid"].notna().all()


@pytest.mark.needs("strace", "gcc")
def test_an_exec_from_another_thread_is_one_call(recording):
    events = read_strace(recording("exec from a thread", "-f -ttt -T -yy")).events
    calls = events[events["syscall"] == "execve"]
    assert calls["retval"].tolist() == [0, 0]
    superseded = events[events["kind"] == "superseded"]
    assert superseded["retval"].tolist() == calls["pid"].tolist()[1:]
    assert superseded["pid"].tolist() == calls["pid"].tolist()[:1]
    paused = events[events["syscall"] == "pause"].iloc[0]
    assert paused["retval_text"] == "?"
