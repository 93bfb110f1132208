"""Clocks: none, time of day past midnight, differences, and what is said to be missing."""

from __future__ import annotations

import numpy as np
import pytest

from coldstart_lab.errors import UnreadableInputError, UsageError
from coldstart_lab.readers.strace import read_strace

SECOND = 10**9


@pytest.fixture
def read(tmp_path):
    def from_text(text):
        path = tmp_path / "log"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_strace(path)

    return from_text


@pytest.mark.needs("strace")
def test_a_log_without_times_says_which_flags_would_have_shown_them(recording):
    read = read_strace(recording("pipeline", "-f"))
    assert read.clock == "none"
    assert not read.has_durations
    assert read.events["start_ns"].isna().all()
    assert read.events["duration_ns"].isna().all()
    assert set(read.missing_flags) == {"-ttt", "-T", "-yy"}
    assert "(strace -ttt)" in read._repr_html_()


@pytest.mark.needs("strace")
def test_a_full_log_misses_nothing(recording):
    read = read_strace(recording("pipeline", "-f -ttt -T -yy"))
    assert read.missing_flags == {}
    calls = read.events[read.events["kind"] == "syscall"]
    assert calls.loc[calls["retval"].notna(), "duration_ns"].notna().all()


def test_time_of_day_goes_on_past_midnight(read):
    found = read(
        "1 23:59:59.5 getpid() = 1\n2 00:00:00.25 getpid() = 1\n"
        "1 23:59:59.9 getpid() = 1\n2 00:00:01 getpid() = 1\n"
    )
    day = 86_400 * SECOND
    # the third line was printed late: it is still of the day before
    assert found.clock == "time-of-day"
    assert found.events["start_ns"].tolist() == [
        day - SECOND // 2, day + SECOND // 4, day - SECOND // 10, day + SECOND,
    ]  # fmt: skip


def test_differences_add_up_over_lines_that_are_no_event(read):
    found = read(
        "1      0.000000 read(3,  <unfinished ...>\n2      0.000005 getpid() = 2\n"
        '1      0.000010 <... read resumed>"x", 1) = 1\n1      1.000000 getpid() = 1\n'
    )
    assert found.clock == "relative"
    assert found.events["start_ns"].tolist() == [0, 5000, SECOND + 15_000]
    assert found.events["duration_ns"].tolist()[0] == 15_000


def test_a_clock_set_back_makes_no_negative_duration(read):
    found = read(
        "1 1700000000.5 read(3,  <unfinished ...>\n2 1700000000.6 getpid() = 2\n"
        '1 1700000000.1 <... read resumed>"x", 1) = 1\n'
    )
    assert found.events["duration_ns"].tolist()[0] == 0


def test_the_table_of_counts_is_no_clock_and_no_loss(read):
    found = read(
        "getpid() = 1\n+++ exited with 0 +++\n"
        "% time     seconds  usecs/call     calls    errors syscall\n"
        "------ ----------- ----------- --------- --------- ----------------\n"
        "100.00    0.000123          12        10           getpid\n"
        "------ ----------- ----------- --------- --------- ----------------\n"
        "100.00    0.000123          12        10           total\n"
    )
    assert found.clock == "none"
    assert found.losses.empty
    assert found.count("lines: tables of counts") == 5


def test_a_last_line_cut_off_is_marked_and_its_call_is_kept(read):
    found = read('1 1700000000.5 getpid() = 1 <0.000001>\n1 1700000000.6 read(3, "abc')
    assert found.events["flags"].tolist()[1] == "truncated|unfinished"
    assert found.events["retval"].isna().tolist() == [False, True]
    assert found.losses.empty


@pytest.mark.parametrize("ending", ["= 12", "= 12 <0.0", "= 1", "= 12 <0.000002"])
def test_a_value_cut_off_is_not_taken_for_the_value(read, ending):
    found = read("1 1.5 read(3, 4) = 4 <0.000001>\n1 1.6 write(3, 12) " + ending)
    assert found.events["retval"].isna().tolist() == [False, True]
    assert "truncated" in found.events["flags"].tolist()[1]


