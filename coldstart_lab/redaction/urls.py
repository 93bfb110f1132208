"""Credentials in URLs, connection strings and ``--user name:password`` options."""

from __future__ import annotations

import re
from collections.abc import Iterator

from coldstart_lab.redaction.quoting import REDACTED, WORD_BEGIN, Span, Strings, value_span

_RUN = re.compile(r"""(?<=[A-Za-z0-9]):(?:\\{0,2}/){2}((?:[^\s"\\]|\\[^rntvf0"])+)""")
_NEXT_URL = re.compile(r":(?:\\{0,2}/){2}")
_AUTHORITY = re.compile(r"[^/?#]*")
_DSN = re.compile(r"@(?:tcp6?|udp6?|unix|cloudsql\w{0,20})\(")
_DSN_REACH = 512
_USER = re.compile(
    rf"""(?=-){WORD_BEGIN}"""
    r"""(?:-u|--user|--proxy-user)(?:=|[ \t]+|["'],[ \t]?(?=["']))["']?"""
    r"""(?P<user>[^\s:"'\\]{1,128}):"""
)


def find_url_passwords(text: str) -> Iterator[Span]:
    """Find the password in ``scheme://user:password@host`` and a long user name without one."""
    for run in _RUN.finditer(text):
        start, end = run.span(1)
        colon = run.start()
        while start < end:
            border = _NEXT_URL.search(text, start, end)
            stop = end if border is None else border.start()
            web = text[max(0, colon - 5) : colon].lower().endswith(("http", "https"))
            span = _user_info(text, start, stop, web=web)
            if span is not None:
                yield span
            start, colon = (end, end) if border is None else (border.end(), stop)


def find_dsn_passwords(text: str) -> Iterator[Span]:
    """Find the password in ``user:password@tcp(host)/name``."""
    for found in _DSN.finditer(text):
        low = max(0, found.start() - _DSN_REACH)
        word = text[low : found.start()]
        begin = max((word.rfind(mark) for mark in " \t\n\"'`"), default=-1) + 1
        colon = word.find(":", begin)
        if colon >= 0:
            yield low + colon + 1, found.start()


def find_user_options(text: str) -> Iterator[Span]:
    """Find the password in ``curl --user name:password``; numbers are a user and a group."""
    strings = Strings(text)
    covered = 0
    for found in _USER.finditer(text):
        start = found.end()
        if start < covered:
            continue
        _, end = value_span(text, start, inside=strings.inside(start))
        closing = text[found.start("user") - 1]
        if closing in "\"'":
            quote = text.find(closing, start, min(len(text), start + 1024))
            end = end if quote < 0 else quote
        covered = end
        numbers = found["user"].isdigit() and text[start:end].isdigit()
        if end > start and not numbers:
            yield start, end


def _user_info(text: str, start: int, stop: int, *, web: bool) -> Span | None:
    authority = _AUTHORITY.match(text, start, stop)
    border = stop if authority is None else authority.end()
    at = text.rfind("@", start, border)
    colon = text.find(":", start, border)
    last = text.rfind("@", start, stop)
    if 0 <= colon < last:
        # without @ before the path it may be a port, and a path such as proxies of Go have
        port = web and text[border : border + 1] == "/" and text[colon + 1 : border].isdigit()
        return None if at < colon and port else (colon + 1, last)
    user = text[start:at] if at >= 0 else ""
    return (start, at) if len(user) >= 20 and user != REDACTED and user.isascii() else None
