"""Marks are read as the README says, and those that are no truth are refused."""

from __future__ import annotations

import json

import pytest

from planted.marks import read_marks

OFFSET = 1_795_000_000_000_000_000


@pytest.fixture
def write(tmp_path):
    def write(*marks, drift_ns=0):
        path = tmp_path / "marks"
        clocks = [{"mark": "clocks", "monotonic_ns": at, "realtime_ns": at + OFFSET + slewed}
                  for at, slewed in ((5, 0), (95, drift_ns))]  # fmt: skip
        rows = [dict(zip(("mark", "monotonic_ns", "part", "cause"), mark, strict=False))
                for mark in marks]  # fmt: skip
        path.write_text("".join(f"{json.dumps(row)}\n" for row in [*rows, *clocks]))
        return path

    return write


def path_of(*parts):
    return [("window", 10), *parts, ("ready", 90)]


def test_parts_are_on_the_wall_clock_in_order_of_time(write):
    marks = read_marks(write(*path_of(
        ("begin", 40, "spin", "cpu"), ("end", 60, "spin"),
        ("begin", 20, "nap", "sleep"), ("end", 30, "nap"),
        ("begin", 60, "nap", "sleep"), ("end", 80, "nap"),
    )))  # fmt: skip
    assert [(part.name, part.begin_ns - OFFSET, part.end_ns - OFFSET) for part in marks.parts] == [
        ("nap", 20, 30), ("spin", 40, 60), ("nap", 60, 80)
    ]  # fmt: skip
    assert marks.truth == {"sleep": 30, "cpu": 20}
    assert (marks.window_ns, marks.unmarked_ns) == (80, 30)


def test_a_part_may_begin_in_one_process_and_end_in_another(write):
    marks = read_marks(write(*path_of(("end", 50, "child"), ("begin", 20, "child", "process"))))
    assert marks.truth == {"process": 30}


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ([("begin", 20, "a", "cpu"), ("end", 40, "a"), ("begin", 30, "b", "cpu"), ("end", 50, "b")],
         "overlap"),
        ([("begin", 5, "a", "cpu"), ("end", 40, "a")], "leave the window"),
        ([("end", 40, "a")], "did not begin"),
        ([("begin", 40, "a", "cpu")], "did not end"),
    ],
)  # fmt: skip
def test_marks_that_are_no_path_are_refused(write, parts, said):
    with pytest.raises(ValueError, match=said):
        read_marks(write(*path_of(*parts)))


def test_a_clock_that_was_set_is_refused(write):
    with pytest.raises(ValueError, match="clock was set"):
        read_marks(write(*path_of(), drift_ns=2_000_000))
