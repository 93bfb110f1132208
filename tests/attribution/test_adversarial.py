"""Logs that are incomplete, contradict themselves, or are made to mislead."""

from __future__ import annotations

import re

import pytest
from written import at_ms, attribute_text, check_sums, milestones, path, read_text, write_log

from coldstart_lab.attribution import attribute_events
from coldstart_lab.errors import MissingEvidenceError

EXEC = '100 0 execve("/srv/app", ["app"], 0x7ffc /* 9 vars */) = 0 <1>'
THREADS = f"""
{EXEC}
100 2 clone3({{flags=CLONE_VM|CLONE_THREAD}}, 88) = 101 <1>
100 4 clone3({{flags=CLONE_VM|CLONE_THREAD}}, 88) = 102 <1>
"""
HANDED_ON = f"""{THREADS}
100 10 futex(0x7f00, FUTEX_WAIT_PRIVATE, 2, NULL) = 0 <41>
101 6 nanosleep({{tv_sec=0, tv_nsec=40000000}}, NULL) = 0 <40>
101 50 futex(0x7f00, FUTEX_WAKE_PRIVATE, 1) = 1 <0.2>
100 54 getpid() = 100 <1>
"""


def test_threads_that_all_woke_one_another_at_one_instant():
    log = f"""{THREADS}
    100 10 futex(0x7f00, FUTEX_WAKE_PRIVATE, 1) = 1 <10>
    101 10 futex(0x7f00, FUTEX_WAKE_PRIVATE, 1) = 1 <10>
    102 10 futex(0x7f00, FUTEX_WAKE_PRIVATE, 1) = 1 <10>
    100 20 futex(0x7f00, FUTEX_WAIT_PRIVATE, 2, NULL) = 0 <10>
    101 20 futex(0x7f00, FUTEX_WAIT_PRIVATE, 2, NULL) = 0 <10>
    102 20 futex(0x7f00, FUTEX_WAIT_PRIVATE, 2, NULL) = 0 <10>
    100 30 read(3<pipe:[1]>, "x", 1) = 1 <10>
    101 30 read(5<pipe:[1]>, "x", 1) = 1 <10>
    101 40 write(4<pipe:[1]>, "x", 1) = 1 <0>
    102 40 write(4<pipe:[1]>, "x", 1) = 1 <0>
    """
    for pid in (100, 101, 102):
        check_sums(attribute_text(write_log(log), ready=(at_ms(40), pid)))


def test_pipes_that_wait_for_each_other():
    log = f"""{THREADS}
    100 10 read(3<pipe:[1]>, "x", 1) = 1 <20>
    101 10 write(4<pipe:[1]>, "x", 1) = 1 <20>
    """
    check_sums(attribute_text(write_log(log), ready=(at_ms(30), 100)))


def test_calls_that_overlap_are_cut_and_that_is_said():
    log = f"""{EXEC}
    100 5 read(3</srv/a>, "x", 1) = 1 <20>
    100 10 read(3</srv/b>, "x", 1) = 1 <5>
    100 12 getpid() = 100 <1>
    """
    answer = attribute_text(write_log(log), ready=(at_ms(13), 100))
    check_sums(answer)
    assert path(answer)[-3:] == [(100, 5.0, 10.0, "waiting"), (100, 10.0, 12.0, "waiting"),
                                 (100, 12.0, 13.0, "call")]  # fmt: skip
    assert any("18.0 ms of calls overlapped" in note for note in answer.notes)


def test_a_clock_that_goes_back():
    log = f"""{EXEC}
    100 10 read(3</srv/a>, "x", 1) = 1 <1>
    100 5 clone3({{flags=CLONE_VM|CLONE_THREAD}}, 88) = 101 <1>
    101 3 getpid() = 100 <1>
    100 7 futex(0x7f, FUTEX_WAIT, 101, NULL) = 0 <2>
    101 2 exit(0) = ?
    101 1 +++ exited with 0 +++
    """
    for pid in (100, 101):
        check_sums(attribute_text(write_log(log), ready=(at_ms(11), pid)))


