"""What the marks of one run say of its critical path; README.md has their format."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

# The wall clock may be slewed while a program runs, by 500 ppm at the most; not be set
_MOST_DRIFT_NS = 1_000_000


class Part(NamedTuple):
    """A part of the critical path, half-open, by CLOCK_REALTIME."""

    name: str
    cause: str
    begin_ns: int
    end_ns: int
    thread: int | None


@dataclass(frozen=True)
class Marks:
    """The truth of one run.

    Attributes
    ----------
    begin_ns, ready_ns : int
        The window: from the begin of the program's own code to the instant it was ready.
    parts : tuple of Part
        The parts of its critical path in order of time; they do not overlap.
    """

    begin_ns: int
    ready_ns: int
    parts: tuple[Part, ...]

    @property
    def window_ns(self) -> int:
        """Length of the window."""
        return self.ready_ns - self.begin_ns

    @property
    def truth(self) -> dict[str, int]:
        """What the path cost by cause, in ns; what lies between the parts is in none."""
        sums: dict[str, int] = defaultdict(int)
        for part in self.parts:
            sums[part.cause] += part.end_ns - part.begin_ns
        return dict(sums)

    @property
    def unmarked_ns(self) -> int:
        """How much of the window no part covers."""
        return self.window_ns - sum(self.truth.values())


def read_marks(path: Path) -> Marks:
    """Read the marks that the processes of one run wrote.

    Raises
    ------
    ValueError
        If the wall clock was set meanwhile, or the marks are not those of one path.
    """
    marks = [json.loads(line) for line in path.read_text().splitlines()]
    clocks = [mark for mark in marks if mark["mark"] == "clocks"]
    offsets = [clock["realtime_ns"] - clock["monotonic_ns"] for clock in clocks]
    if max(offsets) - min(offsets) > _MOST_DRIFT_NS:
        raise ValueError("the wall clock was set while the program ran")
    offset = sum(offsets) // len(offsets)
    times = defaultdict(list)
    for mark in sorted(marks, key=lambda mark: int(mark["monotonic_ns"])):
        times[mark["mark"]].append({**mark, "time_ns": mark["monotonic_ns"] + offset})
    (window,), (ready,) = times["window"], times["ready"]
    parts = tuple(sorted(_pair(times["begin"], times["end"]), key=lambda part: part.begin_ns))
    bounds = [window["time_ns"], *(at for part in parts for at in part[2:4]), ready["time_ns"]]
    if bounds != sorted(bounds):
        raise ValueError("parts of the path overlap, or leave the window")
    return Marks(window["time_ns"], ready["time_ns"], parts)


def _pair(begins: list[dict[str, Any]], ends: list[dict[str, Any]]) -> list[Part]:
    """Join the begins and ends of one name in order of time."""
    waiting = defaultdict(list)
    for begin in begins:
        waiting[begin["part"]].append(begin)
    parts = []
    for end in ends:
        name = end["part"]
        if not waiting[name]:
            raise ValueError(f"{name!r} did not begin")
        begin = waiting[name].pop(0)
        span = begin["time_ns"], end["time_ns"]
        parts.append(Part(name, begin["cause"], *span, begin.get("thread")))
    if any(waiting.values()):
        raise ValueError(f"{', '.join(name for name, left in waiting.items() if left)} did not end")
    return parts
