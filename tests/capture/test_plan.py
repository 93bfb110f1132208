from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coldstart_lab.capture.plan import Ready, choose_cpu, find_program, order_starts
from coldstart_lab.errors import CaptureError, UsageError


def test_equal_numbers_alternate_as_abba():
    assert order_starts(4, 4) == [True, False, False, True, True, False, False, True]


@given(st.integers(0, 40), st.integers(0, 40))
def test_every_start_is_run_and_none_kind_comes_first_alone(traced, untraced):
    order = order_starts(traced, untraced)
    assert (order.count(True), order.count(False)) == (traced, untraced)
    for end in range(len(order)):
        # up to any start, each kind has run about its share of the way
        done = order[:end].count(True)
        assert abs(done * (traced + untraced) - end * traced) <= traced + untraced


def test_drift_cancels_over_equal_even_numbers():
    order = order_starts(6, 6)
    places = {kind: [at for at, is_traced in enumerate(order) if is_traced is kind] for kind in (True, False)}  # fmt: skip # noqa: E501
    assert sum(places[True]) == sum(places[False])


def test_cpu_is_one_that_may_be_used():
    usable = os.sched_getaffinity(0)
    assert choose_cpu(False) is None
    assert choose_cpu(True) in usable
    assert choose_cpu(min(usable)) == min(usable)
    with pytest.raises(UsageError, match="may not be used"):
        choose_cpu(max(usable) + 1)


def test_program_is_found_as_the_shell_finds_it(tmp_path):
    program = tmp_path / "service"
    program.write_text("#!/bin/sh\n")
    with pytest.raises(CaptureError, match=r"may not be executed.*chmod"):
        find_program([str(program)], {})
    program.chmod(0o755)
    assert find_program([str(program)], {}) == program
    assert find_program(["service"], {"PATH": str(tmp_path)}) == program
    with pytest.raises(CaptureError, match="no program 'service' on PATH"):
        find_program(["service"], {"PATH": "/nowhere"})
    with pytest.raises(CaptureError, match="is a folder"):
        find_program([str(tmp_path)], {})
    with pytest.raises(UsageError, match="after --"):
        find_program([], {})


def test_a_start_is_ready_by_one_sign_at_most():
    assert not Ready().awaited
    assert Ready(port=80).awaited
    with pytest.raises(UsageError, match="more than one"):
        Ready(port=80, text="up")
    with pytest.raises(UsageError, match="no regular expression"):
        Ready(text="(")
