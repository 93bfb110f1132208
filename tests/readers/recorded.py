"""Records fresh logs of small programs with the strace that is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

PROGRAMS = Path(__file__).parent / "programs"

# name: flags; the last is where the log goes: a file of its own, or stderr as without -o
FLAG_SETS = {
    "unix, descriptors": ("-f -ttt -T -yy", "file"),
    "time of day": ("-f -tt -T -y", "file"),
    "seconds": ("-f -t", "file"),
    "names, ns": (
        "-f -Y --absolute-timestamps=format:unix,precision:ns --syscall-times=ns -yy -s 256",
        "file",
    ),
    "one process": ("", "file"),
    "stderr": ("-f", "stderr"),
    "stderr, times": ("-f -tt -T -yy", "stderr"),
    "stderr, quiet": ("-f -q -Y -T", "stderr"),
    "relative": ("-f -r -yy", "file"),
    "relative and absolute": ("-f -r -ttt -T", "file"),
    "relative seconds": ("-f --relative-timestamps=s", "file"),
    "numbers, pointers": ("-f -n -i -ttt -T", "file"),
    "hex": ("-f -xx -ttt -T -a 1", "file"),
    "stacks": ("-f -k -ttt", "file"),
    "dumps": ("-f -e read=all -e write=all -T", "file"),
    "tampering": (
        "-f -T -e inject=umask:retval=7 -e inject=dup:error=EMFILE -e inject=poll:delay_exit=100",
        "file",
    ),
}


def commands(folder: Path) -> dict[str, list[str]]:
    """The programs to record; the C one is compiled into ``folder``."""
    (folder / "tree" / "a b").mkdir(parents=True, exist_ok=True)
    for name in ("a) = 3 ", "<unfinished ...>", 'q"uote', "new\nline", "x -> y"):
        (folder / "tree" / "a b" / name).touch()
    found = {
        "list": ["/bin/ls", "-R", "-l", str(folder / "tree")],
        "pipeline": ["/bin/sh", "-c", "echo 'a) = 3 <0.1>' | cat | wc -c; true & false & wait"],
        "python": [sys.executable, "-S", str(PROGRAMS / "threads.py")],
    }
    compiler = shutil.which("gcc")
    if compiler:
        storm = folder / "storm"
        if not storm.exists():
            source = str(PROGRAMS / "storm.c")
            subprocess.run([compiler, "-O1", "-pthread", "-o", storm, source], check=True)
        found["storm"] = [str(storm)]
        found["exec from a thread"] = [str(storm), "exec"]
    return found


def record(folder: Path, flags: str, command: list[str], *, to: str = "file") -> Path:
    """Run a command under strace in a folder of its own; returns the log."""
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "log"
    target = ["-o", str(log)] if to == "file" else []
    with (folder / "stderr").open("wb") as stderr:
        subprocess.run(
            ["strace", *flags.split(), *target, "--", *command],
            cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=stderr,
            timeout=60, check=False, env={**os.environ, "LC_ALL": "C"},
        )  # fmt: skip
    return log if to == "file" else folder / "stderr"
