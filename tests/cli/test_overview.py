"""What batches hold is added up as if the log had been read at once."""

from __future__ import annotations

import io
from unittest import mock

import pandas as pd
import pytest

from coldstart_lab.cli.overview import Overview
from coldstart_lab.readers.strace import read_strace, read_strace_batches


def overview(log, size=1 << 20):
    """What is seen of a log, and in how many batches."""
    seen = Overview(10)
    batches = list(read_strace_batches(io.BytesIO(log.encode()), batch_bytes=size))
    for batch in batches:
        seen.add(batch)
    return seen, len(batches)


def calls(count, threads, clock="{:.6f}"):
    lines = (
        f"{i % threads + 1} {clock.format(i / 1000)} {'read' if i % 3 else 'write'}(3) = {i} "
        f"<0.000{i % 7}00>\n"
        for i in range(count)
    )
    return "".join(lines)


def test_batches_add_up_to_the_whole():
    log = calls(5000, 40)
    whole, _ = overview(log)
    parts, count = overview(log, 10_000)
    assert count > 5
    pd.testing.assert_frame_equal(parts.calls(), whole.calls())
    sums = whole.calls().set_index("syscall")
    assert sums["threads"].tolist() == [40, 40]
    assert sums.loc["write", "duration_ns"] == sum(i % 7 for i in range(0, 5000, 3)) * 100_000
    assert parts.counts == whole.counts
    assert parts.counts["threads"] == 40
    assert (parts.first_ns, parts.last_ns) == (whole.first_ns, whole.last_ns)


def test_calls_without_durations_have_no_sum():
    seen, _ = overview("1 getpid() = 1\n1 read(3) = 1\n")
    assert seen.calls()["duration_ns"].isna().all()


def test_no_group_of_calls_costs_a_call_of_python():
    log = read_strace(io.BytesIO(calls(300, 300).encode()))
    seen = Overview(10)
    with mock.patch.object(pd.Series, "sum", side_effect=pytest.fail):
        seen.add(log)
        assert len(seen.calls()) == 2


@pytest.mark.parametrize("clock", ["{:12.6f}", "00:00:{:09.6f}"])
def test_a_log_may_begin_at_zero(clock):
    log = calls(2000, 1, clock)
    parts, count = overview(log, 10_000)
    assert count > 5
    assert parts.first_ns == 0


def test_a_batch_without_events_wipes_no_hint():
    log = calls(500, 3) + "strace: a message\n" * 2000 + calls(500, 3)
    parts, count = overview(log, 5000)
    assert count > 5
    assert parts.missing == overview(log)[0].missing
    assert "-yy" in parts.missing
