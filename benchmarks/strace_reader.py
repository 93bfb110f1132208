"""How fast and how exact strace logs are read, beside what else one would read them with.

    python benchmarks/strace_reader.py [--log LOG] [--peers PYTHON] [--program NAME=PATH ...]

One run on one real log: ours in process from the mapped file to the finished events table (all
columns, names interned, interrupted calls joined), on one thread and two; ours as a whole process;
then everything else that is installed. Each is run warm, the best of five counts. Slow readers are
given the first part of the log, of the size that is told. ``make bench-strace`` sets all up.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from strace_peers import correctness, logs, programs
from strace_peers.child import PEERS
from strace_peers.timing import best_of

HERE = Path(__file__).parent
KEPT = HERE.parent / "out" / "bench" / "strace.log"
# as much as the slow reference of the tests reads in a minute
REFERENCED_MEGABYTES = 16


class Row(NamedTuple):
    """A reader's speed, and what it had right."""

    name: str
    megabytes: float
    seconds: float
    right: correctness.Right | None = None
    note: str = ""


def main() -> None:
    sys.stdout.reconfigure(line_buffering=True)  # rows as they come, also into a file
    options = parse()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        log = find_log(options, folder)
        print(f"{os.cpu_count()} CPUs, load average {os.getloadavg()[0]:.1f} at the begin\n")
        checked = check_against_reference(log, folder)
        rows = list(measure_ours(log, options.runs))
        print_facts(log, folder)
        print(f"\n{'':<32}{'MB':>6}{'MB/s':>9}{'to ours':>9}  share it has right of all", end="")
        print(f"\n{'':<56}  {'calls':>8}{'begins':>9}{'durations':>11}{'errors':>9}")
        base = rows[0]
        for row in rows:
            print_row(row._replace(right=checked), base)
        others = measure_programs(log, folder, options), measure_peers(log, folder, options)
        for row in itertools.chain(*others):
            print_row(row, base)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--log", type=Path, help="a log of strace -f -ttt -T -yy; else one is made")
    parser.add_argument("--megabytes", type=int, default=300, help="repeat a smaller one (300)")
    parser.add_argument("--peers", help="the Python that has the peers of requirements.txt")
    parser.add_argument(
        "--program", action="append", default=[], metavar="NAME=PATH", help="where a program is"
    )
    parser.add_argument("--only", action="append", help="a peer or program; else all")
    parser.add_argument("--runs", type=int, default=5, help="of which the fastest counts (5)")
    options = parser.parse_args()
    # the processes that read run in another folder; the peers' Python may be a link
    options.log = options.log and options.log.absolute()
    options.peers = Path(options.peers).absolute() if options.peers else Path(sys.executable)
    return options


def find_log(options: argparse.Namespace, folder: Path) -> Path:
    """The log to read, told on the terminal."""
    log = options.log
    if log is None:
        log = KEPT
        if not KEPT.exists():
            KEPT.parent.mkdir(parents=True, exist_ok=True)
            print("Recording a build, which takes minutes ...", flush=True)
            part = KEPT.with_suffix(".part")
            print("Recorded:", logs.record(part))
            part.rename(KEPT)
    size = options.megabytes * 1_000_000
    what = log.name
    if log.stat().st_size < size:
        target = folder / "repeated.log"
        what += f", repeated {logs.repeat(log, target, size)} times to be large enough"
        log = target
    print(what)
    return log


def check_against_reference(log: Path, folder: Path) -> correctness.Right:
    """Hold our reader against the slow one; returns what ours has right."""
    sample = logs.part(log, folder / "referenced.log", REFERENCED_MEGABYTES, "unix")
    truth = correctness.referenced_calls(sample)
    right = correctness.compare(truth, correctness.true_calls(sample))
    verdict = "all of them" if set(right) == {1.0} else str(right)
    size = sample.stat().st_size / 1e6
    print(
        f"the slow reference read {len(truth):,} calls of the first {size:.0f} MB, ours {verdict}"
    )
    return right


def ours(*words: str, **environment: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "strace_peers.ours", *words]
    done = subprocess.run(
        command, cwd=HERE, env={**os.environ, **environment}, stdout=subprocess.PIPE, check=True
    )
    return json.loads(done.stdout)


