"""Runs a program: its peer outside the trace, its log, its marks, its runtime/trace."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from planted.building import build
from planted.marks import Marks, read_marks
from planted.programs import PROGRAMS, Program

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# -C writes the table of -c behind the log, so that both are of one run
STRACE = (
    "strace", "-f", "-C", "-Y", "--absolute-timestamps=format:unix,precision:ns",
    "--syscall-times=ns", "-yy", "-s", "256", "-o",
)  # fmt: skip
_LONGEST_S = 60
_ATTEMPTS = 5
# A run that hands on for longer than it does what is planted was held up: its marks say too little
_MOST_UNMARKED = 0.5
_UNSHARE = ("unshare", "--net", "--mount", "--")


@dataclass(frozen=True)
class Run:
    """What one run of a program left.

    Attributes
    ----------
    program : Program
        The program.
    marks : Marks
        Its own marks: the truth.
    log : Path or None
        The strace log, if it was traced.
    go_trace : Path or None
        Its runtime/trace, if that was asked for and it is a Go program.
    """

    program: Program
    marks: Marks
    log: Path | None
    go_trace: Path | None


def missing(program: Program) -> str | None:
    """Say why a program cannot be built or run here; None where it can."""
    lacks = [tool for tool in program.needs if shutil.which(tool) is None]
    if lacks:
        return f"{', '.join(lacks)} missing"
    if program.private_network and not _can_unshare():
        return "no right to make a network namespace"
    if program.peer[-1:] == ("far",) and not os.access("/dev/net/tun", os.W_OK):
        return "/dev/net/tun missing"
    return None


def build_once(place: Path) -> Path:
    """Build all programs that can be built here, unless that was done; return their folder."""
    folder, done = place / "planted", place / "planted.done"
    if not done.exists():
        folder.mkdir(exist_ok=True)
        build([program for program in PROGRAMS.values() if missing(program) is None], folder)
        done.touch()
    return folder


@cache
def _can_unshare() -> bool:
    done = subprocess.run([*_UNSHARE, "true"], capture_output=True, check=False)
    return done.returncode == 0


def run(program: Program, built: Path, out: Path, *, traced: bool, go_trace: bool = False) -> Run:
    """Run a built program once.

    Parameters
    ----------
    program : Program
        The program.
    built : Path
        The folder it was built into.
    out : Path
        Where what it leaves goes; files of a run before are replaced.
    traced : bool
        Whether strace watches it.
    go_trace : bool
        Whether a Go program records its runtime/trace as well, which costs it some time.

    Raises
    ------
    RuntimeError
        If the program did not say that it was ready, or its peer not where it is, or if it was
        held up too often.
    CalledProcessError
        If it failed.
    ValueError
        If its marks are none of one path.
    """
    log, marks, trace = (out / f"{program.name}.{kind}" for kind in ("log", "marks", "trace"))
    environment = dict(os.environ)
    if go_trace and program.is_go:
        environment["PLANTED_TRACE"] = str(trace)
    for _ in range(_ATTEMPTS):
        for path in (log, marks, trace):
            path.unlink(missing_ok=True)
        tracer = [*STRACE, str(log)] if traced else []
        said = _run_once(program, built, tracer, marks, environment)
        if said == "spoiled\n":
            continue
        if said != "ready\n":
            raise RuntimeError(f"{program.name} did not say that it is ready, but {said!r}")
        truth = read_marks(marks)
        if truth.unmarked_ns < _MOST_UNMARKED * truth.window_ns:
            found = trace if trace.exists() else None
            return Run(program, truth, log if traced else None, found)
    raise RuntimeError(f"{program.name} was held up {_ATTEMPTS} times: the machine is too busy")


def _run_once(
    program: Program, built: Path, tracer: list[str], marks: Path, environment: dict[str, str]
) -> str:
    """Run a program with its peer, and return what it said."""
    with _peer_of(program, built) as (address, way_in):
        own = [*program.launcher, str(built / program.binary), *program.args]
        argv = [word.replace("{peer}", address) for word in _fill_in(own, built)]
        done = subprocess.run(
            [*way_in, *tracer, *argv, str(marks)],
            stdout=subprocess.PIPE, text=True, env=environment, timeout=_LONGEST_S, check=True,
        )  # fmt: skip
    return done.stdout


def _fill_in(words: list[str], built: Path) -> list[str]:
    return [
        word.replace("{folder}", str(built)).replace("{python}", sys.executable) for word in words
    ]


@contextmanager
def _peer_of(program: Program, built: Path) -> Iterator[tuple[str, list[str]]]:
    """Start a program's peer; give its address, and the command that leads to its network."""
    if not program.peer:
        yield "", []
        return
    own = _UNSHARE if program.private_network else ()
    command = [*own, *_fill_in(list(program.peer), built)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as peer:
        try:
            assert peer.stdout is not None
            address = peer.stdout.readline().strip()
            if not address:
                raise RuntimeError(f"the peer of {program.name} did not start")
            spaces = [
                f"--{kind}=/proc/{peer.pid}/ns/{name}"
                for kind, name in (("net", "net"), ("mount", "mnt"))
            ]
            yield address, ["nsenter", *spaces, "--"] if own else []
        finally:
            peer.kill()
