"""When an imported start was ready: what a person says of it, found in the events."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from coldstart_lab.errors import MissingEvidenceError, UsageError
from coldstart_lab.recording import milestone
from coldstart_lab.recording.buffers import WRITES, was_cut
from coldstart_lab.recording.milestones import end_ns, find_exec, find_milestones, find_text

if TYPE_CHECKING:
    import pandas as pd

    from coldstart_lab.readers.strace import StraceLog

READY_FORMS = (
    "listening (the end of its first listen), text:REGEX (its first write that matches), "
    "line:N (the end of the event at line N of the log), time:UNIXSECONDS (such as "
    "time:1795432617.25), after:SECONDS (after exec)"
)
_SECONDS = re.compile(r"\d{1,10}(?:\.\d{1,9})?")


def check_ready_spec(spec: str) -> tuple[str, str]:
    """Split a ready option into its form and value.

    Raises
    ------
    UsageError
        If it has none of the known forms.
    """
    form, colon, value = spec.partition(":")
    if form == "listening" and not colon:
        return form, ""
    if form == "text" and value:
        try:
            re.compile(value)
        except re.error as error:
            raise UsageError(f"{value!r} is no regular expression: {error}") from error
        return form, value
    if form == "line" and value.isascii() and value.isdigit() and int(value) > 0:
        return form, value
    if form in ("time", "after") and _SECONDS.fullmatch(value):
        return form, value
    raise UsageError(f"cannot tell when it was ready from {spec!r}", hint=f"forms: {READY_FORMS}")


def find_ready(log: StraceLog, spec: str) -> dict[str, Any]:
    """Find the ready milestone in a log.

    Parameters
    ----------
    log : StraceLog
        The log.
    spec : str
        ``listening``, ``text:REGEX``, ``line:N``, ``time:UNIXSECONDS`` or ``after:SECONDS``.

    Returns
    -------
    dict
        The milestone's entry for the manifest.

    Raises
    ------
    UsageError
        If the option has none of the known forms.
    MissingEvidenceError
        If nothing in the log is as it says, or the log holds no times.
    """
    form, value = check_ready_spec(spec)
    if log.clock == "none":
        raise MissingEvidenceError(
            "the log holds no times, so nobody can say when the start was ready",
            path=log.source,
            hint="import it without --ready, or record it again with strace -f -ttt -T -yy",
        )
    events = log.events.loc[log.events["start_ns"].notna()]
    if form in ("time", "after"):
        return _at_time(log, events, form, value)
    row = _row(log, events, form, value)
    return milestone(
        "ready",
        int(end_ns(row).iloc[0]),
        source="user",
        uncertainty_ns=0,
        detail=spec,
        pid=_whole(row["pid"].iloc[0]),
        line=int(row["line"].iloc[0]),
    )


def _row(log: StraceLog, events: pd.DataFrame, form: str, value: str) -> pd.DataFrame:
    if form == "listening":
        lines = [entry["line"] for entry in find_milestones(events) if entry["name"] == "listening"]
        row = events.loc[events["line"].isin(lines)]
        missing = "no listen succeeded in this log"
    elif form == "line":
        row = events.loc[events["line"] == int(value)]
        missing = f"no event begins at line {value} of this log"
        before = events.loc[events["line"] < int(value), "line"]
        if not before.empty:
            missing += f" (the one before begins at line {before.max()})"
    else:
        row = find_text(events, value)
        missing = f"no write of this log matches {value!r}"
        writes = events.loc[events["syscall"].isin(WRITES), "args"]
        if row.empty and was_cut(writes).any():
            missing += "; strace cut what was written, which -s 4096 would have kept"
    if row.empty:
        raise MissingEvidenceError(missing, path=log.source, hint=f"forms: {READY_FORMS}")
    return row.head(1)


def _at_time(log: StraceLog, events: pd.DataFrame, form: str, value: str) -> dict[str, Any]:
    begin = find_exec(events)
    exec_ns = None if begin.empty else int(begin["start_ns"].iloc[0])
    time_ns = int(Decimal(value) * 1_000_000_000)
    if form == "after":
        if exec_ns is None:
            raise MissingEvidenceError(
                "this log shows no exec to count from",
                path=log.source,
                hint="say when it was ready with time:UNIXSECONDS or line:N",
            )
        time_ns += exec_ns
    elif log.clock != "unix":
        raise MissingEvidenceError(
            f"the log's times are {log.clock}, so no date can be found in them",
            path=log.source,
            hint="say when it was ready with after:SECONDS or line:N; strace -ttt writes dates",
        )
    first_ns = int(events["start_ns"].min()) if exec_ns is None else exec_ns
    last_ns = int(end_ns(events).max())
    if not first_ns <= time_ns <= last_ns:
        raise MissingEvidenceError(
            f"{form}:{value} lies outside the start, which goes from "
            f"{_seconds(first_ns)} to {_seconds(last_ns)} ({_seconds(last_ns - first_ns)} s)",
            path=log.source,
            hint=f"forms: {READY_FORMS}",
        )
    return milestone("ready", time_ns, source="user", detail=f"{form}:{value}")


def _seconds(nanoseconds: int) -> str:
    return f"{nanoseconds // 1_000_000_000}.{nanoseconds % 1_000_000_000:09d}"


def _whole(value: Any) -> int | None:
    return int(value) if isinstance(value, int) or hasattr(value, "__index__") else None
