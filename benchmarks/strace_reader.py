"""How fast strace logs are read, in one run against what else one would read them with.

    python benchmarks/strace_reader.py [--megabytes 100] [--log LOG]

The log is a freshly recorded one (or the one given, or one under data/recordings), repeated to the
size asked for. "Python re" is the reader one would write by hand: expressions a line, interrupted
calls joined, a typed table out. pyarrow and polars only split complete lines into text: they join
nothing. All get hostile lines wrong. Each is run warm; the best of five runs counts.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from coldstart_lab.readers.strace import read_strace
from coldstart_lab.readers.strace.source import load_bytes

try:
    import polars
except ImportError:
    polars = None

RUNS = 5
# the baselines read part of the log, so that the whole takes no minutes
SAMPLE = 16 << 20
RECORDINGS = Path(__file__).parent.parent / "data" / "recordings"
PROGRAM = (
    "import threading, os\n"
    "def work():\n"
    "    for name in os.listdir('/usr/lib') * 3:\n"
    "        try: os.stat('/usr/lib/' + name + '/x')\n"
    "        except OSError: pass\n"
    "threads = [threading.Thread(target=work) for _ in range(4)]\n"
    "[t.start() for t in threads], [t.join() for t in threads]\n"
    "import json, ssl, decimal, asyncio, email, unittest\n"
)
HEAD = r"^(?P<pid>\d+)(?:<[^>]*>)? +(?P<time>\d+\.\d+) (?P<syscall>\w+)\("
RESULT = (
    r"\) += (?P<retval>-?\w+|\?)(?: (?P<errno>E[A-Z]+) \([^)]*\))?"
    r".*?(?: <(?P<duration>\d+\.\d+)>)?$"
)
LINE = HEAD + "(?P<args>.*)" + RESULT
BEGUN = HEAD + "(?P<args>.*) <unfinished ...>$"
RESUMED = r"^(\d+)(?:<[^>]*>)? +\d+\.\d+ <\.\.\. \w+ resumed>(.*)" + RESULT


def find_log(folder: Path) -> bytes:
    """A real log to repeat."""
    if shutil.which("strace"):
        path = folder / "recorded.log"
        command = ["strace", "-f", "-ttt", "-T", "-yy", "-o", path, sys.executable, "-c", PROGRAM]
        subprocess.run(command, check=True)
        return path.read_bytes()
    for path in sorted(RECORDINGS.rglob("strace.log*")):
        return load_bytes(path)[0].tobytes()
    raise SystemExit("no strace is installed, and data/recordings holds no log")


def best_of(function, *arguments) -> float:
    """Seconds of the fastest of several runs, after one that is not counted."""
    function(*arguments)
    seconds = []
    for _ in range(RUNS):
        begin = time.perf_counter()
        function(*arguments)
        seconds.append(time.perf_counter() - begin)
    return min(seconds)


def with_re(path: Path) -> pd.DataFrame:
    whole, begun, resumed = re.compile(LINE), re.compile(BEGUN), re.compile(RESUMED)
    rows, pending = [], {}
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            if found := whole.match(line):
                rows.append(found.groups())
            elif found := begun.match(line):
                pending[found[1]] = found.groups()
            elif (found := resumed.match(line)) and found[1] in pending:
                pid, when, name, args = pending.pop(found[1])
                rows.append((pid, when, name, args + found[2], *found.groups()[2:]))
    frame = pd.DataFrame(rows, columns=list(whole.groupindex))
    for column in ("pid", "time", "duration"):
        frame[column] = pd.to_numeric(frame[column])
    return frame


def with_pyarrow(path: Path) -> int:
    lines = pc.split_pattern(path.read_text("utf-8", "replace"), "\n")
    parts = pc.extract_regex(pa.array(lines.as_py()), LINE)
    return len(parts) - parts.null_count


def with_polars(path: Path) -> int:
    lines = polars.Series("line", path.read_text("utf-8", "replace").split("\n"))
    parts = lines.str.extract_groups(LINE)
    return parts.struct.field("syscall").count()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--log", type=Path, help="the log to repeat")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        unit = load_bytes(options.log)[0].tobytes() if options.log else find_log(folder)
        path, sample = folder / "whole.log", folder / "sample.log"
        path.write_bytes(unit * max(1, options.megabytes * 1_000_000 // len(unit)))
        sample.write_bytes(unit * max(1, min(SAMPLE, path.stat().st_size) // len(unit)))
        found = read_strace(path)
        print(
            f"{path.stat().st_size / 1e6:.0f} MB, {found.count('lines'):,} lines, "
            f"{found.count('calls'):,} calls, {len(found.losses):,} lines not understood"
        )
        runs = [
            ("coldstart_lab, 1 thread", lambda at: read_strace(at, threads=1), path),
            ("coldstart_lab, all CPUs", read_strace, path),
            ("Python re", with_re, sample),
            ("pyarrow extract_regex", with_pyarrow, sample),
        ]
        if polars is not None:
            runs.append(("polars extract_groups", with_polars, sample))
        speeds = {
            what: at.stat().st_size / best_of(function, at) / 1e6 for what, function, at in runs
        }
    first = speeds["coldstart_lab, 1 thread"]
    for what, speed in speeds.items():
        ratio = f"{speed / first:.2f}" if speed >= first else f"1/{first / speed:.1f}"
        print(f"{what:<26}{speed:8.1f} MB/s   {ratio:>7} of the first")


if __name__ == "__main__":
    main()
