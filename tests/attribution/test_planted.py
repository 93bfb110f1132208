"""Blame against planted truth: programs that mark the parts of their own critical path."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from written import check_sums, milestones

from coldstart_lab.attribution import attribute_events
from coldstart_lab.readers.strace import read_strace
from coldstart_lab.recording.milestones import find_exec, find_text


def _load():
    # the programs' own tests load it by the same name
    name = "planted_programs"
    if name not in sys.modules:
        path = Path(__file__).parent.parent / "planted" / "programs.py"
        spec = importlib.util.spec_from_file_location(name, path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


programs = _load()

STRACE = ("strace", "-f", "-Y", "--absolute-timestamps=format:unix,precision:ns",
          "--syscall-times=ns", "-yy", "-s", "256", "-o")  # fmt: skip
# On a crowded machine the tracer may be held back for ms in the middle of a call: the truth then
# holds that as well, but whose it is the log does not say. So a run may be repeated.
RUNS = 3
# A mark is made before or after the call it is about: the tracer's cost of one call, and where
# a part is many calls (search, files), of few of them
ALLOWED_MS = 2.5
ALLOWED_SHARE = 0.03
# strace does not see goroutines: work that moves to another thread between two calls is lost,
# and what os/exec does to make a child is code and pipes as well as the calls for it
ALLOWED_SHARE_GO = {"go_child": 0.3}
ALLOWED_SHARE_OF_OTHERS = 0.15
# Goroutines that hand a sync.Mutex on do so inside the runtime, without a call
HIDDEN = ("go_mutex",)


class Score(NamedTuple):
    """How one run was blamed, in ns; the parts are what the program itself marked."""

    window: int
    unmarked: int
    misplaced: int  # time within the marked parts that was not blamed on their category
    elsewhere: int  # and that was in a thread that is not theirs, such as a decoy
    truth: dict[str, int]
    blamed: dict[str, int]

    def beyond(self):
        """How far the sum of a category lies outside what is possible, in ns, by category."""
        return {
            name: max(true - self.blamed.get(name, 0),
                      self.blamed.get(name, 0) - true - self.unmarked, 0)
            for name, true in self.truth.items()
        }  # fmt: skip


def attribute_run(name, folder):
    """Record one run and return its attribution and its marks."""
    log = folder / f"{name}.log"
    argv = [str(folder / name), str(folder / f"{name}.marks")]
    Path(argv[-1]).unlink(missing_ok=True)
    subprocess.run([*STRACE, str(log), *argv], check=True, stdout=subprocess.DEVNULL, timeout=60)
    events = read_strace(log).events
    said, begun = find_text(events, "^ready").iloc[0], find_exec(events).iloc[0]
    ready = int(said["start_ns"]) + int(said["duration_ns"])
    given = milestones(exec=int(begun["start_ns"]), ready=(ready, int(said["pid"])))
    return attribute_events(events, given, until="ready"), programs.read_marks(name, argv[-1])


def score(answer, marks):
    begin, ready = programs.window(marks)
    segments = answer.segments
    starts, ends = segments["start_ns"].to_numpy(), segments["end_ns"].to_numpy()
    categories = segments["category"].astype(object).to_numpy()

    def overlap(since, until):
        return np.maximum(np.minimum(ends, until) - np.maximum(starts, since), 0)

    inside = overlap(begin, ready)
    blamed = {name: int(inside[categories == name].sum()) for name in set(categories)}
    misplaced = elsewhere = 0
    for part in programs.parts(marks):
        within = overlap(part.begin_ns, part.end_ns)
        misplaced += int(within[categories != part.category].sum())
        # to make a child and to see it end is partly the child's own doing
        if part.category != "process":
            elsewhere += int(within[~_in_place(segments, part.place)].sum())
    truth, unmarked = programs.truth(marks), programs.unmarked_ns(marks)
    return Score(ready - begin, unmarked, misplaced, elsewhere, truth, blamed)


def _in_place(segments, place):
    pid, process = segments["pid"].to_numpy(), segments["process"].to_numpy()
    root = process[0]
    if place == "child":
        return process != root
    if place == "thread":
        return (process == root) & (pid != root)
    return pid == root


def wrong(found, share):
    """Say what is wrong with a score; empty for nothing."""
    allowed = max(ALLOWED_MS * 1e6, share * found.window)
    said = []
    if found.misplaced > allowed:
        said.append(f"{found.misplaced / 1e6:.1f} ms of the parts have another category")
    for name, ns in found.beyond().items():
        if ns > allowed:
            blamed, true = found.blamed.get(name, 0) / 1e6, found.truth[name] / 1e6
            said.append(f"{name}: {blamed:.1f} ms blamed, {true:.1f} ms true")
    return said


def check_program(name, folder, *, share, places):
    programs.build(name, folder)
    said = []
    for _ in range(RUNS):
        answer, marks = attribute_run(name, folder)
        check_sums(answer)  # holds of every run, however noisy
        found = score(answer, marks)
        said = wrong(found, share)
        if places and found.elsewhere > max(ALLOWED_MS * 1e6, share * found.window):
            said.append(f"{found.elsewhere / 1e6:.1f} ms of the parts are in another thread")
        if not said:
            return
    pytest.fail(f"{name}, in the last of {RUNS} runs: {'; '.join(said)}")


C = [name for name, program in programs.PROGRAMS.items() if program.needs == "gcc"]
GO = [name for name in programs.PROGRAMS if name not in C and name not in HIDDEN]


@pytest.mark.needs("strace", "gcc")
@pytest.mark.parametrize("name", C)
def test_blame_of_c_programs(name, tmp_path):
    check_program(name, tmp_path, share=ALLOWED_SHARE, places=True)


@pytest.mark.needs("strace", "go")
@pytest.mark.parametrize("name", GO)
def test_blame_of_go_programs(name, tmp_path):
    # which thread runs a goroutine is Go's own affair
    share = ALLOWED_SHARE_GO.get(name, ALLOWED_SHARE_OF_OTHERS)
    check_program(name, tmp_path, share=share, places=False)


@pytest.mark.needs("strace", "go")
@pytest.mark.parametrize("name", HIDDEN)
def test_go_programs_that_strace_alone_cannot_see_into_are_said_to_be_so(name, tmp_path):
    programs.build(name, tmp_path)
    answer, _ = attribute_run(name, tmp_path)
    check_sums(answer)
    assert any("goroutines move between threads" in note for note in answer.notes)
