"""Programs that read the whole log: counters of lines, and readers written in Rust."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from strace_peers.peer import frame_of


@dataclass(frozen=True)
class Program:
    """A program.

    Attributes
    ----------
    binary : str
        What it is called, unless an option says where it is.
    arguments : tuple of str
        With ``{log}`` for the log and ``{out}`` for a file it may write.
    megabytes : float
        How much of the log it is given; ``inf`` for all.
    calls : callable or None
        Reads the calls it found from ``{out}``.
    total : callable or None
        Reads how many calls it found from what it printed, where it tells no more.
    detailed : tuple of str
        The arguments for ``total``, where they are not those that are timed.
    stamps : str
        ``"unix"`` or ``"time of day"``.
    """

    binary: str
    arguments: tuple[str, ...]
    megabytes: float = float("inf")
    calls: Callable[[Path], pd.DataFrame] | None = None
    total: Callable[[str], int] | None = None
    detailed: tuple[str, ...] = ()
    stamps: str = "unix"


def calls_of_strace_tui(out: Path) -> pd.DataFrame:
    entries = json.loads(out.read_text())["entries"]

    def seconds(stamp: str) -> float:
        hours, minutes, rest = stamp.split(":")
        return int(hours) * 3600 + int(minutes) * 60 + float(rest)

    return frame_of(
        (
            entry["pid"],
            entry["syscall_name"],
            seconds(entry["timestamp"]),
            entry["duration"],
            (entry["errno"] or {}).get("code", ""),
        )
        for entry in entries
        if entry["syscall_name"] not in ("signal", "exit") and not entry["is_resumed"]
    )


def total_of_strace_parser(printed: str) -> int:
    """Sum the column "syscalls" of its table of processes."""
    rows = re.findall(r"^ +\d+(?: +[\d.]+){4} +[\d.]+% +(\d+) +\d+$", printed, re.M)
    return sum(map(int, rows))


def total_of_strace_stats(printed: str) -> int:
    found = re.search(r"^100\.00 +[\d.]+ +(\d+) +total", printed, re.M)
    return int(found[1]) if found else 0


PROGRAMS = {
    "wc -l": Program("wc", ("-l", "{log}")),
    "grep -c": Program("grep", ("-c", "= -1 E", "{log}")),
    "strace-parser (Rust), summary": Program(
        "strace-parser",
        ("{log}", "summary"),
        total=total_of_strace_parser,
        detailed=("{log}", "summary", "--count", "10000000"),
    ),
    "strace-stats (Rust)": Program("strace-stats", ("{log}",), total=total_of_strace_stats),
    "strace-tui (Rust), JSON": Program(
        "strace-tui",
        ("parse", "--json", "--merge-resumed", "-o", "{out}", "{log}"),
        megabytes=32,
        calls=calls_of_strace_tui,
        stamps="time of day",
    ),
}


def run(binary: str, arguments: tuple[str, ...], log: Path, out: Path) -> str:
    """Run it; returns what it printed.

    Raises
    ------
    subprocess.CalledProcessError
        If it fails.
    """
    words = [word.format(log=log, out=out) for word in arguments]
    done = subprocess.run([binary, *words], capture_output=True, check=True)
    return done.stdout.decode("utf-8", "replace")