def test_a_last_line_without_newline_is_whole_where_nothing_shows_otherwise(read):
    assert read("getpid() = 1\ngetpid() = 12").events["retval"].tolist() == [1, 12]
    assert read("1 1.5 getpid() = 1 <0.1>\n1 1.6 exit_group(0) = ?").losses.empty
    found = read("1 1.5 getpid() = 1 <0.1>\n1 1.5 getpid() = 5 <0.2>")
    assert found.events["retval"].tolist() == [1, 5]


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_hostile_bytes_stay_in_their_cells(read, newline):
    found = read(newline.join([
        b'1 write(1, "\xff\xfe\0\x1b[31m<b>", 3) = 3', b"1 \xc3\xb6(3) = 1", b"", b"\0\0\0", b"",
    ]))  # fmt: skip
    assert found.events["args"].tolist() == ['1, "\\xff\\xfe\0\x1b[31m<b>", 3']
    assert found.losses["line"].tolist() == [2, 4]
    assert found.count("lines: blank") == 1


def test_a_line_of_a_megabyte_reads_like_any_other(read):
    text = '") = 0 <0.1> = ' * 70_000
    text = text.replace('"', r"\"")
    found = read(f'1 write(1, "{text}", 5) = 5\n1 read(3, {"(" * 10**6}\n1 getpid() = 1\n')
    assert found.events["retval"].tolist() == [5, 1]
    assert len(found.events["args"][0]) == len(text) + 8
    assert len(found.losses["text"][0]) == 4096


@pytest.mark.parametrize(
    "text", ["", "\n", "hello\n", "int main(void)\n{\n}\n", "1 2 3\n", "\0" * 100, "strace: x\n"]
)
def test_what_is_no_log_is_refused(read, text):
    with pytest.raises(UnreadableInputError, match=r"empty|no line of it"):
        read(text)


def test_a_missing_file_and_a_wrong_number_of_threads_are_told(tmp_path):
    with pytest.raises(UnreadableInputError, match="No such file"):
        read_strace(tmp_path / "none")
    with pytest.raises(UsageError, match="1 or more"):
        read_strace(tmp_path / "none", threads=0)


def test_text_is_held_by_arrow_and_not_by_objects(read):
    count = 20_000
    text = "".join(f'1 1.{i:06d} read(3, "{i}") = {i} <0.000001>\n' for i in range(count))
    found = read(text)
    for column in ("args", "retval_text"):
        assert type(found.events[column].array).__name__.startswith("Arrow")
    assert found.events.memory_usage(index=False, deep=True).sum() < count * 120
    assert not any(found.events[name].dtype == np.dtype(object) for name in found.events)


def test_a_process_let_go_in_a_call_leaves_the_call_open(read):
    # as strace -p writes it, to stderr and to a file
    found = read(
        "strace: Process 15856 attached\n"
        "restart_syscall(<... resuming interrupted read ...>strace: Process 15856 detached\n"
        " <detached ...>\n"
    )
    assert found.events["pid"].tolist() == [15856]
    assert found.events["flags"].tolist() == ["restarted|unfinished"]
    assert found.events["args"].tolist() == ["<... resuming interrupted read ...>"]
    assert found.losses.empty
    found = read("15856 restart_syscall(<... resuming interrupted read ...> <detached ...>\n")
    assert found.events["args"].tolist() == ["<... resuming interrupted read ...>"]
    assert found.losses.empty


def test_a_name_that_commands_a_terminal_is_shown_as_text(tmp_path):
    path = tmp_path / "\x1b]0;x\x07\udcff.log"
    path.write_text("getpid() = 1\n")
    log = read_strace(path)
    for shown in (repr(log), log._repr_html_()):
        assert "\\x1b]0;x\\x07" in shown
        assert "\x1b" not in shown
        shown.encode()
