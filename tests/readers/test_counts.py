"""Our counts of calls and errors, and the time in them, equal those of strace's own -C table.

strace counts a call where it sees it return, before anything is printed of it. So of what the log
shows these are not in the table: calls that never returned (``= ?``, as exit_group), and, before
strace learned to, calls by a number that has no name. In it but not in the log are the calls that
-z or -Z leaves out.
"""

from __future__ import annotations

from collections import Counter

import pytest
from recorded import COUNTED, EVERY_PROGRAM
from summaries import read_summary

from coldstart_lab.readers.strace import read_strace

UNITS_NS = {"precision:ms": 10**6, "syscall-times=ms": 10**6, "syscall-times=ns": 1}
TIMED = [name for name, (flags, _) in COUNTED.items() if "-w" in flags]
# with -z and -Z strace mixes up the lines of threads of which one is killed
WITHOUT_KILLS = [
    case for case in EVERY_PROGRAM
    if case.values[0] in ("list", "pipeline", "jobs", "python", "sockets", "descriptors", "bytes")
]  # fmt: skip
# of a printed number of seconds with six decimals
ROUNDING_NS = 500

# hundreds of logs, whose reading does not depend on the version of pandas
pytestmark = pytest.mark.slow


@pytest.fixture
def counted(recording, reading):
    """What strace counted, and our events of the same calls: ``counted(program, flags)``."""

    def get(program, name):
        flags, to = COUNTED[name]
        log = recording(program, flags, to)
        summary = read_summary(log.read_text("utf-8", "backslashreplace"))
        events = reading(program, flags, to).events
        calls = events[events["kind"] == "syscall"]
        returned = calls["retval"].notna() | calls["errno"].notna()
        returned |= unseen(calls)
        if not any(syscall.startswith("syscall_") for syscall in summary):
            returned &= ~calls["syscall"].astype("str").str.startswith("syscall_")
        return summary, calls[returned]

    return get


def unseen(calls):
    """Calls whose thread was killed before strace could look at what they returned."""
    return calls["retval_text"].astype("str").eq("? <unavailable>")


def failed(calls):
    return calls["errno"].notna() | calls["retval_text"].astype("str").str.startswith("(errno ")


@pytest.mark.parametrize("flags", COUNTED)
@pytest.mark.parametrize("program", EVERY_PROGRAM)
def test_calls_and_errors_are_those_strace_counted(counted, program, flags):
    summary, calls = counted(program, flags)
    names = calls["syscall"].astype("str")
    theirs = Counter({name: row.calls for name, row in summary.items()})
    errors = Counter({name: row.errors for name, row in summary.items()})
    assert theirs.total() > 1
    assert Counter(names) == theirs
    found = Counter(names[failed(calls)])
    # of what it could not look at strace may still count the error of the call before
    assert found <= errors <= found + Counter(names[unseen(calls)])


@pytest.mark.parametrize("kind", ["-z", "-Z"])
@pytest.mark.parametrize("program", WITHOUT_KILLS)
def test_calls_that_are_left_out_are_still_counted(recording, program, kind):
    log = recording(program, f"-C -f {kind} -ttt -T -y")
    events = read_strace(log).events
    ours = Counter(events[events["kind"] == "syscall"]["syscall"].astype("str"))
    summary = read_summary(log.read_text("utf-8", "backslashreplace"))
    failures = Counter({name: row.errors for name, row in summary.items()})
    successes = Counter({name: row.calls - row.errors for name, row in summary.items()})
    # of -z and -Z one shows what the other leaves out
    assert ours == +(successes if kind == "-z" else failures)


@pytest.mark.parametrize("flags", TIMED)
@pytest.mark.parametrize("program", EVERY_PROGRAM)
def test_times_are_those_strace_summed(counted, program, flags):
    """-w sums the very times that -T prints: of each call the clock is read once.

    It sums them in ns and prints the sum rounded to the nearest us. -T cuts each off at its last
    digit, of a unit u. So where n calls sum to S by -T, the true sum is from S to S + n (u - 1 ns),
    and what -w prints no more than 0.5 us off it.
    """
    summary, calls = counted(program, flags)
    words = COUNTED[flags][0]
    unit = next((ns for word, ns in UNITS_NS.items() if word in words), 1000)
    names = calls["syscall"].astype("str")
    untold = set(names[unseen(calls)])  # of these -T prints no time
    sums = calls[~unseen(calls)].groupby(names)["duration_ns"].agg(["sum", "size"])
    for name, ours, count in sums.itertuples():
        theirs = round(summary[name].seconds * 1e9)
        # each of several tables (of the 32-bit mode) is rounded
        rounding = summary[name].tables * ROUNDING_NS
        assert ours - rounding <= theirs, name
        assert theirs <= ours + count * (unit - 1) + rounding or name in untold, name
    assert calls["duration_ns"].notna().all() or untold


@pytest.mark.parametrize("flags", COUNTED)
@pytest.mark.parametrize("program", EVERY_PROGRAM)
def test_the_table_itself_is_read_as_it_stands(recording, reading, program, flags):
    log = recording(program, *COUNTED[flags])
    summary = read_summary(log.read_text("utf-8", "backslashreplace"))
    columns = ["calls", "errors", "total_ns"]
    counts = reading(program, *COUNTED[flags]).counts
    sums = counts.groupby(counts["syscall"].astype("str"))[columns].sum()
    assert {name: tuple(map(int, row)) for name, *row in sums.itertuples()} == {
        name: (row.calls, row.errors, round(row.seconds * 1e9)) for name, row in summary.items()
    }
