"""One program under a supervisor: started, watched, ended, its output kept."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coldstart_lab.capture import supervisor as supervisor_module
from coldstart_lab.errors import CaptureError

_START_PATIENCE_S = 60.0
_END_PATIENCE_S = 40.0


@dataclass(frozen=True)
class Ended:
    """How a program came to its end.

    Attributes
    ----------
    exit_code : int or None
        Its exit code; minus the signal's number if a signal ended it.
    signal_sent : str or None
        The strongest signal it was sent: ``SIGTERM``, ``SIGKILL``, or none.
    killed : int
        How many processes had to be ended by SIGKILL.
    left : int
        How many could not be ended at all.
    """

    exit_code: int | None
    signal_sent: str | None = None
    killed: int = 0
    left: int = 0


@dataclass
class Launch:
    """A running program.

    Attributes
    ----------
    before_ns, after_ns : int
        Wall clock just before the spawn and just after it returned, in nanoseconds since 1970.
    pid : int
        The process spawned: the tracer's, where there is one.
    """

    process: subprocess.Popen[bytes]
    pid: int = 0
    before_ns: int = 0
    after_ns: int = 0
    _reports: dict[str, dict[str, Any]] = field(default_factory=dict)
    _news: threading.Condition = field(default_factory=threading.Condition)
    _closed: bool = False

    @property
    def supervisor_pid(self) -> int:
        """The process all of it runs below."""
        return self.process.pid

    @property
    def has_ended(self) -> bool:
        """Whether it failed, or it and all it started have ended."""
        main = self._reports.get("main")
        return "gone" in self._reports or self._closed or bool(main and main["status"])

    def wait(self, seconds: float) -> bool:
        """Wait until it has ended, but not longer than this; return whether it has."""
        with self._news:
            return self._news.wait_for(lambda: self.has_ended, seconds)

    def end(self, grace_s: float) -> Ended:
        """End it and all it started, politely for so many seconds, and wait until that is done."""
        if not self._reports.get("ended"):
            with contextlib.suppress(OSError):
                self._write({"end": grace_s})
            self._wait_for("ended", grace_s + _END_PATIENCE_S)
        report = self._reports.get("ended") or self._reports.get("main") or {}
        return Ended(
            exit_code=report.get("status"),
            signal_sent=report.get("signal"),
            killed=report.get("killed", 0),
            left=report.get("left", 0),
        )

    def _write(self, order: Mapping[str, Any]) -> None:
        pipe = self.process.stdin
        assert pipe is not None
        pipe.write(json.dumps(order).encode() + b"\n")
        pipe.flush()

    def _wait_for(self, event: str, seconds: float) -> dict[str, Any] | None:
        with self._news:
            self._news.wait_for(lambda: event in self._reports or self._closed, seconds)
        return self._reports.get(event)

    def _listen(self) -> None:
        pipe = self.process.stdout
        assert pipe is not None
        for line in pipe:
            report = json.loads(line)
            with self._news:
                self._reports[report.pop("event")] = report
                self._news.notify_all()
        with self._news:
            self._closed = True
            self._news.notify_all()


@contextlib.contextmanager
def launch(
    path: str | Path,
    argv: Sequence[str],
    *,
    environment: Mapping[str, str],
    stdout: int,
    stderr: int,
    cpu: int | None = None,
    traced: bool = False,
) -> Iterator[Launch]:
    """Start a program under a supervisor; on leaving, however that happens, all of it is ended.

    Parameters
    ----------
    path : path-like
        The file to execute.
    argv : sequence of str
        Its arguments, its name first.
    environment : mapping of str to str
        Its whole environment.
    stdout, stderr : int
        File descriptors for its output; they are closed here once it has them.
    cpu : int, optional
        The one CPU it may run on.
    traced : bool
        Whether what is started is a tracer, whose child is the program to be ended.

    Yields
    ------
    Launch
        The running program.

    Raises
    ------
    CaptureError
        If it cannot be started.
    """
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", supervisor_module.__file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        pass_fds=(stdout, stderr),
        start_new_session=True,  # so that the terminal's Ctrl-C leaves the ending to us
    )
    started = Launch(process)
    listener = threading.Thread(target=started._listen, daemon=True)
    listener.start()
    try:
        os.close(stdout)
        os.close(stderr)
        started._write(
            {
                "path": str(path),
                "argv": list(argv),
                "environment": dict(environment),
                "stdout": stdout,
                "stderr": stderr,
                "cpu": cpu,
                "traced": traced,
            }
        )
        report = started._wait_for("spawned", _START_PATIENCE_S)
        if report is None:
            failure = started._reports.get("failed", {"reason": "its supervisor ended"})
            raise CaptureError(f"{argv[0]} cannot be started: {failure['reason']}", path=path)
        started.pid = report["pid"]
        started.before_ns = report["before_ns"]
        started.after_ns = report["after_ns"]
        yield started
    finally:
        started.end(1.0)
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            if pipe is process.stdin:
                with contextlib.suppress(OSError):
                    pipe.close()
        process.wait()
        listener.join()
        assert process.stdout is not None
        process.stdout.close()
