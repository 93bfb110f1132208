"""What strace says of itself: whole lines, glued to a call, and the tips it draws."""

from __future__ import annotations

import re

import pytest
from annexed import build, read, trace
from hypothesis import given
from hypothesis import strategies as st

from coldstart_lab.readers.strace import read_strace
from coldstart_lab.tables import STRACE_MESSAGES

EVENT = "getppid() = 1\n"
# strace 7.2 --tips=full, cut at the legs
TIP = """\
  ______________________________________________         ____
 /                                              \\       /    \\
 | It's possible to tune the environment        |      |-. .-.|
 | of the traced process using the -E/--env     \\      (_@)(_@)
 | option:                                       \\     .---_  \\
 |                                               _\\   /..   \\_/
 |     strace -E REMOVE_VAR -E VAR=new_val      /     |__.-^ /
 |                                              |         }  |
 \\______________________________________________/        |   [
                                                         [  ]
                                                        /   |        __
                                                      \\|   |/     _/ /_
"""


@pytest.mark.parametrize(
    ("line", "pid", "text"),
    [
        ("strace: Process 17802 attached", 17802, None),
        ("strace: Process 17802 detached", 17802, None),
        ("strace: exec: Permission denied", None, None),
        ("[ Process PID=123 runs in 32 bit mode. ]", 123, None),
        ("45 [ Process PID=45 runs in x32 mode. ]", 45, "[ Process PID=45 runs in x32 mode. ]"),
        ("[pid 45] strace: out of memory", 45, "strace: out of memory"),
        ("strace: [ Process PID=7 runs in 32 bit mode. ]", 7, None),
        ("strace: \x1b]0;x\x07\xff", None, "strace: \x1b]0;x\x07\\xff"),
    ],
)
def test_messages_are_kept_with_the_thread_they_are_about(line, pid, text):
    log = read(EVENT + line + "\n")
    STRACE_MESSAGES.validate(log.messages)
    row = log.messages.iloc[0]
    assert (row["line"], row["text"]) == (2, text or line)
    assert row["pid"] is pid or row["pid"] == pid or (pid is None and log.messages["pid"].isna()[0])
    assert log.losses.empty


def test_a_message_in_the_middle_of_a_call_is_one_too():
    log = read(
        "clone(flags=CLONE_VM|SIGCHLDstrace: Process 12 attached\n <unfinished ...>\n"
        "[pid 12] getppid() = 11\n[pid 11] <... clone resumed>) = 12\n"
    )
    assert log.messages["text"].tolist() == ["strace: Process 12 attached"]
    assert log.messages["pid"].tolist() == [12]
    assert log.messages["line"].tolist() == [1]


@pytest.mark.needs("strace", "gcc")
def test_every_thread_is_said_to_be_attached(tmp_path):
    path = trace(tmp_path, "-f", build("storm.c", tmp_path / "storm"), to="stderr")
    log = read_strace(path)
    said = re.findall(r"strace: Process (\d+) attached", path.read_text("utf-8", "replace"))
    assert sorted(log.messages["pid"]) == sorted(map(int, said))
    assert set(log.messages["text"]) == {f"strace: Process {pid} attached" for pid in said}
    assert len(said) > 1


def test_the_tip_strace_draws_is_a_message():
    log = read(EVENT + TIP + EVENT)
    assert log.messages["text"].tolist() == [line.rstrip() for line in TIP.splitlines()]
    assert log.losses.empty
    assert log.dumps.empty
    behind = read(EVENT + TIP + "what is this\n")
    assert behind.losses["text"].tolist() == ["what is this"]


@given(st.lists(st.sampled_from([*TIP.splitlines(), EVENT.strip(), "strace: x", "", "x"])))
def test_any_mixture_is_read(lines):
    log = read("\n".join([EVENT.strip(), *lines, ""]))
    STRACE_MESSAGES.validate(log.messages)
    counted = log.summary.set_index("item")["count"]
    assert len(log.messages) == counted["lines: messages of strace"]
