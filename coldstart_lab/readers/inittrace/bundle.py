"""What a Go runtime wrote to stderr as tables, with a card that says how complete it is."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path

import pandas as pd

from coldstart_lab.units import format_bytes, format_ns

_LONGEST = 10


@dataclass(frozen=True, eq=False)
class InitTrace:
    """What stderr of a Go program holds of its runtime.

    Attributes
    ----------
    source : Path
        The file it was read from.
    inits : DataFrame
        ``tables.INITTRACE_INITS``: one row a package's init.
    gcs : DataFrame
        ``tables.INITTRACE_GCS``: one row a garbage collection.
    scheds : DataFrame
        ``tables.INITTRACE_SCHEDS``: one row a line of the scheduler.
    summary : DataFrame
        ``tables.INITTRACE_SUMMARY``: everything read, counted.
    losses : DataFrame
        ``tables.INITTRACE_LOSSES``: what was not understood, with its text.
    """

    source: Path
    inits: pd.DataFrame
    gcs: pd.DataFrame
    scheds: pd.DataFrame
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
            "inits": self.inits,
            "gcs": self.gcs,
            "scheds": self.scheds,
            "summary": self.summary,
            "losses": self.losses,
        }

    @property
    def facts(self) -> list[str]:
        """What was read, in a few plain lines."""
        total = int(self.inits["duration_ns"].sum())
        facts = [f"{self.count('lines'):,} lines, {format_bytes(self.count('bytes'))}"]
        if len(self.inits):
            size = format_bytes(int(self.inits["heap_bytes"].sum()))
            facts.append(
                f"{len(self.inits):,} inits of packages: {format_ns(total)}, {size} allocated"
            )
        if len(self.gcs):
            facts.append(f"{len(self.gcs):,} garbage collections")
        if len(self.scheds):
            facts.append(f"{len(self.scheds):,} lines of the scheduler")
        if self.inits.empty:
            facts.append("not recorded: inits of packages (GODEBUG=inittrace=1)")
        return [*facts, f"{len(self.losses):,} lines not understood"]

    @property
    def highlights(self) -> dict[str, pd.DataFrame]:
        """The tables to see first, by what they show."""
        shown = ["package", "start_ns", "duration_ns", "heap_bytes", "allocations", "line"]
        longest = self.inits.nlargest(_LONGEST, "duration_ns", keep="first")[shown]
        return {} if longest.empty else {"the longest inits": longest}

    def __repr__(self) -> str:
        return f"<InitTrace {self.source.name}: {'; '.join(self.facts)}>"

    def _repr_html_(self) -> str:
        facts = "".join(f"<li>{escape(fact)}</li>" for fact in self.facts)
        return f"<div><b>Go runtime {escape(self.source.name)}</b><ul>{facts}</ul></div>"
