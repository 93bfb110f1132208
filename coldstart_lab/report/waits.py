"""Who waited after the health answer: the requests of a start, or of a set's untraced ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from coldstart_lab.report.cleaning import clean_columns, numbered
from coldstart_lab.units import format_ns

if TYPE_CHECKING:
    from coldstart_lab.recording import Recording

# the first of these a start knows is when it began to be sent requests
_HEALTHY = ("answered", "ready")
_LONGEST_NAME = 60
_FIRST_NS = 1_000_000_000
# What is less is no wait, but the time it takes to see that there is none
_LEAST_WAIT_NS = 1_000_000


@dataclass(frozen=True, slots=True)
class Waits:
    """Requests of one or more starts.

    Attributes
    ----------
    requests : DataFrame
        ``tables.REQUESTS`` with ``start`` (number of the start) and ``since_ns`` (after its health
        answer); names cleaned.
    starts : int
        Of how many starts.
    traced : bool
        Whether they ran under strace.
    lost : int
        Lines that were not understood.
    """

    requests: pd.DataFrame
    starts: int
    traced: bool
    lost: int


def waits_of(recording: Recording, *, log_lines: bool) -> Waits | None:
    """Gather the requests of a start; of a set, those of its untraced starts, if they had any.

    Parameters
    ----------
    recording : Recording
        The start.
    log_lines : bool
        Whether text from outside may be shown; if not, classes of requests are numbered.

    Returns
    -------
    Waits or None
        None where no request was recorded.

    Raises
    ------
    UnreadableInputError
        If an artefact is missing.
    """
    siblings = recording.siblings
    untraced = [] if siblings is None else siblings.untraced
    chosen = [one for one in untraced if _has_requests(one)]
    traced = not chosen
    if traced:
        chosen = [recording] if _has_requests(recording) else []
    frames = [_of_start(one, number) for number, one in enumerate(chosen)]
    known = [frame for frame in frames if len(frame)]
    if not known:
        return None
    requests = clean_columns(pd.concat(known, ignore_index=True), ["name"], _LONGEST_NAME)
    if not log_lines:
        requests = requests.assign(name=numbered(requests["name"], "class"))
    lost = sum(len(log.losses) for one in chosen for log in one.request_logs)
    return Waits(requests, starts=len(known), traced=traced, lost=lost)


def _has_requests(recording: Recording) -> bool:
    return recording.has_artefact("load") or recording.has_artefact("requests")


def _of_start(recording: Recording, number: int) -> pd.DataFrame:
    """Return its requests; none where it is not known when it answered."""
    known = recording.milestones.set_index("name")["time_ns"]
    healthy = next((int(known[name]) for name in _HEALTHY if name in known.index), None)
    requests = recording.requests
    if healthy is None:
        return requests.head(0).assign(start=number, since_ns=0)
    return requests.assign(start=number, since_ns=requests["start_ns"] - healthy)


def by_class(requests: pd.DataFrame) -> pd.DataFrame:
    """Sum up requests by class.

    Parameters
    ----------
    requests : DataFrame
        `Waits.requests`.

    Returns
    -------
    DataFrame
        ``name``, ``number``, ``failed``, ``early`` (in the first second after the health answer),
        ``first_ns`` (of the first of a start, median over starts), ``median_ns``, ``p95_ns``,
        ``slowest_ns``, ``noted`` (by the program), ``waited`` (of these, for a part of the start)
        and ``longest_wait_ns``; the slowest first. Times are the sender's where it noted them.
    """
    groups = requests.groupby("name", sort=True)
    rows = pd.DataFrame([{"name": name, **_summed(group)} for name, group in groups])
    return rows.sort_values("slowest_ns", ascending=False, kind="stable", ignore_index=True)


def waits_in_words(requests: pd.DataFrame) -> list[str]:
    """Say how many requests had to wait for a part of the start, and how long.

    Parameters
    ----------
    requests : DataFrame
        `Waits.requests`.

    Returns
    -------
    list of str
        A sentence; none where the program did not note who waited.
    """
    noted = requests[requests["side"] == "service"]
    if noted.empty:
        return []
    late = _waited(noted)
    sent = f"of the {len(noted):,} requests from the health answer on"
    if late.empty:
        return [f"None {sent} had to wait for a part of the start."]
    longest, last = int(late["waited_ns"].max()), int(late["since_ns"].max())
    return [
        f"{len(late):,} {sent} had to wait for a part of the start, for up to "
        f"{format_ns(longest)}; the last of them came {format_ns(last)} after that answer."
    ]


def _waited(requests: pd.DataFrame) -> pd.DataFrame:
    return requests[(requests["waited_ns"] >= _LEAST_WAIT_NS).fillna(value=False)]


def _summed(requests: pd.DataFrame) -> dict[str, int]:
    sent = requests[requests["side"] == "client"]
    noted = requests[requests["side"] == "service"]
    timed = sent if len(sent) else noted
    first = timed.sort_values("start_ns").groupby("start")["duration_ns"].first()
    late = _waited(noted)["waited_ns"]
    return {
        "number": len(timed),
        "failed": int(timed["failed"].sum()),
        "early": int((timed["since_ns"] < _FIRST_NS).sum()),
        "first_ns": round(first.median()),
        "median_ns": round(timed["duration_ns"].median()),
        "p95_ns": round(timed["duration_ns"].quantile(0.95)),
        "slowest_ns": int(timed["duration_ns"].max()),
        "noted": len(noted),
        "waited": len(late),
        "longest_wait_ns": int(late.max()) if len(late) else 0,
    }
