"""What a report is made of, gathered once and cleaned, before any section is built."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from coldstart_lab.attribution import sum_causes
from coldstart_lab.report.cleaning import clean, clean_columns
from coldstart_lab.report.plaincauses import without_log_text
from coldstart_lab.tables import STRING

if TYPE_CHECKING:
    from coldstart_lab.attribution import Attribution
    from coldstart_lab.recording import Recording
    from coldstart_lab.report.account import Account
    from coldstart_lab.report.tracercost import TracerCost
    from coldstart_lab.report.waits import Waits

MOST_CAUSES = 60


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a page may hold.

    Attributes
    ----------
    evidence : int
        Log lines a cause.
    segments : int
        Segments in the embedded JSON.
    figure_bytes : int
        Size from which a figure is embedded as pixels, if these are smaller.
    """

    evidence: int = 5
    segments: int = 1000
    figure_bytes: int = 220_000


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """One line of a log that shows a segment.

    Attributes
    ----------
    artefact : str
        The artefact, such as ``strace``.
    line : int
        Its line, counted from 1.
    since_exec_ns, duration_ns : int
        The segment it shows.
    after : bool
        Whether the segment follows the line (the program ran outside calls).
    subject : str
        What it concerns.
    text : str
        The line itself, cleaned; empty where it could not be read.
    """

    artefact: str
    line: int
    since_exec_ns: int
    duration_ns: int
    after: bool
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Times:
    """The attribution as the page shows it: cleaned, and without log text where asked.

    Attributes
    ----------
    until : str
        Milestone the window ends at.
    start_ns, end_ns, window_ns, unresolved_ns : int
        The window on the recording's clock, and how much of it is unresolved.
    segments, causes, tiles, threads, milestones, after : DataFrame
        Tables of the attribution.
    notes : list of str
        What limits it.
    """

    until: str
    start_ns: int
    end_ns: int
    window_ns: int
    unresolved_ns: int
    segments: pd.DataFrame
    causes: pd.DataFrame
    tiles: pd.DataFrame
    threads: pd.DataFrame
    milestones: pd.DataFrame
    after: pd.DataFrame
    notes: list[str]


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a section may ask for.

    Attributes
    ----------
    recording : Recording
        The start.
    log_lines : bool
        Whether text of the log may be shown.
    limits : Limits
        How much the page may hold.
    times : Times or None
        The attribution; None for a log without times.
    evidence : dict of str to list of EvidenceLine
        By cause.
    cost : TracerCost or None
        What the tracer cost; None if no set says so.
    account : Account or None
        The program's own account of its start; None if it gave none.
    waits : Waits or None
        Who waited after the health answer; None if no request was recorded.
    problems : tuple of str
        What of the recording could not be used, and why.
    """

    recording: Recording
    log_lines: bool
    limits: Limits
    times: Times | None
    evidence: dict[str, list[EvidenceLine]] = field(default_factory=dict)
    cost: TracerCost | None = None
    account: Account | None = None
    waits: Waits | None = None
    problems: tuple[str, ...] = ()

    @property
    def offers(self) -> frozenset[str]:
        """What sections may need: ``times``, ``no times``, ``set``, ``account``, ``waits``."""
        offered = {"times" if self.times is not None else "no times"}
        if self.recording.siblings is not None:
            offered.add("set")
        offered.update(name for name in ("account", "waits") if getattr(self, name) is not None)
        return frozenset(offered)


def clean_times(attribution: Attribution, *, log_lines: bool) -> Times:
    """Prepare an attribution for a page.

    Parameters
    ----------
    attribution : Attribution
        The attribution.
    log_lines : bool
        Whether text of the log may be shown; if not, subjects, thread names, the names of files
        and peers in causes, and what milestones saw in the log are left out: it all came from it.

    Returns
    -------
    Times
        Cleaned tables. Subjects of segments are cleaned where they are shown: there may be
        millions.
    """
    own = attribution.segments
    segments = own if log_lines else without_log_text(own)
    causes = attribution.causes if log_lines else sum_causes(segments)
    segments = clean_columns(segments, ["cause", "category", "phase", "comm"])
    causes = clean_columns(causes, ["cause", "category", "subject"])
    threads = clean_columns(attribution.threads, ["comm"])
    milestones = clean_columns(attribution.milestones, ["name", "detail"])
    after = clean_columns(attribution.after, ["comm"])
    if not log_lines:
        segments = _without(segments, "subject", "comm")
        causes = _without(causes, "subject")
        threads = _without(threads, "comm")
        seen_in_log = milestones["source"].astype(str) == "strace"
        milestones = milestones.assign(detail=milestones["detail"].mask(seen_in_log))
        after = _without(after, "comm")
    return Times(
        until=clean(attribution.until),
        start_ns=int(attribution.start_ns),
        end_ns=int(attribution.end_ns),
        window_ns=int(attribution.window_ns),
        unresolved_ns=int(attribution.unresolved_ns),
        segments=segments,
        causes=causes,
        tiles=attribution.tiles,
        threads=threads,
        milestones=milestones,
        after=after,
        notes=[clean(note, 600) for note in attribution.notes],
    )


def _without(frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
    nothing = pd.Series(pd.NA, index=frame.index, dtype=STRING)
    return frame.assign(**dict.fromkeys(columns, nothing))
