"""The program's output streams: kept in files, and watched for the text that says it is ready."""

from __future__ import annotations

import os
import re
import selectors
import threading
import time
from pathlib import Path
from typing import BinaryIO

from coldstart_lab.capture.sighting import Sighting
from coldstart_lab.errors import CaptureError
from coldstart_lab.recording import describe_text

# While the text is awaited every look is this short: the bound on when it was written is the time
# since the last look that did not see it.
_LOOK_S = 0.002
_IDLE_S = 0.25
_CHUNK = 1 << 16
_LONGEST_LINE = 1 << 16


class OutputReader:
    """Copies the program's output from pipes to files, noting when a pattern first appears.

    Parameters
    ----------
    files : dict of int to Path
        Where to keep what each pipe's reading end gives.
    pattern : re.Pattern of str, optional
        Searched for in each line, decoded as UTF-8; a line need not be complete.
    """

    def __init__(self, files: dict[int, Path], pattern: re.Pattern[str] | None = None) -> None:
        self._files = files
        self._pattern = pattern
        self._tails = dict.fromkeys(files, b"")
        self._seen = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._copy, daemon=True)
        self._error: OSError | None = None
        self.sighting: Sighting | None = None

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def wait(self, seconds: float) -> Sighting | None:
        """Wait for the pattern, but not longer than this."""
        self._seen.wait(seconds)
        return self.sighting

    def finish(self, seconds: float = 2.0) -> None:
        """Read on to the end of the pipes, but not longer than this, and close the files.

        Raises
        ------
        CaptureError
            If the output could not be written.
        """
        self._thread.join(seconds)
        self._stop.set()
        self._thread.join()
        if self._error is not None:
            raise CaptureError(
                f"the program's output cannot be kept: {self._error.strerror}"
            ) from self._error

    def _copy(self) -> None:
        outputs: dict[int, BinaryIO] = {
            number: path.open("wb", buffering=0) for number, path in self._files.items()
        }
        last_look_ns = time.time_ns()
        with selectors.DefaultSelector() as selector:
            for number in outputs:
                selector.register(number, selectors.EVENT_READ)
            while outputs and not self._stop.is_set():
                waiting = self._pattern is not None and self.sighting is None
                look_ns = time.time_ns()
                for key, _ in selector.select(_LOOK_S if waiting else _IDLE_S):
                    chunk = os.read(key.fd, _CHUNK)
                    now_ns = time.time_ns()
                    if waiting:
                        self._search(key.fd, chunk, now_ns, last_look_ns)
                    if chunk:
                        self._keep(outputs[key.fd], chunk)
                    else:
                        selector.unregister(key.fd)
                        outputs.pop(key.fd).close()
                        os.close(key.fd)
                last_look_ns = look_ns
        for number, output in outputs.items():
            output.close()
            os.close(number)

    def _keep(self, output: BinaryIO, chunk: bytes) -> None:
        # on a full disk go on reading: the program must not come to a halt in its own writing
        if self._error is None:
            try:
                output.write(chunk)
            except OSError as error:
                self._error = error

    def _search(self, number: int, chunk: bytes, now_ns: int, last_look_ns: int) -> None:
        if self._pattern is None or self.sighting is not None:
            return
        lines = (self._tails[number] + chunk).split(b"\n")
        self._tails[number] = lines[-1][-_LONGEST_LINE:]
        if any(self._pattern.search(_text(line)) for line in lines):
            detail = describe_text(self._pattern.pattern)
            self.sighting = Sighting(now_ns, now_ns - last_look_ns, detail)
            self._seen.set()


def _text(line: bytes) -> str:
    return line.decode("utf-8", "replace").rstrip("\r")
