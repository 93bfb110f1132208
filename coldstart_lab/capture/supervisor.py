"""Runs one program and ends all it started: a process of its own, standard library only.

It is started by its file's path, so that it loads neither this package nor pandas. It makes
itself the reaper of orphans, so whatever the program forks stays below it in the process tree and
can be ended, and nothing of another program's ever is. One JSON object a line:

in   ``{"path", "argv", "environment", "stdout", "stderr", "cpu", "traced"}``, then
     ``{"end": grace_seconds}``; the end of the input means the same
out  ``{"event": "spawned" | "failed" | "main" | "gone" | "ended", ...}``
"""

from __future__ import annotations

import ctypes
import json
import os
import select
import signal
import time
from pathlib import Path
from typing import Any

_SET_CHILD_SUBREAPER = 36
_TRACER_PATIENCE_S = 20.0
_TICK_S = 0.005


def processes() -> dict[int, tuple[int, str]]:
    """Return parent and state of every live process of this machine, by process id."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_bytes()
            except OSError:  # it ended meanwhile
                continue
            # the name in parentheses may itself hold spaces and parentheses
            state, parent = stat[stat.rindex(b")") + 2 :].split()[:2]
            found[int(entry.name)] = (int(parent), state.decode())
    return found


def descendants(root: int) -> set[int]:
    """Return the live processes below a process; those that only wait to be reaped are dead."""
    table = processes()
    below: set[int] = set()
    frontier = {root}
    while frontier:
        frontier = {pid for pid, (parent, _) in table.items() if parent in frontier} - below
        below |= frontier
    return {pid for pid in below if table[pid][1] not in "ZX"}


class Supervisor:
    """The one program this process runs."""

    def __init__(self, order: dict[str, Any]) -> None:
        self.order = order
        self.main = 0
        self.status: int | None = None
        self.pending = b""

    def spawn(self) -> bool:
        """Start the program in a session of its own and report the instants around it."""
        order = self.order
        environment = {
            os.fsencode(name): os.fsencode(value) for name, value in order["environment"].items()
        }
        usable = os.sched_getaffinity(0)
        if order["cpu"] is not None:
            os.sched_setaffinity(0, {order["cpu"]})
        before_ns = time.time_ns()
        try:
            self.main = os.posix_spawn(
                os.fsencode(order["path"]),
                [os.fsencode(argument) for argument in order["argv"]],
                environment,
                file_actions=[
                    (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
                    (os.POSIX_SPAWN_DUP2, order["stdout"], 1),
                    (os.POSIX_SPAWN_DUP2, order["stderr"], 2),
                ],
                setsid=True,
                setsigmask=[],
                setsigdef=[signal.SIGPIPE, signal.SIGXFSZ],
            )
        except OSError as error:
            report(event="failed", reason=os.strerror(error.errno or 0))
            return False
        after_ns = time.time_ns()
        os.sched_setaffinity(0, usable)
        # the ends of the pipes that stay open must be the program's own, or they never end
        os.close(order["stdout"])
        os.close(order["stderr"])
        report(event="spawned", pid=self.main, before_ns=before_ns, after_ns=after_ns)
        return True

    def reap(self) -> bool:
        """Collect what has ended; return whether anything is left."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return False
            if pid == 0:
                return True
            if pid == self.main:
                self.status = os.waitstatus_to_exitcode(status)
                report(event="main", status=self.status)

    def watch(self, wakeup: int) -> float:
        """Wait until all has ended (-1) or the order to end it comes (its grace in seconds)."""
        poller = select.poll()
        poller.register(0, select.POLLIN | select.POLLHUP)
        poller.register(wakeup, select.POLLIN)
        while True:
            ready = {number for number, _ in poller.poll()}
            if wakeup in ready:
                os.read(wakeup, 4096)
                if not self.reap():
                    return -1.0
            if 0 in ready:
                line = self.read_line()
                return float(json.loads(line)["end"]) if line else 1.0

    def read_line(self) -> bytes:
        """Read one line of orders; empty at the end of the input."""
        while b"\n" not in self.pending:
            chunk = os.read(0, 65536)
            if not chunk:
                return b""
            self.pending += chunk
        line, self.pending = self.pending.split(b"\n", 1)
        return line

    def end(self, grace_s: float) -> None:
        """End the program politely, then what it leaves behind, then by force."""
        tracer = self.main if self.order["traced"] else None
        program = self.program()
        signal_sent = "SIGTERM" if program else None
        killed = 0
        send(program, signal.SIGTERM)
        self.wait_for(program, grace_s)
        rest = self.rest(tracer)
        if rest - program:
            # children often see their parent's end by themselves; ask those that do not
            self.wait_for(rest - program, min(grace_s, 0.1))
            send(self.rest(tracer), signal.SIGTERM)
            self.wait_for(rest, min(grace_s, 1.0))
        while rest := self.rest(tracer):
            if rest & program:
                signal_sent = "SIGKILL"
            killed += len(rest)
            send(rest, signal.SIGKILL)
            if not self.wait_for(rest, 2.0):
                break
        if tracer is not None and not self.wait_for({tracer}, _TRACER_PATIENCE_S):
            send({tracer}, signal.SIGKILL)
            self.wait_for({tracer}, 2.0)
        self.await_status(2.0)
        left = len(descendants(os.getpid()))
        report(event="ended", signal=signal_sent, killed=killed, left=left, status=self.status)

    def program(self) -> set[int]:
        """Return the process the recording is of: below the tracer, where there is one."""
        if not self.order["traced"]:
            return {self.main} if self.status is None else set()
        children = [
            pid
            for pid, (parent, state) in processes().items()
            if parent == self.main and state not in "ZX"
        ]
        return set(children)

    def rest(self, tracer: int | None) -> set[int]:
        """Return what still runs, but for the tracer, which ends by itself."""
        self.reap()
        return descendants(os.getpid()) - {tracer or 0}

    def wait_for(self, pids: set[int], seconds: float) -> bool:
        """Wait until the processes have ended; return whether they have."""
        until = time.monotonic() + seconds
        while True:
            self.reap()
            if not pids & descendants(os.getpid()):
                return True
            if time.monotonic() >= until:
                return False
            time.sleep(_TICK_S)

    def await_status(self, seconds: float) -> None:
        """Wait for the program's exit status: its first thread can be gone before the others."""
        until = time.monotonic() + seconds
        while self.reap() and self.status is None and time.monotonic() < until:
            time.sleep(_TICK_S)


def send(pids: set[int], number: signal.Signals) -> None:
    """Send a signal to processes that may end meanwhile or may not be ours to signal."""
    for pid in pids:
        try:
            os.kill(pid, number)
        except (ProcessLookupError, PermissionError):
            continue


def report(**fields: str | int | None) -> None:
    """Tell the recorder; that it may be gone is no reason to leave the program running."""
    try:
        os.write(1, json.dumps(fields).encode() + b"\n")
    except BrokenPipeError:
        return


def main() -> None:
    """Carry out one order."""
    ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    supervisor = Supervisor({})
    line = supervisor.read_line()
    if not line:
        return
    supervisor.order = json.loads(line)
    if not supervisor.spawn():
        return
    grace_s = supervisor.watch(reading)
    if grace_s < 0:
        report(event="gone", status=supervisor.status)
        if not supervisor.read_line():
            return
    supervisor.end(max(grace_s, 0.0))


if __name__ == "__main__":
    main()
