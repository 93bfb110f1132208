"""What holds of every attribution, on random logs: sums, tiles, and what must change nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import ROOT, Call, lines_of, plans, text_of
from written import EPOCH_NS, attribute_text, check_sums, read_text

from coldstart_lab.attribution.calls import collect_calls
from coldstart_lab.attribution.lineage import trace_lineage
from coldstart_lab.attribution.tiling import tile_threads
from coldstart_lab.attribution.wakeups import WakeUps
from coldstart_lab.attribution.walk import HEAD, OWN, WAKEUP, walk_back

# each example is attributed a few times over
several = settings(max_examples=25)
PATH = ["start_ns", "end_ns", "pid", "state"]
LABELS = [*PATH, "process", "phase", "category", "cause", "subject", "confidence", "rule"]


def end_of(calls):
    """The end of the last call that returned: (time, thread)."""
    ends = [(call.start + call.duration, call.pid) for call in calls if call.duration]
    return max(ends)


def segments(calls, columns=LABELS, *, ready=None, **changed):
    text = text_of(lines_of(calls, **changed))
    answer = attribute_text(text, ready=ready or end_of(calls))
    return answer.segments[columns].astype(object)


@several
@given(plans())
def test_segments_tile_the_window_and_sum_to_it(calls):
    answer = attribute_text(text_of(lines_of(calls)), ready=end_of(calls))
    check_sums(answer)


@several
@given(plans(), st.integers(1, 600_000_000), st.integers(0, 40))
def test_any_instant_of_any_thread_can_be_the_milestone(calls, after_ns, which):
    pids = sorted({call.pid for call in calls})
    ready = (EPOCH_NS + after_ns, pids[which % len(pids)])
    check_sums(attribute_text(text_of(lines_of(calls)), ready=ready))
    check_sums(attribute_text(text_of(lines_of(calls)), ready=(ready[0], None)))


@several
@given(plans())
def test_each_segment_is_a_part_of_what_its_thread_did(calls):
    answer = attribute_text(text_of(lines_of(calls)), ready=end_of(calls))
    states = {"wakeup": "waiting", "observer": None, "head": None}
    tiles = {pid: frame.sort_values("start_ns") for pid, frame in answer.tiles.groupby("pid")}
    for segment in answer.segments.to_dict("records"):
        state = states.get(segment["state"], segment["state"])
        if state is None:
            continue
        mine = tiles[segment["pid"]]
        at = mine["start_ns"].searchsorted(segment["start_ns"], side="right") - 1
        tile = mine.iloc[at]
        assert tile["start_ns"] <= segment["start_ns"]
        assert segment["end_ns"] <= tile["end_ns"]
        assert tile["state"] == state


@several
@given(plans())
def test_a_waker_is_another_thread_that_lived_then(calls):
    answer = attribute_text(text_of(lines_of(calls)), ready=end_of(calls))
    edges = answer.edges[answer.edges["waker"].notna()]
    assert (edges["waker"] != edges["pid"]).all()
    assert (edges["wake_ns"] > edges["start_ns"]).all()
    assert (edges["wake_ns"] <= edges["end_ns"]).all()
    lives = answer.threads.set_index("pid")
    assert (edges["end_ns"].to_numpy() >= lives["start_ns"].reindex(edges["waker"])).all()


@several
@given(plans(), st.randoms(use_true_random=False))
def test_the_order_of_lines_of_different_threads_changes_nothing(calls, random):
    lines = lines_of(calls)
    by_thread = {pid: [line for line in lines if line[1] == pid] for pid in {c.pid for c in calls}}
    mixed = []
    while by_thread:
        pid = random.choice(sorted(by_thread))
        mixed.append(by_thread[pid].pop(0)[2])
        by_thread = {pid: left for pid, left in by_thread.items() if left}
    shuffled = attribute_text("".join(f"{line}\n" for line in mixed), ready=end_of(calls),
                              begin=EPOCH_NS)  # fmt: skip
    pd.testing.assert_frame_equal(shuffled.segments[LABELS].astype(object), segments(calls))


@several
@given(plans(), st.permutations(range(ROOT, ROOT + 60)))
def test_the_numbers_of_threads_change_nothing(calls, order):
    names = {pid: order[pid - ROOT] + 3000 for pid in range(ROOT, ROOT + 60)}
    end, pid = end_of(calls)
    renamed = segments(calls, rename=names, ready=(end, names[pid]))
    back = {new: old for old, new in names.items()}
    for column in ("pid", "process"):
        renamed[column] = renamed[column].map(back).astype(object)
    pd.testing.assert_frame_equal(renamed, segments(calls))


@several
@given(plans(), st.integers(0, 10**15))
def test_shifting_time_shifts_the_answer(calls, shift):
    end, pid = end_of(calls)
    moved = segments(calls, shift=shift, ready=(end + shift, pid))
    moved[["start_ns", "end_ns"]] -= shift
    pd.testing.assert_frame_equal(moved, segments(calls), check_dtype=False)


@several
@given(plans(), st.integers(2, 5))
def test_scaling_time_scales_the_path(calls, factor):
    # labels may change: that two tries lie near one another is told by a fixed time
    end, pid = end_of(calls)
    scaled = segments(calls, PATH, scale=factor, ready=(EPOCH_NS + (end - EPOCH_NS) * factor, pid))
    plain = segments(calls, PATH)
    for column in ("start_ns", "end_ns"):
        plain[column] = EPOCH_NS + (plain[column] - EPOCH_NS) * factor
    pd.testing.assert_frame_equal(scaled, plain, check_dtype=False)


@several
@given(plans(), st.lists(st.integers(1, 500_000_000), min_size=1, max_size=9))
def test_what_an_unrelated_process_does_changes_nothing(calls, times):
    text = text_of(lines_of(calls))
    ready = end_of(calls)
    stranger = [
        Call(900, EPOCH_NS + at, 1000, "write", '1</dev/tty>, "x", 1', "1") for at in sorted(times)
    ]
    with_more = attribute_text(text + text_of(lines_of(stranger)), ready=ready, begin=EPOCH_NS)
    found, alone = with_more.segments[LABELS].astype(object), segments(calls)
    # the stranger may have held a CPU: of own code that is less sure, and nothing else changes
    beside = (found["rule"] == "user-code") & (alone["rule"] == "own-code")
    alone.loc[beside, ["rule", "confidence"]] = ["user-code", "unresolved"]
    pd.testing.assert_frame_equal(found, alone)


@several
@given(plans(), st.randoms(use_true_random=False), st.booleans())
def test_the_walk_ends_whoever_woke_whom(calls, random, one_instant):
    collected = collect_calls(read_text(text_of(lines_of(calls))).events)
    lineage = trace_lineage(collected)
    tiles = tile_threads(collected, lineage)
    count, threads = len(collected), len(collected.lives)
    wakeups = WakeUps.none(count)
    wakeups.waker[:] = [random.randrange(-1, threads) for _ in range(count)]
    ends = collected.end
    early = np.array([random.randrange(2**40) for _ in range(count)]) % (ends - collected.start + 1)
    wakeups.wake_ns[:] = ends if one_instant else ends - early
    creator = np.array([random.randrange(-1, threads) for _ in range(threads)])
    path = walk_back(
        collected, lineage, tiles, wakeups, creator,
        thread=random.randrange(threads), start_ns=EPOCH_NS, end_ns=collected.last_ns + 5,
    )  # fmt: skip
    assert path.start[0] == EPOCH_NS
    assert path.end[-1] == collected.last_ns + 5
    assert (path.start[1:] == path.end[:-1]).all()
    assert (path.end > path.start).all()
    assert set(path.how.tolist()) <= {OWN, WAKEUP, HEAD}
