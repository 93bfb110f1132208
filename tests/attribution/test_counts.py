"""Counts of a log without times: calls, failures, searches."""

from __future__ import annotations

from written import read_text

from coldstart_lab.attribution import count_calls, count_failures, count_searches

LOG = r"""
100 execve("/srv/app", ["app"], 0x7ffc /* 9 vars */) = 0
100 openat(AT_FDCWD, "/srv/lib/hwcaps/libz.so.1", O_RDONLY) = -1 ENOENT (No such file or directory)
100 openat(AT_FDCWD, "/srv/lib/hwcaps/libssl.so.3", O_RDONLY) = -1 ENOENT (No such file or directory)
100 openat(AT_FDCWD, "/srv/lib/libz.so.1", O_RDONLY) = -1 ENOENT (No such file or directory)
100 openat(AT_FDCWD, "/srv/lib/libssl.so.3", O_RDONLY) = 3
100 stat("config.yaml", 0x7f) = -1 ENOENT (No such file or directory)
100 stat("/etc", {st_mode=S_IFDIR|0755, st_size=4096, ...}) = 0
100 stat("/nothing", 0x7f) = -1 ENOENT (No such file or directory)
100 openat(AT_FDCWD, "/srv/lib/a \"b\" c", O_RDONLY) = -1 EACCES (Permission denied)
100 connect(3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("10.0.0.2")}, 16) = -1 ECONNREFUSED (Connection refused)
101 connect(3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("10.0.0.2")}, 16) = -1 ECONNREFUSED (Connection refused)
101 connect(3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("10.0.0.2")}, 16) = 0
101 --- SIGCHLD {si_signo=SIGCHLD} ---
101 +++ exited with 0 +++
""".lstrip()  # noqa: E501


def rows(frame):
    return [tuple(row) for row in frame.itertuples(index=False)]


def test_calls_by_name():
    counts = count_calls(read_text(LOG).events)
    assert list(counts.columns) == ["syscall", "calls", "errors", "threads"]
    assert rows(counts) == [
        ("openat", 5, 4, 1), ("connect", 3, 2, 2), ("stat", 3, 2, 1), ("execve", 1, 0, 1)
    ]  # fmt: skip


def test_failures_by_name_and_error():
    assert rows(count_failures(read_text(LOG).events)) == [
        ("openat", "ENOENT", 3, 2), ("connect", "ECONNREFUSED", 2, 10), ("stat", "ENOENT", 2, 6),
        ("openat", "EACCES", 1, 9),
    ]  # fmt: skip


def test_searches_by_folder():
    assert rows(count_searches(read_text(LOG).events)) == [
        ("/srv/lib/hwcaps", 2, 0, "libz.so.1", 2), (".", 1, 0, "config.yaml", 6),
        ("/", 1, 1, "nothing", 8), ("/srv/lib", 1, 1, "libz.so.1", 4),
    ]  # fmt: skip


def test_a_log_without_failures_has_no_rows():
    events = read_text("100 getpid() = 100\n").events
    assert rows(count_calls(events)) == [("getpid", 1, 0, 1)]
    assert count_failures(events).empty
    assert count_searches(events).empty
