"""What is read of fresh traces is what Go's own tools say of them."""

from __future__ import annotations

from collections import Counter

import go_tool
import pandas as pd
import pytest
from going import expected, moves_of, shown, spans_of

from coldstart_lab.readers.gotrace.wire import NAMES

NAMES_OF_TRACES = (
    "busy", "quick", "planted go_mutex", "planted go_network", "planted go_gc", "planted go_sysmon",
    "planted go_child",
)  # fmt: skip
pytestmark = pytest.mark.needs("go")
every_trace = pytest.mark.parametrize("name", NAMES_OF_TRACES)


@every_trace
def test_each_event_of_the_file_is_counted(name, trace, reading):
    counts = reading(name).summary.set_index("item")["count"]
    ours = {item.removeprefix("events: "): int(count) for item, count in counts.items()
            if item.startswith("events: ")}  # fmt: skip
    assert ours == go_tool.wire_counts(trace(name))
    assert set(ours) <= set(NAMES.values())


@every_trace
def test_events_have_the_order_times_and_places_of_gos_own_reader(name, reading, parsed):
    assert shown(reading(name)) == expected(parsed(name))


@every_trace
def test_nothing_of_a_sound_trace_is_lost(name, reading):
    assert reading(name).losses.empty


@every_trace
def test_states_are_the_transitions_gos_own_reader_shows(name, reading, parsed):
    events = parsed(name)
    assert spans_of(reading(name)) == moves_of(events)


@every_trace
def test_states_tile_the_life_of_each_goroutine(name, reading):
    log = reading(name)
    states = log.states
    assert (states["end_ns"] >= states["start_ns"]).all()
    same = states["goroutine"].eq(states["goroutine"].shift())
    assert (states["start_ns"] == states["end_ns"].shift())[same].all()
    ends = states.groupby("goroutine")["end_ns"].last()
    goroutines = log.goroutines.set_index("goroutine")
    ended = goroutines["ended_ns"].dropna()
    assert (ends[ended.index] == ended).all()
    begins = states.groupby("goroutine")["start_ns"].first()
    created = goroutines["created_ns"].dropna()
    assert (begins[created.index] == created).all()


@every_trace
def test_wake_ups_are_those_gos_own_reader_shows(name, reading, parsed):
    truth = [
        (said.time, said.goroutine, said.thread, said.move[1])
        for said in parsed(name)
        if said.move and said.move[0] == "GoID" and said.move[2:4] == ("Waiting", "Runnable")
    ]
    ours = reading(name).unblocks
    columns = ours["time_ns"], ours["waker"].fillna(-1), ours["thread"].fillna(-1), ours["woken"]
    assert list(zip(*columns, strict=True)) == truth


@every_trace
def test_stacks_are_those_gos_own_reader_shows(name, reading, parsed):
    log = reading(name)
    frames = log.stacks.astype({"function": object, "file": object})
    ours = {
        stack: list(zip(rows["function"].fillna(""), rows["pc"], rows["file"].fillna(""),
                        rows["line"].fillna(0), strict=True))
        for stack, rows in frames.groupby("stack")
    }  # fmt: skip
    at = log.events.loc[log.events["stack"].notna(), ["time_ns", "stack"]]
    shown_at = {said.time: said.stack for said in parsed(name) if said.stack}
    assert {time: ours[stack] for time, stack in at.itertuples(index=False)} == shown_at


def test_all_kinds_of_events_are_in_the_busy_trace(reading):
    kinds = set(reading("busy").events["kind"].astype(str))
    hoped = {
        "ProcsChange", "ProcStart", "ProcStop", "ProcSteal", "ProcStatus", "GoCreate", "GoStart",
        "GoDestroy", "GoStop", "GoBlock", "GoUnblock", "GoSyscallBegin", "GoSyscallEnd",
        "GoSyscallEndBlocked", "STWBegin", "STWEnd", "GCBegin", "GCEnd",
        "HeapAlloc", "HeapGoal", "GoLabel", "UserTaskBegin", "UserTaskEnd",
        "UserRegionBegin", "UserRegionEnd", "UserLog", "CPUSample",
    }  # fmt: skip
    assert hoped <= kinds
    assert kinds & {"GoStatus", "GoStatusStack"}


