"""Set blame beside truth: what an attribution says of each part of the gateway's start.

For a traced start, each part that the gateway itself marked is a row, the longest first: how long
it took by its marks, and what the log's attribution blames that time on. Parts overlap unless the
start is serial, and time between the parts is no part's.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from coldstart_lab import attribute_startup, open_recording
from coldstart_lab.recording import read_manifest
from coldstart_lab.recording.artefacts import read_artefact

NAMED = 3


def parts(start: Path) -> pd.DataFrame:
    """Return name, begin and end of the parts that a start's marks tell of."""
    entries = read_manifest(start)["artefacts"]
    path = next(entry["path"] for entry in entries if entry["kind"] == "marks")
    marks = [json.loads(line) for line in read_artefact(start / path).splitlines()]
    rows = [
        (mark["name"], mark["begin_realtime_ns"], mark["end_realtime_ns"])
        for mark in marks
        if mark["kind"] == "span"
    ]
    return pd.DataFrame(rows, columns=["part", "begin_ns", "end_ns"])


def blamed(segments: pd.DataFrame, begin_ns: int, end_ns: int) -> pd.Series[int]:
    """Return what an interval's time is blamed on, in ns by cause, the most first."""
    inside = segments["end_ns"].clip(upper=end_ns) - segments["start_ns"].clip(lower=begin_ns)
    by_cause = inside.clip(lower=0).groupby(segments["cause"].astype(str)).sum()
    return by_cause[by_cause > 0].sort_values(ascending=False)


def lines(start: Path) -> Iterator[str]:
    """Give the lines of the comparison, as a Markdown table."""
    attribution = attribute_startup(open_recording(start))
    found = parts(start)
    found = found.assign(length_ns=found["end_ns"] - found["begin_ns"])
    yield "| part | by its marks, ms | of it on the path, ms | blamed on, ms |"
    yield "|---|---|---|---|"
    for row in found.sort_values("length_ns", ascending=False).to_dict("records"):
        causes = blamed(attribution.segments, row["begin_ns"], row["end_ns"])
        most = ", ".join(f"{name} {ns / 1e6:.0f}" for name, ns in causes.head(NAMED).items())
        length, path = row["length_ns"] / 1e6, causes.sum() / 1e6
        yield f"| {row['part']} | {length:.0f} | {path:.0f} | {most} |"
    window, unresolved = attribution.window_ns / 1e6, attribution.unresolved_ns / 1e6
    whole = f"whole start, until {attribution.until}"
    yield f"| {whole} | | {window:.0f} | unresolved {unresolved:.0f} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("start", type=Path, help="folder of a traced start")
    print("\n".join(lines(parser.parse_args().start)))


if __name__ == "__main__":
    main()
