"""Buffers, sizes and flags of calls."""

from __future__ import annotations

import pandas as pd
import pytest
import slow_arguments as slow
from hypothesis import given
from hypothesis import strategies as st
from recorded import EVERY_PROGRAM

from coldstart_lab.errors import UsageError
from coldstart_lab.readers.strace.arguments import (
    call_buffers,
    call_flags,
    call_sizes,
    flag_columns,
    has_flag,
)
from coldstart_lab.tables import STRACE_BUFFERS, STRACE_SIZES

FLAGS = "-f -ttt -T -yy -s 64"


def buffers(log):
    found = call_buffers(slow.read(log))
    STRACE_BUFFERS.validate(found)
    rows = found[["data", "truncated", "size_bytes"]].astype(object)
    return list(rows.where(rows.notna(), None).itertuples(index=False, name=None))


def test_the_first_buffer_of_each_form():
    assert buffers(
        'read(3, "a\\0\\377", 9) = 3\nwrite(1<x>, "abc"..., 99) = 99\n'
        "read(3, 0x1, 9) = -1 EIO (x)\n"
        'writev(4, [{iov_base="ab", iov_len=2}, {iov_base="c", iov_len=1}], 2) = 3\n'
        'sendmsg(3, {msg_name={sa_family=AF_UNIX, sun_path="/no"}, msg_namelen=5, '
        'msg_iov=[{iov_base="m", iov_len=1}], msg_iovlen=1, msg_controllen=0}, 0) = 1\n'
        'recvfrom(3, "r", 9, 0, {sa_family=AF_UNIX, sun_path="/no"}, [5]) = 1\n'
        'sendmmsg(3, [{msg_hdr={msg_iov=[{iov_base="q", iov_len=1}]}, msg_len=7}, '
        '{msg_hdr={msg_iov=[{iov_base="q", iov_len=1}]}, msg_len=5}], 2, 0) = 2\n'
        'getrandom("\\x01\\xff", 2, GRND_NONBLOCK) = 2\nopen("no", O_RDONLY) = 3\n'
        'write(fd=1, buf="n", count=1) = 1\nwrite(1, "u", 1 <unfinished ...>\n'
    ) == [
        (b"a\0\xff", False, 3), (b"abc", True, 99), (b"ab", False, 3), (b"m", False, 1),
        (b"r", False, 1), (b"q", False, 12), (b"\x01\xff", False, 2), (b"n", False, 1),
        (b"u", False, None),
    ]  # fmt: skip


@pytest.mark.parametrize("program", EVERY_PROGRAM)
def test_recorded_buffers_are_as_long_as_the_call_says(reading, program):
    events = reading(program, FLAGS).events
    found = call_buffers(events)
    assert len(found) > 0
    one = found[found["syscall"].isin(["read", "write", "pread64", "recvfrom", "sendto"])]
    one = one[one["size_bytes"].notna()]
    length = one["data"].map(len)
    size = events.loc[one.index, "retval"]
    # a write may take less than the buffer that is printed
    reads = one["syscall"].isin(["read", "pread64", "recvfrom"])
    assert (length[~one["truncated"] & reads] == size[~one["truncated"] & reads]).all()
    assert (length[one["truncated"]] == 64).all()


@given(st.lists(st.binary(max_size=30), min_size=1), st.integers(0, 20))
def test_any_buffer_comes_back(data, at_most):
    log = "".join(f'read(3, "{slow.escape(part)}", 99) = {len(part)}\n' for part in data)
    found = call_buffers(slow.read(log), at_most=at_most)
    assert found["data"].tolist() == [part[:at_most] for part in data]
    assert found["truncated"].tolist() == [len(part) > at_most for part in data]
    assert found["size_bytes"].tolist() == [len(part) for part in data]


def test_less_than_nothing_cannot_be_kept():
    with pytest.raises(UsageError, match="at_most"):
        call_buffers(slow.read("getpid() = 1\n"), at_most=-1)


def sizes(log):
    found = call_sizes(slow.read(log))
    STRACE_SIZES.validate(found)
    rows = found[["requested_bytes", "transferred_bytes"]].astype(object)
    return list(rows.where(rows.notna(), None).itertuples(index=False, name=None))


def test_sizes():
    assert sizes(
        'read(3</a, 1, 2>, "a, 5, 7", 4096) = 7\nwrite(1, "x", 1) = -1 EAGAIN (Try again)\n'
        "mmap(NULL, 8192, PROT_READ, MAP_PRIVATE, 3, 0) = 0x7f00\nmunmap(0x7f00, 8192) = 0\n"
        "sendfile(4, 3, NULL, 100) = 60\nftruncate(3, 0x10) = 0\ngetpid() = 1\n"
        'readv(3, [{iov_base="iov_len=9", iov_len=2}, {iov_base=0x1, iov_len=30}], 2) = 9\n'
        'writev(3, [{iov_base="a", iov_len=2}, ...], 99) = 9\nread(3, <unfinished ...>\n'
        'recvmmsg(3, [{msg_hdr={msg_iov=[{iov_base="q", iov_len=10}]}, msg_len=7}], 2, 0, NULL)'
        " = 1\n"
    ) == [
        (4096, 7), (1, None), (8192, None), (8192, None), (100, 60), (16, None), (32, 9), (None, 9),
        (None, None), (10, 7),
    ]  # fmt: skip


