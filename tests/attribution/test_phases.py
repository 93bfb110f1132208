"""Phases of a program's start, and what is named after its neighbours."""

from __future__ import annotations

import pytest
from written import at_ms, attribute_text, check_sums, spent, write_log

LOADER = """
{pid} {0} execve("{program}", ["x"], 0x7ffc /* 9 vars */) = 0 <1>
{pid} {1} brk(NULL) = 0x5000 <0.1>
{pid} {2} openat(AT_FDCWD</srv>, "/etc/ld.so.cache", O_RDONLY|O_CLOEXEC) = 3</etc/ld.so.cache> <0.1>
{pid} {3} mmap(NULL, 9000, PROT_READ, MAP_PRIVATE, 3</etc/ld.so.cache>, 0) = 0x7f0000 <0.1>
{pid} {4} openat(AT_FDCWD</srv>, "/lib/libc.so.6", O_RDONLY|O_CLOEXEC) = 3</lib/libc.so.6> <0.1>
{pid} {5} mprotect(0x7e0000, 4096, PROT_READ) = 0 <0.1>
{pid} {6} munmap(0x7f0000, 9000) = 0 <0.1>
"""
GO = "".join(
    f"100 {10 + step / 10:.1f} rt_sigaction(SIGRT_{step}, NULL, NULL, 8) = 0 <0.05>\n"
    for step in range(40)
)


def loader(pid, since, program="/srv/app"):
    return LOADER.format(*(since + step for step in range(7)), pid=pid, program=program)


def spans(answer):
    """Begin and end of each phase of the service in ms, as far as the path runs through it."""
    grouped = answer.segments.groupby("phase", observed=True)
    begin = (grouped["start_ns"].min() - answer.start_ns) / 1e6
    end = (grouped["end_ns"].max() - answer.start_ns) / 1e6
    return {name: (round(begin[name], 3), round(end[name], 3)) for name in begin.index}


def test_a_dynamic_program():
    log = loader(100, 0) + "100 20 getpid() = 100 <1>"
    answer = attribute_text(write_log(log), ready=(at_ms(21), 100))
    check_sums(answer)
    assert spans(answer) == {"exec": (0, 1), "loader": (1, 6.1), "main": (6.1, 21)}


def test_a_dynamic_program_without_a_cache_of_libraries():
    log = loader(100, 0).replace("/etc/ld.so.cache", "/lib/libm.so.6").replace("munmap", "getuid")
    answer = attribute_text(write_log(log + "100 20 getppid() = 1 <1>"), ready=(at_ms(21), 100))
    # until the last library is protected
    assert spans(answer)["loader"] == (1, 5.1)


def test_a_static_program():
    log = """
    100 0 execve("/srv/app", ["x"], 0x7ffc) = 0 <1>
    100 2 arch_prctl(ARCH_SET_FS, 0x7f) = 0 <0.1>
    100 20 getpid() = 100 <1>
    """
    answer = attribute_text(write_log(log), ready=(at_ms(21), 100))
    assert spans(answer) == {"exec": (0, 1), "main": (1, 21)}


@pytest.mark.parametrize("dynamic", [True, False])
def test_a_go_program(dynamic):
    begin = loader(100, 0) if dynamic else '100 0 execve("/srv/app", ["x"], 0x7ffc) = 0 <1>'
    log = f"""{begin}
    100 8 sched_getaffinity(0, 8192, [0 1]) = 8 <0.1>
    {GO}
    100 20 clone(child_stack=0xc000, flags=CLONE_VM|CLONE_THREAD) = 101 <1>
    100 30 getpid() = 100 <1>
    """
    answer = attribute_text(write_log(log), ready=(at_ms(31), 100))
    check_sums(answer)
    loaded = 6.1 if dynamic else 1
    assert spans(answer)["runtime"] == (loaded, 21)
    assert spans(answer)["main"] == (21, 31)
    # 40 handlers are not the program's own code, but what their time is, is a guess
    runtime = answer.segments[answer.segments["phase"] == "runtime"]
    assert set(runtime["cause"]) == {"Go runtime start"}
    assert set(runtime["confidence"]) == {"inferred"}


