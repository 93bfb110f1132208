"""Set blame beside truth: what an attribution says of each part of the gateway's start.

For a traced start, each part that the gateway itself marked is a row, the longest first: how long
it took by its marks, how much of that lies before the milestone, and what the log's attribution
blames that time on. Parts overlap unless the start is serial.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from coldstart_lab import attribute_startup, compare_with_spans, open_recording
from coldstart_lab.recording import read_manifest
from coldstart_lab.recording.artefacts import read_artefact
from coldstart_lab.tables import OTLP_SPANS

NAMED = 3
OUTSIDE = {"before": "before the first part", "between": "in no part"}


def marked(start: Path) -> pd.DataFrame:
    """Return the parts that a start's marks tell of, as spans: those of the entrypoint too."""
    entries = read_manifest(start)["artefacts"]
    path = next(entry["path"] for entry in entries if entry["kind"] == "marks")
    marks = [json.loads(line) for line in read_artefact(start / path).splitlines()]
    spans = [mark for mark in marks if mark["kind"] == "span"]
    columns = {
        "name": [mark["name"] for mark in spans],
        "start_ns": [mark["begin_realtime_ns"] for mark in spans],
        "end_ns": [mark["end_realtime_ns"] for mark in spans],
    }
    unknown = {
        column.name: [None if column.nullable else 0] * len(spans) for column in OTLP_SPANS.columns
    }
    return OTLP_SPANS.frame({**unknown, **columns})


def lines(start: Path) -> Iterator[str]:
    """Give the lines of the comparison, as a Markdown table."""
    attribution = attribute_startup(open_recording(start))
    found = compare_with_spans(attribution.segments, marked(start))
    yield "| part | by its marks, ms | of it on the path, ms | blamed on, ms |"
    yield "|---|---|---|---|"
    for place, row in enumerate(found.parts.to_dict("records")):
        causes = found.causes[found.causes["part"] == place].head(NAMED)
        pairs = zip(causes["cause"], causes["duration_ns"], strict=True)
        most = ", ".join(f"{name} {ns / 1e6:.0f}" for name, ns in pairs)
        name = OUTSIDE.get(row["kind"], row["name"])
        length, path = row["duration_ns"] / 1e6, row["path_ns"] / 1e6
        yield f"| {name} | {length:.0f} | {path:.0f} | {most} |"
    window, unresolved = attribution.window_ns / 1e6, attribution.unresolved_ns / 1e6
    whole = f"whole start, until {attribution.until}"
    yield f"| {whole} | | {window:.0f} | unresolved {unresolved:.0f} |"
    if not found.shared_ns:
        moved = found.misplaced_ns / found.window_ns
        yield ""
        yield f"Counted by causes, each where most of it lies, {moved:.1%} lands in another part."


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("start", type=Path, help="folder of a traced start")
    print("\n".join(lines(parser.parse_args().start)))


if __name__ == "__main__":
    main()
