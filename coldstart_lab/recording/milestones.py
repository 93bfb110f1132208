"""The instants a start passed: those its events show, merged with those seen from outside."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pandas as pd

from coldstart_lab.recording.buffers import SENDS, WRITES, written_text
from coldstart_lab.recording.probes import Probe, parse_detail
from coldstart_lab.tables import MILESTONES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# of two milestones at one instant the earlier named here comes first
_ORDER = ("exec", "listening", "answered", "ready", "end")
READY_NAMES = ("ready", "answered", "listening", "end")


def merge_milestones(
    recorded: Iterable[Mapping[str, Any]], events: pd.DataFrame | None
) -> pd.DataFrame:
    """Merge a manifest's milestones with those the events show.

    Where both know one, the events' is taken: it is on the clock of the attribution, and not later
    than what was seen from outside.

    Parameters
    ----------
    recorded : iterable of mapping
        The manifest's milestones.
    events : DataFrame or None
        Table ``strace.events`` on the same clock; None where there is no log.

    Returns
    -------
    DataFrame
        Table ``recording.milestones`` in order of time.
    """
    rows = {str(entry["name"]): dict(entry) for entry in recorded}
    ready = rows.get("ready")
    if events is not None:
        rows |= {row["name"]: row for row in find_milestones(events, ready=ready)}
    ordered = sorted(rows.values(), key=lambda row: (row["time_ns"], _rank(row["name"])))
    return MILESTONES.frame({name: [row.get(name) for row in ordered] for name in MILESTONES.names})


def find_milestones(
    events: pd.DataFrame, *, ready: Mapping[str, Any] | None = None
) -> list[dict[str, Any]]:
    """Find the milestones that the events themselves show.

    Parameters
    ----------
    events : DataFrame
        Table ``strace.events``. Without times nothing is found: no instant is made up.
    ready : mapping, optional
        The ready milestone as seen from outside; its detail tells whose answer to look for.

    Returns
    -------
    list of dict
        ``exec``, ``listening`` (on the port that was probed, where that is known and bound; else
        the first one), ``answered`` and ``end``, as far as the events show them.
    """
    timed = events.loc[events["start_ns"].notna()]
    if timed.empty:
        return []
    probe = parse_detail(None if ready is None else ready.get("detail"))
    found = [
        _milestone("exec", find_exec(timed), entry=True),
        _milestone("listening", _first(_listens_on(timed, probe.asked))),
        _milestone("end", _last_to_end(timed)),
    ]
    if ready is not None:
        found.append(_milestone("answered", _answer(timed, probe, int(ready["time_ns"]))))
    return [entry for entry in found if entry is not None]


def find_exec(events: pd.DataFrame) -> pd.DataFrame:
    """Return the row of the first successful ``execve``; no row where none succeeded."""
    return _first(_calls(events, "execve", "execveat").query("retval == 0"))


def find_text(events: pd.DataFrame, pattern: str) -> pd.DataFrame:
    """Return the row of the first write whose buffer matches a regular expression.

    Parameters
    ----------
    events : DataFrame
        Table ``strace.events``.
    pattern : str
        Python regular expression; ``^`` and ``$`` match at lines.

    Raises
    ------
    re.error
        If the pattern is no regular expression.
    """
    writes = _calls(events, *WRITES)
    return _first(writes.loc[_matches(writes, pattern)])


def end_ns(events: pd.DataFrame) -> pd.Series[int]:
    """Return the end of each event; where no duration was recorded, its begin."""
    return events["start_ns"] + events["duration_ns"].fillna(0)


def _calls(events: pd.DataFrame, *names: str) -> pd.DataFrame:
    return events.loc[events["syscall"].isin(names) & (events["kind"] == "syscall")]


def _listens(events: pd.DataFrame) -> pd.DataFrame:
    return _calls(events, "listen").query("retval == 0")


def _first(events: pd.DataFrame) -> pd.DataFrame:
    if events["start_ns"].notna().any():
        return events.sort_values("start_ns", kind="stable").head(1)
    return events.head(1)


def _last_to_end(events: pd.DataFrame) -> pd.DataFrame:
    return events.loc[[end_ns(events).astype("int64").idxmax()]]


def _answer(events: pd.DataFrame, probe: Probe, ready_ns: int) -> pd.DataFrame:
    """Return the row of the call that answered the probe: it began before the probe saw it."""
    before = events.loc[events["start_ns"] <= ready_ns]
    if probe.pattern is not None:
        writes = _calls(before, *WRITES)
        return _first(writes.loc[_matches(writes, probe.pattern)])
    if probe.port is not None:
        return _listens_on(before, probe.port).tail(1)
    if probe.local is None:
        return events.iloc[:0]
    sends = _calls(before, *SENDS)
    args = sends["args"].fillna("")
    # a socket of both families prints an IPv4 peer as ::ffff:127.0.0.1
    address, _, port = probe.local.rpartition(":")
    mapped = f"->[::ffff:{address}]:{port}]"
    to_probe = args.str.contains(f"->{probe.local}]", regex=False)
    to_probe |= args.str.contains(mapped, regex=False)
    sent = sends.loc[to_probe.astype(bool) & sends["retval"].gt(0).fillna(False)]
    return sent.sort_values("start_ns", kind="stable").tail(1)


def _listens_on(events: pd.DataFrame, port: int | None) -> pd.DataFrame:
    """Return the listens on a port; on any where none is asked for, or none was bound to it."""
    listens = _listens(events).sort_values("start_ns", kind="stable")
    if port is None:
        return listens
    binds = _calls(events, "bind").query("retval == 0")
    on_port = binds.loc[binds["args"].fillna("").str.contains(f"htons({port})", regex=False)]
    bound = set(on_port["args"].str.extract(r"^(\d+)", expand=False))
    exact = listens.loc[listens["args"].str.extract(r"^(\d+)", expand=False).isin(bound)]
    return listens if exact.empty else exact


def _matches(writes: pd.DataFrame, pattern: str) -> pd.Series[bool]:
    compiled = re.compile(pattern, re.MULTILINE)
    return written_text(writes["args"]).astype(object).str.contains(compiled).astype(bool)


def _milestone(name: str, row: pd.DataFrame, *, entry: bool = False) -> dict[str, Any] | None:
    if row.empty:
        return None
    start, duration = row["start_ns"].iloc[0], row["duration_ns"].iloc[0]
    at_end = not entry and not pd.isna(duration)
    pid, args = row["pid"].iloc[0], row["args"].iloc[0]
    syscall = row["syscall"].iloc[0]
    call = None if pd.isna(syscall) else f"{syscall}({'' if pd.isna(args) else args})"
    return {
        "name": name,
        "time_ns": int(start) + (int(duration) if at_end else 0),
        # the tracer prints the time of the event itself; nothing can have come before it
        "uncertainty_ns": 0,
        "source": "strace",
        "pid": None if pd.isna(pid) else int(pid),
        "line": int(row["line"].iloc[0]),
        "detail": None if name == "end" else call,
    }


def _rank(name: str) -> int:
    return _ORDER.index(name) if name in _ORDER else _ORDER.index("ready")
