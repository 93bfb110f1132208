"""Versions of what the programs recorded were built with and talk to."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping

BUILD = {"go": ("go", "version"), "gcc": ("gcc", "-dumpfullversion")}
SERVERS = {"postgresql": ("psql", "--version"), "redis": ("redis-server", "--version")}


def versions(commands: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Return the first version number that each command prints."""
    found = {}
    for name, command in commands.items():
        text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        number = re.search(r"\d+(?:\.\d+)+", text)
        found[name] = number[0] if number else "unknown"
    return found
