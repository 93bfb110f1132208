"""Finds for each cause the log lines that show where its time went."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from coldstart_lab.report.cleaning import clean
from coldstart_lab.report.facts import MOST_CAUSES, EvidenceLine
from coldstart_lab.report.loglines import read_lines_at
from coldstart_lab.report.rows import rows_of

if TYPE_CHECKING:
    import pandas as pd

    from coldstart_lab.recording import Recording

_LONGEST_SHOWN = 480


def find_evidence(
    recording: Recording,
    segments: pd.DataFrame,
    causes: pd.DataFrame,
    *,
    per_cause: int,
    log_lines: bool,
) -> dict[str, list[EvidenceLine]]:
    """Take the longest segments of each cause with their log lines.

    Parameters
    ----------
    recording : Recording
        The start, for its log.
    segments, causes : DataFrame
        Tables ``attribution.segments`` and ``attribution.causes``, names of causes cleaned.
    per_cause : int
        Greatest number of segments a cause.
    log_lines : bool
        Whether to read the lines; if not, only where they stand is told.

    Returns
    -------
    dict of str to list of EvidenceLine
        By cause; longest segment first.
    """
    shown = causes["cause"].head(MOST_CAUSES)
    with_line = segments[segments["line"].notna() & segments["cause"].isin(shown)]
    longest = with_line.sort_values(["duration_ns", "start_ns"], ascending=[False, True])
    longest = longest.drop_duplicates(["cause", "artefact", "line"])
    longest = longest.groupby("cause", sort=False, observed=True).head(per_cause)
    texts = _texts(recording, longest) if log_lines else {}
    begin = int(segments["start_ns"].min()) if len(segments) else 0
    evidence: dict[str, list[EvidenceLine]] = {}
    for row in rows_of(longest):
        evidence.setdefault(str(row.cause), []).append(
            EvidenceLine(
                artefact=clean(str(row.artefact)),
                line=int(row.line),
                since_exec_ns=int(row.start_ns) - begin,
                duration_ns=int(row.duration_ns),
                after=str(row.state) == "running",
                subject=clean(row.subject),
                text=clean(texts.get(int(row.line)), _LONGEST_SHOWN),
            )
        )
    return evidence


def _texts(recording: Recording, segments: pd.DataFrame) -> dict[int, str]:
    """Read the lines of the strace log that segments point to."""
    of_strace = segments["artefact"].astype(str).str.startswith("strace")
    lines = segments.loc[of_strace, "line"].to_numpy(np.int64)
    if not len(lines) or not recording.has_artefact("strace"):
        return {}
    events = recording.strace.events
    at = events.loc[events["line"].isin(lines), ["line", "offset"]].drop_duplicates("line")
    offsets = dict(zip(at["line"].tolist(), at["offset"].tolist(), strict=True))
    texts = read_lines_at(recording.artefact("strace"), offsets.values())
    return {line: texts[offset] for line, offset in offsets.items() if offset in texts}
