"""Print who waited after the first health answer, and how long: `make requests`.

The requests of the load over the untraced starts of a set, by class. How long they took is as
their sender saw it, the connection and its handshake included; who had to wait for a part of the
start is as the gateway noted it, which does not see handshakes. Times are in milliseconds.
"""

from __future__ import annotations

import argparse
import io
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from coldstart_lab.recording import read_manifest
from coldstart_lab.recording.artefacts import read_artefact

# what is less is no wait, but the time it takes to see that there is none
LEAST_WAIT_MS = 1.0


def read_lines(folder: Path, kind: str) -> pd.DataFrame:
    """Return an artefact of a set's untraced starts as one table, with the number of the start."""
    starts = []
    for number, member in enumerate(read_manifest(folder)["members"]):
        if not member["observers"]:
            start = folder / member["path"]
            entries = read_manifest(start)["artefacts"]
            path = next(entry["path"] for entry in entries if entry["kind"] == kind)
            text = io.BytesIO(read_artefact(start / path))
            starts.append(pd.read_json(text, lines=True).assign(start=number))
    return pd.concat(starts, ignore_index=True)


def latencies(folder: Path) -> pd.DataFrame:
    """Return count, first of a start and quantiles of what the sender saw, by class."""
    sent = read_lines(folder, "load").sort_values("sent_realtime_ns")
    name = sent["url"].str.extract(r"/(\w+)\?")[0]
    name = name.where(sent["url"].str.startswith("http:"), "secure " + name)
    took_ms = sent.assign(name=name, ms=sent["latency_ns"] / 1e6)
    by_class = took_ms.groupby("name")["ms"]
    firsts = took_ms.groupby(["name", "start"])["ms"].first().groupby("name").median()
    return pd.DataFrame(
        {
            "requests": by_class.size(),
            "failed": (sent["code"] != 200).groupby(name).sum(),
            "first": firsts,
            "p50": by_class.quantile(0.5),
            "p95": by_class.quantile(0.95),
        }
    )


def waits(folder: Path) -> pd.DataFrame:
    """Return the share that waited for a part of the start and how long, by class."""
    noted = read_lines(folder, "requests")
    name = noted["class"].where(~noted["secure"], "secure " + noted["class"])
    waited_ms = noted["waited_ns"] / 1e6
    waited = waited_ms >= LEAST_WAIT_MS
    return pd.DataFrame(
        {"waited": waited.groupby(name).mean(), "wait": waited_ms[waited].groupby(name).median()}
    )


def lines(folder: Path) -> Iterator[str]:
    """Give the lines of the table, as Markdown."""
    yield "| class | requests | failed | first, median | p50 | p95 | waited | wait, median |"
    yield "|---|---|---|---|---|---|---|---|"
    found = latencies(folder).join(waits(folder)).fillna(0.0).rename_axis("name").reset_index()
    for row in found.to_dict("records"):
        yield (
            f"| {row['name']} | {row['requests']} | {row['failed']} | {row['first']:.1f} "
            f"| {row['p50']:.1f} | {row['p95']:.1f} | {row['waited']:.0%} | {row['wait']:.1f} |"
        )


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sets", type=Path, nargs="+")
    for folder in parser.parse_args().sets:
        print(f"### {folder.name}\n", *lines(folder), "", sep="\n")


if __name__ == "__main__":
    main()
