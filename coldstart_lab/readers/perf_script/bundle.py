"""The output of perf script as tables, with a card that says how complete it is."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path

import pandas as pd

from coldstart_lab.units import format_bytes

_MOST = 10


@dataclass(frozen=True, eq=False)
class PerfScript:
    """What the output of perf script holds.

    Attributes
    ----------
    source : Path
        The file it was read from.
    samples : DataFrame
        ``tables.PERF_SAMPLES``: one row an event.
    frames : DataFrame
        ``tables.PERF_FRAMES``: one row a frame of a call chain.
    switches : DataFrame
        ``tables.PERF_SWITCHES``: one row a switch between threads.
    wakeups : DataFrame
        ``tables.PERF_WAKEUPS``: one row a wake-up.
    tasks : DataFrame
        ``tables.PERF_TASKS``: one row a fork, exec, exit or migration.
    summary : DataFrame
        ``tables.PERF_SUMMARY``: everything read, counted.
    losses : DataFrame
        ``tables.PERF_LOSSES``: what was not understood, with its text.
    """

    source: Path
    samples: pd.DataFrame
    frames: pd.DataFrame
    switches: pd.DataFrame
    wakeups: pd.DataFrame
    tasks: pd.DataFrame
    summary: pd.DataFrame
    losses: pd.DataFrame

    def count(self, item: str) -> int:
        """Return one count of ``summary``, such as ``"lines"``."""
        found = self.summary.loc[self.summary["item"] == item, "count"]
        return int(found.iloc[0])

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """All tables, by name."""
        return {
            "samples": self.samples,
            "frames": self.frames,
            "switches": self.switches,
            "wakeups": self.wakeups,
            "tasks": self.tasks,
            "summary": self.summary,
            "losses": self.losses,
        }

    @property
    def missing_flags(self) -> dict[str, str]:
        """What perf was not asked for, each with what it would have shown."""
        wanted = {}
        if not self.samples["time_ns"].notna().any():
            wanted["perf script -F +time"] = "when each sample was taken"
        if not (self.frames["depth"] > 0).any():
            wanted["perf record -g"] = "call chains"
        if self.switches.empty:
            wanted["perf record -e sched:sched_switch"] = "when each thread had a CPU"
        if self.wakeups.empty:
            wanted["perf record -e sched:sched_waking"] = "who woke whom"
        return wanted

    @property
    def facts(self) -> list[str]:
        """What was read, in a few plain lines."""
        return [
            f"{self.count('lines'):,} lines, {format_bytes(self.count('bytes'))}",
            f"{len(self.samples):,} samples of {self.count('threads'):,} threads, "
            f"{len(self.frames):,} frames",
            *(
                f"{name}: {len(self.tables[name]):,}"
                for name in ("switches", "wakeups", "tasks")
                if len(self.tables[name])
            ),
            *(f"not recorded: {what} ({flag})" for flag, what in self.missing_flags.items()),
            f"{len(self.losses):,} lines not understood",
        ]

    @property
    def highlights(self) -> dict[str, pd.DataFrame]:
        """The tables to see first, by what they show."""
        events = self.samples.groupby("event", observed=True, as_index=False).agg(
            samples=("line", "size"), threads=("tid", "nunique"), period=("period", "sum")
        )
        shown = {"events": events.nlargest(_MOST, "samples", keep="first")}
        own = self.frames[(self.frames["depth"] == 0).to_numpy()]
        functions = own.groupby(["symbol", "dso"], observed=True, as_index=False).agg(
            samples=("sample", "size")
        )
        if len(functions):
            shown["functions that ran"] = functions.nlargest(_MOST, "samples", keep="first")
        return shown

    def __repr__(self) -> str:
        return f"<PerfScript {self.source.name}: {'; '.join(self.facts)}>"

    def _repr_html_(self) -> str:
        facts = "".join(f"<li>{escape(fact)}</li>" for fact in self.facts)
        return f"<div><b>perf script {escape(self.source.name)}</b><ul>{facts}</ul></div>"
