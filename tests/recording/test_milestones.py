import pandas as pd
import pytest
from events import EXEC, MS, events

from coldstart_lab.recording import (
    describe_http,
    describe_port,
    describe_text,
    find_milestones,
    merge_milestones,
    milestone,
)
from coldstart_lab.tables import MILESTONES

LOCAL = "127.0.0.1:45678"
SEND = f"7<TCP:[127.0.0.1:8080->{LOCAL}]>, "


def found(rows, *, detail=None, ready_ms=1000):
    ready = None
    if detail is not None:
        ready = milestone("ready", ready_ms * MS, source="probe", detail=detail)
    milestones = find_milestones(events(rows), ready=ready)
    return {entry["name"]: (entry["time_ns"] / MS, entry["line"]) for entry in milestones}


def test_exec_is_the_first_that_succeeded_and_begins_at_its_line():
    rows = [
        (1, 1, "execve", '"/usr/local/bin/x"', -1),
        (3, 2, *EXEC),
        (9, 1, *EXEC),
        (12, 1, "exit", None, 0),
    ]
    assert found(rows) == {"exec": (3, 2), "end": (13, 4)}


def test_listening_is_the_end_of_the_first_listen_that_succeeded():
    rows = [
        (1, 1, *EXEC),
        (2, 1, "listen", "3, 128", -1),
        (5, 2, "listen", "3, 128", 0),
        (9, 1, "listen", "4, 128", 0),
        (11, 30, "accept", "3", 4),
        (12, 1, "close", "9", 0),
    ]
    assert found(rows) == {"exec": (1, 1), "listening": (7, 3), "end": (41, 5)}


def test_events_out_of_order_are_taken_by_time():
    rows = [(9, 1, "listen", "4, 128", 0), (5, 2, "listen", "3, 128", 0), (1, 1, *EXEC)]
    assert found(rows) == {"exec": (1, 3), "listening": (7, 2), "end": (10, 1)}


@pytest.mark.parametrize(
    ("local", "shown"),
    [
        (LOCAL, f"TCP:[127.0.0.1:8080->{LOCAL}]"),
        (LOCAL, "TCPv6:[[::ffff:127.0.0.1]:8080->[::ffff:127.0.0.1]:45678]"),
        ("[::1]:45678", "TCPv6:[[::1]:8080->[::1]:45678]"),
    ],
)
def test_answered_is_the_last_send_to_the_probe_before_it_saw_the_answer(local, shown):
    rows = [
        (1, 1, *EXEC),
        (10, 1, "write", '7<TCP:[127.0.0.1:8080->127.0.0.1:45677]>, "no", 2', 2),
        (12, 1, "write", f'7<{shown}>, "HTTP/1.1 200", 12', 12),
        (14, 1, "sendto", f'7<{shown}>, "body", 4', 4),
        (15, 1, "sendto", f'7<{shown}>, "failed", 4', -1),
        (16, 1, "read", f"7<{shown}>, 4096", 5),
        (17, 1, "write", '7<TCP:[127.0.0.1:8080->127.0.0.1:4567]>, "other", 5', 5),
        (40, 1, "write", f'7<{shown}>, "later", 5', 5),
    ]
    detail = describe_http("http://127.0.0.1:8080/healthz", 200, local)
    assert found(rows, detail=detail, ready_ms=20)["answered"] == (15, 4)


def test_nobody_answered_where_no_send_went_to_the_probe():
    rows = [(1, 1, *EXEC), (12, 1, "write", '7<socket:[12]>, "HTTP/1.1 200", 12', 12)]
    detail = describe_http("http://127.0.0.1:8080/healthz", 200, LOCAL)
    assert "answered" not in found(rows, detail=detail)


def test_a_port_is_answered_by_the_listen_on_it():
    rows = [
        (1, 1, *EXEC),
        (2, 1, "bind", "3<TCP:[1]>, {sin_port=htons(9090)}", 0),
        (3, 1, "listen", "3<TCP:[1]>, 128", 0),
        (4, 1, "bind", "5<TCP:[2]>, {sin_port=htons(8080)}", 0),
        (5, 2, "listen", "5<TCP:[2]>, 128", 0),
        (8, 1, "listen", "6<TCP:[3]>, 128", 0),
    ]
    detail = describe_port("127.0.0.1:8080", LOCAL)
    assert found(rows, detail=detail)["answered"] == (7, 5)


