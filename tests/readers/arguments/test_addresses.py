"""Both ends of sockets, from annotations, from arguments, and from the calls before."""

from __future__ import annotations

import pandas as pd
import pytest
import slow_arguments as slow
from hypothesis import given
from hypothesis import strategies as st

from coldstart_lab.readers.strace.arguments import socket_addresses
from coldstart_lab.tables import STRACE_SOCKETS

COLUMNS = ("family", "protocol", "local_address", "local_port", "remote_address", "remote_port",
           "path")  # fmt: skip
V4 = '{sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("10.0.0.2")}'
V6 = ('{sa_family=AF_INET6, sin6_port=htons(80), sin6_flowinfo=htonl(0), '
      'inet_pton(AF_INET6, "fe80::1", &sin6_addr), sin6_scope_id=0}')  # fmt: skip


def ends(log):
    """What is known of the last call's socket; what is not is left out."""
    found = socket_addresses(slow.read(log))
    STRACE_SOCKETS.validate(found)
    row = found.iloc[-1]
    return {name: row[name] for name in COLUMNS if not pd.isna(row[name])}


@pytest.mark.parametrize(
    ("call", "known"),
    [
        ('read(3<TCP:[127.0.0.1:4000->10.0.0.2:80]>, "", 1) = 0',
         ("AF_INET", "TCP", "127.0.0.1", 4000, "10.0.0.2", 80, None)),
        ('read(3<TCPv6:[[::1]:80->[::ffff:10.0.0.2]:81]>, "", 1) = 0',
         ("AF_INET6", "TCP", "::1", 80, "::ffff:10.0.0.2", 81, None)),
        ("listen(3<UDP:[0.0.0.0:53]>, 5) = 0", ("AF_INET", "UDP", "0.0.0.0", 53, None, None, None)),
        ("listen(3<TCP:[1234]>, 5) = 0", ("AF_INET", "TCP", None, None, None, None, None)),
        ('read(3<UNIX-STREAM:[12->13,"/run/a b"]>, "", 1) = 0',
         ("AF_UNIX", "STREAM", "12", None, "13", None, "/run/a b")),
        ('read(3<UNIX-DGRAM:[12,@"q\\"]>\\1"]>, "", 1) = 0',
         ("AF_UNIX", "DGRAM", "12", None, None, None, '@q"]>\x01')),
        ('read(3<NETLINK:[ROUTE:123]>, "", 1) = 0',
         ("AF_NETLINK", "ROUTE", "123", None, None, None, None)),
        (f"connect(3<TCP:[9]>, {V4}, 16) = -1 ECONNREFUSED (Connection refused)",
         ("AF_INET", "TCP", None, None, "10.0.0.2", 53, None)),
        (f'sendto(3<UDPv6:[9]>, "x", 1, 0, {V6}, 28) = 1',
         ("AF_INET6", "UDP", None, None, "fe80::1", 80, None)),
        (f'sendmsg(3<UDP:[9]>, {{msg_name={V4}, msg_namelen=16, msg_iov=[{{iov_base="x", '
         "iov_len=1}], msg_iovlen=1, msg_controllen=0, msg_flags=0}, 0) = 1",
         ("AF_INET", "UDP", None, None, "10.0.0.2", 53, None)),
        (f"bind(3<UDP:[9]>, {V4}, 16) = 0", ("AF_INET", "UDP", "10.0.0.2", 53, None, None, None)),
        ('connect(3<UNIX-STREAM:[9]>, {sa_family=AF_UNIX, sun_path=@"a\\"}, b"}, 9) = 0',
         ("AF_UNIX", "STREAM", "9", None, None, None, '@a"}, b')),
        ('connect(3<TCP:[9]>, {sa_family=0x2 /* AF_INET */, sin_port="\\x22\\x2c" '
         '/* htons(8748) */, '
         'sin_addr="\\x7f\\x00\\x00\\x0a" /* inet_addr("127.0.0.10") */}, 16) = 0',
         ("AF_INET", "TCP", None, None, "127.0.0.10", 8748, None)),
        ('connect(3<TCPv6:[9]>, {sa_family=0xa /* AF_INET6 */, sin6_port="\\x00\\x50" '
         '/* htons(80) */, '
         'sin6_flowinfo="\\x00\\x00\\x00\\x00" /* htonl(0) */, sin6_addr="\\xfe\\x80" '
         '/* inet_pton(AF_INET6, "fe80::1") */, sin6_scope_id=0}, 28) = 0',
         ("AF_INET6", "TCP", None, None, "fe80::1", 80, None)),
        ('connect(3<UNIX-STREAM:[9]>, {sa_family=0x1 /* AF_UNIX */, sun_path="/a, b"}, 9) = 0',
         ("AF_UNIX", "STREAM", "9", None, None, None, "/a, b")),
        ('sendto(3<NETLINK:[ROUTE:1]>, "", 0, 0, {sa_family=0x10 /* AF_NETLINK */, nl_pid=7, '
         'nl_groups=0}, 12) = 0', ("AF_NETLINK", "ROUTE", "1", None, "7", None, None)),
    ],
)  # fmt: skip
def test_forms(call, known):
    assert ends(call + "\n") == {
        name: value for name, value in zip(COLUMNS, known, strict=True) if value is not None
    }