def test_a_go_program_whose_signal_calls_were_filtered_out():
    log = """
    100 0 execve("/srv/app", ["x"], 0x7ffc) = 0 <1>
    100 2 sched_getaffinity(0, 8192, [0 1]) = 8 <0.1>
    100 3 openat(AT_FDCWD, "/sys/kernel/mm/transparent_hugepage/hpage_pmd_size", O_RDONLY) = 3 <0.1>
    100 20 clone(child_stack=0xc000, flags=CLONE_VM|CLONE_THREAD) = 101 <1>
    100 30 getpid() = 100 <1>
    """
    answer = attribute_text(write_log(log), ready=(at_ms(31), 100))
    assert spans(answer)["runtime"] == (1, 21)


def test_a_program_with_threads_is_no_go_program():
    log = f"""{loader(100, 0)}
    100 8 sched_getaffinity(0, 8192, [0 1]) = 8 <0.1>
    100 20 clone(child_stack=0xc000, flags=CLONE_VM|CLONE_THREAD) = 101 <1>
    100 30 getpid() = 100 <1>
    """
    answer = attribute_text(write_log(log), ready=(at_ms(31), 100))
    assert "runtime" not in spans(answer)


def test_each_program_has_its_phases():
    log = f"""{loader(100, 0)}
    100 10 vfork() = 101 <1>
    {loader(101, 10.5, "/bin/tool")}
    101 20 nanosleep({{tv_sec=0, tv_nsec=1}}, NULL) = 0 <5>
    101 26 exit_group(0) = ?
    101 27 +++ exited with 0 +++
    100 12 wait4(101, NULL, 0, NULL) = 101 <15.5>
    100 30 getpid() = 100 <1>
    """
    answer = attribute_text(write_log(log), ready=(at_ms(31), 100))
    check_sums(answer)
    assert spans(answer)["child-start"] == (10.5, 16.6)
    assert spans(answer)["child"] == (16.6, 27)
    assert spent(answer)["starting child process tool"] == pytest.approx(6.1)
    # its exit, too, is part of having a child
    assert spent(answer)["child process tool"] == pytest.approx(9.4)


def test_a_second_program_in_one_process_loads_again():
    log = loader(100, 0, "/bin/sh") + loader(100, 20) + "100 40 getpid() = 100 <1>"
    answer = attribute_text(write_log(log), ready=(at_ms(41), 100))
    main = answer.segments[answer.segments["phase"] == "main"]
    outside = main[(main["start_ns"] >= at_ms(20)) & (main["end_ns"] <= at_ms(26.1))]
    assert outside.empty
    assert (answer.segments["phase"] == "exec").sum() == 2


READS = """
100 0 execve("/srv/app", ["x"], 0x7ffc) = 0 <1>
100 2 arch_prctl(ARCH_SET_FS, 0x7f) = 0 <0.1>
100 10 read(3</srv/data/a>, "x", 1) = 1 <0.1>
100 {later} read(4</srv/{folder}/b>, "x", 1) = 1 <0.1>
"""


def test_a_short_gap_between_calls_of_one_cause_is_that_cause():
    log = READS.format(later=10.5, folder="data")
    answer = attribute_text(write_log(log), ready=(at_ms(10.6), 100))
    gap = answer.segments[answer.segments["start_ns"] == at_ms(10.1)].iloc[0]
    assert gap[["cause", "category", "confidence"]].tolist() == [
        "files in /srv/data", "files", "inferred"
    ]  # fmt: skip


def test_a_long_gap_between_calls_of_one_cause_is_work_for_it():
    log = READS.format(later=40, folder="data")
    answer = attribute_text(write_log(log), ready=(at_ms(40.1), 100))
    gap = answer.segments[answer.segments["start_ns"] == at_ms(10.1)].iloc[0]
    assert gap[["cause", "category", "confidence"]].tolist() == [
        "files in /srv/data", "cpu", "inferred"
    ]  # fmt: skip


@pytest.mark.parametrize(("later", "confidence"), [(10.5, "unresolved"), (40, "inferred")])
def test_a_gap_between_calls_of_two_causes_is_the_programs_if_it_is_long(later, confidence):
    log = READS.format(later=later, folder="other")
    answer = attribute_text(write_log(log), ready=(at_ms(later + 0.1), 100))
    gap = answer.segments[answer.segments["start_ns"] == at_ms(10.1)].iloc[0]
    # nobody else could run, so it did; of what it did the log names the program only
    assert gap[["cause", "category", "confidence", "subject"]].tolist() == [
        "user code", "cpu", confidence, "/srv/app"
    ]  # fmt: skip


