"""What ends each kind of wait: one small log a kind, times in ms."""

# ruff: noqa: E501  (lines of logs are as long as they are)

from __future__ import annotations

import pytest
from written import at_ms, attribute_text, check_sums, path, write_log

# A worker does something until it ends the main thread's wait, at 50 ms; a decoy is busier
THREADS = """
100 0 execve("/srv/app", ["app"], 0x7ffc /* 9 vars */) = 0 <1>
100 2 clone3({flags=CLONE_VM|CLONE_THREAD}, 88) = 101 <1>
100 4 clone3({flags=CLONE_VM|CLONE_THREAD}, 88) = 102 <1>
"""
FORKED = """
100 0 execve("/srv/app", ["app"], 0x7ffc /* 9 vars */) = 0 <1>
100 2 clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|SIGCHLD) = 101 <1>
100 4 clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|SIGCHLD) = 102 <1>
"""
DECOY = """
102 6 getrandom("\\1", 1, 0) = 1 <43>
"""
CASES = {
    "futex": (THREADS, """
        100 10 futex(0x7f00, FUTEX_WAIT_PRIVATE, 2, NULL) = 0 <41>
        101 5 getrandom("\\1", 1, 0) = 1 <40>
        101 50 futex(0x7f00, FUTEX_WAKE_PRIVATE, 1) = 1 <0.2>
        102 50.1 futex(0x7f04, FUTEX_WAKE_PRIVATE, 1) = 1 <0.2>"""),
    "futex of a requeue": (THREADS, """
        100 10 futex(0x7f00, FUTEX_WAIT_PRIVATE, 2, NULL) = 0 <41>
        102 20 futex(0x7f00, FUTEX_REQUEUE_PRIVATE, 0, 1, 0x7f10) = 1 <0.1>
        101 5 getrandom("\\1", 1, 0) = 1 <40>
        101 50 futex(0x7f10, FUTEX_WAKE_PRIVATE, 1) = 1 <0.2>"""),
    "futex of a lock with priorities": (THREADS, """
        100 10 futex(0x7f00, FUTEX_LOCK_PI_PRIVATE, NULL) = 0 <41>
        101 5 getrandom("\\1", 1, 0) = 1 <40>
        101 50 futex(0x7f00, FUTEX_UNLOCK_PI_PRIVATE) = 0 <0.2>"""),
    "futex between processes": (FORKED, """
        100 10 futex(0x7f00, FUTEX_WAIT, 2, NULL) = 0 <41>
        101 5 getrandom("\\1", 1, 0) = 1 <40>
        101 50 futex(0x7f00, FUTEX_WAKE, 1) = 1 <0.2>
        102 50.1 futex(0x7f00, FUTEX_WAKE_PRIVATE, 1) = 1 <0.1>"""),
    "join": (THREADS, """
        100 10 futex(0x7f10, FUTEX_WAIT_BITSET|FUTEX_CLOCK_REALTIME, 101, NULL, FUTEX_BITSET_MATCH_ANY) = 0 <41>
        101 5 getrandom("\\1", 1, 0) = 1 <40>
        101 50 exit(0) = ?
        101 50.2 +++ exited with 0 +++"""),
    "pipe": (THREADS, """
        100 10 read(3<pipe:[77]>, "x", 1) = 1 <41>
        101 5 getrandom("\\1", 1, 0) = 1 <40>
        101 50 write(4<pipe:[77]>, "x", 1) = 1 <0.2>
        102 50.1 write(4<pipe:[78]>, "x", 1) = 1 <0.1>"""),
    "pipe that was full": (THREADS, """
        100 10 write(4<pipe:[77]>, "xx"..., 65536) = 65536 <41>
        101 5 getrandom("\\1", 1, 0) = 1 <40>
        101 50 read(3<pipe:[77]>, "xx"..., 65536) = 65536 <0.2>"""),
    "pipe closed": (THREADS, """
        100 10 read(3<pipe:[77]>, "", 1) = 0 <41>
        101 5 getrandom("\\1", 1, 0) = 1 <40>
        101 50 close(4<pipe:[77]>) = 0 <0.2>"""),
    "pipe of a process that ended": (FORKED, """
        100 10 read(3<pipe:[77]>, "", 1) = 0 <41>
        101 5 dup2(4<pipe:[77]>, 1<pipe:[77]>) = 1<pipe:[77]> <40>
        101 50 exit_group(0) = ?
        101 50.2 +++ exited with 0 +++"""),
    "pipe and poll": (THREADS, """
        100 10 poll([{fd=3<pipe:[77]>, events=POLLIN}, {fd=5<pipe:[78]>, events=POLLIN}], 2, -1) = 1 ([{fd=3, revents=POLLIN}]) <41>
        101 5 getrandom("\\1", 1, 0) = 1 <40>
        101 50 write(4<pipe:[77]>, "x", 1) = 1 <0.2>
        102 50.1 write(6<pipe:[78]>, "x", 1) = 1 <0.1>"""),
    "pipe and select": (THREADS, """
        100 10 select(6, [3<pipe:[77]> 5<pipe:[78]>], NULL, NULL, NULL) = 1 (in [3]) <41>
        101 5 getrandom("\\1", 1, 0) = 1 <40>
        101 50 write(4<pipe:[77]>, "x", 1) = 1 <0.2>
        102 50.1 write(6<pipe:[78]>, "x", 1) = 1 <0.1>"""),
    "socket": (FORKED, """
        100 10 recvfrom(3<TCP:[127.0.0.1:40000->127.0.0.1:8080]>, "x", 1, 0, NULL, NULL) = 1 <41>
        101 5 getrandom("\\1", 1, 0) = 1 <40>
        101 50 sendto(4<TCPv6:[[::ffff:127.0.0.1]:8080->[::ffff:127.0.0.1]:40000]>, "x", 1, 0, NULL, 0) = 1 <0.2>
        102 50.1 sendto(4<TCP:[127.0.0.1:8080->127.0.0.1:40002]>, "x", 1, 0, NULL, 0) = 1 <0.1>"""),
    "socket of a pair": (FORKED, """
        100 10 recvmsg(3<UNIX-STREAM:[70->71]>, {msg_name=NULL, msg_iov=[{iov_base="x", iov_len=1}], msg_iovlen=1, msg_control=[{cmsg_len=20, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[5</srv/a>]}]}, 0) = 1 <41>
        101 5 getrandom("\\1", 1, 0) = 1 <40>
        101 50 sendmsg(4<UNIX-STREAM:[71->70]>, {msg_name=NULL, msg_iov=[{iov_base="x", iov_len=1}], msg_iovlen=1}, 0) = 1 <0.2>"""),
    "socket accepted": (FORKED, """
        100 10 accept4(3<TCP:[0.0.0.0:8080]>, {sa_family=AF_INET, sin_port=htons(40000), sin_addr=inet_addr("127.0.0.1")}, [16], SOCK_CLOEXEC) = 4<TCP:[127.0.0.1:8080->127.0.0.1:40000]> <41>
        101 5 getrandom("\\1", 1, 0) = 1 <40>
        101 50 connect(3<TCP:[123]>, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("127.0.0.1")}, 16) = 0 <0.2>
        102 50.1 connect(3<TCP:[124]>, {sa_family=AF_INET, sin_port=htons(8081), sin_addr=inet_addr("127.0.0.1")}, 16) = 0 <0.1>"""),
    "socket of a path accepted": (FORKED, """
        100 10 accept(3<UNIX-STREAM:[70,"/run/app.sock"]>, NULL, NULL) = 4<UNIX-STREAM:[72->73,"/run/app.sock"]> <41>
        101 5 getrandom("\\1", 1, 0) = 1 <40>
        101 50 connect(3<UNIX-STREAM:[73]>, {sa_family=AF_UNIX, sun_path="/run/app.sock"}, 110) = 0 <0.2>"""),
    "socket and sendfile": (FORKED, """
        100 10 read(3<TCP:[127.0.0.1:40000->127.0.0.1:8080]>, "x", 1) = 1 <41>
        101 5 getrandom("\\1", 1, 0) = 1 <40>
        101 50 sendfile(4<TCP:[127.0.0.1:8080->127.0.0.1:40000]>, 5</srv/a>, NULL, 1) = 1 <0.2>"""),
    "eventfd": (THREADS, """
        100 10 read(5<anon_inode:[eventfd]>, "\\1\\0\\0\\0\\0\\0\\0\\0", 8) = 8 <41>
        101 5 getrandom("\\1", 1, 0) = 1 <40>
        101 50 write(5<anon_inode:[eventfd]>, "\\1\\0\\0\\0\\0\\0\\0\\0", 8) = 8 <0.2>
        102 50.1 write(6<anon_inode:[eventfd]>, "\\1\\0\\0\\0\\0\\0\\0\\0", 8) = 8 <0.1>"""),
    "eventfd and epoll": (THREADS, """
        100 6 epoll_ctl(3<anon_inode:[eventpoll]>, EPOLL_CTL_ADD, 5<anon_inode:[eventfd]>, {events=EPOLLIN, data={u32=5, u64=5}}) = 0 <0.1>
        100 10 epoll_wait(3<anon_inode:[eventpoll]>, [{events=EPOLLIN, data={u32=5, u64=5}}], 8, -1) = 1 <41>
        101 5 getrandom("\\1", 1, 0) = 1 <40>
        101 50 write(5<anon_inode:[eventfd]>, "\\1\\0\\0\\0\\0\\0\\0\\0", 8) = 8 <0.2>
        102 50.1 write(6<anon_inode:[eventfd]>, "\\1\\0\\0\\0\\0\\0\\0\\0", 8) = 8 <0.1>"""),
    "epoll": (THREADS, """
        100 10 epoll_pwait(3<anon_inode:[eventpoll]>, [{events=EPOLLOUT, data=0x7}], 8, -1, NULL, 8) = 1 <41>
        101 5 getrandom("\\1", 1, 0) = 1 <40>
        101 50 epoll_ctl(3<anon_inode:[eventpoll]>, EPOLL_CTL_ADD, 5<TCP:[9]>, {events=EPOLLOUT, data=0x7}) = 0 <0.2>"""),
    "socket of datagrams": (FORKED, """
        100 10 recvfrom(4<UDP:[127.0.0.1:51384->127.0.0.1:41884]>, "x", 1, 0, NULL, NULL) = 1 <41>
        101 5 getrandom("\\1", 1, 0) = 1 <40>
        101 50 sendto(3<UDP:[0.0.0.0:41884]>, "x", 1, 0, {sa_family=AF_INET, sin_port=htons(51384), sin_addr=inet_addr("127.0.0.1")}, 16) = 1 <0.2>
        102 50.1 sendto(3<UDP:[0.0.0.0:41884]>, "x", 1, 0, {sa_family=AF_INET, sin_port=htons(51385), sin_addr=inet_addr("127.0.0.1")}, 16) = 1 <0.1>"""),
    "socket of datagrams that hears all": (FORKED, """
        100 10 recvfrom(3<UDP:[127.0.0.1:41884]>, "x", 1, 0, {sa_family=AF_INET, sin_port=htons(51384), sin_addr=inet_addr("127.0.0.1")}, [16]) = 1 <41>
        101 5 getrandom("\\1", 1, 0) = 1 <40>
        101 50 sendto(4<UDP:[127.0.0.1:51384->127.0.0.1:41884]>, "x", 1, 0, NULL, 0) = 1 <0.2>
        102 50.1 sendto(4<UDP:[127.0.0.1:51385->127.0.0.1:41885]>, "x", 1, 0, NULL, 0) = 1 <0.1>"""),
    "socket of datagrams and poll": (FORKED, """
        100 10 poll([{fd=3<UDP:[127.0.0.1:41884]>, events=POLLIN}], 1, 5000) = 1 ([{fd=3, revents=POLLIN}]) <41>
        101 5 getrandom("\\1", 1, 0) = 1 <40>
        101 50 sendmsg(4<UDP:[2816548]>, {msg_name={sa_family=AF_INET, sin_port=htons(41884), sin_addr=inet_addr("127.0.0.1")}, msg_namelen=16, msg_iov=[{iov_base="x", iov_len=1}], msg_iovlen=1}, 0) = 1 <0.2>"""),
    "socket before it is accepted": (FORKED, """
        100 6 connect(4<UNIX-STREAM:[73]>, {sa_family=AF_UNIX, sun_path=@"app\\0\\0\\0"}, 110) = 0 <0.1>
        100 10 recvfrom(4<UNIX-STREAM:[73]>, "x", 1, 0, NULL, NULL) = 1 <41>
        101 5 getrandom("\\1", 1, 0) = 1 <40>
        101 50 sendto(5<UNIX-STREAM:[72->73,@"app"]>, "x", 1, 0, NULL, 0) = 1 <0.2>
        102 50.1 sendto(5<UNIX-STREAM:[75->74,@"app"]>, "x", 1, 0, NULL, 0) = 1 <0.1>"""),
    "socket accepted of a name filled with zeros": (FORKED, """
        100 10 accept(3<UNIX-STREAM:[70,@"app"]>, NULL, NULL) = 4<UNIX-STREAM:[72->73,@"app"]> <41>
        101 5 getrandom("\\1", 1, 0) = 1 <40>
        101 50 connect(3<UNIX-STREAM:[73]>, {sa_family=AF_UNIX, sun_path=@"app\\0\\0\\0\\0"}, 110) = 0 <0.2>"""),
    "lock of a file": (FORKED, """
        100 10 flock(3</srv/lock>, LOCK_EX) = 0 <41>
        101 4.5 flock(5</srv/lock>, LOCK_EX) = 0 <0.1>
        101 5 getrandom("\\1", 1, 0) = 1 <40>
        101 50 flock(5</srv/lock>, LOCK_UN) = 0 <0.2>
        102 50.1 flock(5</srv/other>, LOCK_UN) = 0 <0.1>
        102 50.3 close(5</srv/lock>) = 0 <0.1>"""),
    "lock of a range of a file": (FORKED, """
        100 10 fcntl(3</srv/lock>, F_SETLKW, {l_type=F_WRLCK, l_whence=SEEK_SET, l_start=0, l_len=0}) = 0 <41>
        101 4.5 fcntl(5</srv/lock>, F_SETLK, {l_type=F_WRLCK, l_whence=SEEK_SET, l_start=0, l_len=0}) = 0 <0.1>
        101 5 getrandom("\\1", 1, 0) = 1 <40>
        101 50 fcntl(5</srv/lock>, F_SETLK, {l_type=F_UNLCK, l_whence=SEEK_SET, l_start=0, l_len=0}) = 0 <0.2>"""),
    "lock of a file that is closed": (FORKED, """
        100 10 flock(3</srv/lock>, LOCK_SH) = 0 <41>
        101 4.5 flock(5</srv/lock>, LOCK_EX) = 0 <0.1>
        101 5 getrandom("\\1", 1, 0) = 1 <40>
        101 50 close(5</srv/lock>) = 0 <0.2>"""),
    "lock of a process that ended": (FORKED, """
        100 10 flock(3</srv/lock>, LOCK_EX) = 0 <41>
        101 4.5 flock(5</srv/lock>, LOCK_EX) = 0 <0.1>
        101 5 getrandom("\\1", 1, 0) = 1 <40>
        101 50 exit_group(0) = ?
        101 50.2 +++ exited with 0 +++"""),
    "child": (FORKED, """
        100 10 wait4(-1, [{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = 101 <41>
        101 5 getrandom("\\1", 1, 0) = 1 <40>
        101 50 exit_group(0) = ?
        101 50.2 +++ exited with 0 +++"""),
    "child by waitid": (FORKED, """
        100 10 waitid(P_PIDFD, 5<pid:101>, {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=101, si_uid=0, si_status=0, si_utime=0, si_stime=0}, WEXITED, NULL) = 0 <41>
        101 5 getrandom("\\1", 1, 0) = 1 <40>
        101 50 exit_group(0) = ?
        101 50.2 +++ exited with 0 +++"""),
    "signal": (FORKED, """
        100 10 pause() = ? ERESTARTNOHAND (To be restarted if no handler) <41>
        100 51.1 --- SIGUSR1 {si_signo=SIGUSR1, si_code=SI_USER, si_pid=101, si_uid=0} ---
        100 51.2 rt_sigreturn({mask=[]}) = -1 EINTR (Interrupted system call) <0.1>
        101 5 getrandom("\\1", 1, 0) = 1 <40>
        101 50 kill(100, SIGUSR1) = 0 <0.2>"""),
    "signal in a sleep": (FORKED, """
        100 10 clock_nanosleep(CLOCK_REALTIME, 0, {tv_sec=9, tv_nsec=0}, {tv_sec=8, tv_nsec=0}) = ? ERESTART_RESTARTBLOCK (Interrupted by signal) <41>
        100 51.1 --- SIGUSR1 {si_signo=SIGUSR1, si_code=SI_USER, si_pid=101, si_uid=0} ---
        100 51.2 rt_sigreturn({mask=[]}) = -1 EINTR (Interrupted system call) <0.1>
        101 5 getrandom("\\1", 1, 0) = 1 <40>
        101 50 kill(100, SIGUSR1) = 0 <0.2>"""),
    "signal of a child that ended": (FORKED, """
        100 10 rt_sigsuspend([], 8) = ? ERESTARTNOHAND (To be restarted if no handler) <41>
        100 51.1 --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=101, si_uid=0, si_status=0} ---
        100 51.2 rt_sigreturn({mask=[]}) = -1 EINTR (Interrupted system call) <0.1>
        101 5 getrandom("\\1", 1, 0) = 1 <40>
        101 50 exit_group(0) = ?
        101 50.2 +++ exited with 0 +++"""),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_the_path_goes_to_the_thread_that_ended_the_wait(name):
    threads, waits = CASES[name]
    answer = attribute_text(write_log(threads + DECOY + waits), ready=(at_ms(55), 100))
    check_sums(answer)
    # from its creation until it ended the wait the path is the worker's; none of it the decoy's
    on_path = [(pid, begin, end) for pid, begin, end, _ in path(answer)]
    assert {pid for pid, *_ in on_path} == {100, 101}
    spent = sum(end - begin for pid, begin, end in on_path if pid == 101)
    assert spent == pytest.approx(50.2 - 3, abs=0.3 if name.startswith("pipe closed") else 0.01)
    edge = answer.edges[(answer.edges["pid"] == 100) & (answer.edges["start_ns"] == at_ms(10))]
    assert edge["kind"].tolist() == [name.split()[0]]
    assert edge["waker"].tolist() == [101]
    wakeup = answer.segments[answer.segments["state"] == "wakeup"]
    assert wakeup["duration_ns"].sum() == 800_000  # the wait was over at 51 ms


def test_vfork_waits_for_the_child_to_execute():
    answer = attribute_text(
        write_log("""
        100 0 execve("/srv/app", ["app"], 0x7ffc /* 9 vars */) = 0 <1>
        100 2 vfork() = 101 <40>
        101 3 getrandom("\\1", 1, 0) = 1 <30>
        101 35 execve("/bin/tool", ["tool"], 0x7ffc /* 9 vars */) = 0 <6>
        100 50 getpid() = 100 <1>
        """),
        ready=(at_ms(51), 100),
    )
    check_sums(answer)
    assert answer.edges["kind"].tolist() == ["vfork"]
    assert (101, 3.0, 33.0, "call") in path(answer)


def test_a_thread_begins_with_its_creator():
    answer = attribute_text(
        write_log(THREADS + "101 9 getrandom(0x7f, 1, 0) = 1 <1>"), ready=(at_ms(10), 101)
    )
    check_sums(answer)
    assert path(answer)[-3:] == [(100, 2.0, 3.0, "call"), (101, 3.0, 9.0, "running"),
                                 (101, 9.0, 10.0, "call")]  # fmt: skip


def test_a_thread_that_never_returned_ended_with_its_process():
    answer = attribute_text(
        write_log(
            FORKED
            + """
        101 5 clone3({flags=CLONE_VM|CLONE_THREAD}, 88) = 103 <1>
        101 7 futex(0x7f00, FUTEX_WAIT_PRIVATE, 2, NULL <unfinished ...>
        103 8 getrandom("\\1", 1, 0) = 1 <40>
        103 49 exit_group(0 <unfinished ...>
        101 49.5 <... futex resumed>) = ?
        101 50 +++ exited with 0 +++
        100 6 wait4(101, [{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = 101 <45>
        """
        ),
        ready=(at_ms(55), 100),
    )
    check_sums(answer)
    assert set(answer.edges["kind"]) == {"child", "exit"}
    assert (103, 8.0, 48.0, "call") in path(answer)


TIMERS = {
    "nanosleep": "nanosleep({tv_sec=0, tv_nsec=300000}, NULL) = 0",
    "clock_nanosleep": "clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, {tv_sec=9, tv_nsec=1}, NULL) = 0",
    "epoll_wait": "epoll_wait(3<anon_inode:[eventpoll]>, [], 8, 10) = 0",
    "epoll_pwait": "epoll_pwait(3<anon_inode:[eventpoll]>, [], 8, 10, NULL, 0) = 0",
    "epoll_pwait2": "epoll_pwait2(3<anon_inode:[eventpoll]>, [], 8, {tv_sec=0, tv_nsec=9}, NULL, 8) = 0",
    "poll": "poll([{fd=3<pipe:[7]>, events=POLLIN}], 1, 10) = 0 (Timeout)",
    "ppoll": "ppoll([{fd=3<pipe:[7]>, events=POLLIN}], 1, {tv_sec=1, tv_nsec=0}, NULL, 8) = 0 (Timeout)",
    "select": "select(0, NULL, NULL, NULL, {tv_sec=0, tv_usec=10000}) = 0 (Timeout)",
    "pselect6": "pselect6(4, [3<pipe:[7]>], NULL, NULL, {tv_sec=1, tv_nsec=0}, NULL) = 0 (Timeout)",
    "futex": "futex(0x7f00, FUTEX_WAIT_PRIVATE, 2, {tv_sec=0, tv_nsec=9}) = -1 ETIMEDOUT (Connection timed out)",
    "timerfd": 'read(5<anon_inode:[timerfd]>, "\\1\\0\\0\\0\\0\\0\\0\\0", 8) = 8',
    "SO_RCVTIMEO": "recvfrom(3<UDP:[0.0.0.0:9]>, 0x7f, 9, 0, NULL, NULL) = -1 EAGAIN (Resource temporarily unavailable)",
    "rt_sigtimedwait": "rt_sigtimedwait([USR1], 0x7f, {tv_sec=0, tv_nsec=9}, 8) = -1 EAGAIN (Resource temporarily unavailable)",
    "restart_syscall": "restart_syscall(<... resuming interrupted clock_nanosleep ...>) = 0",
    "restarted poll": "restart_syscall(<... resuming interrupted poll ...>) = 0 (Timeout)",
}  # fmt: skip


@pytest.mark.parametrize("name", TIMERS)
def test_timers_need_no_waker(name):
    answer = attribute_text(
        write_log(f"""
        100 0 execve("/srv/app", ["app"], 0x7ffc /* 9 vars */) = 0 <1>
        100 5 {TIMERS[name]} <40>
        100 50 getpid() = 100 <1>
        """),
        ready=(at_ms(51), 100),
    )
    check_sums(answer)
    timer = answer.segments[answer.segments["category"] == "timer"]
    assert timer["duration_ns"].tolist() == [40_000_000]
    assert timer["confidence"].tolist() == ["certain"]
    assert answer.edges["kind"].tolist() == ["timer"]
    assert answer.edges["waker"].isna().all()


def test_a_time_out_that_led_to_nothing_is_a_part_of_the_wait_that_follows():
    log = """
    100 0 execve("/srv/app", ["app"], 0x7ffc /* 9 vars */) = 0 <1>
    100 3 epoll_ctl(4<anon_inode:[eventpoll]>, EPOLL_CTL_ADD, 5<TCP:[10.0.0.1:4000->10.0.0.2:5432]>, {events=EPOLLIN, data={u32=5, u64=5}}) = 0 <0.1>
    100 4 epoll_wait(4<anon_inode:[eventpoll]>, [], 8, 20) = 0 <20>
    100 24.1 write(1</srv/out>, "x", 1) = 1 <0.1>
    100 25 epoll_wait(4<anon_inode:[eventpoll]>, [], 8, 14) = 0 <14>
    100 39.2 epoll_wait(4<anon_inode:[eventpoll]>, [], 8, 0) = 0 <0.1>
    100 39.5 epoll_wait(4<anon_inode:[eventpoll]>, [], 8, 9) = 0 <9>
    100 49 epoll_wait(4<anon_inode:[eventpoll]>, [{events=EPOLLIN, data={u32=5, u64=5}}], 8, 2000) = 1 <5>
    100 54.5 read(5<TCP:[10.0.0.1:4000->10.0.0.2:5432]>, "R", 1) = 1 <0.1>
    """
    answer = attribute_text(write_log(log), ready=(at_ms(54.6), 100))
    check_sums(answer)
    kinds = dict(zip(answer.edges["start_ns"], answer.edges["kind"], strict=True))
    # after the first one it wrote something: that is what it had waited for
    assert kinds == {at_ms(4): "timer", at_ms(25): "external", at_ms(39.5): "external",
                     at_ms(49): "external"}  # fmt: skip
    waited = answer.segments[answer.segments["state"] == "waiting"]
    assert waited["cause"].tolist()[1:] == ["PostgreSQL with 10.0.0.2:5432"] * 3


def test_looking_without_waiting_is_no_wait():
    answer = attribute_text(
        write_log("""
        100 0 execve("/srv/app", ["app"], 0x7ffc /* 9 vars */) = 0 <1>
        100 5 epoll_pwait(3<anon_inode:[eventpoll]>, [], 8, 0, NULL, 0) = 0 <0.1>
        100 6 poll([{fd=3<pipe:[7]>, events=POLLIN}], 1, 0) = 0 (Timeout) <0.1>
        100 7 read(3<pipe:[7]>, 0x7f, 8) = -1 EAGAIN (Resource temporarily unavailable) <0.1>
        100 8 select(4, [3<pipe:[7]>], NULL, NULL, {tv_sec=0, tv_usec=0}) = 0 (Timeout) <0.1>
        100 9 futex(0x7f00, FUTEX_WAIT_PRIVATE, 2, NULL) = -1 EAGAIN (Resource temporarily unavailable) <0.1>
        100 10 getpid() = 100 <1>
        """),
        ready=(at_ms(11), 100),
    )  # fmt: skip
    assert answer.edges.empty
    assert set(answer.segments["state"]) == {"call", "running"}


def test_sleeps_short_as_they_are_add_up_as_sleep():
    sleeps = "".join(
        f"100 {5 + i} nanosleep({{tv_sec=0, tv_nsec=500000}}, NULL) = 0 <0.6>\n" for i in range(40)
    )
    answer = attribute_text(
        write_log('100 0 execve("/srv/app", ["app"], 0x7f) = 0 <1>\n' + sleeps),
        ready=(at_ms(45), 100),
    )
    timer = answer.segments[answer.segments["category"] == "timer"]
    assert timer["duration_ns"].sum() == 40 * 600_000


@pytest.mark.parametrize(
    ("call", "kind", "category"),
    [
        ('read(3<TCP:[10.0.0.1:40000->10.0.0.2:5432]>, "x", 1) = 1', "external", "network"),
        ('read(0<pipe:[99]>, "x", 1) = 1', "external", "process"),
        ("connect(3<TCP:[9]>, {sa_family=AF_INET, sin_port=htons(80), "
         'sin_addr=inet_addr("10.0.0.2")}, 16) = 0', "external", "network"),
        ('recvfrom(3<UDP:[0.0.0.0:4000]>, "x", 1, 0, {sa_family=AF_INET, sin_port=htons(53), '
         'sin_addr=inet_addr("10.0.0.2")}, [16]) = 1', "external", "network"),
        ("accept4(3<TCPv6:[[::]:8080]>, NULL, NULL, 0) = 4", "external", "network"),
        ("poll([{fd=3<UDP:[10.0.0.1:40000->10.0.0.2:53]>, events=POLLIN}], 1, 5000) = 1 "
         "([{fd=3, revents=POLLIN}])", "external", "network"),
        ("poll([{fd=3<TCP:[10.0.0.1:40000->10.0.0.2:5432]>, events=POLLIN}], 1, -1) = 1 "
         "([{fd=3, revents=POLLIN}])", "external", "network"),
        ('read(3</srv/data.bin>, "x", 1) = 1', "storage", "files"),
        ("fsync(3</srv/data.bin>) = 0", "storage", "files"),
    ],
)  # fmt: skip
def test_waits_on_what_is_outside_the_log(call, kind, category):
    answer = attribute_text(
        write_log(f"""
        100 0 execve("/srv/app", ["app"], 0x7ffc /* 9 vars */) = 0 <1>
        100 2 write(1<pipe:[1]>, "x", 1) = 1 <0.1>
        100 3 read(5<UNIX-STREAM:[8->9]>, "x", 1) = 1 <0.1>
        100 5 {call} <40>
        100 50 getpid() = 100 <1>
        """),
        ready=(at_ms(51), 100),
    )
    assert answer.edges["kind"].tolist() == [kind]
    waited = answer.segments[answer.segments["duration_ns"] == 40_000_000]
    assert waited["category"].tolist() == [category]
    assert waited["confidence"].tolist() == ["certain"]


@pytest.mark.parametrize(
    "call",
    [
        "futex(0x7f00, FUTEX_WAIT_PRIVATE, 2, NULL) = 0",
        "flock(3</srv/lock>, LOCK_EX) = 0",
        "io_uring_enter(3<anon_inode:[io_uring]>, 1, 1, IORING_ENTER_GETEVENTS, NULL, 8) = 1",
        "epoll_wait(3<anon_inode:[eventpoll]>, [{events=EPOLLIN, data={u32=5, u64=5}}], 8, -1) = 1",
        'read(3, "x", 1) = 1',
    ],
)
def test_waits_that_nothing_explains_are_unresolved(call):
    answer = attribute_text(
        write_log(f"""
        100 0 execve("/srv/app", ["app"], 0x7ffc /* 9 vars */) = 0 <1>
        100 5 {call} <40>
        100 50 getpid() = 100 <1>
        """),
        ready=(at_ms(51), 100),
    )
    waited = answer.segments[answer.segments["duration_ns"] == 40_000_000]
    assert waited["confidence"].tolist() == ["unresolved"]
    assert waited["state"].tolist() == ["waiting"]
    assert any("no explanation" in note for note in answer.notes)


def test_a_sleep_that_a_signal_interrupted_goes_on_as_a_sleep():
    answer = attribute_text(
        write_log(
            FORKED
            + """
        100 10 clock_nanosleep(CLOCK_REALTIME, 0, {tv_sec=9, tv_nsec=0}, 0x7f) = ? ERESTART_RESTARTBLOCK (Interrupted by signal) <10>
        100 20.1 --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=101, si_uid=0} ---
        100 20.2 restart_syscall(<... resuming interrupted clock_nanosleep ...>) = 0 <30>
        101 5 getrandom("\\1", 1, 0) = 1 <14>
        101 19.8 exit_group(0) = ?
        101 19.9 +++ exited with 0 +++
        """
        ),
        ready=(at_ms(51), 100),
    )  # fmt: skip
    check_sums(answer)
    timer = answer.segments[answer.segments["category"] == "timer"]
    assert timer["duration_ns"].tolist() == [10_000_000, 30_000_000]
    assert set(answer.segments["pid"]) == {100}


def test_a_wake_up_after_the_wait_does_not_count_where_there_is_one_within():
    answer = attribute_text(
        write_log(
            THREADS
            + """
        100 10 futex(0x7f00, FUTEX_WAIT_PRIVATE, 2, NULL) = 0 <41>
        101 50.95 futex(0x7f00, FUTEX_WAKE_PRIVATE, 1) = 1 <0.04>
        102 51.1 futex(0x7f00, FUTEX_WAKE_PRIVATE, 1) = 1 <0.04>
        """
        ),
        ready=(at_ms(52), 100),
    )
    assert answer.edges["waker"].tolist() == [101]


def test_a_wake_up_printed_late_counts_where_there_is_no_other():
    answer = attribute_text(
        write_log(
            THREADS
            + """
        100 10 futex(0x7f00, FUTEX_WAIT_PRIVATE, 2, NULL) = 0 <41>
        101 51.05 futex(0x7f00, FUTEX_WAKE_PRIVATE, 1) = 1 <0.04>
        """
        ),
        ready=(at_ms(52), 100),
    )
    check_sums(answer)
    assert answer.edges["waker"].tolist() == [101]


SYSMON = """
100 0 execve("/srv/app", ["app"], 0x7ffc /* 9 vars */) = 0 <1>
100 2 clone(child_stack=0xc000, flags=CLONE_VM|CLONE_THREAD) = 101 <1>
101 4 nanosleep({tv_sec=0, tv_nsec=20000}, NULL) = 0 <0.1>
101 5 nanosleep({tv_sec=0, tv_nsec=20000}, NULL) = 0 <30>
101 36 nanosleep({tv_sec=0, tv_nsec=10000000}, NULL) = 0 <13>
100 6 getrandom("\\1", 1, 0) = 1 <43.9>
"""


def test_the_monitor_of_go_wakes_on_behalf_of_the_thread_at_work():
    answer = attribute_text(
        write_log(
            SYSMON
            + """
        100 4 clone(child_stack=0xc000, flags=CLONE_VM|CLONE_THREAD) = 102 <1>
        102 10 futex(0x7f00, FUTEX_WAIT_PRIVATE, 0, NULL) = 0 <39.8>
        101 49.5 futex(0x7f00, FUTEX_WAKE_PRIVATE, 1) = 1 <0.1>
        102 50 getpid() = 100 <0.1>
        """
        ),
        ready=(at_ms(51), 102),
    )
    check_sums(answer)
    assert answer.threads["role"].tolist() == ["main", "go-sysmon", "thread"]
    assert 101 not in set(answer.segments["pid"])
    assert (100, 6.0, 49.6, "call") in path(answer)


def test_the_monitor_of_go_creates_on_behalf_of_the_thread_at_work():
    answer = attribute_text(
        write_log(
            SYSMON
            + """
        101 49.5 clone(child_stack=0xc000, flags=CLONE_VM|CLONE_THREAD) = 102 <0.1>
        102 50 getpid() = 100 <0.1>
        """
        ),
        ready=(at_ms(51), 102),
    )
    check_sums(answer)
    assert 101 not in set(answer.segments["pid"])
    assert (100, 6.0, 49.6, "call") in path(answer)


def test_the_monitor_of_go_wakes_nobody_by_itself():
    answer = attribute_text(
        write_log(
            SYSMON.replace("getrandom(\"\\1\", 1, 0) = 1 <43.9>", "futex(0x7e, FUTEX_WAIT_PRIVATE, 0, NULL) = 0 <60>")
            + """
        100 4 clone(child_stack=0xc000, flags=CLONE_VM|CLONE_THREAD) = 102 <1>
        102 10 futex(0x7f00, FUTEX_WAIT_PRIVATE, 0, NULL) = 0 <39.8>
        101 49.5 futex(0x7f00, FUTEX_WAKE_PRIVATE, 1) = 1 <0.1>
        102 50 getpid() = 100 <0.1>
        """
        ),
        ready=(at_ms(51), 102),
    )  # fmt: skip
    assert 101 not in set(answer.segments["pid"])
    waited = answer.segments[answer.segments["rule"] == "scheduler"]
    assert waited["confidence"].tolist() == ["unresolved"]
    assert "scheduler" in set(answer.edges["kind"])


def test_of_several_wake_ups_within_the_wait_the_last_one_ended_it():
    answer = attribute_text(
        write_log(
            THREADS
            + """
        100 10 futex(0x7f00, FUTEX_WAIT_PRIVATE, 2, NULL) = 0 <41>
        102 20 futex(0x7f00, FUTEX_WAKE_PRIVATE, 1) = 1 <0.2>
        101 50 futex(0x7f00, FUTEX_WAKE_PRIVATE, 1) = 1 <0.2>
        """
        ),
        ready=(at_ms(51), 100),
    )
    assert answer.edges["waker"].tolist() == [101]
