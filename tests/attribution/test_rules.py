"""The table of rules: each one names something, users' rules win, bad ones are refused."""

# ruff: noqa: E501  (lines of logs are as long as they are)

from __future__ import annotations

import pandas as pd
import pytest
from written import at_ms, attribute_text, check_sums, spent, write_log

from coldstart_lab.attribution import add_rule, default_rules
from coldstart_lab.attribution.labels import apply_rules
from coldstart_lab.attribution.rules import CONDITIONS, check_rules
from coldstart_lab.errors import SchemaError

SERVICE = 'execve("/srv/app", ["app"], 0x7ffc /* 9 vars */) = 0 <1>'
MAIN = f"""
100 0 {SERVICE}
100 2 arch_prctl(ARCH_SET_FS, 0x7f) = 0 <0.1>
100 3 rt_sigaction(SIGINT, NULL, NULL, 8) = 0 <0.1>
"""
PEER = "TCP:[10.0.0.1:40000->10.0.0.2:{port}]"
# One call, or what is there instead of one, by the rule that must name it
CALLS = {
    "child-start": ('execve("/bin/tool", ["tool"], 0x7ffc) = 0', {"phase": "child-start"}),
    "child-sleep": ("nanosleep({tv_sec=1}, NULL) = 0", {"phase": "child", "wake": "timer"}),
    "go-start": ("rt_sigaction(SIGURG, 0x7f, NULL, 8) = 0", {"phase": "runtime"}),
    "loader-cpu": ("", {"phase": "loader", "state": "running"}),
    "loader": ("mprotect(0x7f, 4096, PROT_READ) = 0", {"phase": "loader"}),
    "exec": ('execve("/srv/app", ["app"], 0x7ffc) = 0', {"phase": "exec"}),
    "scheduler": ("futex(0x7f, FUTEX_WAIT, 0, NULL) = 0", {"wake": "scheduler"}),
    "wake-up": ("futex(0x7f, FUTEX_WAIT, 0, NULL) = 0", {"state": "wakeup"}),
    "not-recorded": ("", {"state": "head"}),
    "probe": ("", {"state": "observer"}),
    "thread-start": ("", {"state": "running", "gap": "created"}),
    "own-code": ("", {"state": "running", "gap": "alone"}),
    "library-search-cpu": ("", {"state": "running", "protocol": "library search"}),
    "library-load-cpu": ("", {"state": "running", "protocol": "library load"}),
    "child-code": ("", {"phase": "child", "state": "running"}),
    "user-code": ("", {"state": "running"}),
    "back-off": ("nanosleep({tv_sec=1}, NULL) = 0", {"wake": "timer", "protocol": "back-off"}),
    "external-unknown": ("accept(3) = 4", {"wake": "external"}),
    "external": ("poll([], 1, -1) = 1", {"wake": "external", "subject": "10.0.0.2:81"}),
    "connect": ("epoll_wait(3, [], 8, -1) = 1", {"protocol": "connect", "subject": "10.0.0.2:81"}),
    "storage-unknown": ("fsync(3) = 0", {"wake": "storage"}),
    "own-events": ("write(5, 1, 8) = 8", {"subject": "eventfd"}),
}  # fmt: skip
LOGGED = {
    "sleep": "nanosleep({tv_sec=1, tv_nsec=0}, NULL) = 0 <3>",
    "library-misses": 'openat(AT_FDCWD</srv>, "/srv/lib/libz.so.1", O_RDONLY) = -1 ENOENT (No such file) <0.1>',
    "library-search": 'openat(AT_FDCWD</srv>, "/etc/ld.so.cache", O_RDONLY) = 3</etc/ld.so.cache> <0.1>',
    "library-load": 'openat(AT_FDCWD</srv>, "/srv/lib/libz.so.1", O_RDONLY) = 3</srv/lib/libz.so.1> <0.1>',
    "dns-files": 'read(3</etc/resolv.conf>, "nameserver", 4096) = 10 <0.1>',
    "dns": 'recvfrom(3<UDP:[10.0.0.1:4000->10.0.0.2:53]>, "x", 9, 0, NULL, NULL) = 1 <3>',
    "tls": f'write(3<{PEER.format(port=443)}>, "\\26\\3\\1\\0", 4) = 4 <0.1>\n100 11 read(3<{PEER.format(port=443)}>, "\\26\\3\\3\\0", 4) = 4 <2>',
    "connect-call": 'connect(3<TCP:[9]>, {sa_family=AF_INET, sin_port=htons(81), sin_addr=inet_addr("10.0.0.2")}, 16) = 0 <3>',
    "protocol": f'write(3<{PEER.format(port=81)}>, "GET / HTTP/1.1\\r\\n", 16) = 16 <0.1>',
    "peer": f'write(3<{PEER.format(port=9999)}>, "x", 1) = 1 <0.1>',
    "external-pipe": 'read(0<pipe:[5]>, "x", 1) = 1 <3>',
    "program-search": 'newfstatat(AT_FDCWD</srv>, "/usr/local/bin/git", 0x7f, 0) = -1 ENOENT (No such file) <0.1>',
    "child-make": "fork() = 300 <0.1>",
    "child-vfork": "clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|SIGCHLD) = 300 <0.1>",
    "threads": "clone3({flags=CLONE_VM|CLONE_THREAD}, 88) = 300 <0.1>",
    "output": 'write(2</dev/null<char 1:3>>, "hello", 5) = 5 <0.1>',
    "pipes": 'write(7<pipe:[5]>, "x", 1) = 1 <0.1>',
    "locks": "flock(3</srv/lock>, LOCK_EX) = 0 <3>",
    "storage": 'read(3</srv/data.bin>, "x", 1) = 1 <3>',
    "certificates": 'openat(AT_FDCWD</srv>, "/srv/tls/server.crt", O_RDONLY) = 3</srv/tls/server.crt> <0.1>',
    "config": 'openat(AT_FDCWD</srv>, "settings.yaml", O_RDONLY) = 3</srv/settings.yaml> <0.1>',
    "system-files": 'openat(AT_FDCWD</srv>, "/proc/self/maps", O_RDONLY) = 3</proc/self/maps> <0.1>',
    "time-zone": 'openat(AT_FDCWD</srv>, "/usr/share/zoneinfo/UTC", O_RDONLY) = 3 <0.1>',
    "files": 'read(3</srv/data.bin>, "x", 1) = 1 <0.1>',
    "unexplained": "epoll_wait(3<anon_inode:[eventpoll]>, [{events=EPOLLIN, data={u32=5, u64=5}}], 8, -1) = 1 <3>",
    "synchronising": "futex(0x7f00, FUTEX_WAKE_PRIVATE, 1) = 0 <0.1>",
    "polling": "epoll_create1(EPOLL_CLOEXEC) = 4<anon_inode:[eventpoll]> <0.1>",
    "memory": "mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f <0.1>",
    "signals": "rt_sigprocmask(SIG_SETMASK, [], NULL, 8) = 0 <0.1>",
    "sockets": "socket(AF_INET, SOCK_STREAM, 0) = 3<TCP:[9]> <0.1>",
    "own-sockets": "close(3<TCP:[9]>) = 0 <0.1>",
    "own-pipes": "pipe2([3<pipe:[5]>, 4<pipe:[5]>], O_CLOEXEC) = 0 <0.1>",
    "other-call": "sysinfo({uptime=1}) = 0 <0.1>",
}  # fmt: skip


