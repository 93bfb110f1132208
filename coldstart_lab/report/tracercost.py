"""What the tracer cost: traced starts of a set beside its untraced ones."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Sample:
    """Times to ready of some starts.

    Attributes
    ----------
    count : int
        How many.
    median_ns, least_ns, most_ns : int
        Median, least and greatest time from exec to ready.
    """

    count: int
    median_ns: int
    least_ns: int
    most_ns: int


@dataclass(frozen=True, slots=True)
class TracerCost:
    """Starts under strace alone beside starts under nothing.

    Attributes
    ----------
    traced, untraced : Sample
        Their times to ready.
    """

    traced: Sample
    untraced: Sample

    @property
    def ratio(self) -> float:
        """How many times as long the median traced start took."""
        return self.traced.median_ns / max(self.untraced.median_ns, 1)

    @property
    def apart(self) -> bool:
        """Whether every traced start took longer than every untraced one."""
        return self.traced.least_ns > self.untraced.most_ns


def tracer_cost(members: pd.DataFrame) -> TracerCost | None:
    """Compare the starts of a set that were ready.

    Parameters
    ----------
    members : DataFrame
        Table ``recording.members``.

    Returns
    -------
    TracerCost or None
        None where traced or untraced starts are missing.
    """
    ready = members.dropna(subset=["ready_ns"])
    traced = _sample(ready.loc[ready["observers"] == "strace", "ready_ns"].tolist())
    untraced = _sample(ready.loc[ready["observers"] == "none", "ready_ns"].tolist())
    return None if traced is None or untraced is None else TracerCost(traced, untraced)


def _sample(times: list[int]) -> Sample | None:
    if not times:
        return None
    return Sample(len(times), round(statistics.median(times)), min(times), max(times))
