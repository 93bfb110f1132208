"""What a program wrote into the log of its own start changes nothing but its own lines."""

import numpy as np
import pytest

from coldstart_lab.readers.strace import read_buffer


def read(text: str):
    from pathlib import Path

    return read_buffer(np.frombuffer(text.encode(), dtype=np.uint8), source=Path("start.log"))


@pytest.mark.parametrize("said", ["12.5 MB loaded", "0.25 s elapsed", "7 apples"])
def test_a_number_is_no_time_of_the_relative_clock(said):
    log = read(f'     0.000000 execve("/a", ["a"], 0x1) = 0\n{said}\n     0.000010 getpid() = 1\n')
    assert log.clock == "relative"
    assert log.events["start_ns"].tolist() == [0, 10_000]
    assert log.losses["text"].tolist() == [said]


def test_a_sum_is_no_end_of_an_open_call():
    log = read(
        "[pid 7] futex(0x1, FUTEX_WAIT, 1, NULL <unfinished ...>\n"
        "total (1 + 2) = 3\n"
        "[pid 7] <... futex resumed>) = 0\n"
    )
    assert log.events["args"].tolist() == ["0x1, FUTEX_WAIT, 1, NULL"]
    assert log.events["retval"].tolist() == [0]
    assert log.losses["text"].tolist() == ["total (1 + 2) = 3"]


def test_a_false_dump_is_counted_as_what_it_is():
    log = read("1 getpid() = 1\n | a table | of a program |\n")
    assert log.count("lines: not understood") == len(log.losses) == 1
    assert log.count("lines: dumps") == 0


def test_the_end_of_an_exec_that_nobody_began_is_taken_from_no_other():
    log = read(
        '1 execve("/a", ["a"], 0x1 <unfinished ...>\n'
        "2 <... execve resumed>) = 0\n"
        "1 +++ killed by SIGKILL +++\n"
    )
    assert log.events["retval"].isna().all()
    assert log.losses["line"].tolist() == [2]


@pytest.mark.parametrize(
    ("last", "flags"),
    [
        ('1 read(3, "x", 9) = 40', "truncated"),
        ('1 write(1, "x) = 7', "truncated|unfinished"),
        ("1 +++ exited with 12", "truncated"),
        ('1 open("/a", O_RDONLY) = -1 ENOENT (No such file or directory)', None),
    ],
)
def test_what_may_be_cut_off_is_said_to_be(last, flags):
    log = read(f"1 getpid() = 1\n{last}")
    told = log.events["flags"].tolist()[-1]
    assert told == flags if flags else told != told


def test_a_file_named_after_its_thread_keeps_the_name_whatever_the_program_wrote(tmp_path):
    from coldstart_lab.readers.strace import read_strace

    path = tmp_path / "out.1234"
    path.write_text('execve("/a", ["a"], 0x1) = 0\n12 files copied\nexit_group(0) = ?\n')
    assert set(read_strace(path).events["pid"]) == {1234}
