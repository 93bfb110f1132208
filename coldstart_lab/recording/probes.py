"""How a ready milestone's detail says what was probed, so that the events can tell who answered.

Three forms: ``GET http://127.0.0.1:8080/healthz -> 200 from 127.0.0.1:45678`` (the last being the
probe's own end), ``connect to 127.0.0.1:8080 from 127.0.0.1:45678``, and ``text:REGEX``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_HTTP = re.compile(r"-> (?P<status>\d{3}) from (?P<local>\S+:\d+)$")
_URL = re.compile(
    r"^\S+ http(?P<tls>s?)://(?:[^/?#\s@]*@)?(?:\[[^\]]*\]|[^:/?#\s]*)(?::(?P<port>\d+))?"
)
_PORT = re.compile(r"^connect to (?P<peer>\S*:(?P<port>\d+))(?: from (?P<local>\S+))?$")


@dataclass(frozen=True, slots=True)
class Probe:
    """What a ready milestone's detail says.

    Attributes
    ----------
    local : str or None
        The probe's own end of the connection, such as ``127.0.0.1:45678``.
    port : int or None
        The port that was connected to.
    asked : int or None
        The port that was asked, be it by a connection or by a request.
    pattern : str or None
        The regular expression the program's output matched.
    """

    local: str | None = None
    port: int | None = None
    asked: int | None = None
    pattern: str | None = None


def describe_http(url: str, status: int, local: str) -> str:
    """Say that a URL answered; ``local`` is the probe's own ``address:port`` (``[::1]:45678``)."""
    return f"GET {url} -> {status} from {local}"


def describe_port(address: str, local: str | None = None) -> str:
    """Say that a port accepted a connection; both are ``address:port``."""
    return f"connect to {address}" + ("" if local is None else f" from {local}")


def describe_text(pattern: str) -> str:
    """Say that the program's output matched a regular expression."""
    return f"text:{pattern}"


def parse_detail(detail: str | None) -> Probe:
    """Read a detail back; one of no known form gives a probe that knows nothing."""
    if detail is None:
        return Probe()
    if detail.startswith("text:"):
        return Probe(pattern=detail.removeprefix("text:"))
    if found := _PORT.match(detail):
        port = int(found["port"])
        return Probe(port=port, asked=port, local=found["local"])
    if found := _HTTP.search(detail):
        return Probe(asked=_port_of(detail), local=found["local"])
    return Probe()


def _port_of(detail: str) -> int | None:
    url = _URL.match(detail)
    return url and int(url["port"] or (443 if url["tls"] else 80))
