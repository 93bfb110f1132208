"""Traces in OTLP JSON as tables, with a card that says how complete they are."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path

import pandas as pd

from coldstart_lab.units import format_bytes


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

    def __repr__(self) -> str:
        return f"<OtlpTraces {self.source.name}: {'; '.join(self._facts())}>"

    def _repr_html_(self) -> str:
        facts = "".join(f"<li>{escape(fact)}</li>" for fact in self._facts())
        return f"<div><b>traces {escape(self.source.name)}</b><ul>{facts}</ul></div>"

    def _facts(self) -> list[str]:
        return [
            f"{self.count('lines'):,} lines, {format_bytes(self.count('bytes'))}",
            f"{len(self.spans):,} spans of {self.count('traces'):,} traces, "
            f"{len(self.span_events):,} events in them",
            f"{len(self.losses):,} lines, spans or events not understood",
        ]
