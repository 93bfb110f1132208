"""Blame of the repository's recordings against the services' own marks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from written import check_sums, within

from coldstart_lab.attribution import attribute_startup
from coldstart_lab.recording import open_recording_set
from coldstart_lab.recording.artefacts import read_artefact

SETS = sorted((Path(__file__).parents[2] / "data" / "recordings").glob("checkout_*/manifest.json"))
STARTS = [
    pytest.param(recording, id=f"{manifest.parent.name}/{recording.path.name}")
    for manifest in SETS
    for recording in open_recording_set(manifest.parent).traced
]
# What the main goroutine waits for in turn: what that time must be blamed on, and how much of it
WAITS = {
    "database dns": ("cause", "DNS look-up", 0.8),
    "database back-off": ("category", "timer", 0.85),
    "database session": ("cause", "PostgreSQL with", 0.7),
    "migrate": ("cause", "child process", 0.8),
}
# Work without calls, before there is a second goroutine
WORK = ("init catalog", "init geo", "init rules")


@pytest.fixture(scope="module", params=STARTS)
def start(request):
    recording = request.param
    answer = attribute_startup(recording)
    text = read_artefact(recording.artefact("marks"))
    marks = [json.loads(line) for line in text.splitlines()]
    spans = [mark for mark in marks if mark["kind"] == "span" and mark["process"] == "checkout"]
    return answer, spans


def test_sums_are_exact(start):
    check_sums(start[0])


def test_the_path_never_runs_through_the_monitor_of_go(start):
    answer, _ = start
    monitors = answer.threads.loc[answer.threads["role"] == "go-sysmon", "pid"]
    assert len(monitors)
    assert not set(monitors) & set(answer.segments["pid"])


@pytest.mark.parametrize("name", WAITS)
def test_waits_are_blamed_on_what_the_service_says_it_waited_for(start, name):
    answer, spans = start
    column, value, least = WAITS[name]
    mine = [span for span in spans if span["name"].startswith(name)]
    assert mine
    for span in mine:
        assert within(answer, span, column, value) >= least, span["name"]


@pytest.mark.parametrize("name", WORK)
def test_work_is_blamed_on_no_wait(start, name):
    answer, spans = start
    span = next(span for span in spans if span["name"] == name)
    length = span["end_realtime_ns"] - span["begin_realtime_ns"]
    assert within(answer, span, "category", "cpu") >= 0.7
    for category in ("timer", "network", "files"):
        wrong = within(answer, span, "category", category)
        # threads of the garbage collector sleep a little, and strace cannot tell them apart
        assert wrong < 0.06 or wrong * length < 5_000_000


def test_most_of_the_time_is_explained(start):
    answer, spans = start
    # what init does is the program's code alone, and strace sees no functions
    silent = sum(
        span["end_realtime_ns"] - span["begin_realtime_ns"]
        for span in spans
        if span["name"].startswith("init ")
    )
    assert answer.unresolved_ns - silent < 0.35 * (answer.window_ns - silent)
