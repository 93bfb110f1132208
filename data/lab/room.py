"""A neutral place to record in: a machine called lab, whose only network is loopback.

A recording shows what the program read: the machine's name, its name servers, its mounts. So
starts are recorded in namespaces of their own (names, mounts, network, control groups, process
ids), with a hosts file, a name server and a host name that say nothing about the machine. That
needs root; nothing outside is changed, and everything ends with the process.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

NAME = "lab"
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
NAMESERVER = "127.0.0.53"

_INSIDE = "COLDSTART_LAB_INSIDE"
_FILES = {
    "hosts": "127.0.0.1 localhost\n127.0.1.1 lab\n",
    "hostname": "lab\n",
    "resolv.conf": "nameserver {nameserver}\noptions edns0\n",
    "nsswitch.conf": "hosts: files dns\n",
}
# mounts that a program may read from and that are the same everywhere
_COMMON = ("/", "/proc", "/sys", "/dev")


def enter(prefix: Path, *, nameserver: str = NAMESERVER) -> None:
    """Go on inside the lab: run this program once more there, unless it is there already.

    Parameters
    ----------
    prefix : Path
        Folder below which the lab's own files are kept.
    nameserver : str
        Address of the name server that programs in the lab ask.
    """
    if os.environ.get(_INSIDE) == "1":
        _furnish(prefix / "etc", nameserver)
        return
    if os.geteuid() != 0:
        sys.exit("the lab needs root, for namespaces of its own")
    for tool in ("unshare", "ip", "mount", "umount", "strace"):
        if shutil.which(tool) is None:
            sys.exit(f"the lab needs {tool}")
    unshare = ["unshare", "--mount", "--uts", "--net", "--cgroup", "--pid", "--mount-proc"]
    argv = [*unshare, "--fork", "--kill-child", "--", sys.executable, *sys.argv]
    environment = {**ENVIRONMENT, "PATH": os.environ["PATH"], _INSIDE: "1"}
    sys.exit(subprocess.run(argv, env=environment, check=False).returncode)


def _furnish(folder: Path, nameserver: str) -> None:
    socket.sethostname(NAME)
    _run("ip", "link", "set", "lo", "up")
    _drop_other_mounts()
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in _FILES.items():
        target = Path("/etc") / name
        (folder / name).write_text(text.format(nameserver=nameserver))
        if target.exists():
            _run("mount", "--bind", str(folder / name), str(target.resolve()))


def _drop_other_mounts() -> None:
    """Unmount, for this process only, what is not part of every system."""
    lines = Path("/proc/self/mounts").read_text().splitlines()
    for point in reversed([line.split()[1] for line in lines]):
        if not any(point == top or (top != "/" and point.startswith(top + "/")) for top in _COMMON):
            _run("umount", "--lazy", point)


def _run(*argv: str) -> None:
    subprocess.run(argv, check=True)