@pytest.mark.parametrize("program", EVERY_PROGRAM)
def test_no_call_transfers_more_than_it_asked_for(reading, program):
    found = call_sizes(reading(program, FLAGS).events)
    both = found.dropna()
    assert len(both) > 0
    assert (both["transferred_bytes"] <= both["requested_bytes"]).all()


FLAG_LOG = """\
openat(AT_FDCWD</O_PATH>, "O_CREAT", O_RDONLY|O_CLOEXEC) = 3</O_TRUNC>
openat(AT_FDCWD, "a", O_WRONLY|O_CREAT, 0644) = 3
mmap(NULL, 4096, PROT_READ|PROT_EXEC, MAP_PRIVATE|MAP_ANONYMOUS|12<<MAP_HUGE_SHIFT, -1, 0) = 0x7f00
clone(child_stack=NULL, flags=CLONE_VM|CLONE_VFORK|SIGCHLD) = 4
newfstatat(AT_FDCWD, "a", {}, AT_SYMLINK_NOFOLLOW) = 0
getpid() = 1
"""


def test_sets_of_flags():
    events = slow.read(FLAG_LOG)
    flags = {prefix: call_flags(events, prefix).dropna().to_dict() for prefix in
             ("O_", "MAP_", "CLONE_", "AT_", "X_")}  # fmt: skip
    assert flags == {
        "O_": {0: "O_RDONLY|O_CLOEXEC", 1: "O_WRONLY|O_CREAT"},
        "MAP_": {2: "MAP_PRIVATE|MAP_ANONYMOUS|12<<MAP_HUGE_SHIFT"},
        "CLONE_": {3: "CLONE_VM|CLONE_VFORK|SIGCHLD"},
        "AT_": {4: "AT_SYMLINK_NOFOLLOW"},
        "X_": {},
    }


def test_a_column_each_flag():
    found = flag_columns(slow.read(FLAG_LOG), "O_")
    assert found.sum().to_dict() == {"O_CLOEXEC": 1, "O_CREAT": 1, "O_RDONLY": 1, "O_WRONLY": 1}
    assert found.index.tolist() == list(range(6))


@pytest.mark.parametrize(
    ("flag", "rows"),
    [("O_CREAT", [1]), ("O_CLOEXEC", [0]), ("O_C", []), ("PROT_EXEC", [2]), ("SIGCHLD", [3]),
     ("CLONE_V", []), ("O_TRUNC", []), ("AT_SYMLINK_NOFOLLOW", [4])],
)  # fmt: skip
def test_calls_with_a_flag(flag, rows):
    found = has_flag(slow.read(FLAG_LOG), flag)
    assert found[found].index.tolist() == rows


@pytest.mark.parametrize("ask", [call_flags, flag_columns, has_flag])
def test_a_flag_needs_a_name(ask):
    with pytest.raises(UsageError, match="name"):
        ask(slow.read("getpid() = 1\n"), "")


@pytest.mark.parametrize("name", ["|O_CREAT", " O_CREAT", "-x", "O_CREAT|O_EXCL", "O_\n", "é"])
@pytest.mark.parametrize("ask", [call_flags, flag_columns, has_flag])
def test_what_is_no_name_is_refused(ask, name):
    with pytest.raises(UsageError, match="name"):
        ask(slow.read('open("a", O_RDWR|O_CREAT, -x) = 3\n'), name)


def test_more_flags_than_there_are_get_no_columns():
    log = "".join(f'open("a", O_A{nth}|O_B{nth}) = 3\n' for nth in range(600))
    with pytest.raises(UsageError, match="1200 different flags"):
        flag_columns(slow.read(log), "O_")
    found = flag_columns(slow.read("".join(log.splitlines(keepends=True)[:450])), "O_")
    assert found.sum().tolist() == [1] * 900
    assert list(found) == sorted(found)


def test_names_in_comments_are_flags_too():
    events = slow.read(
        'openat(-100 /* AT_FDCWD */</srv, O_EXCL>, "a", 0x42 /* O_RDWR|O_CREAT */, 0644) = 3\n'
    )
    assert call_flags(events, "O_").tolist() == ["O_RDWR|O_CREAT"]
    assert not has_flag(events, "O_EXCL").any()


@given(st.lists(st.text(alphabet='O_RDWAT|<"3\\/[], ', max_size=30)), st.sampled_from(["O_", "A"]))
def test_any_text_has_flags_or_not_without_an_error(texts, prefix):
    frame = pd.DataFrame({"args": pd.array(texts, dtype="string[pyarrow]")})
    for text, flags in zip(texts, call_flags(frame, prefix).astype(object), strict=True):
        assert pd.isna(flags) or (flags in text and prefix in flags)
    assert flag_columns(frame, prefix).shape[0] == len(texts)
