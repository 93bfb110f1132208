"""A real log of the size asked for, and parts of it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from datetime import UTC, datetime
from pathlib import Path

STRACE = ("strace", "-f", "-ttt", "-T", "-yy", "-o")
STAMP = re.compile(rb"^(\d+ +)(\d+)(\.\d+) ", re.M)


def record(log: Path) -> str:
    """Record a build, from an empty cache; returns what was recorded."""
    if shutil.which("strace") is None:
        raise SystemExit("error: strace missing; name a log: --log LOG")
    with tempfile.TemporaryDirectory() as folder:
        if shutil.which("go"):
            command = ["go", "build", "-a", "-o", os.devnull, "std"]
        else:
            # -j: several processes at once, so that calls interrupt one another
            library = sysconfig.get_path("stdlib")
            command = [sys.executable, "-m", "compileall", "-q", "-f", "-j", "4", library]
        environment = {**os.environ, "GOCACHE": folder, "PYTHONPYCACHEPREFIX": folder}
        subprocess.run([*STRACE, log, *command], env=environment, cwd=folder, check=False)
    return " ".join(Path(word).name for word in command)


def repeat(log: Path, target: Path, size: int) -> int:
    """Write a log so often after itself that it has the size; returns how often."""
    times = -(-size // log.stat().st_size)
    with target.open("wb") as file:
        for _ in range(times):
            with log.open("rb") as source:
                shutil.copyfileobj(source, file, 1 << 24)
    return times


def part(log: Path, target: Path, megabytes: float, stamps: str) -> Path:
    """Write the first lines of a log, with the stamps rewritten where -tt is wanted."""
    with log.open("rb") as file:
        text = file.read(int(min(megabytes * 1e6, log.stat().st_size)))
    text = text[: text.rfind(b"\n") + 1]
    if stamps == "time of day":
        text = STAMP.sub(_time_of_day, text)
    target.write_bytes(text)
    return target


def _time_of_day(found: re.Match[bytes]) -> bytes:
    moment = datetime.fromtimestamp(int(found[2]), UTC)
    return found[1] + moment.strftime("%H:%M:%S").encode() + found[3] + b" "
