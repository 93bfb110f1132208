"""An attribution beside the program's own spans: what lies on the path, and its causes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coldstart_lab.attribution import attribute_startup, compare_with_spans
from coldstart_lab.recording import open_recording
from coldstart_lab.tables import OTLP_SPANS, SEGMENTS, SPAN_CAUSES, SPAN_PARTS

EXEC = 1_795_000_000_000_000_000


def segments_of(*pieces):
    """Tile a window: pairs of length and cause; the category is the cause's first word."""
    lengths = np.array([length for length, _ in pieces], dtype=np.int64)
    ends = EXEC + np.cumsum(lengths)
    causes = [cause for _, cause in pieces]
    plain = {name: ["x"] * len(pieces) for name in SEGMENTS.names}
    numbers = {"start_ns": ends - lengths, "end_ns": ends, "duration_ns": lengths}
    for name in ("pid", "process", "line"):
        plain[name] = [1] * len(pieces)
    kinds = [cause.split()[0] for cause in causes]
    return SEGMENTS.frame({**plain, **numbers, "cause": causes, "category": kinds})


def spans_of(*spans):
    """Spans as name, begin and end after exec, own id, parent's id."""
    rows = [(*span, None, None)[:5] for span in spans]
    names, begins, ends, ids, parents = zip(*rows, strict=True) if rows else ((),) * 5
    count = len(rows)
    return OTLP_SPANS.frame(
        {
            "line": range(count), "trace_id": ["t"] * count, "span_id": list(ids),
            "parent_id": list(parents), "name": list(names), "kind": [None] * count,
            "start_ns": [EXEC + begin for begin in begins],
            "end_ns": [EXEC + end for end in ends],
            "status": ["unset"] * count, "status_message": [None] * count,
            "service": [None] * count, "scope": [None] * count, "attributes": ["{}"] * count,
            "resource": ["{}"] * count,
        }
    )  # fmt: skip


def check(found):
    SPAN_PARTS.validate(found.parts)
    SPAN_CAUSES.validate(found.causes)
    sums = found.causes.groupby("part")["duration_ns"].sum().reindex(found.parts.index).fillna(0)
    assert sums.tolist() == found.parts["path_ns"].tolist()
    lengths = found.parts["duration_ns"].tolist()
    assert lengths == sorted(lengths, reverse=True)


def named(found):
    """Rows of parts by name; time outside spans by its kind."""
    keys = found.parts["name"].fillna(found.parts["kind"].astype(object))
    return found.parts.set_index(pd.Index(keys)).drop(columns="name")


SERIAL = segments_of(
    (40, "process modules"), (5, "cpu runtime"), (30, "files search"), (5, "cpu other"),
    (20, "network tls"), (10, "cpu other"),
)  # fmt: skip


def test_a_serial_start_is_told_part_by_part():
    found = compare_with_spans(
        SERIAL, spans_of(("config", 45, 46), ("openssl", 46, 80), ("fraud", 80, 100))
    )
    check(found)
    assert found.parts["kind"].tolist() == ["before", "span", "span", "between", "span"]
    rows = named(found)
    assert rows.loc["openssl", ["duration_ns", "path_ns", "by_cause_ns"]].tolist() == [34, 34, 30]
    assert rows.loc["before", "path_ns"] == 45
    assert rows.loc["between", "path_ns"] == 10
    assert rows["path_ns"].sum() == found.window_ns == 110
    assert found.shared_ns == 0
    openssl = found.causes[found.causes["part"] == 1]
    assert openssl["cause"].tolist() == ["files search", "cpu other"]
    assert openssl["duration_ns"].tolist() == [29, 5]
    assert openssl["category"].tolist() == ["files", "cpu"]
    # openssl gets the one of config and loses its five of other, which lie between for the most
    assert found.misplaced_ns == 5


def test_a_parent_keeps_what_its_children_leave():
    found = compare_with_spans(
        SERIAL,
        spans_of(
            ("start", 40, 110, "r"), ("a", 45, 60, "a", "r"), ("b", 55, 90, "b", "r"),
            ("in b", 60, 61, "c", "b"), ("late", 105, 200, "d", "r"),
        ),
    )  # fmt: skip
    check(found)
    rows = named(found)
    assert rows.loc["start", ["duration_ns", "path_ns", "after_ns"]].tolist() == [20, 20, 0]
    assert rows.loc["b", ["duration_ns", "shared_ns"]].tolist() == [34, 5]
    assert rows.loc["late", ["duration_ns", "path_ns", "after_ns"]].tolist() == [95, 5, 90]
    assert found.shared_ns == 10
    assert "between" not in rows.index


