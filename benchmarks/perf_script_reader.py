"""How fast the output of perf script is read, beside a reader in plain Python.

    python benchmarks/perf_script_reader.py [--text FILE] [--megabytes N] [--stackcollapse SCRIPT]

One run on one text: ours from the file to finished tables; then what else one would do, a regular
expression a line and a dictionary of folded stacks, as the scripts that make flame graphs do it;
and ``stackcollapse-perf.pl`` itself where it is named. Both must count the same samples and the
same stacks. Without ``--text`` one is made up, of the shape that ``perf record -g`` leaves.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from coldstart_lab.readers.perf_script import PerfScript, read_perf_script

HEAD = re.compile(r"^(\S.+?)\s+(-?\d+)/*(-?\d+)*\s+")
EVENT = re.compile(r"\s(\d+)?\s*(\S+):\s*$")
FRAME = re.compile(r"^\s*(\w+)\s*(.+) \((.*)\)$")
OFFSET = re.compile(r"\+0x[\da-f]+$")


def main() -> None:
    options = parse()
    with tempfile.TemporaryDirectory() as folder:
        text = options.text or make_up(Path(folder) / "perf.txt", options.megabytes)
        size = text.stat().st_size / 1e6
        print(
            f"{os.cpu_count()} CPUs, load average {os.getloadavg()[0]:.1f}; {size:.0f} MB of text"
        )
        read_perf_script(text)  # compiles, or loads what was compiled
        ours, found = best(lambda: read_perf_script(text), options.runs)
        plain, stacks = best(lambda: fold(text), 1)
        say("ours, to tables", size, ours, ours)
        say("plain Python, to folded stacks", size, plain, ours)
        if options.stackcollapse:
            command = ["perl", str(options.stackcollapse), str(text)]
            theirs, _ = best(lambda: subprocess.run(command, capture_output=True, check=True), 1)
            say(options.stackcollapse.name, size, theirs, ours)
        check(found, stacks)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--text", type=Path, help="output of perf script; else one is made up")
    parser.add_argument("--megabytes", type=int, default=50, help="size of one made up (50)")
    parser.add_argument("--stackcollapse", type=Path, help="where stackcollapse-perf.pl is")
    parser.add_argument("--runs", type=int, default=3, help="of which the fastest counts (3)")
    return parser.parse_args()


def best(work, runs):
    """The time of the fastest run, and what it returned."""
    times = []
    for _ in range(runs):
        begin = time.perf_counter()
        result = work()
        times.append(time.perf_counter() - begin)
    return min(times), result


def say(name: str, size: float, seconds: float, ours: float) -> None:
    print(f"{name:<34}{size / seconds:>9.1f} MB/s{seconds / ours:>9.1f} times ours")


def make_up(path: Path, megabytes: int) -> Path:
    """Write samples with call chains of 5 to 40 frames out of 2,000 functions."""
    chance = random.Random(1)
    functions = [
        f"{0x400000 + 64 * number:16x} package/part{number % 97}.(*Type).Function{number}"
        f"+0x{number % 60:x} (/srv/coldstart/app)"
        for number in range(2_000)
    ]
    left, now = megabytes * 1_000_000, 1_000_000_000
    with path.open("w") as file:
        while left > 0:
            now += chance.randrange(1_000, 1_000_000)
            thread = 4_000 + chance.randrange(30)
            lines = [
                f"app:worker {thread} [{thread % 8:03d}] {now / 1e9:.9f}:    1000000 cycles:ppp: ",
                *(f"\t{one}" for one in chance.choices(functions, k=chance.randrange(5, 40))),
                "\n",
            ]
            left -= file.write("\n".join(lines))
    return path


def fold(path: Path) -> Counter[str]:
    """Count the stacks of a text, as the usual scripts do it."""
    stacks: Counter[str] = Counter()
    comm, frames = "", []
    with path.open() as file:
        for raw in file:
            line = raw.rstrip("\n")
            if not line:
                if comm:
                    stacks[";".join([comm, *reversed(frames)])] += 1
                comm, frames = "", []
            elif line.startswith("\t"):
                found = FRAME.match(line)
                frames.append(OFFSET.sub("", found[2]) if found else "?")
            elif found := HEAD.match(line):
                comm = found[1]
                EVENT.search(line)
    return stacks


def check(found: PerfScript, stacks: Counter[str]) -> None:
    """Fail unless both saw the same samples and the same stacks."""
    frames = found.frames.sort_values(["sample", "depth"], ascending=[True, False])
    symbols = frames["symbol"].astype(str).groupby(frames["sample"]).agg(";".join)
    comm = found.samples["comm"].astype(str).iloc[symbols.index].to_numpy()
    ours = Counter(comm + ";" + symbols.to_numpy())
    if ours != stacks:
        sys.exit("the two disagree on the stacks")
    print(f"both counted {len(found.samples):,} samples and {len(stacks):,} different stacks")


if __name__ == "__main__":
    main()
