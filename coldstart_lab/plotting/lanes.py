"""Chooses the threads worth a lane and names them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from coldstart_lab.plotting.binning import Ints

MOST_LANES = 24


@dataclass(frozen=True, slots=True)
class Lanes:
    """The lanes of a thread figure, from the top.

    Attributes
    ----------
    names : list of str
        Label of each; the last may stand for the threads left out.
    on_path_ns : list of int
        How long the critical path runs through each.
    of_tile, of_segment : ndarray of int64
        Lane of each tile (-1: not shown) and of each segment.
    left_out : int
        Number of threads without a lane of their own.
    """

    names: list[str]
    on_path_ns: list[int]
    of_tile: Ints
    of_segment: Ints
    left_out: int


def choose_lanes(
    tiles: pd.DataFrame, segments: pd.DataFrame, threads: pd.DataFrame | None
) -> Lanes:
    """Give a lane to the threads the path runs through longest, then to the busiest.

    Parameters
    ----------
    tiles, segments : DataFrame
        Tables ``attribution.tiles`` and ``attribution.segments``.
    threads : DataFrame or None
        Table ``attribution.threads``.

    Returns
    -------
    Lanes
        At most `MOST_LANES`, in order of appearance, and one for the rest.
    """
    pids = pd.unique(pd.concat([tiles["pid"], segments["pid"]], ignore_index=True))
    pids = np.sort(np.asarray(pids, dtype=np.int64))
    count = len(pids)
    tile_at = np.searchsorted(pids, tiles["pid"].to_numpy(np.int64))
    segment_at = np.searchsorted(pids, segments["pid"].to_numpy(np.int64))
    starts = tiles["start_ns"].to_numpy(np.int64)
    busy = np.where(
        (tiles["state"] != "waiting").to_numpy(bool), tiles["end_ns"].to_numpy(np.int64) - starts, 0
    )
    busy_ns = np.bincount(tile_at, busy, count)
    on_path = np.bincount(segment_at, segments["duration_ns"].to_numpy(np.int64), count)
    born = np.full(count, np.iinfo(np.int64).max)
    np.minimum.at(born, tile_at, starts)
    np.minimum.at(born, segment_at, segments["start_ns"].to_numpy(np.int64))

    # a thread the path does not touch and that begins after the window has nothing to show in it
    late = int(segments["end_ns"].max()) if len(segments) else np.iinfo(np.int64).max
    ranked = np.lexsort((pids, -busy_ns, -on_path, born >= late))
    best = ranked[: MOST_LANES if count > MOST_LANES else count]
    best = best[born[best] < late]
    best = best[np.lexsort((pids[best], born[best]))]
    lane = np.full(count, -1, dtype=np.int64)
    lane[best] = np.arange(len(best))
    left_out = count - len(best)
    names = _names(pids[best], segments, threads)
    on_path_ns = on_path[best].astype(np.int64).tolist()
    of_segment = lane[segment_at]
    if left_out:
        of_segment = np.where(of_segment < 0, len(names), of_segment)
        names.append(f"{left_out} more thread{'s' if left_out > 1 else ''}, not drawn")
        on_path_ns.append(int(on_path.sum()) - sum(on_path_ns))
    return Lanes(names, on_path_ns, lane[tile_at], of_segment, left_out)


def _names(pids: Ints, segments: pd.DataFrame, threads: pd.DataFrame | None) -> list[str]:
    known = segments if threads is None else threads
    once = known[["pid", "comm"]].dropna().drop_duplicates("pid")
    comms = dict(zip(once["pid"].tolist(), once["comm"].tolist(), strict=True))
    watchdogs: set[int] = set()
    if threads is not None:
        watchdogs.update(threads.loc[threads["role"] == "go-sysmon", "pid"].tolist())
    names = []
    for pid in pids.tolist():
        name = f"{str(comms[pid])[:64]} ({pid})" if pid in comms else str(pid)
        names.append(f"{name} sysmon" if pid in watchdogs else name)
    return names
