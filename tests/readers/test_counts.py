"""Our counts of calls and errors equal those strace itself makes with -C."""

from __future__ import annotations

from collections import Counter

import pytest

from coldstart_lab.readers.strace import read_strace

PROGRAMS = ("list", "pipeline", "python", "storm", "exec from a thread")
FLAG_SETS = (
    ("-C -f -ttt -T -yy", "file"),
    ("-C -f -tt -y", "file"),
    ("-C -f", "stderr"),
    ("-C -f -Y -r -T -s 200", "file"),
)


def table_of(log):
    """Calls and errors by syscall from the table at the end of the log."""
    calls, errors = Counter(), Counter()
    lines = log.read_text("utf-8", "backslashreplace").splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("% time"))
    for line in lines[start + 2 :]:
        cells = line.split()
        if line.startswith("-----"):
            break
        calls[cells[-1]] = int(cells[3])
        errors[cells[-1]] = int(cells[4]) if len(cells) == 6 else 0
    return calls, errors


@pytest.mark.needs("strace", "gcc")
@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize(("flags", "to"), FLAG_SETS, ids=[flags for flags, _ in FLAG_SETS])
def test_calls_and_errors_are_those_strace_counted(recording, program, flags, to):
    log = recording(program, flags, to)
    calls, errors = table_of(log)
    read = read_strace(log)
    events = read.events
    # strace counts a call when it returns, and only those it has a name for
    returned = events["retval"].notna() | events["errno"].notna()
    named = ~events["syscall"].astype(str).str.startswith("syscall_")
    ours = events[(events["kind"] == "syscall") & returned & named]
    assert Counter(ours["syscall"].astype(str)) == calls
    failed = ours[ours["errno"].notna()]
    assert +Counter(failed["syscall"].astype(str)) == +errors
    assert sum(calls.values()) > 20
    assert read.count("calls") >= len(ours)
    assert read.losses.empty
    assert read.clock != "relative" or "-r" in flags.split()
