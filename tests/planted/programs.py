"""Programs whose truth is known: how each is built, and what its own marks say of its start.

>>> argv = programs.build("lock", folder)             # the last argument: its marks
>>> subprocess.run(["strace", "-f", ..., *argv])      # it says "ready" on its output and ends
>>> marks = programs.read_marks("lock", argv[-1])
>>> programs.truth(marks)                             # {"timer": 30123456, "cpu": 25001234}

The parts of the critical path are what is marked, and nothing else is: a part runs from the mark
"NAME begin" to "NAME end". Decoys are not marked, so blame that falls on them is wrong. Between
the parts lies only what it takes to hand on: calls, wake-ups, and the tracer's cost of both.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

Category = Literal["timer", "cpu", "process", "network", "files", "lock"]
Place = Literal["main", "thread", "child"]

SOURCES = Path(__file__).parent
_CC = ("gcc", "-O1", "-Wall", "-Wextra", "-Werror", "-pthread")


class Step(NamedTuple):
    """What a part of the path costs, and where it runs."""

    category: Category
    place: Place = "main"


@dataclass(frozen=True)
class Program:
    """A program whose truth is known.

    Attributes
    ----------
    name : str
        What it is called here.
    about : str
        What it shows.
    source : str
        Its C file, or its Go package, below this folder.
    path : dict of str to Step
        The parts of its critical path by the names of their marks.
    library : str or None
        A C file that is built as a shared library beside it.
    """

    name: str
    about: str
    source: str
    path: dict[str, Step]
    library: str | None = None

    @property
    def needs(self) -> str:
        """The tool it takes to build it: ``gcc`` or ``go``."""
        return "gcc" if self.source.endswith(".c") else "go"


def _program(
    name: str, about: str, source: str, library: str | None = None, **path: str
) -> Program:
    steps = {}
    for part, text in path.items():
        category, _, place = text.partition("@")
        steps[part.replace("_", " ")] = Step(category, place or "main")  # type: ignore[arg-type]
    return Program(name, about, source, steps, library)


PROGRAMS = {
    program.name: program
    for program in (
        _program(
            "sleep", "sleeps and work in turn", "c/sleep.c",
            sleep_1="timer", spin="cpu", sleep_2="timer",
        ),
        _program(
            "spin", "a worker works while the main thread waits on a semaphore", "c/spin.c",
            spin="cpu@thread",
        ),
        _program(
            "lock", "the holder of a mutex sleeps and works", "c/lock.c",
            sleep="timer@thread", spin="cpu@thread",
        ),
        _program(
            "cond", "a baton through three threads", "c/cond.c",
            first="cpu@thread", second="timer@thread", third="cpu@thread",
        ),
        _program(
            "join", "three threads joined, the longest on the path", "c/join.c",
            sleep="timer@thread", spin="cpu@thread",
        ),
        _program(
            "pipe", "a forked child and its parent hand on by pipes", "c/pipe.c",
            child_sleep="timer@child", parent_spin="cpu", child_spin="cpu@child",
        ),
        _program(
            "child", "a child by vfork and exec is waited for", "c/child.c",
            start_child="process", child_spin="cpu@child", child_sleep="timer@child",
            end_child="process", spin="cpu",
        ),
        _program(
            "epoll", "an eventfd is waited for by epoll", "c/epoll.c",
            spin="cpu@thread", sleep="timer@thread",
        ),
        _program(
            "tcp", "a server in another process, both traced", "c/tcp.c",
            server_sleep="timer@child", server_spin="cpu@child", client_spin="cpu",
        ),
        _program(
            "peer", "a slow server that is not traced", "c/peer.c",
            connect="network", request="network", spin="cpu", second_request="network",
        ),
        _program(
            "backoff", "connections refused, longer sleeps between", "c/backoff.c",
            back_off="timer",
        ),
        _program(
            "files", "many small files, each made safe", "c/files.c",
            sleep="timer", files="files",
        ),
        _program(
            "decoys", "far busier threads that nobody waits for", "c/decoys.c",
            sleep="timer", spin="cpu",
        ),
        _program(
            "search", "a long library search by dlopen", "c/search.c", library="c/searched.c",
            search="files", constructor="cpu",
        ),
        _program(
            "go_sleeps", "time.Sleep and work in turn", "go/sleeps",
            sleep_1="timer", spin="cpu", sleep_2="timer",
        ),
        _program(
            "go_fanout", "a WaitGroup, the longest on the path", "go/fanout",
            sleep="timer@thread", spin="cpu@thread",
        ),
        _program(
            "go_pipeline", "a value through goroutines by channels", "go/pipeline",
            first="timer@thread", second="cpu@thread", third="timer@thread",
        ),
        _program(
            "go_mutex", "the holder of a sync.Mutex works and sleeps", "go/mutex",
            spin="cpu@thread", sleep="timer@thread",
        ),
        _program(
            "go_network", "client and server in one process over loopback", "go/network",
            server_sleep="timer@thread", server_spin="cpu@thread", client_spin="cpu",
        ),
        _program(
            "go_child", "a child process by os/exec", "go/child",
            start_child="process", child_spin="cpu@child", child_sleep="timer@child",
            end_child="process", sleep="timer",
        ),
    )
}  # fmt: skip


class Part(NamedTuple):
    """A part of the critical path: half-open, by CLOCK_REALTIME."""

    name: str
    category: Category
    place: Place
    begin_ns: int
    end_ns: int


@dataclass(frozen=True)
class Marks:
    """The marks of one run: instants by name, in order where a name comes again."""

    program: Program
    times_ns: dict[str, list[int]]


def build(name: str, folder: Path) -> list[str]:
    """Compile a program into a folder and return the command that runs it.

    Parameters
    ----------
    name : str
        Its name in ``PROGRAMS``.
    folder : Path
        Where the program goes, and the file of its marks: the command's last argument. It must
        not exist when the program is run.
    """
    program = PROGRAMS[name]
    binary, source = folder / name, SOURCES / program.source
    if program.needs == "go":
        environment = {**os.environ, "CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOPROXY": "off"}
        go = ["go", "build", "-trimpath", "-buildvcs=false", "-o", str(binary), f"./{source.name}"]
        subprocess.run(go, cwd=source.parent, env=environment, check=True)
    else:
        subprocess.run([*_CC, "-o", str(binary), str(source)], check=True)
    if program.library is not None:
        library = SOURCES / program.library
        target = folder / f"lib{library.stem}.so"
        subprocess.run([*_CC, "-shared", "-fPIC", "-o", str(target), str(library)], check=True)
    return [str(binary), str(folder / f"{name}.marks")]


def read_marks(name: str, path: str | Path) -> Marks:
    """Read the marks that one run of a program wrote."""
    times = defaultdict(list)
    for line in Path(path).read_text().splitlines():
        mark = json.loads(line)
        times[mark["name"]].append(mark["time_ns"])
    return Marks(PROGRAMS[name], dict(times))


def window(marks: Marks) -> tuple[int, int]:
    """Return the begin of the program's own code and the instant it was ready."""
    return marks.times_ns["begin"][0], marks.times_ns["ready"][0]


def parts(marks: Marks) -> list[Part]:
    """Return the parts of the critical path in order of time; they do not overlap."""
    found = [
        Part(name, step.category, step.place, begin, end)
        for name, step in marks.program.path.items()
        for begin, end in zip(
            marks.times_ns[f"{name} begin"], marks.times_ns[f"{name} end"], strict=True
        )
    ]
    return sorted(found, key=lambda part: part.begin_ns)


def truth(marks: Marks) -> dict[str, int]:
    """Return what the critical path cost by category, in ns.

    What lies between the parts (:func:`unmarked_ns`) is in no category.
    """
    sums: dict[str, int] = defaultdict(int)
    for part in parts(marks):
        sums[part.category] += part.end_ns - part.begin_ns
    return dict(sums)


def unmarked_ns(marks: Marks) -> int:
    """Return how much of the window no part covers."""
    begin_ns, ready_ns = window(marks)
    return ready_ns - begin_ns - sum(truth(marks).values())
