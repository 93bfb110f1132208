"""Adds up what the batches of a log hold, so that a log of any size has one overview."""

# ruff: noqa: PLC0415 - help must not load what only the work needs
from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from coldstart_lab.readers.strace import StraceLog


class Overview:
    """What a log holds, added up over its batches.

    Parameters
    ----------
    kept : int
        How many of the first rows of each table are kept.
    """

    def __init__(self, kept: int) -> None:
        self.kept = kept
        self.source = ""
        self.clock = "none"
        self.has_durations = False
        self.first_ns: int | None = None
        self.last_ns: int | None = None
        self.counts: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.missing: dict[str, str] = {}
        self.sizes: Counter[str] = Counter()
        self._first_rows: dict[str, list[pd.DataFrame]] = {}
        self._tallies: list[tuple[pd.DataFrame, ...]] = []
        self._threads: set[object] = set()

    def add(self, log: StraceLog) -> None:
        """Add the next batch."""
        self._add_missing(log)
        self.source = str(log.source)
        self.clock = log.clock if self.clock == "none" else self.clock
        self.has_durations |= log.has_durations
        for item, count in zip(log.summary["item"], log.summary["count"].tolist(), strict=True):
            self.counts[str(item)] += count
        self.reasons.update(log.losses["reason"].astype(str).tolist())
        for name, frame in log.tables.items():
            left = max(self.kept - self.sizes[name], 0)
            self.sizes[name] += len(frame)
            self._first_rows.setdefault(name, []).append(frame.head(left))
        self._add_times(log.events)
        self._tallies.append(_tally(log.events))
        self._threads.update(log.events["pid"].unique().tolist())
        self.counts["threads"] = len(self._threads)

    def _add_missing(self, log: StraceLog) -> None:
        wanted = log.missing_flags
        if not self.sizes["events"]:
            self.missing = wanted
        elif not log.events.empty:
            self.missing = {flag: what for flag, what in self.missing.items() if flag in wanted}

    def _add_times(self, events: pd.DataFrame) -> None:
        start = events["start_ns"].dropna()
        if start.empty:
            return
        end = (events["start_ns"] + events["duration_ns"].fillna(0)).dropna()
        first, last = int(start.min()), int(end.max())
        self.first_ns = first if self.first_ns is None else min(first, self.first_ns)
        self.last_ns = last if self.last_ns is None else max(last, self.last_ns)

    def first_rows(self, name: str) -> pd.DataFrame:
        """Return the first rows of a table."""
        import pandas as pd

        parts = self._first_rows[name]
        return parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True)

    def calls(self) -> pd.DataFrame:
        """Return ``syscall``, ``calls``, ``errors``, ``threads``, ``duration_ns``: most first."""
        added = self._added(0).groupby("syscall", observed=True)
        counts = added.agg(
            calls=("calls", "sum"), errors=("errors", "sum"), threads=("pid", "nunique")
        )
        calls = counts.assign(duration_ns=added["duration_ns"].sum(min_count=1)).reset_index()
        return _sorted(calls.astype({"duration_ns": "Int64"}), ["calls", "syscall"])

    def failures(self) -> pd.DataFrame:
        """Return ``syscall``, ``errno``, ``calls``, ``line`` (of the first): most first."""
        added = self._added(1).groupby(["syscall", "errno"], as_index=False, observed=True)
        return _sorted(added.agg({"calls": "sum", "line": "min"}), ["calls", "syscall"])

    def searches(self) -> pd.DataFrame:
        """Return ``folder``, ``misses``, ``found``, ``example``, ``line``: most misses first."""
        how = {"misses": "sum", "found": "sum", "example": "first", "line": "min"}
        added = self._added(2).groupby("folder", as_index=False, observed=True).agg(how)
        return _sorted(added[added["misses"] > 0], ["misses", "folder"])

    def _added(self, which: int) -> pd.DataFrame:
        import pandas as pd

        return pd.concat([tally[which] for tally in self._tallies], ignore_index=True)


def _tally(events: pd.DataFrame) -> tuple[pd.DataFrame, ...]:
    """Count a batch in a way that can be added up: calls by thread, failures, look-ups."""
    from coldstart_lab.attribution import count_failures, count_look_ups

    calls = events[(events["kind"] == "syscall").to_numpy()]
    grouped = calls.assign(errors=calls["errno"].notna()).groupby(
        ["syscall", "pid"], observed=True, dropna=False
    )
    counts = grouped.agg(calls=("line", "size"), errors=("errors", "sum"))
    by_thread = counts.assign(duration_ns=grouped["duration_ns"].sum(min_count=1))
    plain = by_thread.reset_index().astype({"syscall": object, "duration_ns": "Int64"})
    return plain, count_failures(events), count_look_ups(events)


def _sorted(frame: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    return frame.sort_values(by, ascending=[False, True], ignore_index=True)