def test_work_after_the_milestone_is_told_as_such():
    found = compare_with_spans(SERIAL, spans_of(("cache", 150, 190), ("early", -20, -5)))
    check(found)
    rows = named(found)
    assert rows.loc["cache", ["path_ns", "after_ns", "by_cause_ns"]].tolist() == [0, 40, 0]
    assert rows.loc["early", ["duration_ns", "path_ns", "after_ns"]].tolist() == [15, 0, 0]
    assert rows.loc["between", "path_ns"] == 110


def test_without_spans_all_is_before_them_and_without_segments_nothing_is_blamed():
    found = compare_with_spans(SERIAL, OTLP_SPANS.empty())
    check(found)
    assert found.parts["kind"].tolist() == ["before"]
    assert found.parts["by_cause_ns"].tolist() == [110]
    found = compare_with_spans(SEGMENTS.empty(), spans_of(("a", 0, 5)))
    check(found)
    assert found.parts["path_ns"].tolist() == [0]
    assert found.causes.empty


@pytest.mark.parametrize(
    "spans",
    [
        [("a", 10, 50, "a"), ("a", 10, 50, "a")],
        [("a", 10, 50, "a", "a")],
        [("a", 10, 50, "a", "gone")],
        [("a", 10, 50, None, None)],
    ],
    ids=["written twice", "its own parent", "parent not written", "without ids"],
)
def test_odd_spans_are_counted_once(spans):
    found = compare_with_spans(SERIAL, spans_of(*spans))
    check(found)
    assert named(found).loc["a", ["duration_ns", "path_ns", "shared_ns"]].tolist() == [40, 40, 0]


def test_a_span_that_ends_before_it_begins_has_no_length():
    found = compare_with_spans(SERIAL, spans_of(("a", 50, 10), ("b", 10, 20)))
    check(found)
    assert named(found).loc["a", "duration_ns"] == 0


SPANS = st.lists(
    st.tuples(
        st.sampled_from("abcde"), st.integers(-20, 140), st.integers(0, 80),
        st.integers(0, 6), st.none() | st.integers(0, 6),
    ),
    max_size=8,
)  # fmt: skip
PIECES = st.lists(
    st.tuples(st.integers(1, 40), st.sampled_from(["cpu a", "cpu b", "files c"])),
    min_size=1, max_size=8,
)  # fmt: skip


@given(PIECES, SPANS)
def test_every_ns_of_the_window_is_in_a_part(pieces, drawn):
    segments = segments_of(*pieces)
    spans = spans_of(
        *(
            (name, begin, begin + length, f"{own}", None if parent is None else f"{parent}")
            for name, begin, length, own, parent in drawn
        )
    )
    found = compare_with_spans(segments, spans)
    check(found)
    window = int(segments["duration_ns"].sum())
    assert found.parts["by_cause_ns"].sum() == window
    parts = found.parts
    assert (parts["path_ns"] + parts["after_ns"] <= parts["duration_ns"]).all()
    assert (parts["shared_ns"] <= parts["path_ns"]).all()
    # naively: at each ns, the parts whose own time it is
    covered = naive_cover(spans, window)
    free = parts.loc[parts["kind"] != "span", "path_ns"].sum()
    assert free == sum(count == 0 for count in covered)
    assert parts.loc[parts["kind"] == "span", "path_ns"].sum() == sum(covered)
    assert parts["shared_ns"].sum() == sum(count for count in covered if count > 1)


def naive_cover(spans, window):
    rows, seen = [], set()
    for row in spans.fillna({"parent_id": ""}).itertuples():
        if row.span_id not in seen:
            seen.add(row.span_id)
            rows.append(row)
    return [
        sum(
            row.start_ns <= at < row.end_ns
            and not any(
                child.parent_id == row.span_id
                and child is not row
                and child.start_ns <= at < child.end_ns
                for child in rows
            )
            for row in rows
        )
        for at in range(EXEC, EXEC + window)
    ]


SERIAL_PARTS = {
    "openssl": ("library search", 0.85),
    "certificate": ("user code", 0.9),
    "names": ("DNS look-up", 0.85),
    "telemetry": ("HTTP with", 0.6),
}


def test_the_gateways_bad_day_is_blamed_part_by_part_on_what_it_is():
    folder = Path(__file__).parents[2] / "data" / "recordings" / "gateway_before"
    if not folder.exists():
        pytest.skip("the gateway is not recorded")
    recording = open_recording(folder)
    answer = attribute_startup(recording)
    found = compare_with_spans(answer.segments, recording.spans)
    check(found)
    assert found.shared_ns == 0
    assert found.parts["path_ns"].sum() == answer.window_ns
    assert found.misplaced_ns < 0.2 * answer.window_ns
    for place, part in enumerate(found.parts.to_dict("records")):
        if part["name"] in SERIAL_PARTS:
            cause, least = SERIAL_PARTS[part["name"]]
            rows = found.causes[found.causes["part"] == place]
            blamed = rows.loc[rows["cause"].str.startswith(cause), "duration_ns"].sum()
            assert blamed >= least * part["path_ns"], part["name"]
