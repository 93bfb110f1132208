"""The lab's scripts: variants say what they switch, and files find the start they are of."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from pathlib import Path

import pytest

from coldstart_lab.recording import (
    milestone,
    new_manifest,
    new_set_manifest,
    read_manifest,
    write_manifest,
)
from coldstart_lab.recording.artefacts import check_artefact, read_artefact

DATA = Path(__file__).parents[2] / "data"
GATEWAY = DATA / "services" / "payment_gateway"


@pytest.fixture
def lab(monkeypatch):
    monkeypatch.syspath_prepend(str(DATA))
    import lab.keeping
    import lab.sweeping
    import lab.variants

    return lab


def test_each_variant_but_the_days_differs_from_the_bad_day_in_one_switch(lab):
    before, after, *changes = lab.variants.variants(lab.variants.read_table())
    assert (before.name, after.name) == ("before", "after")
    assert len({variant.name for variant in changes}) == len(changes) >= 12
    for variant in changes:
        differing = [at for at in before.switches if variant.switches[at] != before.switches[at]]
        [switch] = differing
        assert variant.name.startswith(f"before_{switch}_")
        assert (
            variant.command(Path("/p"), state=Path("/s"), out=Path("/o"))
            != before.command(Path("/p"), state=Path("/s"), out=Path("/o"))
            or variant.environment() != before.environment()
        )


def test_the_table_names_the_switches_and_values_that_the_gateway_knows(lab):
    source = (GATEWAY / "internal" / "settings" / "settings.go").read_text()
    build = (GATEWAY / "build.sh").read_text()
    entrypoint = (GATEWAY / "cmd" / "entrypoint" / "main.go").read_text()
    known = {"build": build, "modules": entrypoint}
    for name, switch in lab.variants.read_table()["switches"].items():
        assert {switch["before"], switch["after"]} <= set(switch["values"])
        assert name in known or f'"GATEWAY_{name.upper()}"' in source
        for value in set(switch["values"]) - {"built"}:
            assert re.search(rf"\b{value}\b", known.get(name, source)), value


def test_the_budget_of_the_causes_makes_up_the_bad_day(lab):
    budget = lab.variants.read_table()["budget"]
    total = sum(budget["causes_ms"].values())
    assert abs(total - budget["before_ms"]) <= 0.1 * budget["before_ms"]


def _start(folder, number, exec_ns, *, exit_code=0):
    manifest = new_manifest(
        variant="v",
        recording_id=f"v-{number}",
        milestones=[milestone("exec", exec_ns, source="launcher")],
        outcome={"result": "ready", "exit_code": exit_code},
        machine={"cpus_online": 2},
    )
    write_manifest(folder / f"{number:02}-none", manifest)
    return {"path": f"{number:02}-none", "recording_id": f"v-{number}", "observers": []}


def _set(folder, *instants, **outcome):
    members = [_start(folder, number, at, **outcome) for number, at in enumerate(instants, 1)]
    write_manifest(folder, new_set_manifest(variant="v", members=members))
    return folder


def test_what_was_written_goes_to_the_start_it_was_written_in(lab, tmp_path):
    folder = _set(tmp_path / "set", 1000, 2000, 3000)
    written = [(2500, tmp_path / "b"), (1001, tmp_path / "a"), (3000, tmp_path / "c")]
    pairs = lab.keeping.pair_with_starts(folder, written)
    assert [(place.name, path.name) for place, path in pairs] == [
        ("01-none", "a"), ("02-none", "b"), ("03-none", "c")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("instants", "said"),
    [([1500], "2 starts"), ([1500, 1600], "v-2"), ([900, 2500], "v-1")],
)
def test_what_cannot_be_of_a_start_is_refused(lab, tmp_path, instants, said):
    folder = _set(tmp_path / "set", 1000, 2000)
    with pytest.raises(SystemExit, match=said):
        lab.keeping.pair_with_starts(folder, [(at, tmp_path / str(at)) for at in instants])


def test_a_start_that_did_not_end_well_is_refused(lab, tmp_path):
    folder = _set(tmp_path / "set", 1000, exit_code=1)
    with pytest.raises(SystemExit, match="did not end well"):
        lab.keeping.pair_with_starts(folder, [(1500, tmp_path / "a")])


def test_what_is_kept_is_an_artefact_as_sound_as_any(lab, tmp_path):
    place = _set(tmp_path / "set", 1000) / "01-none"
    marks = tmp_path / "marks.jsonl"
    lines = [{"kind": "clock"}, {"kind": "instant", "realtime_ns": 7}]
    marks.write_text("".join(json.dumps(line) + "\n" for line in lines * 500))
    assert lab.keeping.first_instant(marks) == 7
    lab.keeping.keep(place, {"marks": marks}, machine={"effective_parallelism": 1.9})
    lab.keeping.compress_well(place, "marks")
    manifest = read_manifest(place)
    assert manifest["machine"] == {"cpus_online": 2, "effective_parallelism": 1.9}
    [entry] = manifest["artefacts"]
    assert check_artefact(place, entry, content=True) is None
    assert read_artefact(place / entry["path"]) == marks.read_bytes()
    assert entry["size_bytes"] < entry["content_bytes"] == marks.stat().st_size


def test_milestones_of_the_marks_are_those_of_the_start(lab, tmp_path):
    place = _set(tmp_path / "set", 1000) / "01-none"
    marks = tmp_path / "marks.jsonl"
    names = ["first package init", "first package init", "listening", "warm"]
    lines = [
        {"kind": "instant", "name": name, "realtime_ns": at} for at, name in enumerate(names, 2000)
    ]
    marks.write_text("".join(json.dumps(line) + "\n" for line in lines))
    lab.keeping.note_milestones(place, marks)
    times = {entry["name"]: entry["time_ns"] for entry in read_manifest(place)["milestones"]}
    assert times == {"exec": 1000, "listening": 2002, "warm": 2003}


def test_what_ended_starts_left_is_swept_and_no_more(lab, tmp_path, monkeypatch):
    monkeypatch.setattr(lab.sweeping, "INTERVAL_S", 0.01)
    with subprocess.Popen(["true"]) as gone:
        pass
    for name in (str(gone.pid), str(os.getpid()), "trace.out"):
        (tmp_path / name).mkdir()
    with lab.sweeping.swept(tmp_path):
        until = time.monotonic() + 20
        while (tmp_path / str(gone.pid)).exists() and time.monotonic() < until:
            time.sleep(0.01)
    assert {path.name for path in tmp_path.iterdir()} == {str(os.getpid()), "trace.out"}