def facts_of(call, given):
    name, _, args = call.partition("(")
    facts = dict.fromkeys((*CONDITIONS, "comm"), "") | {"phase": "main", "state": "call"}
    facts |= {"syscall": name, "args": args, "comm": "app"} | given
    if facts["wake"] and "state" not in given:
        facts["state"] = "waiting"
    return pd.DataFrame([facts])


@pytest.mark.parametrize("rule", CALLS)
def test_rules_by_their_facts(rule):
    named = apply_rules(facts_of(*CALLS[rule]), default_rules())
    assert named["rule"].tolist() == [rule]
    assert "{" not in named["cause"].iloc[0]


@pytest.mark.parametrize("rule", LOGGED)
def test_rules_by_what_a_log_shows(rule):
    answer = attribute_text(
        write_log(f"{MAIN}\n100 10 {LOGGED[rule]}\n100 20 getpid() = 100 <0.1>"),
        ready=(at_ms(21), 100),
    )
    check_sums(answer)
    called = answer.segments[answer.segments["start_ns"] == at_ms(10)]
    assert called["rule"].tolist() == [rule]
    assert called["category"].iloc[0] in {
        "cpu", "files", "lock", "memory", "network", "other", "process", "scheduler", "timer"
    }  # fmt: skip


def test_no_default_rule_is_out_of_reach():
    assert {*CALLS, *LOGGED} == set(default_rules()["rule"])
    assert default_rules()["rule"].is_unique