REUSED = """
100 0 execve("/srv/app", ["app"], 0x7ffc /* 9 vars */) = 0 <1>
100 2 clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|SIGCHLD) = 101 <1>
101 3 nanosleep({tv_sec=0, tv_nsec=5000000}, NULL) = 0 <5>
101 9 exit_group(0) = ?
101 10 +++ exited with 0 +++
100 4 wait4(101, NULL, 0, NULL) = 101 <7>
100 20 clone3({flags=CLONE_VM|CLONE_THREAD}, 88) = 101 <1>
101 22 getrandom("\\1", 1, 0) = 1 <20>
101 43 futex(0x7f00, FUTEX_WAKE_PRIVATE, 1) = 1 <0.1>
100 23 futex(0x7f00, FUTEX_WAIT_PRIVATE, 2, NULL) = 0 <21>
101 44 exit(0) = ?
101 45 +++ exited with 0 +++
100 46 getpid() = 100 <1>
"""


def test_a_thread_id_that_is_used_again_is_another_thread():
    answer = attribute_text(write_log(REUSED), ready=(at_ms(47), 100))
    check_sums(answer)
    assert answer.threads[["pid", "process", "role"]].to_numpy().tolist() == [
        [100, 100, "main"], [101, 101, "process"], [101, 100, "thread"]
    ]  # fmt: skip
    assert answer.edges["kind"].tolist() == ["child", "futex", "timer"]
    on_path = path(answer)
    assert (101, 3.0, 8.0, "waiting") in on_path
    assert (101, 22.0, 42.0, "call") in on_path
    assert not [piece for piece in on_path if piece[0] == 101 and 11 < piece[1] < 20]


def test_a_log_that_holds_one_start_many_times_is_attributed_once():
    once = attribute_text(write_log(REUSED), ready=(at_ms(47), 100))
    lines = [line.split(maxsplit=2) for line in REUSED.strip().splitlines()]
    log = "".join(
        write_log(f"{pid} {float(ms) + later} {rest}")
        for later in (0, 100, 200, 300)
        for pid, ms, rest in lines
    )
    again = attribute_text(log, ready=(at_ms(47), 100))
    columns = ["start_ns", "end_ns", "pid", "state", "cause"]
    assert again.segments[columns].equals(once.segments[columns])


def test_a_program_executed_by_another_thread_goes_on_under_the_first_id():
    log = f"""{EXEC}
    100 2 clone3({{flags=CLONE_VM|CLONE_THREAD}}, 88) = 101 <1>
    101 4 nanosleep({{tv_sec=0, tv_nsec=20000000}}, NULL) = 0 <20>
    100 5 pause( <unfinished ...>
    101 30 execve("/srv/next", ["next"], 0x7ffc /* 9 vars */ <unfinished ...>
    100 31 <... pause resumed>) = ? <26>
    100 32 +++ superseded by execve in pid 101 +++
    100 33 <... execve resumed>) = 0 <3>
    100 34 brk(NULL) = 0x5000 <0.1>
    100 40 getpid() = 100 <1>
    """
    answer = attribute_text(write_log(log), ready=(at_ms(41), 100))
    check_sums(answer)
    assert path(answer) == [
        (100, 0.0, 1.0, "call"), (100, 1.0, 2.0, "running"), (100, 2.0, 3.0, "call"),
        (101, 3.0, 4.0, "running"), (101, 4.0, 24.0, "waiting"), (101, 24.0, 30.0, "running"),
        (101, 30.0, 33.0, "call"), (100, 33.0, 34.0, "running"), (100, 34.0, 34.1, "call"),
        (100, 34.1, 40.0, "running"), (100, 40.0, 41.0, "call"),
    ]  # fmt: skip
    assert set(answer.segments["process"]) == {100}
    assert answer.segments["phase"].tolist()[6] == "exec"