def measure_ours(log: Path, runs: int) -> Iterator[Row]:
    size = log.stat().st_size / 1e6
    for threads, name in (("1", "ours, 1 thread"), ("2", "ours, 2 threads")):
        yield Row(name, size, ours("speed", str(log), threads, str(runs))["seconds"])
    seconds, _ = best_of(lambda: ours("once", str(log), "2"), runs)
    yield Row("ours, 2 threads, whole process", size, seconds)


def print_facts(log: Path, folder: Path) -> None:
    size = log.stat().st_size
    with log.open("rb") as file:
        lines = sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 24), b""))
    print(f"{size / 1e6:.0f} MB, {lines:,} lines, {size / lines:.0f} bytes a line")
    for threads in ("1", "2"):
        peak = ours("once", str(log), threads)["peak"]
        print(
            f"peak memory, {threads} thread(s): {peak / 1e6:.0f} MB, the mapped file and Python"
            f" counted: {peak / size:.2f} of the log"
        )
    small = str(logs.part(log, folder / "small.log", 0.2, "unix"))
    empty = {"NUMBA_CACHE_DIR": str(folder / "numba")}
    cold, warm = (ours("once", small, "1", **empty)["cpu"] for _ in range(2))
    print(f"compiling what reading needs into an empty cache: {cold - warm:.1f} s of one CPU")


def measure_programs(log: Path, folder: Path, options: argparse.Namespace) -> Iterator[Row]:
    places = dict(word.split("=", 1) for word in options.program)
    for name, program in programs.PROGRAMS.items():
        if options.only and name not in options.only:
            continue
        binary = places.get(program.binary) or shutil.which(program.binary)
        if binary is None:
            print(f"{name:<32}not installed")
            continue
        whole = program.megabytes * 1e6 >= log.stat().st_size and program.stamps == "unix"
        place = folder / "program.log"
        given = log if whole else logs.part(log, place, program.megabytes, program.stamps)
        yield measure_program(name, program, binary, given, folder / "program.out", options.runs)


def measure_program(
    name: str, program: programs.Program, binary: str, log: Path, out: Path, runs: int
) -> Row:
    size = log.stat().st_size / 1e6
    try:
        seconds, _ = best_of(lambda: programs.run(binary, program.arguments, log, out), runs)
        if program.calls is not None:
            truth, found = correctness.true_calls(log), program.calls(out)
            return Row(name, size, seconds, correctness.compare(truth, found))
        if program.total is not None:
            printed = programs.run(binary, program.detailed or program.arguments, log, out)
            share = program.total(printed) / len(correctness.true_calls(log))
            note = f"{100 * share:7.3f}%  (tells sums only)"
            return Row(name, size, seconds, note=note)
    except subprocess.CalledProcessError as error:
        return Row(name, size, 0, note=f"gives up at this log (status {error.returncode})")
    return Row(name, size, seconds)


def measure_peers(log: Path, folder: Path, options: argparse.Namespace) -> Iterator[Row]:
    for name, peer in PEERS.items():
        if options.only and name not in options.only:
            continue
        given = logs.part(log, folder / "peer.log", peer.megabytes, peer.stamps)
        rows = folder / "peer.parquet"
        command = [options.peers, "-m", "strace_peers.child"]
        done = subprocess.run(
            [*command, name, given, str(options.runs), rows],
            cwd=HERE, stdout=subprocess.PIPE, check=True,
        )  # fmt: skip
        told = json.loads(done.stdout)
        if "missing" in told:
            print(f"{name:<32}not installed")
            continue
        right = None
        if peer.calls is not None:
            right = correctness.compare(correctness.true_calls(given), pd.read_parquet(rows))
        yield Row(f"{name} {told['version']}", given.stat().st_size / 1e6, told["seconds"], right)


def print_row(row: Row, base: Row) -> None:
    print(f"{row.name:<32}{row.megabytes:>6.4g}", end="")
    if row.seconds:
        speed, first = row.megabytes / row.seconds, base.megabytes / base.seconds
        ratio = f"{speed / first:.2f}" if speed >= first / 2 else f"1/{first / speed:.1f}"
        print(f"{speed:>9.4g}{ratio:>9}  ", end="")
    else:
        print(f"{'-':>9}{'-':>9}  ", end="")
    if row.right is not None:
        calls, begins, durations, errors = (f"{100 * share:.3f}%" for share in row.right)
        print(f"{calls:>8}{begins:>9}{durations:>11}{errors:>9}", flush=True)
    else:
        print(row.note, flush=True)


if __name__ == "__main__":
    main()
