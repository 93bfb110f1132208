"""What the tests of stacks, dumps, counts and messages share: small logs, and programs traced."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import numpy as np

from coldstart_lab.readers.strace import read_buffer

SOURCES = Path(__file__).parent / "programs"


def read(log):
    """Read the text of a log; characters are bytes."""
    data = log.encode("latin-1") if isinstance(log, str) else log
    return read_buffer(np.frombuffer(data, dtype=np.uint8), source=Path("log"))


def build(source, program, *flags):
    """Compile one of the programs beside the tests."""
    command = ["gcc", "-g", "-O1", "-pthread", *flags, "-o", program, SOURCES / source]
    subprocess.run(command, check=True)
    return program


def trace(folder, flags, *command, to="file"):
    """Run a command under strace; returns the log: a file of its own, or stderr."""
    log = folder / "log"
    target = ["-o", str(log)] if to == "file" else []
    with (folder / "stderr").open("wb") as stderr:
        subprocess.run(
            ["strace", *flags.split(), *target, "--", *map(str, command)],
            cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=stderr,
            timeout=60, check=False, env={**os.environ, "LC_ALL": "C"},
        )  # fmt: skip
    return log if to == "file" else folder / "stderr"
