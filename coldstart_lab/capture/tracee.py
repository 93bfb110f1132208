"""The traced program itself, as its log shows it: strace ends only after its last child has."""

from __future__ import annotations

import re
import time
from pathlib import Path

_PAUSE_S = 0.05


class Tracee:
    """Tells whether the program has failed although processes it started run on.

    Parameters
    ----------
    log : Path
        The log strace writes, a line at a time.
    """

    def __init__(self, log: Path) -> None:
        self._log = log
        self._pid: int | None = None
        self._next_s = 0.0

    def has_failed(self) -> bool:
        """Whether it ended with anything but 0; asks the system a few times a second at most."""
        if time.monotonic() < self._next_s:
            return False
        self._next_s = time.monotonic() + _PAUSE_S
        if self._pid is None:
            self._pid = self._first_pid()
        if self._pid is None or Path(f"/proc/{self._pid}").exists():
            return False
        said = re.compile(
            rb"^%d(?:<.*?>)? +[\d.]+ \+\+\+ (?:exited with (\d+)|killed by .*) \+\+\+$" % self._pid,
            re.MULTILINE,
        )
        ends = said.findall(self._log.read_bytes())
        if not ends:  # strace is about to write it
            return False
        self._next_s = float("inf")
        return bool(ends[0] != b"0")

    def _first_pid(self) -> int | None:
        try:
            with self._log.open("rb") as file:
                found = re.match(rb"(\d+)[< ]", file.read(64))
        except FileNotFoundError:
            return None
        return int(found[1]) if found else None