def test_the_calls_before_tell_where_strace_did_not():
    assert ends(
        "socket(AF_INET6, SOCK_DGRAM, IPPROTO_IP) = 3\n"
        f"connect(3, {V6}, 28) = 0\ndup(3) = 4\nclose(3) = 0\nsend(4, NULL, 0, 0) = 0\n"
    ) == {"family": "AF_INET6", "protocol": "UDP", "remote_address": "fe80::1", "remote_port": 80}


@pytest.mark.parametrize(
    ("made", "known"),
    [
        ("0x2 /* AF_INET */, 0x80801 /* SOCK_STREAM|SOCK_CLOEXEC|SOCK_NONBLOCK */, "
         "0 /* IPPROTO_IP */", ("AF_INET", "TCP")),
        ("0x1 /* AF_UNIX */, 0x2 /* SOCK_DGRAM */, 0", ("AF_UNIX", "DGRAM")),
        ("0x10 /* AF_NETLINK */, 0x3 /* SOCK_RAW */, 0 /* NETLINK_ROUTE */",
         ("AF_NETLINK", "ROUTE")),
        ("0x11 /* AF_PACKET */, 0x3 /* SOCK_RAW */, 0x300", ("AF_PACKET", None)),
        ("0x2, 0x1, 0", (None, None)),
    ],
)  # fmt: skip
def test_sockets_that_are_named_in_comments(made, known):
    found = ends(f"socket({made}) = 3\nsend(3, NULL, 0, 0) = 0\n")
    expected = zip(("family", "protocol"), known, strict=True)
    assert found == {name: value for name, value in expected if value is not None}


def test_an_accepted_socket_has_the_end_of_its_listener():
    log = (
        "socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 3\n"
        f"bind(3, {V4}, 16) = 0\nlisten(3, 5) = 0\n"
        'accept(3, {sa_family=AF_INET, sin_port=htons(9), sin_addr=inet_addr("10.0.0.3")}, [16])'
        " = 4\n"
    )
    expected = {"family": "AF_INET", "protocol": "TCP", "local_address": "10.0.0.2",
                "local_port": 53, "remote_address": "10.0.0.3", "remote_port": 9}  # fmt: skip
    assert ends(log) == expected
    assert ends(log + 'read(4, "", 1) = 0\n') == expected
    found = socket_addresses(slow.read(log))
    assert found["fd"].tolist() == [3, 3, 4]


@pytest.mark.needs("strace", "gcc")
def test_ends_that_were_hidden_are_found_again(recording, reading):
    flags = "-f -ttt -T -yy -s 64"
    shown = socket_addresses(reading("sockets", flags).events)
    text = recording("sockets", flags).read_text("utf-8", "surrogateescape")
    hidden = socket_addresses(slow.read(slow.hide_log(text)))
    shown = shown[shown["line"].isin(hidden["line"])]
    assert len(shown) == len(hidden) > 50
    known = hidden["remote_port"].notna() & shown["remote_port"].notna()
    assert known.any()
    for name in ("remote_port", "remote_address"):
        assert (shown[name][known] == hidden[name][known]).all()
    assert (shown["family"] == hidden["family"])[hidden["family"].notna()].all()


@given(st.lists(st.text(alphabet='TCPUDv6:[]->"@,?<>0123.\\/', max_size=30)))
def test_any_annotation_is_taken_apart_without_an_error(annotations):
    log = "".join(f'read(3<{text}>, "", 1) = 0\n' for text in ["TCP:[1]", *annotations])
    STRACE_SOCKETS.validate(socket_addresses(slow.read(log)))


def test_a_log_without_sockets():
    assert socket_addresses(slow.read("getpid() = 1\n")).empty
