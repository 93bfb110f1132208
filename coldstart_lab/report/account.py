"""The program's own account of its start: its spans beside the attribution, cleaned for a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from coldstart_lab.attribution import SpanComparison, compare_with_spans
from coldstart_lab.report.cleaning import clean_columns, numbered

if TYPE_CHECKING:
    import pandas as pd

    from coldstart_lab.recording import Recording
    from coldstart_lab.report.facts import Times

_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Account:
    """What the program said of its start, beside what the attribution says.

    Attributes
    ----------
    comparison : SpanComparison
        Both, with cleaned names.
    left_out : int
        Spans of traces that began after the milestone: they are of requests, not of the start.
    lost : int
        Lines, spans and events that were not understood.
    """

    comparison: SpanComparison
    left_out: int
    lost: int

    @property
    def late(self) -> pd.DataFrame:
        """The parts that ran only after the milestone."""
        parts = self.comparison.parts
        return parts[(parts["path_ns"] == 0) & (parts["after_ns"] > 0)]


def account_of(recording: Recording, times: Times, *, log_lines: bool) -> Account | None:
    """Compare the program's own spans with the attribution.

    Parameters
    ----------
    recording : Recording
        The start.
    times : Times
        Its attribution, cleaned.
    log_lines : bool
        Whether text the program wrote may be shown; if not, spans are numbered.

    Returns
    -------
    Account or None
        None where the program wrote no spans of this start.

    Raises
    ------
    UnreadableInputError
        If the artefact is missing or holds no spans.
    """
    if not recording.has_artefact("spans"):
        return None
    traces = recording.traces
    spans = _of_start(traces.spans, times.end_ns)
    if spans.empty:
        return None
    named = clean_columns(spans, ["name"], _LONGEST_NAME)
    if not log_lines:
        named = named.assign(name=numbered(named["name"], "span"))

    return Account(
        comparison=compare_with_spans(times.segments, named),
        left_out=len(traces.spans) - len(spans),
        lost=len(traces.losses),
    )


def _of_start(spans: pd.DataFrame, end_ns: int) -> pd.DataFrame:
    """Keep the spans of traces that began before the milestone."""
    begun = spans["start_ns"] < end_ns
    own = spans["trace_id"].isin(spans.loc[begun, "trace_id"].dropna())
    return spans[begun | own]
