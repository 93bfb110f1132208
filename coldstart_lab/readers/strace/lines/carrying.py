"""What one batch of a log leaves to the next: calls that are still open, who is alive, the time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coldstart_lab.readers.strace.grammar.kinds import NO_PID, NO_TIME, RESUMED, Clock
from coldstart_lab.readers.strace.lines.clock import follow, place_times
from coldstart_lab.readers.strace.lines.columns import Lines, line_stops

_ANNOUNCED = b"strace: Process %d attached\n"
_NUMBERED = ("line", "event_line")


def _none() -> NDArray[np.int64]:
    return np.empty(0, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Carried:
    """What is known of a log before a batch of it.

    Attributes
    ----------
    text : bytes
        Lines to be put before the batch: an announcement for each thread alive, where strace tells
        threads apart by that, and the begins of calls that are still open.
    line, offset : arrays of int64
        For each of these lines its number and first byte in the log; 0 for an announcement.
    time_ns, pid : arrays of int64
        Their times, as placed, and threads; -1 for none.
    lines, size : int
        Lines and bytes of the log before the batch.
    last_ns : int
        The last time before the batch; -1 for none.
    coloured : bool
        Whether a batch before it had colours.
    """

    text: bytes = b""
    line: NDArray[np.int64] = field(default_factory=_none)
    offset: NDArray[np.int64] = field(default_factory=_none)
    time_ns: NDArray[np.int64] = field(default_factory=_none)
    pid: NDArray[np.int64] = field(default_factory=_none)
    lines: int = 0
    size: int = 0
    last_ns: int = NO_TIME
    coloured: bool = False

    def place(self, lines: Lines) -> tuple[NDArray[np.int64], Clock]:
        """Place the times of a batch after those before it."""
        first = len(self.line)
        understood = lines.kind[first:] <= RESUMED
        times, clock = place_times(lines.time_ns[first:], lines.clock[first:], understood)
        if self.last_ns != NO_TIME:
            times = follow(times, clock, self.last_ns, lines.time_ns[first:])
        return np.concatenate((self.time_ns, times)), clock

    def number(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Give the rows of a batch's table their line numbers and offsets in the whole log."""
        if not self.lines or frame.empty:
            return frame
        numbered: dict[str, Any] = {}
        first = len(self.line)
        for name in frame.columns.intersection(list(_NUMBERED)):
            at = frame[name]
            row = at.fillna(1).to_numpy(np.int64) - 1
            number = _either(self.line, row, row - first + self.lines + 1)
            numbered[name] = at.where(at.isna(), pd.Series(number, frame.index).astype(at.dtype))
        if "offset" in frame:
            row = frame["line"].to_numpy() - 1
            new = frame["offset"].to_numpy() - len(self.text) + self.size
            numbered["offset"] = _either(self.offset, row, new)
        return frame.assign(**numbered)

    def after(
        self,
        buf: NDArray[np.uint8],
        lines: Lines,
        still_open: NDArray[np.int64],
        alive: NDArray[np.int64],
        *,
        coloured: bool,
    ) -> Carried:
        """Say what is known after a batch.

        Parameters
        ----------
        buf : array of uint8
            The batch, after ``text``.
        lines : Lines
            Its lines, with their times as placed.
        still_open : array of int64
            Rows of the calls that have begun and not ended.
        alive : array of int64
            Threads that are alive; none where the log tells them apart without it.
        coloured : bool
            Whether the log has colours.

        Returns
        -------
        Carried
            What the next batch needs.
        """
        announced = [_ANNOUNCED % thread for thread in alive.tolist()]
        stops = line_stops(buf, lines, still_open)
        begun = [
            buf[start:stop].tobytes() + b"\n"
            for start, stop in zip(lines.offset[still_open], stops, strict=True)
        ]
        first = len(self.line)
        number = _either(self.line, still_open, still_open - first + self.lines + 1)
        new = lines.offset[still_open] - len(self.text) + self.size
        times = lines.time_ns[first:]
        timed = times[times != NO_TIME]
        unknown = np.zeros(len(announced), dtype=np.int64)
        return Carried(
            text=b"".join(announced + begun),
            line=np.append(unknown, number),
            offset=np.append(unknown, _either(self.offset, still_open, new)),
            time_ns=np.append(unknown + NO_TIME, lines.time_ns[still_open]),
            pid=np.append(unknown + NO_PID, lines.pid[still_open]),
            lines=self.lines + len(lines.kind) - first,
            size=self.size + len(buf) - len(self.text),
            last_ns=int(timed[-1]) if len(timed) else self.last_ns,
            coloured=coloured,
        )


def _either(
    old: NDArray[np.int64], row: NDArray[np.int64], new: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Take a row's value from ``old`` if it was carried into the batch, else from ``new``."""
    return np.where(row < len(old), np.append(old, 0)[np.minimum(row, len(old))], new)


# Before the first batch
NOTHING = Carried()
