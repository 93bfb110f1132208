"""What ``go tool trace`` says of a trace."""

from __future__ import annotations

import os
import re
import subprocess
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from go_programs import GO

_EVENT = re.compile(r"M=(-?\d+) P=(-?\d+) G=(-?\d+) (\w+) Time=(-?\d+)(.*)")
_MOVE = re.compile(r' (GoID|ProcID)=(-?\d+) (\w+)->(\w+) Reason="(.*)"')
_FRAME = re.compile(r"\t(.*) @ 0x([0-9a-f]+)")
_PLACE = re.compile(r"\t\t(.*):(\d+)")


@dataclass
class Said:
    """One event of ``-d=parsed``."""

    thread: int
    proc: int
    goroutine: int
    kind: str
    time: int
    rest: str
    stack: list[tuple[str, int, str, int]] = field(default_factory=list)
    moving_stack: list[tuple[str, int, str, int]] = field(default_factory=list)

    @property
    def move(self) -> tuple[str, int, str, str, str] | None:
        """The transition: what, its id, from, to and why."""
        found = _MOVE.match(self.rest)
        return None if found is None else (found[1], int(found[2]), *found.group(3, 4, 5))


def run(mode: str, path: Path, *, check: bool = True) -> str:
    done = subprocess.run(
        ["go", "tool", "trace", f"-d={mode}", str(path)],
        env={**os.environ, **GO}, capture_output=True, text=True, check=check,
    )  # fmt: skip
    return done.stdout


def wire(path: Path) -> str:
    """The trace as text, event by event as written."""
    return run("wire", path)


def wire_counts(path: Path) -> Counter[str]:
    """How often each event was written, by name."""
    lines = wire(path).splitlines()
    return Counter(line.split(" ", 1)[0] for line in lines if line and not line.startswith("\t"))


def parsed(path: Path, *, check: bool = True) -> list[Said]:
    """The events as Go's own reader orders them."""
    events: list[Said] = []
    into: list[tuple[str, int, str, int]] = []
    frame = None
    for line in run("parsed", path, check=check).splitlines():
        if found := _EVENT.match(line):
            m, p, g, kind, time, rest = found.groups()
            events.append(Said(int(m), int(p), int(g), kind, int(time), rest))
        elif line in ("Stack=", "TransitionStack="):
            into = events[-1].stack if line == "Stack=" else events[-1].moving_stack
        elif found := _PLACE.match(line):
            assert frame is not None
            into.append((*frame, found[1], int(found[2])))
        elif found := _FRAME.match(line):
            frame = found[1], int(found[2], 16)
    return events
