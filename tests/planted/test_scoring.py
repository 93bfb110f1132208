"""The score is half the sum of the differences by cause, over the window."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planted.causes import CAUSES
from planted.marks import Marks, Part
from planted.naive import cause_of_call, counted
from planted.scoring import HAND_OVER, UNRESOLVED, name_cause, score, score_sums

# 20 ns of work and 60 ns of sleep; 20 ns of which nothing is known
MARKS = Marks(0, 100, (Part("spin", "cpu", 0, 20, 1), Part("nap", "sleep", 30, 90, 1)))
COUNTS = """\
71 1795000000.000000001 exit_group(0) = ?
% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 83.33    0.005000        2500         2         1 recvfrom
 11.67    0.000700         700         1           futex
  5.00    0.000300           3       100           read
------ ----------- ----------- --------- --------- ----------------
100.00    0.006000          58       103         1 total
"""


def pieces(*rows):
    return pd.DataFrame(rows, columns=["start_ns", "end_ns", "cause", "unresolved"])


def test_the_truth_itself_scores_0():
    right = pieces((0, 20, "cpu", False), (20, 30, HAND_OVER, False), (30, 90, "sleep", False),
                   (90, 100, HAND_OVER, False))  # fmt: skip
    assert score(right, MARKS).value == 0


def test_time_on_the_wrong_cause_is_counted_once():
    wrong = pieces((0, 20, "cpu", False), (20, 30, HAND_OVER, False), (30, 60, "sleep", False),
                   (60, 90, "cpu", False), (90, 100, HAND_OVER, False))  # fmt: skip
    found = score(wrong, MARKS)
    assert found.value == pytest.approx(0.3)
    assert dict(found.differences) == {"cpu": 30, "sleep": -30, HAND_OVER: 0, UNRESOLVED: 0}


def test_unresolved_time_is_blamed_on_nothing_but_where_the_marks_know_nothing_either():
    answer = pieces((0, 30, "cpu", True), (30, 90, "sleep", False), (90, 100, HAND_OVER, False))
    found = score(answer, MARKS)
    assert found.blamed == {UNRESOLVED: 20, HAND_OVER: 20, "sleep": 60}
    assert found.value == pytest.approx(0.2)
    at_its_word = score(answer, MARKS, strict=False)
    assert at_its_word.blamed["cpu"] == 30
    assert at_its_word.value == pytest.approx(0.1)


def test_what_lies_outside_the_window_is_not_scored():
    answer = pieces((-500, 20, "cpu", False), (20, 90, "sleep", False), (90, 900, "cpu", False))
    assert sum(score(answer, MARKS).blamed.values()) == 100


def test_sums_that_leave_time_out_leave_it_unresolved():
    found = score_sums({"sleep": 60}, MARKS)
    assert found.blamed == {"sleep": 60, HAND_OVER: 20, UNRESOLVED: 20}
    assert found.value == pytest.approx(0.2)
    assert score_sums({}, MARKS).value == pytest.approx(0.8)


def test_sums_over_threads_may_be_above_1():
    assert score_sums({"sleep": 460}, MARKS).value > 1


@given(
    st.lists(st.sampled_from(["cpu", "sleep", HAND_OVER]), min_size=10, max_size=10),
    st.lists(st.booleans(), min_size=10, max_size=10),
)
def test_a_blame_that_tiles_the_window_scores_from_0_to_1(causes, unresolved):
    tiles = pieces(*((10 * at, 10 * at + 10, *pair)
                     for at, pair in enumerate(zip(causes, unresolved, strict=True))))  # fmt: skip
    found = score(tiles, MARKS)
    assert sum(found.blamed.values()) == sum(found.true.values()) == 100
    assert 0 <= found.value <= 1


@pytest.mark.parametrize(
    ("category", "cause", "name"),
    [
        ("timer", "back-off before retrying 127.0.0.1:80", "back-off"),
        ("timer", "child process server", "sleep"),
        ("network", "TLS handshake with 127.0.0.1:443", "tls"),
        ("network", "HTTP with 127.0.0.1:80", "reply"),
        ("network", "waiting for 127.0.0.1:80", "reply"),
        ("network", "waiting for a peer outside the log", "reply"),
        ("network", "connecting to 127.0.0.1:80", "connect"),
        ("files", "library search (misses)", "loading"),
        ("cpu", "files in /srv/app", "files"),
        ("cpu", "user code", "cpu"),
        ("lock", "waiting for a lock (futex)", HAND_OVER),
    ],
)
def test_blame_is_known_by_its_category_and_cause(category, cause, name):
    plants = {one: 0 for one in CAUSES if one != "allocation"}  # which is much like work
    assert name_cause(category, cause, plants) == name


def test_a_cause_that_is_not_planted_is_none_of_the_program():
    assert name_cause("network", "DNS look-up", {"cpu": 20}) == HAND_OVER


def test_a_call_counts_for_the_first_planted_cause_it_may_be_about():
    plants = {"connect": 0, "reply": 70, "cpu": 20}
    assert cause_of_call("epoll_pwait", plants) == "connect"
    assert cause_of_call("recvfrom", plants) == "reply"
    assert cause_of_call("futex", plants) == HAND_OVER


def test_the_table_of_counts_is_read_but_not_its_total(tmp_path):
    log = tmp_path / "log"
    log.write_text(COUNTS)
    plants = {"connect": 0, "reply": 70, "cpu": 20}
    assert counted(log, plants) == {"reply": 5_300_000, HAND_OVER: 700_000}
