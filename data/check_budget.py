"""Print what the gateway's start was to cost, by cause, and what it did: `make budget`.

The marks of the untraced starts are compared with the table ``lab/payment_gateway.toml``. Ends with
1 if the time to the first health answer is further off than the table allows.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from lab.variants import read_table

from coldstart_lab.recording import read_manifest
from coldstart_lab.recording.artefacts import read_artefact

HEALTH = "health answered"
# spans that share a line of the budget
TABLES = ("init currency", "init risk", "init routes", "init rules")


def durations_ms(start: Path) -> dict[str, float]:
    """Return what each cause took in a start, and when its health was answered."""
    manifest = read_manifest(start)
    exec_ns = next(at["time_ns"] for at in manifest["milestones"] if at["name"] == "exec")
    path = next(entry["path"] for entry in manifest["artefacts"] if entry["kind"] == "marks")
    found: dict[str, float] = defaultdict(float)
    for line in read_artefact(start / path).splitlines():
        mark = json.loads(line)
        if mark["kind"] == "span":
            name = "tables" if mark["name"] in TABLES else mark["name"]
            found[name] += (mark["end_realtime_ns"] - mark["begin_realtime_ns"]) / 1e6
        elif mark["kind"] == "instant" and mark["name"] == HEALTH:
            found[HEALTH] = (mark["realtime_ns"] - exec_ns) / 1e6
    return found


def medians_ms(folder: Path) -> dict[str, float]:
    """Return the medians over a set's untraced starts."""
    members = read_manifest(folder)["members"]
    starts = [durations_ms(folder / at["path"]) for at in members if not at["observers"]]
    names = {name for start in starts for name in start}
    return {name: statistics.median(start.get(name, 0.0) for start in starts) for name in names}


def lines(before: dict[str, float], after: dict[str, float]) -> Iterator[str]:
    """Give the lines of the comparison, as a Markdown table."""
    budget = read_table()["budget"]
    yield "| bad day | budget, ms | median, ms |"
    yield "|---|---|---|"
    for name, planned in budget["causes_ms"].items():
        yield f"| {name} | {planned} | {before.get(name, 0.0):.0f} |"
    yield f"| {HEALTH} | {budget['before_ms']} | {before[HEALTH]:.0f} |"
    yield f"| {HEALTH}, good day | under {budget['after_ms']} | {after[HEALTH]:.0f} |"


def main() -> None:
    """Compare and judge."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recordings", type=Path, nargs="?", default=Path("recordings"))
    folder = parser.parse_args().recordings
    before, after = (medians_ms(folder / f"gateway_{day}") for day in ("before", "after"))
    print("\n".join(lines(before, after)))
    budget = read_table()["budget"]
    off = abs(before[HEALTH] / budget["before_ms"] - 1)
    if off > budget["tolerance"] or after[HEALTH] > budget["after_ms"]:
        sys.exit("The budget was missed: was the machine quiet?")


if __name__ == "__main__":
    main()
