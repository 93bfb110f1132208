"""Descriptors that were followed stand for what strace -yy says they stand for."""

from __future__ import annotations

import os
import re

import numpy as np
import pandas as pd
import pytest
import slow_arguments as slow
from hypothesis import given
from hypothesis import strategies as st
from recorded import EVERY_PROGRAM

from coldstart_lab.readers.strace.arguments import track_descriptors
from coldstart_lab.tables import STRACE_DESCRIPTORS

FLAGS = "-f -ttt -T -yy -s 64"
PROGRAMS = [*EVERY_PROGRAM, pytest.param("sharing", marks=pytest.mark.needs("strace", "gcc"))]


@pytest.fixture(scope="session")
def both(recording, reading):
    """Track the descriptors of a recorded program: with what -yy printed, and without."""

    def get(program):
        text = recording(program, FLAGS).read_text("utf-8", "surrogateescape")
        shown = track_descriptors(reading(program, FLAGS).events)
        hidden = track_descriptors(slow.read(slow.hide_log(text)))
        assert shown["printed"].any()
        assert not hidden["printed"].any()
        for name in ("line", "fd", "made", "opened_line"):
            pd.testing.assert_series_equal(shown[name], hidden[name])
        return shown[shown["printed"]], hidden[shown["printed"].to_numpy()]

    return get


def is_same(printed, tracked):
    """Whether a tracked target says nothing that the printed one does not."""
    printed = re.sub(r"<(?:char|block) \d+:\d+>$", "", printed)
    if printed.startswith("/"):
        # links were followed; /proc/self is another folder for us
        return printed in (tracked, os.path.realpath(tracked)) or tracked.startswith("/proc/self/")
    if printed == "anon_inode:[pidfd]":
        return tracked.startswith("pid:")  # of a process that is gone strace cannot tell the id
    if not re.match(r"[A-Z]|socket:", printed):
        return re.sub(r"\d+(?=\]$)", "?", printed) == re.sub(r"\d+(?=\]$)", "?", tracked)
    (label, shown), (name, known) = (text.split(":[", 1) for text in (printed, tracked))
    if label not in (name, name.partition("-")[0], "socket"):  # older ones do not say the type
        return False
    if re.fullmatch(r"\d+\]", shown) or known == "?]":
        return True  # strace printed the inode: it had not looked since it was connected
    if label.startswith("UNIX"):  # of a client we know the name it connected to, strace does not
        return known.startswith(re.sub(r"\d+", "?", shown.partition(",")[0]).removesuffix("]"))
    ends = (end.removesuffix("]").rpartition(":") for end in known.split("->"))
    given_ends = (end.removesuffix("]").rpartition(":") for end in shown.split("->"))
    return all(
        a in (b, "", "?") and c in (d, "?")
        for (a, _, c), (b, _, d) in zip(ends, given_ends, strict=False)
    )


@pytest.mark.parametrize("program", PROGRAMS)
def test_tracked_as_printed(both, program):
    shown, hidden = both(program)
    texts = pd.DataFrame({"shown": shown["target"].astype(object),
                          "hidden": hidden["target"].astype(object),
                          "kind": shown["kind"].astype(object),
                          "tracked_kind": hidden["kind"].astype(object)})  # fmt: skip
    known = texts[texts["hidden"].notna()].drop_duplicates()
    wrong = [
        (row.shown, row.hidden) for row in known.itertuples() if not is_same(row.shown, row.hidden)
    ]
    assert not wrong
    # of a device the log shows the path only
    kinds = known["kind"].replace("device", "file")
    assert (kinds == known["tracked_kind"]).all()
    assert len(texts[texts["hidden"].notna()]) > 0.5 * len(texts)


