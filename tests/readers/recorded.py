"""Records fresh logs of small programs with the strace that is installed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SOURCES = Path(__file__).parent / "programs"

# name: what it takes beside strace
PROGRAMS = {
    "list": (),
    "pipeline": (),
    "jobs": (),
    "python": (),
    "storm": ("gcc",),
    "exec from a thread": ("gcc",),
    "sockets": ("gcc",),
    "tree": ("gcc",),
    "signals": ("gcc",),
    "descriptors": ("gcc",),
    "bytes": ("gcc",),
    "modes": ("gcc",),
    "killed": ("gcc",),
    "go": ("go",),
}

# As parameters of a test, which is skipped where what it takes is missing
EVERY_PROGRAM = [
    pytest.param(name, marks=pytest.mark.needs("strace", *tools))
    for name, tools in PROGRAMS.items()
]

_GO = {**os.environ, "CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOPROXY": "off"}
UNIX_NS = "--absolute-timestamps=format:unix,precision:ns --syscall-times=ns"

# name: flags, where the log goes: a file, or stderr as without -o.
# The log ends with the table of -C; with -w its times are those that -T prints.
COUNTED = {
    "unix, descriptors": ("-C -w -f -ttt -T -yy", "file"),
    "time of day": ("-C -w -f -tt -T -y", "file"),
    "seconds": ("-C -f -t", "file"),
    "names, ns": (f"-C -w -f -Y {UNIX_NS} -yy -s 256", "file"),
    "milliseconds": ("-C -w -f --absolute-timestamps=precision:ms --syscall-times=ms", "file"),
    "one process": ("-C -w -T", "file"),
    "stderr": ("-C -f", "stderr"),
    "stderr, times": ("-C -w -f -tt -T -yy", "stderr"),
    "stderr, quiet": ("-C -w -f -q -Y -T", "stderr"),
    "relative": ("-C -f -r -yy", "file"),
    "relative and absolute": ("-C -w -f -r -ttt -T", "file"),
    "relative seconds": ("-C -f --relative-timestamps=s", "file"),
    "numbers, pointers": ("-C -w -f -n -i -ttt -T", "file"),
    "hex": ("-C -w -f -xx -ttt -T -a 1", "file"),
    "raw": ("-C -w -f -X raw -e raw=all -ttt -T", "file"),
    "verbose": ("-C -w -f -X verbose -v -s 4096 -ttt -T -yy", "file"),
    "short": ("-C -w -f -s 0 -a 0 -x -e abbrev=none -t -T", "file"),
    "dumps": ("-C -w -f -e read=all -e write=all -T", "file"),
    "tampering": (
        "-C -w -f -T -e inject=umask:retval=7 -e inject=dup:error=EMFILE"
        " -e inject=poll:delay_exit=100 -e inject=getppid:signal=URG:when=2",
        "file",
    ),
    "some calls": ("-C -w -f -e trace=%file,%process,futex,/^rt_ -ttt -T -yy", "file"),
    "seccomp": ("-C -w -f --seccomp-bpf -e trace=!%memory -ttt -T", "file"),
    "no signals": ("-C -w -f -qqq -e signal=none -tt -T", "file"),
}
FLAG_SETS = {
    **COUNTED,
    "stacks": ("-f -k -ttt", "file"),  # with them strace may end before its table
}


def _compiled(source: str, folder: Path) -> str:
    binary = folder / f"{source}.bin"
    if not binary.exists():
        path = SOURCES / source
        compiler = ["go", "build"] if path.suffix == ".go" else ["gcc", "-O1", "-pthread"]
        subprocess.run([*compiler, "-o", binary, path], check=True, env=_GO)
    return str(binary)


def _tree(folder: Path) -> Path:
    place = folder / "tree" / "a b"
    place.mkdir(parents=True, exist_ok=True)
    for name in ("a) = 3 ", "<unfinished ...>", 'q"uote', "new\nline", "x -> y"):
        (place / name).touch()
    return place.parent


def command(program: str, folder: Path) -> list[str]:
    """The command of a program of ``PROGRAMS``; what it needs is built in ``folder``, once."""
    if program == "list":
        return ["/bin/ls", "-R", "-l", str(_tree(folder))]
    if program == "pipeline":
        return ["/bin/sh", "-c", "echo 'a) = 3 <0.1>' | cat | wc -c; true & false & wait"]
    if program == "jobs":
        return ["/bin/sh", str(SOURCES / "jobs.sh")]
    if program == "python":
        return [sys.executable, "-S", str(SOURCES / "threads.py")]
    if program == "exec from a thread":
        return [_compiled("storm.c", folder), "exec"]
    return [_compiled("service.go" if program == "go" else f"{program}.c", folder)]


def record(folder: Path, flags: str, command: list[str], *, to: str = "file") -> Path:
    """Run a command under strace in a folder of its own; returns the log (of -ff: its stem)."""
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "log"
    target = [] if to == "stderr" else ["-o", str(log)]
    with (folder / "stderr").open("wb") as stderr:
        subprocess.run(
            ["strace", *flags.split(), *target, "--", *command],
            cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=stderr,
            timeout=60, check=False, env={**os.environ, "LC_ALL": "C"},
        )  # fmt: skip
    return folder / "stderr" if to == "stderr" else log
