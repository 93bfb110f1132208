"""Probes that see from outside when a service is ready: an HTTP answer or an open port."""

from __future__ import annotations

import base64
import re
import socket
import ssl
import struct
import time
from typing import TYPE_CHECKING, Protocol
from urllib.parse import unquote, urlsplit

from coldstart_lab.capture.sighting import Sighting
from coldstart_lab.errors import UsageError
from coldstart_lab.recording import describe_http, describe_port
from coldstart_lab.redaction import redact

if TYPE_CHECKING:
    from coldstart_lab.capture.output import OutputReader

# Refused connections cost the service nothing (it has no socket yet), so these are asked for
# often; a service that answers "not yet" is asked less often, as each answer is work of its own.
_REFUSED_PAUSE_S = 0.001
_NOT_YET_PAUSE_S = 0.010
_DRAIN_S = 0.25
_LARGEST_HEAD = 1 << 16
_STATUS = re.compile(rb"HTTP/\d(?:\.\d)? (\d{3})\b")


class Probe(Protocol):
    """Something that can be asked again and again whether the program is ready."""

    pause_s: float

    def look(self, seconds: float) -> Sighting | None:
        """Look once, for at most so many seconds; None if it is not ready yet."""


class TextProbe:
    """Waits until the program's output matches a pattern.

    Parameters
    ----------
    reader : OutputReader
        The reader that searches the output.
    """

    pause_s = 0.0

    def __init__(self, reader: OutputReader) -> None:
        self._reader = reader

    def look(self, seconds: float) -> Sighting | None:
        """Wait shortly for the reader to have seen it."""
        return self._reader.wait(min(seconds, 0.02))