@pytest.mark.parametrize("program", PROGRAMS)
def test_what_is_not_known_was_there_before_or_came_in_a_message(both, program):
    shown, hidden = both(program)
    unknown = shown[hidden["target"].isna().to_numpy()]
    opened = unknown[unknown["opened_line"].notna()]
    received = opened["syscall"].isin(["recvmsg", "recvmmsg"])
    assert (received | opened["target"].astype(str).str.startswith("/")).all()
    inherited = unknown[unknown["opened_line"].isna()]
    assert inherited["target"].nunique() <= 3  # its input, output and errors


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_same_pipe_was_opened_by_the_same_call(both, program):
    shown, hidden = both(program)
    pipes = (shown["kind"] == "pipe") & hidden["opened_line"].notna()
    # a process may get a pipe's inode that another one had
    pairs = pd.DataFrame({"pipe": shown["target"], "opened": hidden["opened_line"]})[pipes]
    received = pairs["opened"].isin(shown.loc[shown["syscall"] == "recvmsg", "line"])
    pairs = pairs[~received].drop_duplicates()
    assert pairs["opened"].is_unique
    assert pairs["pipe"].is_unique


def test_the_table_is_as_described(both):
    for frame in both("pipeline"):
        STRACE_DESCRIPTORS.validate(frame)


def targets(events):
    found = track_descriptors(events)
    return [None if pd.isna(t) else t for t in found["target"].astype(object)]


def test_a_number_is_free_when_its_close_begins():
    # thread 2 gets 3 again while the close in thread 1 has not returned
    events = slow.read(
        '1 1795000001.000000 openat(AT_FDCWD, "/a", O_RDONLY) = 3 <0.000010>\n'
        "1 1795000001.100000 clone(flags=CLONE_VM|CLONE_FILES|CLONE_THREAD) = 2 <0.0001>\n"
        "1 1795000001.200000 close(3 <unfinished ...>\n"
        '2 1795000001.300000 openat(AT_FDCWD, "/b", O_RDONLY) = 3 <0.000010>\n'
        "1 1795000001.400000 <... close resumed>) = 0 <0.200000>\n"
        '2 1795000001.500000 read(3, "", 1) = 0 <0.000010>\n'
    )
    assert targets(events) == ["/a", "/a", "/b", "/b"]


def test_a_child_seen_before_its_creator_returns_has_its_table():
    events = slow.read(
        '1 1795000001.000000 openat(AT_FDCWD, "/a", O_RDONLY) = 3 <0.000010>\n'
        "1 1795000001.100000 fork( <unfinished ...>\n"
        "2 1795000001.200000 close(3) = 0 <0.000010>\n"
        '2 1795000001.300000 openat(AT_FDCWD, "/b", O_RDONLY) = 3 <0.000010>\n'
        "1 1795000001.400000 <... fork resumed>) = 2 <0.250000>\n"
        '2 1795000001.500000 read(3, "", 1) = 0 <0.000010>\n'
        '1 1795000001.600000 read(3, "", 1) = 0 <0.000010>\n'
    )
    assert targets(events) == ["/a", "/a", "/b", "/b", "/a"]


def test_an_exec_by_a_thread_goes_on_under_the_id_of_the_first_one():
    events = slow.read(
        '1 1795000001.000000 openat(AT_FDCWD, "/a", O_RDONLY) = 3 <0.000010>\n'
        '1 1795000001.050000 openat(AT_FDCWD, "/b", O_RDONLY|O_CLOEXEC) = 4 <0.000010>\n'
        "1 1795000001.100000 clone(flags=CLONE_VM|CLONE_FILES|CLONE_THREAD) = 2 <0.0001>\n"
        "1 1795000001.150000 pause( <unfinished ...>\n"
        '2 1795000001.200000 execve("/x", ["x"], 0x1 /* 1 var */ <unfinished ...>\n'
        "1 1795000001.300000 <... pause resumed>) = ?\n"
        "1 1795000001.300000 +++ superseded by execve in pid 2 +++\n"
        "1 1795000001.400000 <... execve resumed>) = 0 <0.200000>\n"
        '1 1795000001.500000 read(3, "", 1) = 0 <0.000010>\n'
        '1 1795000001.600000 read(4, "", 1) = -1 EBADF (Bad file descriptor) <0.000010>\n'
    )
    assert targets(events) == ["/a", "/b", "/a", None]