def test_a_log_of_a_program_that_strace_was_attached_to():
    log = HANDED_ON.split("\n", 2)[2].replace("100 2 clone3", "100 2 clone3x")
    log = "\n".join(line for line in log.splitlines() if "clone3" not in line)
    answer = attribute_text(write_log(log), ready=(at_ms(55), 100))
    check_sums(answer)
    assert set(answer.segments["phase"]) <= {"main"}
    assert any("1 threads have no creator" in note for note in answer.notes)


def test_a_log_without_durations():
    text = re.sub(r" <[\d.]+>$", "", write_log(HANDED_ON), flags=re.M)
    answer = attribute_text(text, ready=(at_ms(54), 100))
    check_sums(answer)
    assert any("no durations (-T)" in note for note in answer.notes)
    # the wait lasts until the thread's next call, and is still the worker's
    assert 101 in set(answer.segments["pid"])
    assert answer.edges.loc[answer.edges["pid"] == 100, "waker"].tolist() == [101]


def test_a_log_without_durations_but_for_calls_on_two_lines():
    text = re.sub(r" <[\d.]+>$", "", write_log(HANDED_ON), flags=re.M)
    text = text.replace("FUTEX_WAIT_PRIVATE, 2, NULL) = 0", "FUTEX_WAIT_PRIVATE <unfinished ...>")
    text += write_log("100 51 <... futex resumed>) = 0").replace("\n", "") + "\n"
    lines = sorted(text.splitlines(), key=lambda line: line.split()[1])
    answer = attribute_text("\n".join(lines) + "\n", ready=(at_ms(54), 100))
    check_sums(answer)
    assert any("no durations (-T)" in note for note in answer.notes)
    assert "exec" in set(answer.segments["phase"])
    assert answer.edges.loc[answer.edges["pid"] == 100, "kind"].tolist() == ["futex"]


def test_a_log_without_annotations_knows_no_peers():
    text = re.sub(r"(\d)<(?:pipe|TCP)[^>]*>", r"\1", write_log(f"""{THREADS}
    100 10 read(3<pipe:[1]>, "x", 1) = 1 <41>
    101 50 write(4<pipe:[1]>, "x", 1) = 1 <0.2>
    """))  # fmt: skip
    answer = attribute_text(text, ready=(at_ms(51), 100))
    check_sums(answer)
    waited = answer.segments[answer.segments["state"] == "waiting"]
    assert waited["confidence"].tolist() == ["unresolved"]


def test_a_log_of_one_process_without_ids():
    text = re.sub(r"(?m)^\d+ ", "", write_log(f"""{EXEC}
    100 5 nanosleep({{tv_sec=1, tv_nsec=0}}, NULL) = 0 <10>
    100 20 getpid() = 100 <1>
    """))  # fmt: skip
    answer = attribute_text(text, ready=(at_ms(21), None))
    check_sums(answer)
    assert set(answer.segments["pid"]) == {0}


def test_a_log_with_times_of_day():
    lines = [
        '100 23:59:59.990000 execve("/srv/app", ["app"], 0x7ffc /* 9 vars */) = 0 <0.001000>',
        "100 23:59:59.995000 nanosleep({tv_sec=0, tv_nsec=1}, NULL) = 0 <0.020000>",
        "100 00:00:00.020000 getpid() = 100 <0.001000>",
    ]
    events = read_text("\n".join(lines) + "\n").events
    begin, end = int(events["start_ns"].iloc[0]), int(events["start_ns"].iloc[2])
    given = milestones(exec=begin, ready=(end, 100))
    answer = attribute_events(events, given, until="ready")
    check_sums(answer)
    assert answer.window_ns == 30_000_000


def test_a_log_without_times_is_refused():
    with pytest.raises(MissingEvidenceError, match="no times"):
        attribute_events(
            read_text('100 execve("/srv/app", ["app"], 0x7) = 0\n').events,
            milestones(exec=0, ready=1), until="ready",
        )  # fmt: skip


