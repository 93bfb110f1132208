"""The lab's network: the service in a namespace of its own, some way from its peers.

Both sides are joined by a TUN forwarder that delays every packet, so that the delays are real
also where the kernel has no packet schedulers. Addresses are of the ranges for documentation.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lab.processes import await_that, run, running

DEVICE = "coldstart0"
SERVICE_SIDE, PEERS_SIDE = "192.0.2.2/24", "192.0.2.1/24"
PEERS = "198.51.100.0/24"
ADDRESSES = {
    "database": "198.51.100.10",
    "sentinel": "198.51.100.11",
    "redis": "198.51.100.12",
    "modules": "198.51.100.20",
    "metadata": "198.51.100.30",
    "fraud": "198.51.100.40",
    "acquirer": "198.51.100.41",
    "scheme": "198.51.100.42",
}
NAMESERVER = "198.51.100.53"
DOMAIN = "lab.example"


@dataclass(frozen=True, slots=True)
class Namespace:
    """A network namespace, kept by a process that does nothing else."""

    pid: int

    @property
    def path(self) -> str:
        """The namespace as a file."""
        return f"/proc/{self.pid}/ns/net"

    def command(self, *argv: str) -> list[str]:
        """Give the command that runs a program in it."""
        return ["nsenter", f"--net={self.path}", "--", *argv]


@contextlib.contextmanager
def joined(tunnel: Path, *, one_way_ms: float) -> Iterator[Namespace]:
    """Make the service's namespace and join it to this one, where its peers are.

    Parameters
    ----------
    tunnel : Path
        The forwarder's program.
    one_way_ms : float
        How long each packet takes.
    """
    for address in [*ADDRESSES.values(), NAMESERVER]:
        run("ip", "address", "add", f"{address}/32", "dev", "lo")
    with running(["unshare", "--net", "sleep", "infinity"]) as keeper:
        here = Namespace(keeper.pid)
        own = Path("/proc/self/ns/net").readlink()
        await_that("a network namespace", lambda: Path(here.path).readlink() != own)
        argv = [str(tunnel), "-far", here.path, "-delay", f"{one_way_ms}ms"]
        with running(argv, says="tunnel ready"):
            _address([], PEERS_SIDE)
            inside = here.command()
            run(*inside, "ip", "link", "set", "lo", "up")
            _address(inside, SERVICE_SIDE)
            run(*inside, "ip", "route", "add", PEERS, "dev", DEVICE)
            yield here


def _address(where: list[str], address: str) -> None:
    run(*where, "ip", "address", "add", address, "dev", DEVICE)
    run(*where, "ip", "link", "set", DEVICE, "txqueuelen", "10000", "up")
