"""Print what the services' own marks say of their starts, as Markdown tables: `make truth`.

Times are in milliseconds: the median of the starts of one kind, then their least and largest.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from coldstart_lab.recording import read_manifest
from coldstart_lab.recording.artefacts import read_artefact

BEGIN, END = "<!-- truth -->\n\n", "\n<!-- end of truth -->\n"
KINDS = ("none", "strace")
MILESTONES = (
    "first package init", "listening", "ready", "health answered", "dependencies ready", "warm"
)  # fmt: skip
SERVICES = ("checkout", "gateway")

Row = tuple[str, str, str, str]


def summarise(folder: Path) -> Iterator[str]:
    """Give the lines of one set's tables."""
    times: dict[Row, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    counts: dict[str, int] = defaultdict(int)
    order: dict[Row, int] = {}
    for member in read_manifest(folder)["members"]:
        kind = "+".join(member["observers"]) or "none"
        counts[kind] += 1
        for row, begin_ns, duration_ns in _rows(folder / member["path"]):
            times[row][kind].append(duration_ns)
            order[row] = min(begin_ns, order.get(row, begin_ns))
    heads = [f"{_title(kind)} (n = {counts[kind]})" for kind in KINDS]
    yield f"### {folder.name}"
    yield from _table(["from exec to", *heads], _select(times, order, instants=True))
    yield from _table(
        ["part", "process", "goroutine", "kind", *heads], _select(times, order, instants=False)
    )


def _rows(folder: Path) -> Iterator[tuple[Row, int, int]]:
    """Give each mark of a start: what it is, when it begins after exec, how long it lasts."""
    manifest = read_manifest(folder)
    exec_ns = next(at["time_ns"] for at in manifest["milestones"] if at["name"] == "exec")
    path = next(entry["path"] for entry in manifest["artefacts"] if entry["kind"] == "marks")
    for line in read_artefact(folder / path).splitlines():
        mark: dict[str, Any] = json.loads(line)
        if mark["kind"] == "instant" and mark["process"] in SERVICES:
            after_ns = mark["realtime_ns"] - exec_ns
            yield (mark["name"], "", "", ""), after_ns, after_ns
        elif mark["kind"] == "span":
            begin_ns, end_ns = mark["begin_realtime_ns"], mark["end_realtime_ns"]
            row = (mark["name"], mark["process"], mark["lane"], mark["category"])
            yield row, begin_ns - exec_ns, end_ns - begin_ns


def _select(
    times: dict[Row, dict[str, list[int]]], order: dict[Row, int], *, instants: bool
) -> Iterator[list[str]]:
    for row in sorted(order, key=order.__getitem__):
        if (row[0] in MILESTONES) == instants:
            cells = list(row[:1] if instants else row)
            yield cells + [_spread(times[row][kind]) for kind in KINDS]


def _spread(values: list[int]) -> str:
    if not values:
        return "none"
    low, middle, high = (at / 1e6 for at in (min(values), statistics.median(values), max(values)))
    return f"{middle:.1f} ({low:.1f} to {high:.1f})"


def _table(heads: list[str], rows: Iterable[list[str]]) -> Iterator[str]:
    yield ""
    yield f"| {' | '.join(heads)} |"
    yield "|" + "---|" * len(heads)
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _title(kind: str) -> str:
    return "untraced" if kind == "none" else "traced"


def main() -> None:
    """Print the tables, or put them into a page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--into", type=Path, help="put the tables between the marks of this file")
    parser.add_argument("sets", type=Path, nargs="+")
    options = parser.parse_args()
    tables = "\n\n".join("\n".join(summarise(folder)) for folder in options.sets) + "\n"
    if options.into is None:
        print(tables, end="")
        return
    before, rest = options.into.read_text().split(BEGIN, 1)
    options.into.write_text(before + BEGIN + tables + END + rest.split(END, 1)[1])


if __name__ == "__main__":
    main()
