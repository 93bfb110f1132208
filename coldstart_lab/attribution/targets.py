"""What one descriptor stands for, in the words of strace's -yy."""

from __future__ import annotations

import re
from dataclasses import dataclass

UNKNOWN = "?"
UNNAMED = "unix socket"
_PAIR = re.compile(r"^([A-Z]+)(?:-Lite)?(?:v6)?:\[(.+)->(.+)\]$")
_BOUND = re.compile(r"^(TCP|UDP)(?:v6)?:\[(.*:\d+)\]$")
_UNIX = re.compile(r'(?s)^UNIX-?([A-Z]*):\[([\d?]+)(?:->([\d?]+))?(?:,\s*@?"(.*)")?\]$')
_MAPPED = re.compile(r"\[::ffff:([0-9.]+)\]")
_THIS_HOST = re.compile(r"^(?:127\.[0-9.]+|\[::1?\]|0\.0\.0\.0)(?=:\d+$)")


@dataclass(frozen=True, slots=True)
class Target:
    """What one annotation of -yy stands for.

    Attributes
    ----------
    family : str
        pipe, socket (connected), listener, datagram (a socket of datagrams without one peer),
        eventfd, timerfd, epoll, file, memory or other.
    own, peer : str
        Names of this end and of the other one, empty where the text does not tell; equal names
        are one end.
    subject : str
        How a person would name it: a path, or the peer's address.
    """

    family: str
    own: str
    peer: str
    subject: str


def parse_target(text: str) -> Target:
    """Parse the text between the angle brackets.

    Parameters
    ----------
    text : str
        Such as ``TCP:[127.0.0.1:45076->127.0.0.1:5432]``, ``pipe:[1234]`` or ``/etc/hosts``; with
        ``?`` for what is not known.

    Returns
    -------
    Target
        What it stands for.
    """
    if text.startswith("/"):
        path = re.sub(r"<(?:char|block) \d+:\d+>$", "", text).removesuffix(" (deleted)")
        family = "memory" if path.startswith(("/memfd:", "/dev/zero")) else "file"
        return Target(family, text, text, path)
    if text.startswith("pipe:["):
        own = "" if UNKNOWN in text else text
        return Target("pipe", own, own, "pipe")
    if unix := _UNIX.match(text):
        return _unix(*unix.groups())
    if pair := _PAIR.match(text):
        protocol, *ends = pair.groups()
        return _pair(protocol, *(_MAPPED.sub(r"\1", end) for end in ends))
    if bound := _BOUND.match(text):
        address = _MAPPED.sub(r"\1", bound[2])
        if bound[1] == "UDP":
            return Target("datagram", datagram_end(address), "", address)
        return Target("listener", address, address, address)
    if text.startswith("UDP"):
        return Target("datagram", "", "", text)
    if "eventfd" in text:
        return Target("eventfd", "", "", "eventfd")
    if "timerfd" in text:
        return Target("timerfd", text, text, "timer")
    if "eventpoll" in text:
        return Target("epoll", text, text, "epoll")
    own = "" if UNKNOWN in text else text
    return Target("other", own, own, text)


def _unix(kind: str, here: str, there: str | None, path: str | None) -> Target:
    own, peer = (f"unix {end}" if end and end != UNKNOWN else "" for end in (here, there))
    # a name that is longer than needed is filled with zeros
    path = path and path.rstrip("\0")
    family = "listener" if path and not there and kind != "DGRAM" else "socket"
    return Target(family, own, peer, path or UNNAMED)


def _pair(protocol: str, here: str, there: str) -> Target:
    subject = "socket" if there == UNKNOWN else there
    if protocol == "UDP":
        # whoever sends to this address is heard here: the sender's end need not be connected
        own = "" if UNKNOWN in here else datagram_end(here)
        return Target("socket", own, datagram_end(there), subject)
    if UNKNOWN in here or UNKNOWN in there:
        return Target("socket", "", "", subject)
    return Target("socket", f"{here}->{there}", f"{there}->{here}", subject)


def datagram_end(address: str) -> str:
    """Name the end of datagrams at an address."""
    return f"udp {on_this_host(address)}"


def on_this_host(address: str) -> str:
    """Strip loopback and wildcard addresses: on one machine they name the same port."""
    return _THIS_HOST.sub("", address)