@pytest.mark.parametrize(("begin", "end"), [(-30, 55), (0, 90), (-30, 90), (60, 70), (-30, -20)])
def test_what_lies_outside_the_log_is_not_recorded(begin, end):
    answer = attribute_text(
        write_log(HANDED_ON), begin=at_ms(begin), ready=(at_ms(end), 100)
    )  # fmt: skip
    check_sums(answer)
    lost = answer.segments[answer.segments["rule"] == "not-recorded"]
    outside = max(0, min(end, 0) - begin) + max(0, end - max(begin, 55))
    assert lost["duration_ns"].sum() == pytest.approx(outside * 1e6, abs=10)
    assert set(lost["confidence"]) == {"unresolved"}


def test_milestones_that_cannot_be_are_refused():
    events = read_text(write_log(HANDED_ON)).events
    given = milestones(exec=at_ms(10), listening=at_ms(5))
    with pytest.raises(MissingEvidenceError, match="not after exec"):
        attribute_events(events, given, until="listening")
    with pytest.raises(MissingEvidenceError, match="knows no milestone 'ready'") as caught:
        attribute_events(events, given, until="ready")
    assert "exec, listening" in str(caught.value)
    with pytest.raises(MissingEvidenceError, match="knows no milestone 'exec'"):
        attribute_events(events, milestones(ready=at_ms(5)), until="ready")


def test_the_probe_is_not_the_services_time():
    events = read_text(write_log(HANDED_ON)).events
    given = milestones(exec=at_ms(0), answered=(at_ms(55), 100), ready=at_ms(61))
    answer = attribute_events(events, given, until="ready")
    check_sums(answer)
    last = answer.segments.iloc[-1]
    assert last[["state", "cause", "duration_ns"]].tolist() == [
        "observer", "readiness probe", 6_000_000
    ]  # fmt: skip


def test_work_that_ran_on_is_listed_by_thread():
    log = f"""{HANDED_ON}
    101 60 getrandom("\\1", 1, 0) = 1 <30>
    101 95 getpid() = 100 <1>
    102 60 nanosleep({{tv_sec=0, tv_nsec=1}}, NULL) = 0 <39>
    """
    answer = attribute_text(write_log(log), ready=(at_ms(55), 100))
    assert answer.after["pid"].tolist() == [101, 102]
    # of the thread that slept only the instants before it fell asleep are work
    assert answer.after["duration_ns"].tolist() == [41_000_000, 5_000_000]


def test_text_that_looks_like_log_syntax_is_text():
    log = f"""{THREADS}
    100 10 read(3<pipe:[1]>, "x", 1) = 1 <41>
    102 49 write(1</srv/out>, "101 50 write(4<pipe:[1]>, \\"x\\", 1) = 1 <0.2>", 40) = 40 <0.3>
    101 50 write(4<pipe:[1]>, "FUTEX_WAKE sin_port=htons(53) <pipe:[2]>", 9) = 9 <0.2>
    """
    answer = attribute_text(write_log(log), ready=(at_ms(51), 100))
    check_sums(answer)
    assert answer.edges[["pid", "waker"]].to_numpy().tolist() == [[100, 101]]
    assert 102 not in set(answer.segments["pid"])


def test_a_reader_that_waits_does_not_hold_its_writer_up():
    log = f"""{THREADS}
    100 10 read(3<pipe:[1]>, "x", 1) = 1 <40.1>
    101 5 getrandom("\\1", 1, 0) = 1 <40>
    101 50 write(4<pipe:[1]>, "x", 1) = 1 <3>
    101 54 getpid() = 100 <1>
    """
    answer = attribute_text(write_log(log), ready=(at_ms(55), 101))
    check_sums(answer)
    # on the way back through its writing the path stays with the writer
    assert (101, 5.0, 45.0, "call") in path(answer)
    assert 100 not in {pid for pid, begin, *_ in path(answer) if begin > 4}