@pytest.mark.parametrize(
    "parting", ["unshare(CLONE_FILES) = 0", "close_range(8, 9, CLOSE_RANGE_UNSHARE) = 0"]
)
def test_a_table_may_cease_to_be_shared(parting):
    events = slow.read(
        '1 openat(AT_FDCWD, "/a", O_RDONLY) = 3\n1 clone(flags=CLONE_FILES|SIGCHLD) = 2\n'
        f'2 {parting}\n2 close(3) = 0\n2 read(3, "", 1) = -1 EBADF (Bad file descriptor)\n'
        '1 read(3, "", 1) = 0\n'
    )
    assert targets(events) == ["/a", "/a", None, "/a"]


def test_without_times_or_ids_the_order_of_lines_counts():
    events = slow.read(
        'openat(AT_FDCWD, "/a", O_RDONLY) = 3\nread(3, "", 1) = 0\nclose(3) = 0\n'
        'creat("/b", 0600) = 3\nread(3, "", 1) = 0\n'
    )
    assert targets(events) == ["/a", "/a", "/a", "/b", "/b"]


def test_folders_below_folders():
    events = slow.read(
        'openat(AT_FDCWD, "/srv", O_PATH) = 3\nopenat(3, "./coldstart/", O_PATH) = 4\n'
        'openat(4, "a", O_RDONLY) = 5\nopenat(9, "a", O_RDONLY) = 6\n'
        'openat(AT_FDCWD</home>, "b", O_RDONLY) = 7\n'
    )
    assert targets(events) == [
        "/srv", "/srv", "/srv/coldstart/", "/srv/coldstart/", "/srv/coldstart/a", None, None,
        "/home/b",
    ]  # fmt: skip


def test_sockets_are_named_as_far_as_known():
    events = slow.read(
        "socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_TCP) = 3\n"
        'bind(3, {sa_family=AF_INET, sin_port=htons(0), sin_addr=inet_addr("127.0.0.1")}, 16) = 0\n'
        "listen(3, 5) = 0\n"
        'getsockname(3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("127.0.0.1")}, '
        "[16]) = 0\n"
        'accept(3, {sa_family=AF_INET, sin_port=htons(9), sin_addr=inet_addr("127.0.0.1")}, [16])'
        " = 4\n"
        'socket(AF_UNIX, SOCK_STREAM, 0) = 5\nconnect(5, {sa_family=AF_UNIX, sun_path=@"a"}, 4) = 0'
        "\nsendto(5, NULL, 0, 0, NULL, 0) = 0\n"
    )
    assert targets(events) == [
        "TCP:[?]", "TCP:[?]", "TCP:[127.0.0.1:?]", "TCP:[127.0.0.1:?]", "TCP:[127.0.0.1:80]",
        "TCP:[127.0.0.1:80->127.0.0.1:9]", "UNIX-STREAM:[?]", "UNIX-STREAM:[?]",
        'UNIX-STREAM:[?->?,@"a"]',
    ]  # fmt: skip


def made(log):
    """The descriptors that a log's last call made."""
    events = slow.read(log)
    found = track_descriptors(events)
    return found.loc[found["made"] & (found["line"] == events["line"].max()), "fd"].tolist()


