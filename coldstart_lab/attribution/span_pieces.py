"""Cuts the program's spans into pieces that are their own: without what their child spans cover."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Ints = NDArray[np.int64]

_KEYS = ["trace_id", "span_id"]


@dataclass(frozen=True, slots=True)
class Pieces:
    """Half-open intervals, each of which belongs to a row of some table.

    Attributes
    ----------
    row : ndarray of int64
        The row.
    start, end : ndarray of int64
        The interval, in ns; never empty.
    """

    row: Ints
    start: Ints
    end: Ints


@dataclass(frozen=True, slots=True)
class Sweep:
    """What is found by going once over all pieces in order of time.

    Attributes
    ----------
    shared : ndarray of int64
        By piece, the time in the window during which another piece was open too.
    free_start, free_end : ndarray of int64
        The intervals of the window in no piece.
    """

    shared: Ints
    free_start: Ints
    free_end: Ints


def distinct_spans(spans: pd.DataFrame) -> pd.DataFrame:
    """Drop spans that were written again, which exporters do when in doubt; keep their places.

    Parameters
    ----------
    spans : DataFrame
        ``tables.OTLP_SPANS``.

    Returns
    -------
    DataFrame
        The others; their index is their place.
    """
    placed = spans.reset_index(drop=True)
    return placed[~placed.duplicated(_KEYS) | placed["span_id"].isna()]


def own_pieces(spans: pd.DataFrame) -> Pieces:
    """Cut spans into what no child of theirs covers.

    Parameters
    ----------
    spans : DataFrame
        Spans with an index of their own.

    Returns
    -------
    Pieces
        In no order; ``row`` is the index. A span its children cover whole has none.
    """
    children = _children(spans)
    childless = spans.loc[~spans.index.isin(children["parent"]), ["start_ns", "end_ns"]]
    ordered = children.sort_values(["parent", "start_ns"], kind="stable")
    by_parent = ordered.groupby("parent")
    reached = by_parent["end_ns"].cummax()
    before = reached.groupby(ordered["parent"]).shift(fill_value=0)
    lasts = ~ordered.duplicated("parent", keep="last")
    pieces = [
        (childless.index, childless["start_ns"], childless["end_ns"]),
        (ordered["parent"], np.maximum(before, ordered["from_ns"]),
         np.minimum(ordered["start_ns"], ordered["until_ns"])),
        (ordered.loc[lasts, "parent"], np.maximum(reached, ordered["from_ns"])[lasts],
         ordered.loc[lasts, "until_ns"]),
    ]  # fmt: skip
    row, start, end = (
        np.concatenate([np.asarray(piece[at], dtype=np.int64) for piece in pieces])
        for at in range(3)
    )
    kept = end > start
    return Pieces(row[kept], start[kept], end[kept])


def sweep(pieces: Pieces, begin: int, end: int) -> Sweep:
    """Find where pieces share their time, and where there is none.

    Parameters
    ----------
    pieces : Pieces
        The pieces.
    begin, end : int
        The window, in ns; what lies outside counts for nothing.

    Returns
    -------
    Sweep
        What was found.
    """
    count = len(pieces.row)
    bounds, place = np.unique(
        np.concatenate([pieces.start, pieces.end, [begin, end]]), return_inverse=True
    )
    change = np.zeros(len(bounds), dtype=np.int64)
    np.add.at(change, place[:count], 1)
    np.add.at(change, place[count : 2 * count], -1)
    depth = np.cumsum(change)[:-1]
    inside = (bounds[:-1] >= begin) & (bounds[1:] <= end)
    shared = np.where(inside & (depth > 1), np.diff(bounds), 0)
    total = np.concatenate([[0], np.cumsum(shared)])
    free = inside & (depth == 0)
    return Sweep(
        shared=total[place[count : 2 * count]] - total[place[:count]],
        free_start=bounds[:-1][free],
        free_end=bounds[1:][free],
    )


def _children(spans: pd.DataFrame) -> pd.DataFrame:
    """Return ``parent`` (its index), its ``from_ns`` and ``until_ns``, by child with its times."""
    placed = spans.rename_axis("place").reset_index()
    times = ["place", "start_ns", "end_ns"]
    children = placed.dropna(subset=["trace_id", "parent_id"])[["trace_id", "parent_id", *times]]
    parents = placed.dropna(subset=_KEYS)[[*_KEYS, *times]].set_axis(
        ["trace_id", "parent_id", "parent", "from_ns", "until_ns"], axis=1
    )
    pairs = children.merge(parents, on=["trace_id", "parent_id"])
    return pairs[pairs["place"] != pairs["parent"]]
