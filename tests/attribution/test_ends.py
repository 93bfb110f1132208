"""Ends of pipes and sockets that strace did not print: who opened them tells (a log without -yy)."""

# ruff: noqa: E501  (lines of logs are as long as they are)

from __future__ import annotations

import re

import pytest
from written import (
    at_ms,
    attribute_text,
    check_sums,
    path,
    spent,
    with_y_alone,
    without_yy,
    write_log,
)

EXEC = '100 0 execve("/srv/app", ["app"], 0x7ffc /* 9 vars */) = 0 <1>'
FORK = "100 4 clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|SIGCHLD) = 101 <0.5>"
TO = '{sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("127.0.0.1")}'
FROM = '{sa_family=AF_INET, sin_port=htons(40000), sin_addr=inet_addr("127.0.0.1")}'
# The child works until 49 ms, then ends the parent's wait, which began at 10 ms
CASES = {
    "pipe": """
        100 2 pipe2([3<pipe:[70]>, 4<pipe:[70]>], 0) = 0 <0.1>
        100 3 pipe2([5<pipe:[71]>, 6<pipe:[71]>], 0) = 0 <0.1>
        100 10 read(3<pipe:[70]>, "x", 1) = 1 <40>
        101 49.5 write(4<pipe:[70]>, "x", 1) = 1 <0.2>
        101 49.8 write(6<pipe:[71]>, "x", 1) = 1 <0.1>""",
    "pipe and poll": """
        100 2 pipe2([3<pipe:[70]>, 4<pipe:[70]>], 0) = 0 <0.1>
        100 10 poll([{fd=3<pipe:[70]>, events=POLLIN}], 1, -1) = 1 ([{fd=3, revents=POLLIN}]) <40>
        101 49.5 write(4<pipe:[70]>, "x", 1) = 1 <0.2>""",
    "socket of a pair": """
        100 2 socketpair(AF_UNIX, SOCK_STREAM, 0, [3<UNIX-STREAM:[70->71]>, 4<UNIX-STREAM:[71->70]>]) = 0 <0.1>
        100 10 read(3<UNIX-STREAM:[70->71]>, "x", 1) = 1 <40>
        101 49.5 write(4<UNIX-STREAM:[71->70]>, "x", 1) = 1 <0.2>""",
    "eventfd": """
        100 2 eventfd2(0, EFD_CLOEXEC) = 3<anon_inode:[eventfd]> <0.1>
        100 3 eventfd2(0, EFD_CLOEXEC) = 4<anon_inode:[eventfd]> <0.1>
        100 10 read(3<anon_inode:[eventfd]>, "\\1\\0\\0\\0\\0\\0\\0\\0", 8) = 8 <40>
        101 49.5 write(3<anon_inode:[eventfd]>, "\\1\\0\\0\\0\\0\\0\\0\\0", 8) = 8 <0.2>
        101 49.8 write(4<anon_inode:[eventfd]>, "\\1\\0\\0\\0\\0\\0\\0\\0", 8) = 8 <0.1>""",
    "eventfd and epoll": """
        100 2 eventfd2(0, EFD_CLOEXEC) = 3<anon_inode:[eventfd]> <0.1>
        100 2.2 epoll_create1(0) = 4<anon_inode:[eventpoll]> <0.1>
        100 2.4 epoll_ctl(4<anon_inode:[eventpoll]>, EPOLL_CTL_ADD, 3<anon_inode:[eventfd]>, {events=EPOLLIN, data={u32=3, u64=3}}) = 0 <0.1>
        100 10 epoll_wait(4<anon_inode:[eventpoll]>, [{events=EPOLLIN, data={u32=3, u64=3}}], 1, -1) = 1 <40>
        101 49.5 write(3<anon_inode:[eventfd]>, "\\1\\0\\0\\0\\0\\0\\0\\0", 8) = 8 <0.2>""",
    "socket of a connection": f"""
        100 1.5 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3<TCP:[70]> <0.1>
        100 2 bind(3<TCP:[70]>, {TO}, 16) = 0 <0.1>
        100 2.5 listen(3<TCP:[127.0.0.1:8080]>, 8) = 0 <0.1>
        100 5 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 4<TCP:[72]> <0.1>
        100 6 connect(4<TCP:[72]>, {TO}, 16) = 0 <0.1>
        101 4.6 accept(3<TCP:[127.0.0.1:8080]>, NULL, NULL) = 5<TCP:[127.0.0.1:8080->127.0.0.1:40000]> <1.6>
        100 10 read(4<TCP:[127.0.0.1:40000->127.0.0.1:8080]>, "x", 1) = 1 <40>
        101 49.5 write(5<TCP:[127.0.0.1:8080->127.0.0.1:40000]>, "x", 1) = 1 <0.2>""",
    "socket of a path": """
        100 1.5 socket(AF_UNIX, SOCK_STREAM, 0) = 3<UNIX-STREAM:[70]> <0.1>
        100 2 bind(3<UNIX-STREAM:[70]>, {sa_family=AF_UNIX, sun_path="/run/app"}, 110) = 0 <0.1>
        100 2.5 listen(3<UNIX-STREAM:[70,"/run/app"]>, 8) = 0 <0.1>
        100 5 socket(AF_UNIX, SOCK_STREAM, 0) = 4<UNIX-STREAM:[72]> <0.1>
        100 6 connect(4<UNIX-STREAM:[72]>, {sa_family=AF_UNIX, sun_path="/run/app"}, 110) = 0 <0.1>
        101 4.6 accept(3<UNIX-STREAM:[70,"/run/app"]>, NULL, NULL) = 5<UNIX-STREAM:[73->72,"/run/app"]> <1.6>
        100 10 read(4<UNIX-STREAM:[72->73]>, "x", 1) = 1 <40>
        101 49.5 write(5<UNIX-STREAM:[73->72,"/run/app"]>, "x", 1) = 1 <0.2>""",
    "socket of datagrams": f"""
        100 1.5 socket(AF_INET, SOCK_DGRAM, IPPROTO_IP) = 3<UDP:[70]> <0.1>
        100 2 bind(3<UDP:[70]>, {TO}, 16) = 0 <0.1>
        100 5 socket(AF_INET, SOCK_DGRAM, IPPROTO_IP) = 4<UDP:[72]> <0.1>
        100 6 connect(4<UDP:[72]>, {TO}, 16) = 0 <0.1>
        100 7 sendto(4<UDP:[127.0.0.1:40000->127.0.0.1:8080]>, "x", 1, 0, NULL, 0) = 1 <0.1>
        101 4.6 recvfrom(3<UDP:[127.0.0.1:8080]>, "x", 1, 0, {FROM}, [16]) = 1 <2.6>
        100 10 recvfrom(4<UDP:[127.0.0.1:40000->127.0.0.1:8080]>, "x", 1, 0, NULL, NULL) = 1 <40>
        101 49.5 sendto(3<UDP:[127.0.0.1:8080]>, "x", 1, 0, {FROM}, 16) = 1 <0.2>""",
}  # fmt: skip


