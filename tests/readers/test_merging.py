"""The files of -ff merge into what -f would have written."""

from __future__ import annotations

import gzip
import os
import resource
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from recorded import EVERY_PROGRAM, UNIX_NS, record

from coldstart_lab.errors import UnreadableInputError
from coldstart_lab.readers.strace import find_parts, merge_logs, read_strace, sniff_strace

COMMAND = ["/bin/sh", "-c", "for i in 1 2 3; do /bin/true; (exit $i); done; ls /nowhere"]
LINE = b"%s getpid() = 1\n"


# what these return is an id, or what a wait4 that a signal broke into returned
RETURN_IDS = {
    "getpid", "getppid", "gettid", "vfork", "fork", "clone", "clone3", "wait4", "set_tid_address",
    "rt_sigreturn",
}  # fmt: skip


def multiset(log):
    """Events by thread in the order they began, without addresses and ids, which vary."""
    events = log.events
    order = {pid: i for i, pid in enumerate(events.sort_values("start_ns")["pid"].unique())}
    return Counter(
        (
            order[pid], kind, syscall, errno,
            order.get(retval) if syscall in RETURN_IDS else min(retval, 4096),
        )
        for pid, kind, syscall, errno, retval in zip(
            events["pid"], events["kind"], events["syscall"].astype(object),
            events["errno"].astype(object), events["retval"].fillna(-99), strict=True,
        )
    )  # fmt: skip


def write_parts(folder, parts):
    folder.mkdir(exist_ok=True)
    for name, text in parts.items():
        (folder / name).write_bytes(text)
    return folder


@pytest.mark.needs("strace")
def test_merged_files_hold_the_events_of_one_log(tmp_path):
    together = read_strace(record(tmp_path / "f", "-f -ttt -T -yy", COMMAND))
    # a folder with a name as long, since getcwd returns its length
    log = record(tmp_path / "g", "-ff -ttt -T -yy", COMMAND)
    apart = read_strace(log.parent)
    assert apart.count("threads") == together.count("threads") == 8
    assert multiset(apart) == multiset(together)
    assert apart.events["start_ns"].is_monotonic_increasing
    assert apart.losses.empty


@pytest.mark.needs("strace-log-merge")
@pytest.mark.parametrize("flags", ["-ff -ttt -T", "-ff -tt -y", f"-ff -Y {UNIX_NS} -v"])
@pytest.mark.parametrize("program", EVERY_PROGRAM)
def test_merged_order_is_that_of_strace_log_merge(recording, program, flags):
    log = recording(program, flags)
    merged = subprocess.run(
        ["strace-log-merge", log],
        capture_output=True,
        check=True,
        env={**os.environ, "LC_ALL": "C"},
    ).stdout
    ours, damage = merge_logs(find_parts(log.parent))
    assert damage is None
    assert [line.split(b" ", 1) for line in ours.splitlines()] == [
        [pid, rest.lstrip()] for pid, rest in (line.split(b" ", 1) for line in merged.splitlines())
    ]


@pytest.mark.needs("strace", "gcc")
def test_an_exec_from_another_thread_merges_into_one_call(recording):
    log = recording("exec from a thread", "-ff -ttt -T")
    calls = read_strace(log.parent).events.query("syscall == 'execve'")
    assert calls["retval"].tolist() == [0, 0]


@pytest.mark.needs("strace", "gcc")
def test_stack_frames_stay_with_their_calls(recording):
    log = recording("storm", "-ff -k -ttt")
    read = read_strace(log.parent)
    assert read.losses.empty
    assert read.count("lines: stack frames") > 1000


