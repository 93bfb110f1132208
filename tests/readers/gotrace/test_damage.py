"""Whatever is done to a trace, it is read as far as it goes, or refused with one of our errors."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small import KEPT, unpacked

from coldstart_lab import tables
from coldstart_lab.errors import UnreadableInputError
from coldstart_lab.readers.gotrace.reading import read_bytes
from coldstart_lab.readers.gotrace.trace import TABLES

TRACES = [unpacked(path) for path in KEPT]
traces = st.sampled_from(TRACES)


def read(content):
    """Read a trace; the log, whose tables are sound, or None where it was refused."""
    try:
        log = read_bytes(np.frombuffer(content, dtype=np.uint8), source=Path("damaged"))
    except UnreadableInputError:
        return None
    for name in TABLES:
        getattr(tables, f"GOTRACE_{name.upper()}").validate(getattr(log, name))
    assert (log.events["time_ns"].diff().dropna() > 0).all()
    assert (log.states["end_ns"] >= log.states["start_ns"]).all()
    return log


@given(traces, st.data())
def test_a_trace_cut_anywhere_is_read_up_to_there(content, data):
    whole = read(content)
    cut = data.draw(st.integers(0, len(content) - 1))
    log = read(content[:cut])
    if log is not None:
        assert len(log.events) <= len(whole.events)
        kinds = log.events["kind"].astype(str).value_counts()
        all_kinds = whole.events["kind"].astype(str).value_counts()
        assert (kinds <= all_kinds.reindex(kinds.index).fillna(0)).all()
        if whole.version == "1.26":  # which marks the end of each generation
            assert not log.losses.empty


@given(traces, st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)),
                        min_size=1, max_size=8))  # fmt: skip
def test_changed_bytes_raise_nothing_but_our_errors(content, changes):
    changed = bytearray(content)
    for place, byte in changes:
        changed[int(place * len(changed))] = byte
    read(bytes(changed))


@given(traces, st.data())
def test_a_part_that_is_missing_raises_nothing_but_our_errors(content, data):
    start = data.draw(st.integers(0, len(content)))
    stop = data.draw(st.integers(start, len(content)))
    read(content[:start] + content[stop:])


@given(st.binary(max_size=300))
def test_any_bytes_behind_a_header_raise_nothing_but_our_errors(content):
    read(b"go 1.26 trace\0\0\0" + content)


def test_bytes_of_many_numbers_raise_nothing_but_our_errors():
    chance = random.Random(3)
    for content in TRACES:
        for _ in range(100):
            changed = bytearray(content)
            for _ in range(chance.randrange(1, 60)):
                changed[chance.randrange(16, len(changed))] = chance.choice((0, 1, 0x7F, 0x80, 255))
            read(bytes(changed))


@pytest.mark.parametrize("content", TRACES)
def test_a_part_that_comes_twice_is_told(content):
    log = read(content + content[16:300])
    assert len(log.events) >= len(read(content).events)
    assert not log.losses.empty