def test_tls_ends_with_the_last_handshake_record():
    peer = "3<TCP:[10.0.0.1:40000->10.0.0.2:443]>"
    log = f"""
    100 0 execve("/srv/app", ["x"], 0x7ffc) = 0 <1>
    100 5 write({peer}, "\\26\\3\\1\\2\\0", 5) = 5 <0.1>
    100 6 read({peer}, "\\26\\3\\3\\0z", 5) = 5 <20>
    100 27 write({peer}, "\\24\\3\\3\\0\\1", 5) = 5 <0.1>
    100 28 write({peer}, "\\27\\3\\3\\0\\1", 5) = 5 <0.1>
    100 29 read({peer}, "\\27\\3\\3\\0\\1", 5) = 5 <10>
    100 40 getpid() = 100 <1>
    """
    answer = attribute_text(write_log(log), ready=(at_ms(41), 100))
    causes = spent(answer)
    assert causes["TLS handshake with 10.0.0.2:443"] == pytest.approx(22.1)
    assert causes["TLS with 10.0.0.2:443"] == pytest.approx(11)
    work = answer.segments[answer.segments["start_ns"] == at_ms(26)].iloc[0]
    assert work[["category", "confidence"]].tolist() == ["cpu", "inferred"]


def test_sleeps_between_refused_connections_are_back_off():
    to = '{sa_family=AF_INET, sin_port=htons(5432), sin_addr=inet_addr("10.0.0.2")}, 16'
    log = f"""
    100 0 execve("/srv/app", ["x"], 0x7ffc) = 0 <1>
    100 5 nanosleep({{tv_sec=0, tv_nsec=5000000}}, NULL) = 0 <5>
    100 60 connect(3<TCP:[9]>, {to}) = -1 ECONNREFUSED (Connection refused) <0.1>
    100 61 nanosleep({{tv_sec=0, tv_nsec=10000000}}, NULL) = 0 <10>
    100 72 connect(3<TCP:[10]>, {to}) = -1 ECONNREFUSED (Connection refused) <0.1>
    100 73 epoll_wait(4<anon_inode:[eventpoll]>, [], 8, 20) = 0 <20>
    100 94 connect(3<TCP:[11]>, {to}) = 0 <0.1>
    """
    answer = attribute_text(write_log(log), ready=(at_ms(94.1), 100))
    check_sums(answer)
    causes = spent(answer)
    assert causes["back-off before retrying 10.0.0.2:5432"] == 30
    assert causes["sleep or time-out"] == 5


@pytest.mark.parametrize(("later", "cause"), [(30.4, "talking to 10.0.0.2:81"), (50, "user code")])
def test_between_a_reply_and_the_next_request_only_what_is_short_is_the_peers(later, cause):
    peer = "3<TCP:[10.0.0.1:40000->10.0.0.2:81]>"
    log = f"""
    100 0 execve("/srv/app", ["x"], 0x7ffc) = 0 <1>
    100 5 write({peer}, "x", 1) = 1 <0.1>
    100 29.9 read({peer}, "y", 1) = 1 <0.1>
    100 {later} write({peer}, "x", 1) = 1 <0.1>
    """
    answer = attribute_text(write_log(log), ready=(at_ms(later + 0.1), 100))
    check_sums(answer)
    gap = answer.segments[answer.segments["start_ns"] == at_ms(30)]
    assert gap["cause"].tolist() == [cause]


QUERIES = {
    "by hand": r"\0224\1\0\0\1\0\0\0\0\0\0\4slow\7example\0\0\1\0\1",
    "by Go": r"\252\203\1 \0\1\0\0\0\0\0\1\4slow\7example\0\0\1\0\1\0\0)\4\320\0\0\0\0\0\0",
    "in hexadecimal": r"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x04slow",
    "of a long name": r"\21\"\1\0\0\1\0\0\0\0\0\0000123456789012345678901234567890",
}


