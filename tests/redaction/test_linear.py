# ruff: noqa: E501 - the lines are as they are
"""No text takes long: pieces of every form, repeated, and a megabyte of the worst."""

import time

import pytest

from coldstart_lab.redaction import printable, redact, redact_argv

MEGABYTE = 1 << 20

UNITS = (
    "a", "_", "-", " ", "\\", '"', "'", '\\"', "\n", "=", ":", "/", "@", ".", ",", "&a=", ";a=", "[",
    "password", "password=", "password: ", 'password="', "password='", 'password=\\"',
    "password=[redacted]", "token=a&", "token_", "pass", "secret,", '"token":"', "PWD=/",
    "--token ", "--token-", "-a ", "--a --b", '"--token", ', "requirepass ",
    "Authorization: ", "Authorization: '", "cookie=1", "Cookie: a; ",
    "://", "://a:", "://a:b@", "a://:", "http://a:1/@", "@tcp(", ":@tcp(", "a:b", "-u a:", "--user=a:",
    "eyJ", "eyJaaaaaaaaaaaa", "eyJaaaaaaaaaaaa.", "ghp_", "AKIA", "xoxb-", "$1$", "$1$a$", "$2b$",
    "bearer ", "bearer a ", "basic ", "basic YTpi ", "Basic aaaa=",
    "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----", "-----BEGIN ", "-----",
    "-----BEGIN PRIVATE KEY-----a", "MIIE\\n",
    "p\\0\\0\\0", '"p\\0\\0\\0\\0a', "n,,n=", "n,,n=a,r=", "c=biws,", "c=aaaa,r=", "r=aaaaaaaa,",
    "r=aaaaaaaa,s=aaaa", "v=a", "SCRAM-SHA-256$1:", "\\0", "\\000", '"\\0\\0\\0\\1', '"\\24\\0\\0\\3',
    "$4\\r\\nAUTH\\r\\n", "$4\\r\\nAUTH\\r\\n$9\\r\\n", "AUTH\\r\\n$1\\r\\na\\r\\n", "AUTH a ",
    "HELLO 3 AUTH ", "HELLO 3 AUTH a ", "PASS a", "\nAUTH a", "\\x41", '"\\x41', '"\\x41"',
    "<password>", "<password>a", "<a", "<token", "\ud800", "\u202e", "\x00", "\x1b[31m", "é",
)  # fmt: skip


def seconds(text):
    best = float("inf")
    for _ in range(2):
        begin = time.perf_counter()
        redact(text)
        best = min(best, time.perf_counter() - begin)
    return best


def repeated(unit, size):
    return (unit * (size // len(unit) + 1))[:size]


@pytest.mark.parametrize("unit", UNITS, ids=ascii)
def test_repeated_pieces_take_linear_time(unit):
    small = seconds(repeated(unit, MEGABYTE // 64))
    large = seconds(repeated(unit, MEGABYTE // 8))
    # eight times the text: eight times the time, sixteen with one more pass, or, quadratic, 64
    assert large < 32 * small + 0.1, f"{small:.3f} s, then {large:.3f} s"


@pytest.mark.parametrize(
    "unit", ["password=", 'token="', "://a:", "\\", '"', "eyJ", "@tcp(", "r=aaaaaaaa,", "-u a:"]
)
def test_a_megabyte_takes_seconds(unit):
    begin = time.perf_counter()
    redact(repeated(unit, MEGABYTE))
    assert time.perf_counter() - begin < 20


def test_long_arguments_and_control_characters_take_linear_time():
    begin = time.perf_counter()
    redact_argv(["--token", "a" * MEGABYTE, "-" * MEGABYTE, "token=" * (MEGABYTE // 6)])
    assert len(printable("\x1b" * MEGABYTE)) == 4 * MEGABYTE
    assert time.perf_counter() - begin < 20
