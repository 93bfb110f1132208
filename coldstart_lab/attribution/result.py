"""The answer: where the time from exec to a milestone went."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import pandas as pd

from coldstart_lab.tables import CAUSES
from coldstart_lab.units import format_ns, format_share


@dataclass(frozen=True, eq=False)
class Attribution:
    """Where the time of one start went.

    Attributes
    ----------
    until : str
        Name of the milestone the window ends at.
    start_ns, end_ns : int
        The window, on the recording's clock.
    segments : DataFrame
        ``tables.SEGMENTS``: tile the window without gap or overlap.
    causes : DataFrame
        ``tables.CAUSES``: the segments summed, largest first.
    threads, tiles, edges : DataFrame
        ``tables.THREADS``, ``tables.TILES``, ``tables.EDGES``: the evidence.
    milestones : DataFrame
        ``tables.MILESTONES``.
    after : DataFrame
        Work that ran on after the milestone: ``pid``, ``comm``, ``duration_ns`` (outside waits,
        until the end of the log), largest first.
    notes : tuple of str
        What limits this answer, in plain sentences.
    """

    until: str
    start_ns: int
    end_ns: int
    segments: pd.DataFrame
    causes: pd.DataFrame
    threads: pd.DataFrame
    tiles: pd.DataFrame
    edges: pd.DataFrame
    milestones: pd.DataFrame
    after: pd.DataFrame
    notes: tuple[str, ...]

    @property
    def window_ns(self) -> int:
        """Time from exec to the milestone."""
        return self.end_ns - self.start_ns

    @property
    def unresolved_ns(self) -> int:
        """Time whose cause the evidence does not show."""
        unresolved = self.segments["confidence"] == "unresolved"
        return int(self.segments.loc[unresolved, "duration_ns"].sum())

    def __repr__(self) -> str:
        share = self.unresolved_ns / self.window_ns if self.window_ns else 0.0
        return (
            f"<Attribution until {self.until}: {format_ns(self.window_ns)}, "
            f"{len(self.causes)} causes, {format_share(share)} unresolved>"
        )

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{escape(str(cause))}</td><td>{format_ns(duration)}</td>"
            f"<td>{format_share(share)}</td></tr>"
            for cause, duration, share in self.causes[["cause", "duration_ns", "share"]]
            .head(8)
            .itertuples(index=False)
        )
        notes = "".join(f"<li>{escape(note)}</li>" for note in self.notes)
        return (
            f"<div><b>{format_ns(self.window_ns)} from exec to {escape(self.until)}</b>, "
            f"{format_ns(self.unresolved_ns)} of it unresolved<table>{rows}</table>"
            f"<ul>{notes}</ul></div>"
        )


def sum_causes(segments: pd.DataFrame) -> pd.DataFrame:
    """Sum segments by cause.

    Parameters
    ----------
    segments : DataFrame
        ``tables.SEGMENTS``.

    Returns
    -------
    DataFrame
        ``tables.CAUSES``, largest first.
    """
    if segments.empty:
        return CAUSES.empty()
    work = segments.assign(
        cause=segments["cause"].astype(object),
        category=segments["category"].astype(object),
        lost=segments["duration_ns"].where(segments["confidence"] == "unresolved", 0),
    )
    window = int(work["duration_ns"].sum())
    begin = int(work["start_ns"].min())
    grouped = work.groupby("cause", sort=False)
    longest = work.loc[grouped["duration_ns"].idxmax()].set_index("cause")
    sums = grouped["duration_ns"].sum()
    names = sums.index
    subject = _largest(work, "subject").reindex(names)
    frame = CAUSES.frame(
        {
            "cause": names,
            "category": _largest(work, "category").reindex(names),
            "duration_ns": sums.to_numpy(),
            "share": sums.to_numpy() / window,
            "unresolved_ns": grouped["lost"].sum().to_numpy(),
            "segments": grouped.size().to_numpy(),
            "first_ns": (grouped["start_ns"].min() - begin).to_numpy(),
            "subject": subject,
            "line": longest["line"].reindex(names),
        }
    )
    return frame.sort_values(["duration_ns", "cause"], ascending=[False, True], ignore_index=True)


def _largest(work: pd.DataFrame, column: str) -> pd.Series:
    """Return, by cause, the value of a column that most of its time has."""
    sums = (
        work.assign(value=work[column].astype(object))
        .dropna(subset="value")
        .groupby(["cause", "value"], sort=False)["duration_ns"]
        .sum()
        .reset_index()
    )
    best = sums.sort_values("duration_ns", kind="stable").drop_duplicates("cause", keep="last")
    return best.set_index("cause")["value"]
