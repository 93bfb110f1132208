"""Back-off: waits for time between a refused connection and the next try."""

from __future__ import annotations

from typing import Any

import numpy as np

from coldstart_lab.attribution.addresses import named_addresses
from coldstart_lab.attribution.calls import Calls
from coldstart_lab.attribution.lives import Ints
from coldstart_lab.attribution.masks import contains
from coldstart_lab.attribution.wakeups import CODE, WakeUps

# Of the time between a refusal and the next try so much at least must be waits for time
_LEAST_WAITED = 0.5
# How much of the time a wait takes may lie before the refusal, or after the try
_LEAST_INSIDE = 0.5


def find_retries(calls: Calls, wakeups: WakeUps, call: Ints) -> tuple[Ints, Any]:
    """Find the waits for time that only put off the next try of a refused connection.

    Parameters
    ----------
    calls : Calls
        The calls.
    wakeups : WakeUps
        What ended their waits.
    call : array of int64, shape (n,)
        The calls to look at, -1 for none; none twice.

    Returns
    -------
    rows : array of int64, shape (m,)
        Which of them are such waits. Several may share one refusal: a runtime's timer may be
        waited for by one thread after the other.
    address : array of object, shape (m,)
        What is tried again.
    """
    none = np.empty(0, dtype=np.int64)
    began, tried, address = _windows(calls)
    kind = np.where(call >= 0, wakeups.kind[call], CODE["none"])
    rows = np.flatnonzero((kind == CODE["timer"]) | (kind == CODE["scheduler"]))
    if not len(rows) or not len(began):
        return none, none.astype(object)
    begin, end = calls.start[call[rows]], calls.end[call[rows]]
    middle = begin + (end - begin) // 2
    window = np.searchsorted(began, middle, side="right") - 1
    known = (window >= 0) & (middle < tried[window])
    inside = np.minimum(end, tried[window]) - np.maximum(begin, began[window])
    known &= inside >= _LEAST_INSIDE * (end - begin)
    waited = np.bincount(window[known], weights=inside[known], minlength=len(began))
    known &= (waited >= _LEAST_WAITED * (tried - began))[window]
    return rows[known], address[window[known]]


def _windows(calls: Calls) -> tuple[Ints, Ints, Any]:
    """Return when connections were refused, when they were tried again, and where, by time."""
    tries = calls.named("connect")
    refused = calls.frame["errno"].iloc[tries].eq("ECONNREFUSED").to_numpy(dtype=bool)
    asked = calls.named("getsockopt")
    told = contains(calls.args(asked), "[ECONNREFUSED]", regex=False)
    began = np.sort(np.concatenate((calls.end[tries[refused]], calls.end[asked[told]])))
    tries = tries[np.argsort(calls.start[tries], kind="stable")]
    address = named_addresses(calls.args(tries)).fillna("").to_numpy(dtype=object)
    after = np.searchsorted(calls.start[tries], began)
    again = after < len(tries)
    began, after = began[again], after[again]
    # of several refusals before one try the last one counts
    last = np.append(after[1:] != after[:-1], True) if len(after) else again[:0]
    began, after = began[last], after[last]
    return began, calls.start[tries][after], address[after]
