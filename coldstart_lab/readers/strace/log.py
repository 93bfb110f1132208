"""A strace log as tables, with a card that says how complete it is."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path

import pandas as pd

from coldstart_lab.readers.strace.grammar.kinds import Clock
from coldstart_lab.redaction import printable
from coldstart_lab.units import format_bytes

# The tables most logs have no rows of, and what their rows are
ANNEXES = {
    "stacks": "stack frames",
    "dumps": "dumped buffers",
    "counts": "rows of counts",
    "messages": "messages of strace",
    "details": "details of events",
}


@dataclass(frozen=True, eq=False)
class StraceLog:
    """What a strace log holds.

    Attributes
    ----------
    source : Path
        The file or folder it was read from.
    clock : str
        What ``start_ns`` counts from: ``unix`` (-ttt), ``time-of-day`` (-t, -tt: since midnight),
        ``relative`` (-r: since the first line) or ``none``.
    has_durations : bool
        Whether the log was made with -T.
    events : DataFrame
        ``tables.STRACE_EVENTS``: one row an event, in file order.
    summary : DataFrame
        ``tables.STRACE_SUMMARY``: everything read, counted.
    losses : DataFrame
        ``tables.STRACE_LOSSES``: everything not understood, with its text.
    stacks : DataFrame
        ``tables.STRACE_STACKS``: one row a stack frame (-k, -kk).
    dumps : DataFrame
        ``tables.STRACE_DUMPS``: one row a dumped buffer (-e read=, -e write=).
    counts : DataFrame
        ``tables.STRACE_COUNTS``: one row a system call of the tables of -c and -C.
    messages : DataFrame
        ``tables.STRACE_MESSAGES``: one row a message of strace itself.
    details : DataFrame
        ``tables.STRACE_DETAILS``: one row an event, of a log with -n, -i or --secontext.
    """

    source: Path
    clock: Clock
    has_durations: bool
    events: pd.DataFrame
    summary: pd.DataFrame
    losses: pd.DataFrame
    stacks: pd.DataFrame
    dumps: pd.DataFrame
    counts: pd.DataFrame
    messages: pd.DataFrame
    details: pd.DataFrame

    def count(self, item: str) -> int:
        """Return one count of ``summary``, such as ``"lines"``."""
        found = self.summary.loc[self.summary["item"] == item, "count"]
        return int(found.iloc[0])

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """All tables, by name."""
        return {
            "events": self.events,
            "summary": self.summary,
            "losses": self.losses,
            **{name: getattr(self, name) for name in ANNEXES},
        }

    @property
    def missing_flags(self) -> dict[str, str]:
        """Flags of strace that would have shown more, each with what it would have shown."""
        if self.events.empty:
            return {"-C instead of -c": "each call, besides how often it was made"}
        wanted = {}
        if self.clock == "none":
            wanted["-ttt"] = "when each call began"
        elif self.clock != "unix":
            wanted["-ttt"] = "times with their date, to join this log with other artefacts"
        if not self.has_durations:
            wanted["-T"] = "how long each call took"
        if not self.events["pid"].notna().any():
            wanted["-f"] = "threads and child processes"
        if not self._names_descriptors():
            wanted["-yy"] = "which file or connection each descriptor stands for"
        return wanted

    def _names_descriptors(self) -> bool:
        reads = self.events.loc[self.events["syscall"].isin(["read", "write", "close"]), "args"]
        return bool(reads.head(1000).str.contains(r"^\d+<", regex=True).any())

    def __repr__(self) -> str:
        return f"<StraceLog {printable(self.source.name)}: {'; '.join(self._facts())}>"

    def _repr_html_(self) -> str:
        facts = "".join(f"<li>{escape(fact)}</li>" for fact in self._facts())
        flags = "".join(
            f"<li>not recorded: {escape(what)} (strace {escape(flag)})</li>"
            for flag, what in self.missing_flags.items()
        )
        name = escape(printable(self.source.name))
        return f"<div><b>strace log {name}</b><ul>{facts}{flags}</ul></div>"

    def _facts(self) -> list[str]:
        return [
            f"{self.count('lines'):,} lines, {format_bytes(self.count('bytes'))}",
            f"{self.count('calls'):,} calls ({self.count('calls that failed'):,} failed) "
            f"of {self.count('threads'):,} threads",
            f"{len(self.losses):,} lines not understood",
            f"clock: {self.clock}",
            *(
                f"{what}: {len(self.tables[name]):,} (.{name})"
                for name, what in ANNEXES.items()
                if len(self.tables[name])
            ),
        ]
