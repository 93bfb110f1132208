"""The planted programs do what their tables say: the truth attribution is judged by is sound."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest


def _load():
    name = "planted_programs"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name("programs.py"))
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


programs = _load()
EVERY = [
    pytest.param(name, marks=pytest.mark.needs(program.needs), id=name)
    for name, program in programs.PROGRAMS.items()
]


@pytest.fixture
def run(tmp_path):
    def run(name, *tracer):
        argv = programs.build(name, tmp_path)
        done = subprocess.run(
            [*tracer, *argv], capture_output=True, text=True, timeout=60, check=True
        )
        assert done.stdout == "ready\n"
        return programs.read_marks(name, argv[-1])

    return run


@pytest.mark.parametrize("name", EVERY)
def test_parts_follow_one_another_and_fill_the_window(name, run):
    marks = run(name)
    begin_ns, ready_ns = programs.window(marks)
    parts = programs.parts(marks)
    assert {part.name for part in parts} == set(marks.program.path)
    bounds = [begin_ns, *(at for part in parts for at in (part.begin_ns, part.end_ns)), ready_ns]
    assert bounds == sorted(bounds)
    # what is left is handing on, which a crowded machine may hold up for a few ticks each time
    assert 0 <= programs.unmarked_ns(marks) < 0.5 * (ready_ns - begin_ns)


@pytest.mark.parametrize("name", EVERY)
def test_truth_is_at_least_what_was_planted(name, run):
    planted = {
        "sleep": {"timer": 65, "cpu": 20},
        "spin": {"cpu": 50},
        "lock": {"timer": 30, "cpu": 25},
        "cond": {"timer": 30, "cpu": 45},
        "join": {"timer": 35, "cpu": 25},
        "pipe": {"timer": 25, "cpu": 50},
        "child": {"timer": 20, "cpu": 50, "process": 0},
        "epoll": {"timer": 30, "cpu": 25},
        "tcp": {"timer": 30, "cpu": 45},
        "peer": {"network": 70, "cpu": 20},
        "backoff": {"timer": 30},
        "files": {"timer": 20, "files": 0},
        "decoys": {"timer": 45, "cpu": 30},
        "search": {"files": 0, "cpu": 30},
        "go_sleeps": {"timer": 90, "cpu": 25},
        "go_fanout": {"timer": 35, "cpu": 30},
        "go_pipeline": {"timer": 50, "cpu": 25},
        "go_mutex": {"timer": 25, "cpu": 30},
        "go_network": {"timer": 30, "cpu": 45},
        "go_child": {"timer": 45, "cpu": 30, "process": 0},
    }[name]
    truth = programs.truth(run(name))
    assert set(truth) == set(planted)
    for category, least_ms in planted.items():
        assert truth[category] >= least_ms * 1_000_000


@pytest.mark.needs("strace", "gcc")
def test_the_untraced_peer_is_not_in_the_log(run, tmp_path):
    log = tmp_path / "log"
    run("peer", "strace", "-f", "-o", str(log))
    threads = {line.split()[0] for line in log.read_text().splitlines()}
    assert len(threads) == 1


@pytest.mark.needs("go")
def test_go_sources_are_formatted_and_vetted():
    folder = programs.SOURCES / "go"
    assert subprocess.check_output(["gofmt", "-l", "."], cwd=folder) == b""
    subprocess.run(["go", "vet", "./..."], cwd=folder, check=True)