class Door:
    """One address to connect to, always from the same local port until it opens.

    Keeping the port matters: a port picked anew for each attempt will, after some thousand, be the
    very one that is knocked at; the socket then connects to itself and the service cannot listen.
    """

    def __init__(self, family: socket.AddressFamily, address: tuple[str, int]) -> None:
        self.family = family
        self.address = address
        self._socket: socket.socket | None = None

    def knock(self, seconds: float) -> socket.socket | None:
        """Try to connect; None if nobody listens."""
        knocking = self._socket or self._bound()
        self._socket = None
        # A blocking socket, for after a refusal only that can be used again at once.
        knocking.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, _timeval(seconds))
        try:
            knocking.connect(self.address)
        except ConnectionRefusedError:
            self._socket = knocking
            return None
        except OSError:
            knocking.close()
            return None
        return knocking

    def close(self) -> None:
        """Give the local port back."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _bound(self) -> socket.socket:
        anywhere = "::" if self.family == socket.AF_INET6 else "0.0.0.0"
        while True:
            with self._fresh() as scout:
                scout.bind((anywhere, 0))
                port = scout.getsockname()[1]
            if port == self.address[1]:
                continue
            bound = self._fresh()
            try:
                # only a port that was asked for by its number is kept when a connection is refused
                bound.bind((anywhere, port))
            except OSError:  # somebody else took it meanwhile
                bound.close()
                continue
            return bound

    def _fresh(self) -> socket.socket:
        fresh = socket.socket(self.family, socket.SOCK_STREAM)
        if self.family == socket.AF_INET6:
            fresh.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        return fresh


class _Knocker:
    """What probes that connect have in common."""

    doors: list[Door]

    def answered_already(self) -> str | None:
        """Return the first address that accepts a connection, if any does."""
        for door in self.doors:
            opened = door.knock(1.0)
            if opened is not None:
                opened.close()
                return _show(door.address)
        return None

    def close(self) -> None:
        """Give the local ports back."""
        for door in self.doors:
            door.close()


class PortProbe(_Knocker):
    """Connects to a TCP port of this machine.

    Parameters
    ----------
    port : int
        The port; tried on 127.0.0.1 and on ::1.
    """

    def __init__(self, port: int) -> None:
        if not 0 < port < 65536:
            raise UsageError(f"{port} is no TCP port", hint="ports go from 1 to 65535")
        self.pause_s = _REFUSED_PAUSE_S
        self.doors = [Door(socket.AF_INET, ("127.0.0.1", port))]
        if _has_ipv6():
            self.doors.append(Door(socket.AF_INET6, ("::1", port)))
        self._failed_ns = time.time_ns()

    def look(self, seconds: float) -> Sighting | None:
        """Connect once to each address."""
        begin_ns = time.time_ns()
        for door in self.doors:
            opened = door.knock(seconds)
            if opened is not None:
                now_ns = time.time_ns()
                with opened:
                    detail = describe_port(_show(door.address), _show(opened.getsockname()))
                return Sighting(now_ns, now_ns - self._failed_ns, detail)
        self._failed_ns = begin_ns
        return None


class UrlProbe(_Knocker):
    """Asks for a URL until it answers with a status of 200 to 299.

    Certificates are not verified: the question is when the service answers, not who it is.

    Parameters
    ----------
    url : str
        An http or https URL; credentials in it are sent and left out of what is recorded.

    Raises
    ------
    UsageError
        If it is no such URL, or its host has no address.
    """

    def __init__(self, url: str) -> None:
        try:
            parts = urlsplit(url)
            if parts.scheme not in ("http", "https"):
                raise ValueError("it does not begin with http:// or https://")  # noqa: TRY301
            port = parts.port or (443 if parts.scheme == "https" else 80)
            host = parts.hostname or ""
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM) if host else []
        except (ValueError, OSError) as error:
            raise UsageError(f"cannot probe {redact(url)}: {error}", hint=_URL_HINT) from error
        if not found:
            raise UsageError(f"cannot probe {redact(url)}: it names no host", hint=_URL_HINT)
        self.doors = [Door(family, address[:2]) for family, _, _, _, address in found]  # type: ignore[arg-type]
        self.pause_s = _REFUSED_PAUSE_S
        self._host = host
        self._tls = _unverified() if parts.scheme == "https" else None
        self._request = _request(parts.path, parts.query, parts.netloc)
        shown = parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment="")
        self._shown = redact(shown.geturl())
        self._failed_ns = time.time_ns()

    def look(self, seconds: float) -> Sighting | None:
        """Connect once to each address and, where it opens, ask once."""
        begin_ns = time.time_ns()
        self.pause_s = _REFUSED_PAUSE_S
        for door in self.doors:
            opened = door.knock(seconds)
            if opened is None:
                continue
            with opened:
                opened.settimeout(max(seconds, 0.001))
                local = _show(opened.getsockname())
                status, now_ns = self._ask(opened, seconds)
            if status is not None and 200 <= status < 300:
                detail = describe_http(self._shown, status, local)
                return Sighting(now_ns, now_ns - self._failed_ns, detail)
            self.pause_s = _NOT_YET_PAUSE_S
        self._failed_ns = begin_ns
        return None

    def _ask(self, opened: socket.socket, seconds: float) -> tuple[int | None, int]:
        until = time.monotonic() + seconds
        head = b""
        now_ns = 0
        try:
            if self._tls is not None:
                opened = self._tls.wrap_socket(opened, server_hostname=self._host)
            with opened:
                opened.sendall(self._request)
                while b"\r\n\r\n" not in head and len(head) < _LARGEST_HEAD:
                    opened.settimeout(max(until - time.monotonic(), 0.001))
                    chunk = opened.recv(1 << 16)
                    now_ns = time.time_ns()
                    if not chunk:
                        break
                    head += chunk
                _drain(opened)
        except OSError:  # reset, closed, timed out, or no TLS: not ready yet
            return None, now_ns
        status = _STATUS.match(head)
        return (int(status[1]) if status else None), now_ns


_URL_HINT = "such as http://127.0.0.1:8080/healthz"


def _drain(opened: socket.socket) -> None:
    # Let the service finish its answer and close first, then reset: so neither end is left in
    # TIME_WAIT, which would keep the next start from listening on the same port.
    until = time.monotonic() + _DRAIN_S
    opened.settimeout(_DRAIN_S)
    try:
        while opened.recv(1 << 16):
            opened.settimeout(max(until - time.monotonic(), 0.001))
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    except OSError:  # the answer is known; how its connection ends does not change it
        return


def _request(path: str, query: str, netloc: str) -> bytes:
    credentials, _, host = netloc.rpartition("@")
    target = (path or "/") + (f"?{query}" if query else "")
    lines = [
        f"GET {target} HTTP/1.1",
        f"Host: {host}",
        "User-Agent: coldstart",
        "Accept: */*",
        "Connection: close",
    ]
    if credentials:
        lines.append(
            f"Authorization: Basic {base64.b64encode(unquote(credentials).encode()).decode()}"
        )
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _unverified() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as trial:
            trial.bind(("::1", 0))
    except OSError:
        return False
    return True


def _timeval(seconds: float) -> bytes:
    # zero would mean no limit
    whole, rest = divmod(max(int(seconds * 1e6), 1000), 1_000_000)
    return struct.pack("ll", whole, rest)


def _show(address: tuple[str, int]) -> str:
    host, port = address[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