@pytest.mark.parametrize("printed", [str, without_yy, with_y_alone])
@pytest.mark.parametrize("name", CASES)
def test_ends_are_known_however_little_is_printed(name, printed):
    lines = [line.strip() for line in f"{EXEC}\n{FORK}\n{CASES[name]}".splitlines() if line.strip()]
    # the child works between its last call before the hand-over and that
    begin = max((float(line.split()[1]) + float(re.findall(r"<([\d.]+)>$", line)[0])
                 for line in lines if line.startswith("101 4.6")), default=4.6)  # fmt: skip
    lines.append(f'101 {begin + 0.1:.1f} getrandom("\\1", 1, 0) = 1 <{48 - begin:.1f}>')
    log = printed("\n".join(sorted(lines, key=lambda line: float(line.split()[1]))))
    answer = attribute_text(write_log(log), ready=(at_ms(50), 100))
    check_sums(answer)
    edge = answer.edges[(answer.edges["pid"] == 100) & (answer.edges["start_ns"] == at_ms(10))]
    assert edge[["kind", "waker"]].to_numpy().tolist() == [[name.split()[0], 101]]
    assert any(pid == 101 and stop - start > 40 for pid, start, stop, _ in path(answer))


def test_a_connection_that_others_outside_the_log_ask_for_too_is_not_guessed():
    log = without_yy(f"""
    {EXEC}
    100 2 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3 <0.1>
    100 2.2 bind(3, {TO}, 16) = 0 <0.1>
    100 2.4 listen(3, 8) = 0 <0.1>
    {FORK}
    101 5 accept(3, NULL, NULL) = 5 <1>
    101 6.5 accept(3, NULL, NULL) = 6 <1>
    100 5 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 4 <0.1>
    100 6 connect(4, {TO}, 16) = 0 <0.1>
    100 10 read(4, "x", 1) = 1 <40>
    101 49.5 write(5, "x", 1) = 1 <0.2>
    """)
    answer = attribute_text(write_log(log), ready=(at_ms(50), 100))
    check_sums(answer)
    assert 101 not in set(answer.edges["waker"].dropna())


def test_the_same_causes_are_found_without_annotations():
    log = f"""
    {EXEC}
    100 2 openat(AT_FDCWD</srv>, "/srv/data/a.bin", O_RDONLY) = 3</srv/data/a.bin> <0.1>
    100 3 read(3</srv/data/a.bin>, "x", 1) = 1 <5>
    100 9 close(3</srv/data/a.bin>) = 0 <0.1>
    100 10 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3<TCP:[7]> <0.1>
    100 11 connect(3<TCP:[7]>, {{sa_family=AF_INET, sin_port=htons(81), sin_addr=inet_addr("10.0.0.2")}}, 16) = 0 <3>
    100 15 sendto(3<TCP:[10.0.0.1:4000->10.0.0.2:81]>, "GET / HTTP/1.1\\r\\n", 16, 0, NULL, 0) = 16 <0.1>
    100 16 recvfrom(3<TCP:[10.0.0.1:4000->10.0.0.2:81]>, "HTTP/1.1 200", 12, 0, NULL, NULL) = 12 <20>
    100 40 getpid() = 100 <1>
    """
    answers = [attribute_text(write_log(form(log)), ready=(at_ms(41), 100))
               for form in (str, without_yy, with_y_alone)]  # fmt: skip
    full, *less = (spent(answer) for answer in answers)
    assert full["HTTP with 10.0.0.2:81"] > 20
    assert full["files in /srv/data"] > 5
    assert less == [full, full]
