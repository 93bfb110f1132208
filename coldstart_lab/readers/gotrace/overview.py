"""Sums up what goroutines did, for people to see first."""

from __future__ import annotations

import pandas as pd


def state_sums(states: pd.DataFrame) -> pd.DataFrame:
    """Add up how long goroutines were in each state, and why.

    Parameters
    ----------
    states : DataFrame
        ``tables.GOTRACE_STATES``.

    Returns
    -------
    DataFrame
        ``state``, ``reason``, ``times``, ``goroutines``, ``duration_ns``: the longest first.
    """
    plain = states.assign(
        duration_ns=states["end_ns"] - states["start_ns"],
        times=1,
        state=states["state"].astype(object),
        reason=states["reason"].astype(object),
    )
    grouped = plain.groupby(["state", "reason"], as_index=False, dropna=False)
    sums = grouped.agg(
        times=("times", "sum"),
        goroutines=("goroutine", "nunique"),
        duration_ns=("duration_ns", "sum"),
    )
    by = ["duration_ns", "state", "reason"]
    return sums.sort_values(by, ascending=[False, True, True], ignore_index=True)
