"""The numbers that arguments begin with: descriptors, addresses, and the data of epoll's events."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coldstart_lab.readers.strace.arguments import descriptors, epoll_data, leading_addresses


def args_of(*texts):
    return pd.Series(texts, dtype="string[pyarrow]")


@pytest.mark.parametrize(
    ("args", "fd", "target"),
    [
        ('3, "a", 1', 3, None),
        ("0", 0, None),
        ("4</srv/a\\74b>, 0x1", 4, "/srv/a<b"),
        ("5<TCP:[127.0.0.1:1->127.0.0.1:2]>, [{events=EPOLLIN}], 128", 5,
         "TCP:[127.0.0.1:1->127.0.0.1:2]"),
        ("epfd=6<anon_inode:[eventpoll]>, op=EPOLL_CTL_ADD, fd=7", 6, "anon_inode:[eventpoll]"),
        ("2147483647", 2147483647, None),
        ("2147483648", None, None),
        ("18446744073709551615", None, None),
        ("-1", None, None),
        ("NULL, 8392704, PROT_NONE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0", None, None),
        ("AT_FDCWD</srv/3>, \"4\"", None, "/srv/3"),
        ('-100 /* AT_FDCWD */</srv/a, b>, "4"', None, "/srv/a, b"),
        ("0x55d0c0de, FUTEX_WAIT, 3", None, None),
        ('"3<x>", 4', None, None),
        ("", None, None),
        (None, None, None),
    ],
)  # fmt: skip
def test_descriptors(args, fd, target):
    found = descriptors(args_of(args, "9<x>").set_axis([4, 2]))
    assert found.index.tolist() == [4, 2]
    row = found.astype(object).iloc[0]
    assert [None if pd.isna(value) else value for value in row] == [fd, target]
    assert found["fd"].iloc[1] == 9


def test_data_of_events():
    args = args_of(
        "3, [{events=EPOLLIN, data={u32=1, u64=18446744073709551615}}, {data=0x10}], 8, 0",
        "3, [], 8, 0",
    )
    assert epoll_data(args, at_most=2).tolist() == [[(1 << 63) - 1, 16], [-1, -1]]


def test_addresses():
    args = args_of("0x7f00, FUTEX_WAKE", "12, 1", "NULL", None, "0xffffffffffffffff")
    assert leading_addresses(args).tolist() == [0x7F00, -1, -1, -1, (1 << 63) - 1]


@given(st.lists(st.text(alphabet='-0x13a<>/*, "A=', max_size=20) | st.none()))
def test_any_text_is_read_without_an_error(texts):
    found = descriptors(args_of(*texts))
    assert found["fd"].dropna().ge(0).all()
    assert len(found) == len(texts)
