"""How fast execution traces of Go are read, beside Go's own tools.

    python benchmarks/gotrace_reader.py [--trace TRACE] [--seconds 8] [--runs 5]

One run on one real trace, which is recorded unless one is named: ours in process from the mapped
file to all finished tables, and as a whole process; then ``go tool trace -d=wire``, which prints
the events as written, and ``-d=parsed``, which orders them as ours does. Each is run warm, the best
counts. What Go's tools print goes to nowhere.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from coldstart_lab import read_gotrace

PROGRAMS = Path(__file__).parents[1] / "tests/readers/gotrace/programs"
GO = {"GOTOOLCHAIN": "local", "GOPROXY": "off", "GOFLAGS": "", "GOWORK": "off", "CGO_ENABLED": "0"}
WHOLE = "import sys; from coldstart_lab import read_gotrace; read_gotrace(sys.argv[1])"


def main() -> None:
    options = parse()
    with tempfile.TemporaryDirectory() as name:
        path = options.trace or record(Path(name), options.seconds)
        log = read_gotrace(path)
        events, size = len(log.events), path.stat().st_size
        print(f"{os.cpu_count()} CPUs, load average {os.getloadavg()[0]:.1f} at the begin")
        print(
            f"{path.name}: {size / 1e6:.1f} MB, format of Go {log.version}, {events:,} events, "
            f"{len(log.goroutines):,} goroutines, {log.count('generations')} generations"
        )
        ways: dict[str, Callable[[], object]] = {
            "ours, all tables": lambda: read_gotrace(path),
            "ours, whole process": lambda: run(sys.executable, "-c", WHOLE, str(path)),
            "go tool trace -d=wire": lambda: run("go", "tool", "trace", "-d=wire", str(path)),
            "go tool trace -d=parsed": lambda: run("go", "tool", "trace", "-d=parsed", str(path)),
        }
        print(f"\n{'':<26}{'s':>8}{'events/s':>14}{'to ours':>9}")
        base = 0.0
        for way, act in ways.items():
            act()
            seconds = min(timed(act) for _ in range(options.runs))
            base = base or seconds
            print(f"{way:<26}{seconds:>8.3f}{events / seconds:>14,.0f}{seconds / base:>8.2f}x")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trace", type=Path, help="a trace; else one is recorded")
    parser.add_argument("--seconds", type=float, default=8, help="how long to record (8)")
    parser.add_argument("--runs", type=int, default=5, help="of which the fastest counts (5)")
    return parser.parse_args()


def record(folder: Path, seconds: float) -> Path:
    binary, path = folder / "busy", folder / "busy.trace"
    build = ["go", "build", "-trimpath", "-buildvcs=false", "-o", str(binary), "./busy"]
    subprocess.run(build, cwd=PROGRAMS, env={**os.environ, **GO}, check=True)
    subprocess.run([str(binary), str(path), str(seconds), "fast"], check=True)
    return path


def run(*command: str) -> None:
    environment = {**os.environ, **GO}
    subprocess.run(command, stdout=subprocess.DEVNULL, env=environment, check=True)


def timed(act: Callable[[], object]) -> float:
    begin = time.perf_counter()
    act()
    return time.perf_counter() - begin


if __name__ == "__main__":
    main()