@pytest.mark.parametrize(
    ("args", "pattern"),
    [
        ('1<pipe:[9]>, "serving on :8080\\n", 16', "serving on"),
        ('1, "one\\nserving\\n", 12', "^serving$"),
        ('1, "say \\"hi\\" now", 12', 'say "hi"'),
        ('1, "pr\\303\\252t", 5', "prêt"),
        ('1, [{iov_base="ser", iov_len=3}, {iov_base="ving", iov_len=4}], 2', "serving"),
        ('4<UNIX-STREAM:[1,"/run/serving"]>, "up", 2', "^up$"),
        ('1, "\\x73\\x65\\x72\\x76\\x69\\x6e\\x67", 7', "serving"),
    ],
)
def test_text_is_answered_by_the_write_that_matches(args, pattern):
    call = "writev" if "iov_base" in args else "write"
    rows = [
        (1, 1, *EXEC),
        (2, 1, "write", '4<UNIX-STREAM:[1,"/run/serving on"]>, "not yet", 7', 7),
        (3, 1, "openat", 'AT_FDCWD, "serving on", O_RDONLY', 3),
        (5, 2, call, args, 5),
        (8, 1, call, args, 5),
    ]
    assert found(rows, detail=describe_text(pattern))["answered"] == (7, 4)


def test_without_times_nothing_is_found():
    assert found([(None, None, *EXEC), (None, None, "listen", "3, 128", 0)]) == {}


def test_without_durations_a_call_counts_from_its_entry():
    rows = [(1, None, *EXEC), (5, None, "listen", "3, 128", 0)]
    assert found(rows) == {"exec": (1, 1), "listening": (5, 2), "end": (5, 2)}


def test_merged_milestones_are_in_order_and_the_events_win():
    recorded = [
        milestone("ready", 40 * MS, source="probe", uncertainty_ns=7, detail="text:up"),
        milestone("exec", 0, source="launcher"),
        milestone("warm", 60 * MS, source="user"),
    ]
    rows = [(1, 1, *EXEC), (30, 1, "write", '1, "up\\n", 3', 3), (50, 20, "close", "1", 0)]
    merged = merge_milestones(recorded, events(rows))
    MILESTONES.validate(merged)
    assert list(merged["name"]) == ["exec", "answered", "ready", "warm", "end"]
    assert list(merged["time_ns"]) == [1 * MS, 31 * MS, 40 * MS, 60 * MS, 70 * MS]
    assert list(merged["source"]) == ["strace", "strace", "probe", "user", "strace"]
    assert list(merged["uncertainty_ns"]) == [0, 0, 7, pd.NA, 0]
    assert merged["line"].isna().tolist() == [False, False, True, True, False]


def test_nothing_known_is_an_empty_table():
    MILESTONES.validate(merge_milestones([], None))
    assert merge_milestones([], None).empty


def test_listening_is_on_the_port_that_was_probed():
    bind = '{sa_family=AF_INET6, sin6_port=htons(%d), inet_pton(AF_INET6, "::", &sin6_addr)}, 28'
    rows = [
        (1, 1, *EXEC),
        (3, 1, "bind", "5<TCPv6:[7]>, " + bind % 9090, 0),
        (5, 1, "listen", "5<TCPv6:[[::]:9090]>, 128", 0),
        (7, 1, "bind", "6<TCPv6:[8]>, " + bind % 8080, 0),
        (9, 1, "listen", "6<TCPv6:[[::]:8080]>, 128", 0),
    ]
    for url, time in (("http://127.0.0.1:8080/healthz", 10), ("https://[::1]:9090/x:1", 6)):
        detail = describe_http(url, 200, LOCAL)
        assert found(rows, detail=detail)["listening"][0] == time, url
    assert found(rows, detail=describe_port("127.0.0.1:8080"))["listening"][0] == 10
    # where nobody is seen to be bound to it, or nothing is known of the probe, it is the first
    assert found(rows, detail=describe_http("http://u@10.0.0.1/", 200, LOCAL))["listening"][0] == 6
    assert found(rows)["listening"][0] == 6
