"""compare_with_spans: an attribution beside the program's own account of its start."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from coldstart_lab.attribution.span_pieces import (
    Ints,
    Pieces,
    distinct_spans,
    own_pieces,
    sweep,
)
from coldstart_lab.tables import SPAN_CAUSES, SPAN_PARTS


@dataclass(frozen=True, eq=False)
class SpanComparison:
    """What the program's spans and an attribution say of the same start.

    Attributes
    ----------
    parts : DataFrame
        ``tables.SPAN_PARTS``: the spans and the time in none of them, longest first.
    causes : DataFrame
        ``tables.SPAN_CAUSES``: what the time of each part is blamed on.
    """

    parts: pd.DataFrame
    causes: pd.DataFrame

    @property
    def window_ns(self) -> int:
        """Time from exec to the milestone."""
        return int(self.parts["by_cause_ns"].sum())

    @property
    def shared_ns(self) -> int:
        """Time on the path that is counted for more than one part, all parts together."""
        return int(self.parts["shared_ns"].sum())

    @property
    def misplaced_ns(self) -> int:
        """Time that another part gets if each cause is counted where most of it lies.

        Half the sum of the differences; it says something only where no time is shared.
        """
        return int((self.parts["by_cause_ns"] - self.parts["path_ns"]).abs().sum()) // 2


def compare_with_spans(segments: pd.DataFrame, spans: pd.DataFrame) -> SpanComparison:
    """Set an attribution beside the spans the program itself wrote of its start.

    Parameters
    ----------
    segments : DataFrame
        ``tables.SEGMENTS``: the answer of :func:`attribute_startup`.
    spans : DataFrame
        ``tables.OTLP_SPANS``, on the same clock; they may lie anywhere in time.

    Returns
    -------
    SpanComparison
        For each span how long it took by its own times, without its child spans; how much of that
        lies between exec and the milestone; and what the attribution, which knows no spans, blames
        that time on. The time of the window in no span is a part as well.

    Notes
    -----
    Spans are joined with segments by time alone: neither a span nor a goroutine names its thread.
    Time during which several spans were open is counted for each of them, and told in
    ``shared_ns``; the path ran through one of them at the most.

    ``by_cause_ns`` ranks the parts by the attribution: each cause of the whole window counts for
    the part that holds most of it. Where causes tell apart what the program tells apart,
    ``by_cause_ns`` and ``path_ns`` agree.
    """
    begin = 0 if segments.empty else int(segments["start_ns"].min())
    end = 0 if segments.empty else int(segments["end_ns"].max())
    known = distinct_spans(spans)
    ordered = known.assign(end_ns=known[["start_ns", "end_ns"]].max(axis=1))
    own = own_pieces(ordered.reset_index(drop=True))
    found = sweep(own, begin, end)
    pieces, shared = _with_free(own, found.shared, found.free_start, found.free_end, len(known))
    parts = _parts(ordered, pieces, shared, begin, end)
    blamed = _blame(pieces, segments)
    parts["by_cause_ns"] = _by_home(blamed, segments).reindex(parts.index, fill_value=0)
    kept = parts[(parts["kind"] == "span") | (parts["duration_ns"] > 0)]
    kept = kept.sort_values(["duration_ns", "start_ns"], ascending=[False, True], kind="stable")
    place = pd.Series(range(len(kept)), index=kept.index)
    causes = blamed.assign(part=blamed["row"].map(place))
    causes = causes.sort_values(["part", "duration_ns"], ascending=[True, False], kind="stable")
    return SpanComparison(
        parts=SPAN_PARTS.frame({name: kept[name].array for name in SPAN_PARTS.names}),
        causes=SPAN_CAUSES.frame({name: causes[name].array for name in SPAN_CAUSES.names}),
    )


def _by_home(blamed: pd.DataFrame, segments: pd.DataFrame) -> pd.Series[int]:
    """Return, by row, the whole time of the causes that have most of it there."""
    largest = blamed.sort_values("duration_ns", ascending=False, kind="stable")
    homes = largest.drop_duplicates("cause").set_index("cause")["row"]
    home = segments["cause"].astype(object).map(homes)
    return segments.groupby(home)["duration_ns"].sum()


def _with_free(
    own: Pieces, shared: Ints, free_start: Ints, free_end: Ints, count: int
) -> tuple[Pieces, Ints]:
    """Add the time in no span: row ``count`` is what precedes all spans, the next one the rest."""
    first = own.start.min() if len(own.start) else np.iinfo(np.int64).max
    pieces = Pieces(
        row=np.concatenate([own.row, np.where(free_end <= first, count, count + 1)]),
        start=np.concatenate([own.start, free_start]),
        end=np.concatenate([own.end, free_end]),
    )
    return pieces, np.concatenate([shared, np.zeros(len(free_start), dtype=np.int64)])


def _parts(spans: pd.DataFrame, pieces: Pieces, shared: Ints, begin: int, end: int) -> pd.DataFrame:
    """Return one row a span in their order, then before and between; all but by_cause_ns."""
    count = len(spans)
    inside = np.minimum(pieces.end, end) - np.maximum(pieces.start, begin)
    lengths = pd.DataFrame(
        {
            "duration_ns": pieces.end - pieces.start,
            "path_ns": np.maximum(inside, 0),
            "shared_ns": shared,
            "after_ns": np.maximum(pieces.end - np.maximum(pieces.start, end), 0),
        }
    )
    sums = lengths.groupby(pieces.row).sum().reindex(range(count + 2), fill_value=0)
    free = pd.DataFrame({"start_ns": pieces.start, "end_ns": pieces.end})[pieces.row >= count]
    edges = free.groupby(pieces.row[pieces.row >= count]).agg({"start_ns": "min", "end_ns": "max"})
    edges = edges.reindex([count, count + 1], fill_value=0)
    times = pd.concat([spans[["start_ns", "end_ns"]], edges], ignore_index=True)
    return sums.assign(
        kind=["span"] * count + ["before", "between"],
        span=pd.Series(spans.index, dtype="Int64").reindex(sums.index),
        name=spans["name"].astype(object).reset_index(drop=True).reindex(sums.index),
        start_ns=times["start_ns"],
        end_ns=times["end_ns"],
    )


def _blame(pieces: Pieces, segments: pd.DataFrame) -> pd.DataFrame:
    """Return ``row``, ``cause``, ``category``, ``duration_ns`` of what the pieces are blamed on."""
    ordered = segments.sort_values("start_ns", kind="stable")
    start = ordered["start_ns"].to_numpy(np.int64)
    end = ordered["end_ns"].to_numpy(np.int64)
    low = np.searchsorted(end, pieces.start, side="right")
    counts = np.maximum(np.searchsorted(start, pieces.end, side="left") - low, 0)
    piece = np.repeat(np.arange(len(low)), counts)
    segment = np.repeat(low - (np.cumsum(counts) - counts), counts) + np.arange(len(piece))
    overlaps = pd.DataFrame(
        {
            "row": pieces.row[piece],
            "cause": ordered["cause"].astype(object).to_numpy()[segment],
            "category": ordered["category"].astype(object).to_numpy()[segment],
            "duration_ns": np.minimum(pieces.end[piece], end[segment])
            - np.maximum(pieces.start[piece], start[segment]),
        }
    )
    by_kind = overlaps.groupby(["row", "cause", "category"], as_index=False).agg("sum")
    ordered_kinds = by_kind.sort_values("duration_ns", ascending=False, kind="stable")
    by_cause = ordered_kinds.groupby(["row", "cause"], as_index=False, sort=False)
    blamed: pd.DataFrame = by_cause.agg(
        category=("category", "first"), duration_ns=("duration_ns", "sum")
    )
    return blamed
