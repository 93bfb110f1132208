"""Arguments are split where the slow reader splits them."""

from __future__ import annotations

import pandas as pd
import pytest
import slow_arguments as slow
import strace_logs
from hypothesis import given
from hypothesis import strategies as st
from recorded import EVERY_PROGRAM

from coldstart_lab.errors import UsageError
from coldstart_lab.readers.strace.arguments import split_arguments

COUNT = 9
FLAGS = "-f -ttt -T -yy -s 64"
OTHER_FLAGS = ("-f -ttt -T -y -v -X verbose", "-f -xx -t -e abbrev=none")


def rows_of(frame):
    """The arguments of each call, those it does not have left out."""
    objects = frame.astype(object)
    return [[part for part in row if not pd.isna(part)] for row in objects.to_numpy().tolist()]


def check(events):
    events = events[(events["kind"] == "syscall") & events["args"].notna()]
    expected = [slow.split(args)[:COUNT] for args in events["args"]]
    assert rows_of(split_arguments(events, count=COUNT)) == expected
    assert sum(map(len, expected)) > len(events)


@pytest.mark.parametrize("program", EVERY_PROGRAM)
def test_calls_that_were_recorded(reading, program):
    check(reading(program, FLAGS).events)


@pytest.mark.needs("strace", "gcc")
@pytest.mark.parametrize("flags", OTHER_FLAGS)
@pytest.mark.parametrize("program", ["sockets", "descriptors", "tree"])
def test_calls_that_were_recorded_in_other_ways(reading, program, flags):
    check(reading(program, flags).events)


def frame_of(args):
    return pd.DataFrame({"args": pd.array(args, dtype="string[pyarrow]")})


PARTS = [
    *strace_logs.STRINGS, *strace_logs.OTHERS,
    # the name of -N is not a part of the argument
    *(text for text in strace_logs.DESCRIPTORS if not text.startswith("fd=")),
    "[{fd=3<pipe:[1]>, events=POLLIN}, {fd=4, events=POLLOUT}]", '{a=1, b="},]"} => {c=[2]}',
    "-100 /* AT_FDCWD */</srv/a, b (c>",
    "FUTEX_OP_SET<<28|0<<12|FUTEX_OP_CMP_GT<<24|0x1", "[3<pipe:[1]> 4</x>]", "-1",
    '8<UNIX-STREAM:[1->2,@"a]>, \\"b"]>', "0x7ffe /* 39 vars, unterminated */",
]  # fmt: skip


@given(st.lists(st.sampled_from(PARTS), max_size=6), st.booleans())
def test_arguments_put_together_come_apart_again(parts, named):
    names = "abcdef" if named else [""] * 6
    args = ", ".join(
        f"{name}={part}" if name else part for name, part in zip(names, parts, strict=False)
    )
    assert rows_of(split_arguments(frame_of([args]), count=8)) == [parts]
    assert slow.split(args) == parts


@given(st.lists(st.text(alphabet='"\\<>()[]{},/*3a= D:', max_size=40)), st.integers(1, 5))
def test_any_text_is_split_without_an_error(texts, count):
    frame = split_arguments(frame_of([*texts, None]), count=count)
    assert frame.shape == (len(texts) + 1, count)
    assert frame.iloc[-1].isna().all()
    for text, row in zip(texts, rows_of(frame), strict=False):
        at = 0
        for part in row:  # what is given stands there, in this order
            at = text.index(part, at) + len(part)


def test_the_index_is_that_of_the_events():
    frame = frame_of(['1, "a, b"', "2"]).set_axis([7, 3], axis=0)
    assert list(split_arguments(frame, count=2).index) == [7, 3]


def test_no_argument_at_all_cannot_be_asked_for():
    with pytest.raises(UsageError, match="count"):
        split_arguments(frame_of(["1"]), count=0)