def test_annotations_are_those_gos_own_reader_shows(reading, parsed):
    log = reading("busy")
    told = Counter(said.kind for said in parsed("busy"))
    for frame, kind in ((log.tasks, "Task"), (log.regions, "Region")):
        assert frame["start_ns"].notna().sum() == told[f"{kind}Begin"]
        assert frame["end_ns"].notna().sum() == told[f"{kind}End"]
        both = frame.dropna(subset=["start_ns", "end_ns"])
        assert len(both) == len(frame)
        assert (both["end_ns"] > both["start_ns"]).all()
    assert len(log.logs) == told["Log"]
    assert log.logs["message"].str.contains(r"^\w+ \\xff \d+$", regex=True).all()
    parts = set(log.regions["name"].astype(str)) - {"inner"}
    assert {"channels", "locks", "network", "garbage"} <= parts
    assert set(log.tasks["name"].astype(str)) == parts | {"round"}
    inner = log.tasks[log.tasks["name"] != "round"]
    assert inner["parent"].isin(log.tasks["task"]).all()


def test_ranges_are_those_gos_own_reader_shows(reading, parsed):
    names = {"GC concurrent mark phase": "gc mark", "GC incremental sweep": "gc sweep",
             "GC mark assist": "gc assist"}  # fmt: skip
    begins, ends = Counter(), Counter()
    for said in parsed("busy"):
        if said.kind in ("RangeBegin", "RangeEnd"):
            name = said.rest.split('"')[1]
            counter = begins if said.kind == "RangeBegin" else ends
            counter[names.get(name, "stop the world"), said.time] += 1
    ranges = reading("busy").ranges
    for column, truth in (("start_ns", begins), ("end_ns", ends)):
        known = ranges.dropna(subset=[column])
        assert Counter(zip(known["name"], known[column], strict=True)) == truth
    stopped = ranges[ranges["name"] == "stop the world"]
    assert stopped["reason"].notna().all()
    swept = ranges[(ranges["name"] == "gc sweep") & ranges["end_ns"].notna()]
    assert (swept["swept_bytes"] >= swept["reclaimed_bytes"]).all()


def test_clocks_join_the_trace_to_the_time_of_the_system(trace, reading):
    log = reading("busy")
    version = tuple(map(int, log.version.split(".")))
    assert (log.clocks["generation"].diff().dropna() == 1).all()
    if version < (1, 25):
        assert log.events["wall_ns"].isna().all()
        return
    assert log.clocks.notna().all().all()
    # the clock of the trace is the monotonic one, cut to its ticks
    apart = (log.clocks["time_ns"] - log.clocks["monotonic_ns"]).abs()
    assert (apart < 10_000_000).all()
    written = trace("busy").stat().st_mtime_ns
    last = int(log.events["wall_ns"].iloc[-1])
    assert -50_000_000 < written - last < 5_000_000_000  # file times are those of the last tick
    assert log.wall_ns(log.events["time_ns"]).equals(log.events["wall_ns"].rename(None))


def test_samples_are_of_functions_that_ran(reading):
    log = reading("busy")
    assert len(log.samples)
    frames = log.stacks[log.stacks["stack"].isin(log.samples["stack"].dropna())]
    assert frames["function"].astype(str).str.startswith("main.spin").any()


def test_goroutines_know_their_functions_and_creators(reading):
    goroutines = reading("busy").goroutines
    functions = goroutines["function"].astype(str)
    assert functions.str.startswith("main.channels.func").any()
    main = goroutines[goroutines["goroutine"] == 1].iloc[0]
    assert main["function"] == "main.main"
    assert pd.isna(main["created_ns"])
    created = goroutines.dropna(subset=["created_ns"])
    assert created["creator"].isin(goroutines["goroutine"]).mean() > 0.9
