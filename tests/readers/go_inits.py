"""Builds and runs the Go program whose inits say how long they were."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import NamedTuple

SOURCE = Path(__file__).parent / "programs" / "inits"
IMITATION = "example.com/imitation"
_GO = {"CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOPROXY": "off", "GOFLAGS": "", "GOWORK": "off"}
_STRACE = (
    "strace", "-f", "--absolute-timestamps=format:unix,precision:ns", "--syscall-times=ns",
)  # fmt: skip


class Run(NamedTuple):
    """What a run left: stderr, the strace log if it was traced, and what its inits say."""

    stderr: Path
    log: Path | None
    marks: list[dict]


def build(folder: Path) -> Path:
    binary = folder / "inits"
    subprocess.run(
        ["go", "build", "-buildvcs=false", "-o", str(binary), "."],
        cwd=SOURCE, env={**os.environ, **_GO}, check=True,
    )  # fmt: skip
    return binary


def run(binary: Path, folder: Path, godebug: str, *, strace=None, chatter=False) -> Run:
    """Run the program; ``strace`` is a list of further flags to trace it with."""
    folder.mkdir()
    stderr, log = folder / "stderr.txt", folder / "strace.log"
    tracer = [] if strace is None else [*_STRACE, *strace, "-o", str(log)]
    environment = {**os.environ, "GODEBUG": godebug, "CHATTER": "1" if chatter else ""}
    with stderr.open("wb") as file:
        done = subprocess.run(
            [*tracer, str(binary)],
            stdout=subprocess.PIPE, stderr=file, env=environment, timeout=60, check=True,
        )  # fmt: skip
    return Run(stderr, None if strace is None else log, json.loads(done.stdout))
