"""Blame of the payment gateway's recordings against the gateway's own marks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from written import check_sums, within

from coldstart_lab.attribution import attribute_startup
from coldstart_lab.recording import open_recording_set
from coldstart_lab.recording.artefacts import read_artefact

pytestmark = pytest.mark.slow

RECORDINGS = Path(__file__).parents[2] / "data" / "recordings"
# On the bad day one part runs after the other: what its time must be blamed on, how much of it
PARTS = {
    "modules": ("cause", "child process", 0.9),
    "names": ("cause", "DNS look-up", 0.9),
    "openssl": ("cause", "library search", 0.9),
    "certificate": ("category", "cpu", 0.9),
    "assets": ("cause", "files in", 0.8),
    "cache": ("cause", ("Redis with", "DNS look-up"), 0.7),
    "database": ("cause", ("PostgreSQL with", "DNS look-up"), 0.7),
    "fraud": ("cause", ("TLS", "DNS look-up"), 0.7),
}


def traced(name):
    return [
        pytest.param(recording, id=f"{name}/{recording.path.name}")
        for recording in open_recording_set(RECORDINGS / name).traced
    ]


@pytest.fixture(scope="module", params=traced("gateway_before"))
def bad_day(request):
    text = read_artefact(request.param.artefact("marks"))
    spans = {
        mark["name"]: mark for mark in map(json.loads, text.splitlines()) if mark["kind"] == "span"
    }
    return attribute_startup(request.param), spans


@pytest.mark.parametrize("until", ["health answered", "warm"])
@pytest.mark.parametrize("recording", traced("gateway_after"))
def test_sums_of_the_good_day_are_exact(recording, until):
    check_sums(attribute_startup(recording, until=until))


def test_sums_of_the_bad_day_are_exact(bad_day):
    check_sums(bad_day[0])


def test_the_path_never_runs_through_the_monitor_of_go(bad_day):
    answer, _ = bad_day
    monitors = answer.threads.loc[answer.threads["role"] == "go-sysmon", "pid"]
    assert not answer.segments["pid"].isin(monitors).any()


@pytest.mark.parametrize("part", PARTS)
def test_a_part_is_blamed_on_what_it_is_made_of(bad_day, part):
    answer, spans = bad_day
    column, values, least = PARTS[part]
    assert within(answer, spans[part], column, values) >= least
