"""Traces in OTLP JSON as tables, with a card that says how complete they are."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path

import pandas as pd

from coldstart_lab.units import format_bytes

# More than that nobody reads at a glance
_LONGEST = 200


@dataclass(frozen=True, eq=False)
class OtlpTraces:
    """What a file of traces holds.

    Attributes
    ----------
    source : Path
        The file it was read from.
    spans : DataFrame
        ``tables.OTLP_SPANS``: one row a span, in file order.
    span_events : DataFrame
        ``tables.OTLP_SPAN_EVENTS``: one row an event inside a span.
    summary : DataFrame
        ``tables.OTLP_SUMMARY``: everything read, counted.
    losses : DataFrame
        ``tables.OTLP_LOSSES``: everything not understood, with its text.
    """

    source: Path
    spans: pd.DataFrame
    span_events: pd.DataFrame
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
            "spans": self.spans,
            "span_events": self.span_events,
            "summary": self.summary,
            "losses": self.losses,
        }

    @property
    def facts(self) -> list[str]:
        """What was read, in a few plain lines."""
        return [
            f"{self.count('lines'):,} lines, {format_bytes(self.count('bytes'))}",
            f"{len(self.spans):,} spans of {self.count('traces'):,} traces and "
            f"{self.count('services'):,} services, {len(self.span_events):,} events in them",
            f"{len(self.losses):,} lines, spans or events not understood",
        ]

    @property
    def highlights(self) -> dict[str, pd.DataFrame]:
        """The tables to see first, by what they show."""
        if self.spans.empty:
            return {}
        shown = ["name", "after_first_ns", "duration_ns", "kind", "status", "service", "line"]
        lengths = self.spans.assign(
            duration_ns=self.spans["end_ns"] - self.spans["start_ns"],
            after_first_ns=self.spans["start_ns"] - self.spans["start_ns"].min(),
        )
        longest = lengths.nlargest(_LONGEST, "duration_ns", keep="first")[shown]
        return {"the longest spans": longest}

    def __repr__(self) -> str:
        return f"<OtlpTraces {self.source.name}: {'; '.join(self.facts)}>"

    def _repr_html_(self) -> str:
        facts = "".join(f"<li>{escape(fact)}</li>" for fact in self.facts)
        return f"<div><b>traces {escape(self.source.name)}</b><ul>{facts}</ul></div>"
