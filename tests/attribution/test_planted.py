"""Blame against planted truth: programs that mark the parts of their own critical path.

All of them are scored by ``make planted``; here are those whose blame is right today, and how far
off it may be before something broke.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from planted.programs import PROGRAMS
from planted.running import build_once, run
from planted.scoreboard import NAIVE, attribute_run, score_run
from planted.scoring import attributed, elsewhere_ns, score
from written import check_sums, without_yy

# On a crowded machine the tracer may be held back for ms in the middle of a call: the truth then
# holds that as well, but whose it is the log does not say. So a run may be repeated.
RUNS = 3
# A mark is made before or after the call it is about: the tracer's cost of one call, and where
# a part is many calls (search, files), of few of them
ALLOWED_MS = 2.5
ALLOWED_SHARE = 0.03
# strace does not see goroutines: work that moves to another thread between two calls is lost,
# and what os/exec does to make a child is code and pipes as well as the calls for it
ALLOWED_SHARE_OF_GO = 0.15
ALLOWED_SHARE_OF = {"go_child": 0.3, "tree": 0.1, "search_load": 0.1}

C = (
    "sleep", "spin", "lock", "cond", "join", "parallel_sleeps", "parallel_spins", "futex_chain",
    "barrier", "shared_memory", "pipe", "socketpair", "child", "vfork", "tree", "signal_process",
    "alarm", "timers", "epoll", "tcp", "udp", "unix", "unix_early", "flock", "backoff", "decoys",
    "peer", "peer_late", "dns", "search", "search_load", "many_libraries", "large_read", "files",
    "scan",
)  # fmt: skip
GO = (
    "go_sleeps", "go_fanout", "go_pipeline", "go_rwmutex", "go_cond", "go_network", "go_child",
    "go_start", "go_cgo", "go_locked", "go_sysmon", "go_peer", "go_tls",
)  # fmt: skip
# What strace alone does not show, or the attribution does not see in it yet
NOT_YET = {
    "page_faults": "page faults",
    "go_gc": "the garbage collector",
}
# Goroutines that hand a sync.Mutex on do so inside the runtime, without a call
HIDDEN = "go_mutex"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return build_once(tmp_path_factory.getbasetemp())


def case(name):
    marks = [pytest.mark.needs("strace", *PROGRAMS[name].needs)]
    if name in NOT_YET:
        marks += [pytest.mark.xfail(reason=NOT_YET[name], raises=pytest.fail.Exception)]
    return pytest.param(name, marks=marks)


def wrong(answer, marks, program):
    """Say what is wrong with an attribution; empty for nothing."""
    found = score(attributed(answer, program.plants), marks, strict=False)
    share = ALLOWED_SHARE_OF_GO if program.is_go else ALLOWED_SHARE
    allowed = max(ALLOWED_MS * 1e6, ALLOWED_SHARE_OF.get(program.name, share) * marks.window_ns)
    said = []
    # of what lies between the parts the marks know nothing
    if found.value * marks.window_ns > allowed + marks.unmarked_ns:
        cause, off = found.worst
        said.append(f"score {found.value:.1%}: {cause} is {off / 1e6:+.1f} ms off")
    # which thread runs a goroutine is Go's own affair, and its marks do not say
    if (lost := elsewhere_ns(answer, marks)) > allowed:
        said.append(f"{lost / 1e6:.1f} ms of the parts are in another thread")
    return said


@pytest.mark.slow
@pytest.mark.parametrize("name", [case(name) for name in (*C, *GO, *NOT_YET)])
def test_blame(name, built, tmp_path):
    program = PROGRAMS[name]
    for _ in range(RUNS):
        done = run(program, built, tmp_path, traced=True)
        answer, _ = attribute_run(done)
        check_sums(answer)  # holds of every run, however noisy
        said = wrong(answer, done.marks, program)
        if not said:
            return
    pytest.fail(f"{name}, in the last of {RUNS} runs: {'; '.join(said)}")


@pytest.mark.slow
@pytest.mark.needs("strace", "gcc")
@pytest.mark.parametrize("name", ["pipe", "socketpair", "epoll", "tcp", "udp", "flock", "peer"])
def test_blame_is_much_the_same_without_annotations(name, built, tmp_path):
    done = run(PROGRAMS[name], built, tmp_path, traced=True)
    bare = tmp_path / "bare.log"
    bare.write_text(without_yy(done.log.read_text()))
    answers = [attribute_run(one)[0] for one in (done, replace(done, log=bare))]
    full, less = (answer.causes.set_index("cause")["duration_ns"] for answer in answers)
    off = full.sub(less, fill_value=0).abs().sum() / 2
    assert off < 0.02 * answers[0].window_ns, pd.concat([full, less], axis=1)


@pytest.mark.needs("strace", "go")
def test_go_programs_that_strace_alone_cannot_see_into_are_said_to_be_so(built, tmp_path):
    answer, _ = attribute_run(run(PROGRAMS[HIDDEN], built, tmp_path, traced=True))
    check_sums(answer)
    assert any("goroutines move between threads" in note for note in answer.notes)


@pytest.mark.needs("strace", "gcc")
@pytest.mark.parametrize("name", ["lock", "pipe", "tcp"])
def test_naive_methods_are_wrong_where_others_do_the_work(name, built, tmp_path):
    scored = score_run(run(PROGRAMS[name], built, tmp_path, traced=True))
    assert scored.exact
    others = [scored.methods[name].at_word.value for name in NAIVE]
    assert scored.at_word.value < min(others) / 2
