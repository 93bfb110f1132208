"""Builds and runs the programs that record traces."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from planted.building import build
from planted.programs import PROGRAMS
from planted.running import run

SOURCES = Path(__file__).parent / "programs"
# Nothing but the toolchain that is there, and none of the user's own settings
GO = {"GOTOOLCHAIN": "local", "GOPROXY": "off", "GOFLAGS": "", "GOWORK": "off", "CGO_ENABLED": "0"}


def record(name: str, home: Path, base: Path) -> Path:
    """Record a trace of one of our programs, or of a planted one; return its file."""
    del base
    if name.startswith("planted "):
        return _record_planted(name.removeprefix("planted "), home)
    command, *arguments = name.split()
    binary = home / command
    if not binary.exists():
        subprocess.run(
            ["go", "build", "-trimpath", "-buildvcs=false", "-o", str(binary), f"./{command}"],
            cwd=SOURCES, env={**os.environ, **GO}, check=True,
        )  # fmt: skip
    out = home / f"{name.replace(' ', '-')}.trace"
    subprocess.run([str(binary), str(out), *arguments], check=True, timeout=60)
    return out


def _record_planted(name: str, home: Path) -> Path:
    program = PROGRAMS[name]
    folder = home / "planted"
    folder.mkdir(exist_ok=True)
    if not (folder / program.binary).exists():
        build([program], folder)
    found = run(program, folder, folder, traced=False, go_trace=True).go_trace
    assert found is not None
    return found