def test_what_no_rule_fits_is_named_so():
    named = apply_rules(facts_of("getpid()", {}), default_rules().iloc[:0])
    assert named[["rule", "cause", "confidence"]].iloc[0].tolist() == [
        "none", "unnamed", "unresolved"
    ]  # fmt: skip


VAULT = f"""{MAIN}
100 10 read(3<{PEER.format(port=8200)}>, "x", 1) = 1 <5>
100 16 fork() = 200 <0.1>
200 17 read(3<{PEER.format(port=8200)}>, "x", 1) = 1 <5>
200 23 exit_group(0) = ?
200 24 +++ exited with 0 +++
100 17 wait4(200, NULL, 0, NULL) = 200 <8>
100 26 getpid() = 100 <0.1>
"""


def test_a_rule_of_three_lines_wins_in_child_processes_too():
    rules = default_rules()
    rules = add_rule(rules, rule="vault", cause="Vault at {subject}", subject=":8200$")
    answer = attribute_text(write_log(VAULT), ready=(at_ms(26.1), 100), rules=rules)
    check_sums(answer)
    assert spent(answer)["Vault at 10.0.0.2:8200"] == 10
    assert "Vault at 10.0.0.2:8200" not in spent(attribute_text(write_log(VAULT)))
    assert len(default_rules()) == len(rules) - 1


def test_a_rule_may_set_category_and_confidence():
    rules = add_rule(
        default_rules(), rule="mine", cause="mine", syscall="getpid", category="memory",
        confidence="inferred", why="so",
    )  # fmt: skip
    answer = attribute_text(write_log(VAULT), ready=(at_ms(26.1), 100), rules=rules)
    mine = answer.segments[answer.segments["rule"] == "mine"]
    assert mine["category"].tolist() == ["memory"]
    assert mine["confidence"].tolist() == ["inferred"]


def test_names_in_a_log_are_no_fields():
    log = f'{MAIN}\n100 10 read(3</srv/{{comm}}/{{syscall}}>, "x", 1) = 1 <5>'
    answer = attribute_text(write_log(log), ready=(at_ms(15), 100))
    assert spent(answer)["files in /srv/{comm}"] == 5


@pytest.mark.parametrize("given", [{"colour": "red"}, {"syscal": "read"}])
def test_a_rule_with_an_unknown_column_is_refused(given):
    with pytest.raises(SchemaError, match=r"a rule has no (colour|syscal)"):
        add_rule(default_rules(), rule="x", cause="x", **given)


@pytest.mark.parametrize("column", CONDITIONS)
def test_a_condition_that_is_no_expression_is_refused(column):
    rules = add_rule(default_rules(), rule="broken", cause="x", **{column: "(unclosed"})
    with pytest.raises(SchemaError, match=f"{column} of rule 'broken'"):
        attribute_text(write_log(VAULT), rules=rules)


def test_a_table_without_causes_is_refused():
    with pytest.raises(SchemaError, match="cause"):
        check_rules(pd.DataFrame({"rule": ["x"]}))


def test_missing_cells_are_any():
    rules = check_rules(pd.DataFrame({"rule": ["x"], "cause": ["everything"], "syscall": [None]}))
    answer = attribute_text(write_log(VAULT), ready=(at_ms(26.1), 100), rules=rules)
    assert set(answer.segments["cause"]) == {"everything"}