@pytest.mark.parametrize("query", QUERIES)
def test_a_name_server_at_any_port_is_known_by_what_it_is_asked(query):
    peer = "3<UDP:[127.0.0.1:40792->127.0.0.1:5353]>"
    log = f"""
    100 0 execve("/srv/app", ["x"], 0x7ffc) = 0 <1>
    100 5 sendto({peer}, "{QUERIES[query]}", 30, 0, NULL, 0) = 30 <0.1>
    100 6 poll([{{fd={peer}, events=POLLIN}}], 1, 5000) = 1 ([{{fd=3, revents=POLLIN}}]) <30>
    100 37 recvfrom({peer}, "\\0224\\201\\200\\0\\1\\0\\1", 512, 0, NULL, NULL) = 46 <0.1>
    """
    answer = attribute_text(write_log(log), ready=(at_ms(37.1), 100))
    check_sums(answer)
    assert spent(answer)["DNS look-up"] == pytest.approx(32.1)


@pytest.mark.parametrize(
    "sent", ["x", r"\0224\201\0\0\1\0\0\0\0\0\0", r"\0224\1\0\0\2\0\0\0\0\0\0"]
)
def test_other_datagrams_are_no_queries(sent):
    peer = "3<UDP:[127.0.0.1:40792->127.0.0.1:5353]>"
    log = f"""
    100 0 execve("/srv/app", ["x"], 0x7ffc) = 0 <1>
    100 5 sendto({peer}, "{sent}", 30, 0, NULL, 0) = 30 <0.1>
    100 6 recvfrom({peer}, "y", 512, 0, NULL, NULL) = 1 <30>
    """
    answer = attribute_text(write_log(log), ready=(at_ms(36), 100))
    assert spent(answer)["waiting for 127.0.0.1:5353"] == 30


def test_waits_in_several_threads_are_one_back_off():
    to = '{sa_family=AF_INET, sin_port=htons(5432), sin_addr=inet_addr("10.0.0.2")}, 16'
    log = f"""
    100 0 execve("/srv/app", ["x"], 0x7ffc) = 0 <1>
    100 2 clone3({{flags=CLONE_VM|CLONE_THREAD}}, 88) = 101 <1>
    101 4 epoll_wait(4<anon_inode:[eventpoll]>, [], 8, 20) = 0 <60>
    101 64.2 futex(0x7f00, FUTEX_WAKE_PRIVATE, 1) = 1 <0.1>
    100 5 connect(3<TCP:[9]>, {to}) = -1 ECONNREFUSED (Connection refused) <0.1>
    100 6 futex(0x7f00, FUTEX_WAIT_PRIVATE, 2, NULL) = 0 <58.5>
    100 94 connect(3<TCP:[11]>, {to}) = 0 <0.1>
    """
    answer = attribute_text(write_log(log), ready=(at_ms(94.1), 100))
    check_sums(answer)
    assert spent(answer)["back-off before retrying 10.0.0.2:5432"] == pytest.approx(60)


def test_work_between_two_tries_is_no_back_off():
    to = '{sa_family=AF_INET, sin_port=htons(5432), sin_addr=inet_addr("10.0.0.2")}, 16'
    log = f"""
    100 0 execve("/srv/app", ["x"], 0x7ffc) = 0 <1>
    100 5 connect(3<TCP:[9]>, {to}) = -1 ECONNREFUSED (Connection refused) <0.1>
    100 6 nanosleep({{tv_sec=0, tv_nsec=10000000}}, NULL) = 0 <10>
    100 94 connect(3<TCP:[11]>, {to}) = 0 <0.1>
    """
    answer = attribute_text(write_log(log), ready=(at_ms(94.1), 100))
    assert spent(answer)["sleep or time-out"] == 10


def test_what_a_child_does_until_its_program_runs_is_its_start():
    log = f"""{loader(100, 0)}
    100 10 clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|SIGCHLD) = 101 <0.2>
    101 16 set_robust_list(0x7f, 24) = 0 <0.1>
    101 16.5 rt_sigaction(SIGINT, NULL, NULL, 8) = 0 <0.1>
    101 17 dup2(4</srv/out>, 1</dev/null>) = 1</srv/out> <0.1>
    101 40 nanosleep({{tv_sec=0, tv_nsec=1}}, NULL) = 0 <5>
    {loader(101, 45.5, "/bin/tool")}
    101 60 exit_group(0) = ?
    101 60.1 +++ exited with 0 +++
    100 12 wait4(101, NULL, 0, NULL) = 101 <48.2>
    100 61 getpid() = 100 <1>
    """
    answer = attribute_text(write_log(log), ready=(at_ms(62), 100))
    check_sums(answer)
    causes = spent(answer)
    # it slept, and worked for a while, before it executed its program
    assert causes["starting child process tool"] == pytest.approx(17.1 - 10.2 + 0.5 + 6.1)
    assert causes["child process tool"] == pytest.approx(22.9 + 5 + 60.1 - 51.6, abs=0.2)


