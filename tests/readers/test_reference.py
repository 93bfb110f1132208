"""Every line of freshly recorded logs reads as the slow reference reads it."""

from __future__ import annotations

import pytest
import strace_reference as reference
from recorded import FLAG_SETS

from coldstart_lab.readers.strace import read_strace
from coldstart_lab.tables import STRACE_EVENTS, STRACE_LOSSES, STRACE_SUMMARY

PROGRAMS = ("list", "pipeline", "python", "storm", "exec from a thread")


def rows_of(events):
    """Our events as the reference gives them."""
    objects = events.astype(object).where(events.notna(), None)
    return [
        reference.Line(
            number=row["line"], pid=row["pid"], comm=row["comm"], time_ns=row["start_ns"],
            kind=row["kind"], name=row["syscall"], args=row["args"], retval=row["retval"],
            text=row["retval_text"], errno=row["errno"], duration_ns=row["duration_ns"],
            unfinished="unfinished" in (row["flags"] or ""),
        )
        for row in objects.to_dict("records")
    ]  # fmt: skip


def expected_of(log):
    """The reference's events, without how it came by them."""
    unseen = {"bracket": False, "clock": "none", "announces": None, "broken": False}
    return [reference.replace(event, **unseen) for event in reference.read_events(log)]


@pytest.mark.needs("strace", "gcc")
@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("flags", FLAG_SETS)
def test_every_line_reads_as_the_reference_reads_it(recording, program, flags):
    path = recording(program, *FLAG_SETS[flags])
    read = read_strace(path)
    expected = expected_of(path.read_bytes())
    assert len(expected) > 20
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


@pytest.mark.needs("strace", "gcc")
@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("flags", [name for name in FLAG_SETS if name != "one process"])
def test_nothing_strace_writes_is_lost(recording, program, flags):
    read = read_strace(recording(program, *FLAG_SETS[flags]))
    assert read.losses.empty
    assert read.count("calls that never returned") < 20
    # without -o a process that stays alone has no id
    assert read.events["pid"].notna().all() or (program, FLAG_SETS[flags][1]) == ("list", "stderr")


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
