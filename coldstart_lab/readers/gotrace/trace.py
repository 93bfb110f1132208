"""A Go execution trace as tables, with a card that says how complete it is."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from coldstart_lab.readers.gotrace.clocks import wall_ns
from coldstart_lab.readers.gotrace.overview import state_sums
from coldstart_lab.units import format_bytes, format_ns

TABLES = (
    "events", "goroutines", "states", "unblocks", "stacks", "ranges", "tasks", "regions", "logs",
    "samples", "counters", "clocks", "summary", "losses",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class GoTrace:
    """What an execution trace of a Go program holds.

    Attributes
    ----------
    source : Path
        The file it was read from.
    version : str
        Format of the trace, such as ``1.26``: the Go release that introduced it.
    events : DataFrame
        ``tables.GOTRACE_EVENTS``: one row an event, none before its cause.
    goroutines : DataFrame
        ``tables.GOTRACE_GOROUTINES``: one row a goroutine.
    states : DataFrame
        ``tables.GOTRACE_STATES``: one row a time a goroutine spent in one state.
    unblocks : DataFrame
        ``tables.GOTRACE_UNBLOCKS``: one row a wake-up of a goroutine.
    stacks : DataFrame
        ``tables.GOTRACE_STACKS``: one row a frame.
    ranges : DataFrame
        ``tables.GOTRACE_RANGES``: garbage collection, and when the world was stopped.
    tasks, regions, logs : DataFrame
        ``tables.GOTRACE_TASKS``, ``GOTRACE_REGIONS``, ``GOTRACE_LOGS``: what the program annotated.
    samples : DataFrame
        ``tables.GOTRACE_SAMPLES``: CPU samples.
    counters : DataFrame
        ``tables.GOTRACE_COUNTERS``: heap and GOMAXPROCS.
    clocks : DataFrame
        ``tables.GOTRACE_CLOCKS``: the trace's clock beside the system's.
    summary : DataFrame
        ``tables.GOTRACE_SUMMARY``: everything read, counted.
    losses : DataFrame
        ``tables.GOTRACE_LOSSES``: everything not read or not proven.
    """

    source: Path
    version: str
    events: pd.DataFrame
    goroutines: pd.DataFrame
    states: pd.DataFrame
    unblocks: pd.DataFrame
    stacks: pd.DataFrame
    ranges: pd.DataFrame
    tasks: pd.DataFrame
    regions: pd.DataFrame
    logs: pd.DataFrame
    samples: pd.DataFrame
    counters: pd.DataFrame
    clocks: pd.DataFrame
    summary: pd.DataFrame
    losses: pd.DataFrame

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """All tables, by name."""
        return {name: getattr(self, name) for name in TABLES}

    def count(self, item: str) -> int:
        """Return one count of ``summary``, such as ``"events"``; 0 for what there was none of."""
        return int(self.summary.loc[self.summary["item"] == item, "count"].sum())

    def wall_ns(self, time_ns: Any) -> pd.Series:
        """Bring times of the trace to the system's time.

        Parameters
        ----------
        time_ns : array-like of int64
            Times in ns, on the clock of the trace.

        Returns
        -------
        Series of Int64
            The same in ns since 1970, by the last clock snapshot before each; NA without any.
        """
        return pd.Series(wall_ns(self.clocks, time_ns))

    @property
    def span_ns(self) -> int:
        """Nanoseconds from the first event to the last."""
        times = self.events["time_ns"]
        return int(times.iloc[-1] - times.iloc[0]) if len(times) else 0

    @property
    def missing(self) -> dict[str, str]:
        """What the trace does not hold, each with what would have recorded it."""
        missing = {}
        if not self.clocks["wall_ns"].notna().any():
            missing["the time since 1970"] = "build the program with Go 1.25 or newer"
        if self.samples.empty:
            missing["what ran on the CPU"] = "start a CPU profile beside the trace"
        return missing

    @property
    def facts(self) -> list[str]:
        """What was read, and what is missing, in a few lines."""
        return [
            f"execution trace of Go, format {self.version}, {format_bytes(self.count('bytes'))}, "
            f"{format_ns(self.span_ns)}",
            f"{len(self.events):,} events of {len(self.goroutines):,} goroutines on "
            f"{self.count('threads'):,} threads in {self.count('generations'):,} generations",
            f"{len(self.unblocks):,} wake-ups, {len(self.samples):,} CPU samples",
            f"{len(self.tasks):,} tasks, {len(self.regions):,} regions, {len(self.logs):,} logs",
            f"{len(self.losses):,} losses",
            *(f"not recorded: {what} ({how})" for what, how in self.missing.items()),
        ]

    @property
    def highlights(self) -> dict[str, pd.DataFrame]:
        """The tables to see first, by what they show."""
        return {"time in states": state_sums(self.states)}

    def __repr__(self) -> str:
        return f"<GoTrace {self.source.name}: {'; '.join(self.facts)}>"

    def _repr_html_(self) -> str:
        facts = "".join(f"<li>{escape(fact)}</li>" for fact in self.facts)
        return f"<div><b>Go execution trace {escape(self.source.name)}</b><ul>{facts}</ul></div>"