def test_a_new_thread_or_worker_process_is_not_at_work_before_its_first_call():
    log = """
    100 0 execve("/srv/app", ["x"], 0x7ffc) = 0 <1>
    100 2 clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|SIGCHLD) = 101 <1>
    101 13 set_robust_list(0x7f, 24) = 0 <0.1>
    101 20 clone3({flags=CLONE_VM|CLONE_THREAD}, 88) = 102 <1>
    102 31 rseq(0x7f, 32, 0, 0x53053053) = 0 <0.1>
    102 40 getpid() = 101 <0.1>
    """
    answer = attribute_text(write_log(log), ready=(at_ms(40.1), 102))
    check_sums(answer)
    segments = answer.segments
    named = dict(zip(segments["start_ns"], segments["rule"], strict=True))
    assert named[at_ms(3)] == "child-start"
    assert named[at_ms(21)] == "thread-start"
    assert named[at_ms(31.1)] == "child-code"


def test_a_thread_that_begins_with_work_is_at_work():
    log = """
    100 0 execve("/srv/app", ["x"], 0x7ffc) = 0 <1>
    100 2 clone3({flags=CLONE_VM|CLONE_THREAD}, 88) = 101 <1>
    100 4 pause( <unfinished ...>
    101 33 write(1</srv/out>, "x", 1) = 1 <0.1>
    """
    answer = attribute_text(write_log(log), ready=(at_ms(33.1), 101))
    gap = answer.segments[answer.segments["start_ns"] == at_ms(3)].iloc[0]
    assert gap[["rule", "confidence"]].tolist() == ["own-code", "inferred"]


def test_where_another_thread_may_have_held_the_cpu_work_is_not_known():
    log = """
    100 0 execve("/srv/app", ["x"], 0x7ffc) = 0 <1>
    100 2 clone3({flags=CLONE_VM|CLONE_THREAD}, 88) = 101 <1>
    101 4 rseq(0x7f, 32, 0, 0x53053053) = 0 <0.1>
    101 44 nanosleep({tv_sec=0, tv_nsec=40000000}, NULL) = 0 <40>
    100 45 getpid() = 100 <1>
    100 80 getpid() = 100 <1>
    """
    answer = attribute_text(write_log(log), ready=(at_ms(81), 100))
    code = answer.segments[answer.segments["cause"] == "user code"]
    assert code["confidence"].tolist()[-2:] == ["unresolved", "inferred"]
    assert code["duration_ns"].tolist()[-2:] == [42_000_000, 34_000_000]
    enough = attribute_text(write_log(log), ready=(at_ms(81), 100), cpus=2)
    assert enough.unresolved_ns == 0


def test_the_initialisation_of_package_os_is_the_start_of_gos_runtime():
    log = f"""
    100 0 execve("/srv/app", ["x"], 0x7ffc) = 0 <1>
    100 8 sched_getaffinity(0, 8192, [0 1]) = 8 <0.1>
    {GO}
    100 20 clone(child_stack=0xc000, flags=CLONE_VM|CLONE_THREAD) = 101 <1>
    100 21.5 fcntl(0</dev/null<char 1:3>>, F_GETFL) = 0x8000 (flags O_RDONLY) <0.1>
    100 22 fcntl(1<pipe:[5]>, F_GETFL) = 0x1 (flags O_WRONLY) <0.1>
    100 22.5 fcntl(2<pipe:[5]>, F_GETFL) = 0x1 (flags O_WRONLY) <0.1>
    100 30 getpid() = 100 <1>
    """
    answer = attribute_text(write_log(log), ready=(at_ms(31), 100))
    assert spans(answer)["runtime"] == (1, 22.6)
    late = log.replace("100 22.5 fcntl", "100 26 fcntl")
    answer = attribute_text(write_log(late), ready=(at_ms(31), 100))
    assert spans(answer)["runtime"] == (1, 21)