@pytest.mark.parametrize(
    ("call", "opened"),
    [
        ("bpf(BPF_MAP_CREATE, {map_type=BPF_MAP_TYPE_HASH, key_size=4}, 72) = 0", [0]),
        ("bpf(0x7 /* BPF_OBJ_GET */, {pathname=\"/sys/fs/bpf/a\"}, 72) = 5", [5]),
        ('bpf(BPF_OBJ_GET, {pathname="/sys/fs/bpf/a"}, 72) = 5', [5]),
        ("bpf(BPF_OBJ_GET_INFO_BY_FD, {info={bpf_fd=3, info_len=9, info=0x1}}, 16) = 0", []),
        ("bpf(BPF_MAP_UPDATE_ELEM, {map_fd=3, key=0x1, value=0x2, flags=BPF_ANY}, 32) = 0", []),
        ("bpf(BPF_PROG_GET_NEXT_ID, {start_id=0, next_id=9}, 12) = 0", []),
        ("landlock_create_ruleset(NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) = 7", []),
        ("landlock_create_ruleset(NULL, 0, 0x1 /* LANDLOCK_CREATE_RULESET_VERSION */) = 7", []),
        ("landlock_create_ruleset({handled_access_fs=LANDLOCK_ACCESS_FS_EXECUTE}, 8, 0) = 7", [7]),
        ("seccomp(SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC|"
         "SECCOMP_FILTER_FLAG_NEW_LISTENER, {len=3, filter=0x1}) = 4", [4]),
        ("seccomp(SECCOMP_SET_MODE_FILTER, 0, {len=3, filter=0x1}) = 0", []),
        ('mq_open("a", O_RDWR|O_CREAT, 0600, NULL) = 6', [6]),
        ('open_tree_attr(AT_FDCWD, "a", OPEN_TREE_CLONE, NULL, 0) = 6', [6]),
    ],
)  # fmt: skip
def test_what_is_returned_is_a_descriptor_or_not(call, opened):
    assert made(f"{call}\n") == opened


def test_a_call_that_returned_0_does_not_take_the_place_of_the_input():
    events = slow.read(
        'open("/a", O_RDONLY) = 0\nbpf(BPF_MAP_UPDATE_ELEM, {map_fd=3}, 32) = 0\n'
        'read(0, "", 9) = 0\n'
    )
    assert targets(events)[-1] == "/a"


def test_a_copy_of_what_is_not_known_is_not_known():
    events = slow.read(
        'open("/a", O_RDONLY) = 3\ndup2(18446744073709551615, 3) = 3\nread(3, "", 9) = 0\n'
    )
    assert targets(events)[-1] is None


def test_queues_are_closed_by_an_exec():
    events = slow.read(
        'mq_open("a", O_RDWR) = 3\nexecve("/x", ["x"], 0x1) = 0\nmq_timedsend(3, "x", 1, 0, NULL)'
        " = -1 EBADF (Bad file descriptor)\n"
    )
    found = track_descriptors(events)
    assert found["fd"].tolist() == [3, 3]
    assert found["opened_line"].isna().tolist() == [False, True]


NAMES = [
    "openat",
    "read",
    "close",
    "dup2",
    "dup3",
    "clone",
    "execve",
    "pipe2",
    "fcntl",
    "poll",
    "close_range",
    "socket",
    "accept4",
    "connect",
    "recvmsg",
    "unshare",
    "vfork",
    "ioctl",
]
WORDS = ["3", "4", "-1", "2147483647", "99999999999999999999", "AT_FDCWD", '"/x"', "[3, 4]", "NULL",
         "CLONE_FILES", "O_CLOEXEC", "F_DUPFD", "F_SETFD", "FD_CLOEXEC", "[{fd=3", "SCM_RIGHTS",
         "cmsg_data=[5]", '"', "<", "[", "{", "CLOSE_RANGE_UNSHARE"]  # fmt: skip


@given(
    st.lists(
        st.tuples(
            st.sampled_from("1234"), st.sampled_from(NAMES), st.lists(st.sampled_from(WORDS)),
            st.sampled_from(["0", "1", "2", "3", "4", "-1 EBADF (Bad)", "?", "2147483647"]),
        ),
        max_size=30,
    )
)  # fmt: skip
def test_any_log_is_followed_without_an_error(calls):
    events = slow.read(
        "".join(f"{pid} {name}({', '.join(args)}) = {ret}\n" for pid, name, args, ret in calls)
        + "1 getpid() = 1\n"
    )
    found = track_descriptors(events)
    STRACE_DESCRIPTORS.validate(found)
    assert (np.diff(found["line"]) >= 0).all()
    seen = found[found["opened_line"].notna()]
    assert (seen["opened_line"] <= seen["line"]).all()
