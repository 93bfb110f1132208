"""The paths that calls are given are those that strace printed, decoded and put together."""

from __future__ import annotations

import os

import pandas as pd
import pytest
import slow_arguments as slow
from hypothesis import given
from hypothesis import strategies as st
from recorded import EVERY_PROGRAM

from coldstart_lab.readers.strace.arguments import call_paths
from coldstart_lab.tables import STRACE_PATHS


def paths(*calls):
    """The paths of calls, one list a call."""
    events = slow.read("".join(f"{call} = 0\n" for call in calls))
    found = call_paths(events)
    STRACE_PATHS.validate(found)
    return [found.loc[found.index == at, "path"].tolist() for at in events.index]


@pytest.mark.parametrize("program", EVERY_PROGRAM)
def test_opened_files_are_what_yy_says(reading, program):
    events = reading(program, "-f -ttt -T -yy -s 64").events
    opens = events[(events["syscall"] == "openat") & events["retval"].ge(0)]
    found = call_paths(events).loc[opens.index]
    printed = opens["retval_text"].str.extract(r"^<(/[^<>\\]*)>", expand=False)
    known = printed.notna() & ~found["path"].str.startswith("/proc/self")
    assert known.any()
    assert found["full_path"][known].map(os.path.realpath).tolist() == printed[known].tolist()


@pytest.mark.needs("strace", "gcc")
@pytest.mark.parametrize("program", ["descriptors", "tree"])
def test_hex_and_octal_give_the_same_paths(reading, program):
    octal, hexadecimal = (
        set(call_paths(reading(program, flags).events)["path"])
        for flags in ("-f -ttt -T -yy -s 64", "-f -xx -t -e abbrev=none")
    )
    same = {path for path in octal & hexadecimal if path.startswith(("/etc/", "/usr/", "/lib"))}
    assert same
    assert not any("\\x2f" in path for path in hexadecimal)


def test_which_argument_it_is_depends_on_the_call():
    assert paths(
        'openat(AT_FDCWD, "/a", O_RDONLY)', 'stat("b", {st_mode=S_IFREG|0644, ...})',
        'execve("/c", ["d", "e"], 0x1 /* 2 vars */)', 'rename("f", "g")',
        'renameat2(AT_FDCWD, "h", 4, "i", RENAME_NOREPLACE)', 'symlinkat("j", 3, "k")',
        'mount("l", "/m", "tmpfs", 0, NULL)', 'write(1, "n", 1)', 'statx(3, "", AT_EMPTY_PATH, 0)',
        'inotify_add_watch(3, "o", IN_CREATE)', 'stat(NULL, 0x1)', 'newfstatat(3, 0x12, {}, 0)',
        'execve(path="p", argv=["d"], envp=0x1 /* 2 vars */)',
    ) == [["/a"], ["b"], ["/c"], ["f", "g"], ["h", "i"], ["j", "k"], ["l", "/m"], [], [""], ["o"],
          [], [], ["p"]]  # fmt: skip


def test_names_of_sockets_that_are_files():
    assert paths(
        'connect(3, {sa_family=AF_UNIX, sun_path="/run/x"}, 110)',
        'bind(3, {sa_family=AF_UNIX, sun_path=@"hidden"}, 9)',
        'connect(3, {sa_family=AF_INET, sin_port=htons(1), sin_addr=inet_addr("1.2.3.4")}, 16)',
        'connect(3<UNIX-STREAM:[1,"/y, sun_path=\\"z"]>, {sa_family=AF_UNIX, sun_path="w"}, 4)',
    ) == [["/run/x"], [], [], ["w"]]


def test_folders_are_put_before_relative_paths():
    events = slow.read(
        'openat(AT_FDCWD</srv>, "./a", O_RDONLY) = 3\nopenat(4</>, "b", O_RDONLY) = 3\n'
        'newfstatat(4</srv/a\\74b>, "", {}, AT_EMPTY_PATH) = 0\nopenat(4, "c", O_RDONLY) = 5\n'
        'openat(AT_FDCWD</srv>, "/d", O_RDONLY) = 3\nchdir("e") = 0\n'
        'linkat(4</x>, "f", 5</y>(deleted), "../g", 0) = 0\nopenat(4</srv>, ".", O_RDONLY) = 3\n'
        'newfstatat(4</dev/null<char 1:3>>, "", {}, AT_EMPTY_PATH) = 0\n'
    )
    full = call_paths(events)["full_path"].astype(object)
    assert [None if pd.isna(path) else path for path in full] == [
        "/srv/a", "/b", "/srv/a<b", None, "/d", None, "/x/f", "/y/../g", "/srv", "/dev/null",
    ]  # fmt: skip


def test_folders_that_are_named_in_comments():
    events = slow.read(
        'openat(-100 /* AT_FDCWD */</srv/a, b>, "c", 0x0) = 3\n'
        'newfstatat(-100 /* AT_FDCWD */, "d", {}, 0) = 0\n'
    )
    found = call_paths(events)
    assert found["path"].tolist() == ["c", "d"]
    assert found["argument"].tolist() == [1, 1]
    assert found["full_path"].fillna("?").tolist() == ["/srv/a, b/c", "?"]


@pytest.mark.parametrize(
    "name",
    ["getxattrat", "setxattrat", "listxattrat", "removexattrat", "open_tree_attr", "file_getattr",
     "file_setattr"],
)  # fmt: skip
def test_newer_calls_below_a_folder(name):
    events = slow.read(f'{name}(AT_FDCWD</srv>, "a", 0, "user.b", 0x1, 16) = 0\n')
    assert call_paths(events)["full_path"].tolist() == ["/srv/a"]


@given(st.lists(st.binary(min_size=1, max_size=20), min_size=1), st.booleans())
def test_any_path_comes_back(given_paths, cut):
    style = "hex" if cut else "octal"
    events = slow.read(
        "".join(
            f'open("{slow.escape(path, style=style)}"{"..." if cut else ""}, O_RDONLY) = 3\n'
            for path in given_paths
        )
    )
    found = call_paths(events)
    assert found["path"].tolist() == [
        path.decode("utf-8", "backslashreplace") for path in given_paths
    ]
    assert (found["truncated"] == cut).all()
    assert found["line"].tolist() == events["line"].tolist()


def test_a_log_without_paths():
    found = call_paths(slow.read("getpid() = 1\n"))
    STRACE_PATHS.validate(found)
    assert found.empty


def test_some_rows_of_a_log_give_their_own_paths():
    events = slow.read('stat("a", {}) = 0\nstat("b", {}) = 0\nrename("c", "d") = 0\n')
    found = call_paths(events[events["line"] != 2])
    assert found["path"].tolist() == ["a", "c", "d"]
    assert found.index.tolist() == [0, 2, 2]