def test_files_of_another_day_come_after_midnight(tmp_path):
    parts = {
        "log.10": LINE % b"23:59:58.000000" + LINE % b"00:00:03.000000",
        "log.11": LINE % b"23:59:59.000000",
        "log.12": LINE % b"00:00:01.000000" + LINE % b"00:00:04.000000",
    }
    read = read_strace(write_parts(tmp_path / "ff", parts))
    assert read.events["pid"].tolist() == [10, 11, 12, 10, 12]
    seconds = (read.events["start_ns"] // 10**9).tolist()
    assert [second - seconds[0] for second in seconds] == [0, 1, 3, 5, 6]


def test_a_file_from_before_midnight_with_a_smaller_id_is_no_day_late(tmp_path):
    # ids begin again at the largest: here the first thread has not the smallest one
    parts = {"log.10": LINE % b"00:00:01", "log.999": LINE % b"23:59:58"}
    assert read_strace(write_parts(tmp_path, parts)).events["pid"].tolist() == [999, 10]


def times(hours, text="getpid() = 1"):
    return "".join(f"{hour:02}:00:00 {text}\n" for hour in hours).encode()


def test_a_thread_made_late_in_a_long_run_comes_after_what_made_it(tmp_path):
    made = times([21], "clone(child_stack=NULL) = 11")
    parts = {"log.10": times([8, 14, 20]) + made, "log.11": times([22])}
    assert read_strace(write_parts(tmp_path, parts)).events["pid"].tolist() == [10] * 4 + [11]


def test_the_day_of_a_file_is_that_of_the_call_that_made_its_thread(tmp_path):
    # ids began again: the first file is the grandchild's; it is made on the third day
    parts = {
        "log.5": times([10]),
        "log.98": times([8, 16, 0, 8], "getpid() = 98") + times([9], "vfork() = 99"),
        "log.99": times([9, 19, 3], "getpid() = 99") + times([9], "clone3({}, 88) = 5"),
    }
    events = read_strace(write_parts(tmp_path, parts)).events
    assert events["pid"].tolist() == [98] * 5 + [99] * 4 + [5]
    hours = events["start_ns"] // (3600 * 10**9)
    assert hours.tolist() == [8, 16, 24, 32, 33, 33, 43, 51, 57, 58]


def test_threads_that_made_one_another_end_nowhere(tmp_path):
    parts = {
        "log.10": times([8], "clone() = 11") + times([9], "clone() = 10"),
        "log.11": times([8], "clone() = 10"),
    }
    assert len(read_strace(write_parts(tmp_path, parts)).events) == 3


def test_relative_times_of_several_files_are_no_clock(tmp_path):
    parts = {"log.10": LINE % b"     0.000000" * 2, "log.11": LINE % b"     0.000100"}
    read = read_strace(write_parts(tmp_path, parts))
    assert read.clock == "none"
    assert read.events["start_ns"].isna().all()
    assert "-ttt" in read.missing_flags


def test_other_files_beside_the_logs_are_passed_over(tmp_path):
    parts = {"log.10": LINE % b"1.0" * 3, "libz.so.1": b"\x7fELF", "log.txt": b"x", "log": b"y"}
    folder = write_parts(tmp_path, parts)
    (folder / "sub.12").mkdir()
    huge = folder / ("log." + "9" * 40)
    huge.write_bytes(LINE % b"1.0")
    assert [part.name for part in find_parts(folder)] == ["log.10"]
    assert sniff_strace(folder)


def test_two_runs_in_a_folder_are_refused_by_name(tmp_path):
    folder = write_parts(tmp_path, {"a.10": LINE % b"1.0", "b.11": LINE % b"1.0"})
    with pytest.raises(UnreadableInputError, match="several runs: a, b"):
        read_strace(folder)


def test_a_folder_without_logs_is_refused(tmp_path):
    assert not sniff_strace(tmp_path)
    with pytest.raises(UnreadableInputError, match="no files of strace -ff"):
        read_strace(tmp_path)


def test_damage_in_one_file_is_told_and_the_others_are_read(tmp_path):
    folder = write_parts(tmp_path, {"log.10": LINE % b"1.0", "log.11": b"", "log.12": b"\0\xff\n"})
    packed = gzip.compress(b"".join(LINE % b"2.%06d" % i for i in range(2000)))
    (folder / "log.13.gz").write_bytes(packed[: len(packed) // 2])
    read = read_strace(folder)
    assert set(read.events["pid"]) == {10, 13}
    assert read.losses["reason"].tolist()[-1] == "damaged archive"
    assert "log.13.gz" in read.losses["text"].tolist()[-1]


def test_more_files_than_a_process_may_open_are_read(tmp_path):
    folder = write_parts(tmp_path / "ff", {f"log.{i}": LINE % b"1.5" for i in range(1, 200)})
    large = LINE % b"2.5" * 70_000  # one that is mapped
    write_parts(folder, {f"log.{i}": large for i in range(200, 203)})
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = len(list(Path("/proc/self/fd").iterdir())) + 60
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    try:
        assert len(merge_logs(find_parts(folder))[0].splitlines()) == 199 + 3 * 70_000
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_number_alone_is_no_thread(tmp_path):
    # such as /dev/fd/63
    (tmp_path / "63").write_bytes(LINE % b"1.0")
    assert read_strace(tmp_path / "63").events["pid"].isna().all()


def test_a_file_whose_name_ends_with_no_id_is_refused(tmp_path):
    (tmp_path / "log").write_bytes(LINE % b"1.0")
    with pytest.raises(UnreadableInputError, match="no thread id"):
        merge_logs([tmp_path / "log"])
    shutil.rmtree(tmp_path)
    with pytest.raises(UnreadableInputError, match="cannot be read"):
        merge_logs([tmp_path / "log.1"])


@pytest.mark.parametrize("how", ["folder", "pattern", "list"])
def test_files_are_named_by_folder_pattern_or_list(tmp_path, how):
    folder = write_parts(
        tmp_path / "out",
        {f"log.{pid}": f"1700000000.{pid} getpid() = {pid}\n".encode() for pid in (7, 12)},
    )
    source = {"folder": folder, "pattern": f"{folder}/log.*", "list": list(folder.iterdir())}[how]
    found = read_strace(source)
    assert found.events["pid"].tolist() == [12, 7]
    assert found.losses.empty


def test_a_pattern_without_a_file_is_refused(tmp_path):
    with pytest.raises(UnreadableInputError, match="no file has such a name"):
        read_strace(tmp_path / "log.*")
