"""attribute_startup: from a recording to the exclusive attribution table."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from coldstart_lab.attribution.calls import Calls, collect_calls
from coldstart_lab.attribution.descriptors import resolve_descriptors
from coldstart_lab.attribution.edges import find_wakeups
from coldstart_lab.attribution.facts import Evidence
from coldstart_lab.attribution.labels import label_pieces
from coldstart_lab.attribution.lineage import Lineage, trace_lineage
from coldstart_lab.attribution.masks import categorical
from coldstart_lab.attribution.result import Attribution, sum_causes
from coldstart_lab.attribution.rules import check_rules, default_rules
from coldstart_lab.attribution.sysmon import find_creators
from coldstart_lab.attribution.tiling import GAP, Tiles, tile_threads
from coldstart_lab.attribution.wakeups import CODE, WakeUps, edges_frame
from coldstart_lab.attribution.walk import Path, walk_back
from coldstart_lab.errors import MissingEvidenceError
from coldstart_lab.recording import Recording
from coldstart_lab.tables import SEGMENTS, STRING, TILES
from coldstart_lab.units import format_ns


def attribute_startup(
    recording: Recording, *, until: str | None = None, rules: pd.DataFrame | None = None
) -> Attribution:
    """Say where each nanosecond from exec to a milestone went.

    Parameters
    ----------
    recording : Recording
        A start with a strace log that has times.
    until : str, optional
        Name of the milestone; the best one the recording knows (``recording.ready_milestone``).
    rules : DataFrame, optional
        Rules that name causes; ``default_rules()``.

    Returns
    -------
    Attribution
        ``segments`` tile ``[exec, milestone)`` exactly; ``causes`` are their sums.

    Raises
    ------
    MissingEvidenceError
        If the log has no times, or the milestone is not known or not after exec.
    SchemaError
        If the rules are no table of rules.

    Notes
    -----
    Threads are tiled into calls and the time between them; each wait is joined with what ended
    it (futex, pipe, socket, eventfd, child, exit, timer, ...); the path is walked backwards from
    the milestone, and its pieces are named by the first rule that fits. See the attribution page
    of the documentation for the method and its limits.
    """
    log = recording.strace
    machine = recording.manifest["machine"] or {}
    answer = attribute_events(
        log.events, recording.milestones, until=until or recording.ready_milestone, rules=rules,
        cpus=machine.get("cpus_usable") or 1,
    )  # fmt: skip
    lost = len(log.losses)
    if not lost:
        return answer
    note = f"{lost} lines of the log were not understood; what they did is in no segment."
    return replace(answer, notes=(*answer.notes, note))


def attribute_events(
    events: pd.DataFrame,
    milestones: pd.DataFrame,
    *,
    until: str,
    rules: pd.DataFrame | None = None,
    cpus: int = 1,
) -> Attribution:
    """Say where each nanosecond from exec to a milestone went, from the events alone.

    Parameters
    ----------
    events : DataFrame
        ``tables.STRACE_EVENTS``.
    milestones : DataFrame
        ``tables.MILESTONES``: at least ``exec`` and ``until``, on the events' clock.
    until : str
        Name of the milestone.
    rules : DataFrame, optional
        Rules that name causes; ``default_rules()``.

    cpus : int
        How many CPUs the start had; 1 where that is not known. Where more threads of the log
        could run than that, one between calls may have waited for a CPU.

    Returns
    -------
    Attribution
        As from :func:`attribute_startup`.

    Raises
    ------
    MissingEvidenceError
        If no event has a time, or the milestone is not known or not after exec.
    SchemaError
        If the rules are no table of rules.
    """
    checked = check_rules(default_rules() if rules is None else rules)
    calls = collect_calls(events)
    begin, end = _instant(milestones, "exec"), _instant(milestones, until)
    if end <= begin:
        raise MissingEvidenceError(f"the milestone {until!r} is not after exec")
    lineage = trace_lineage(calls)
    tiles = tile_threads(calls, lineage)
    io = resolve_descriptors(calls, lineage, events)
    wakeups = find_wakeups(calls, lineage, tiles, io, events)
    thread, seen = _anchor(calls, lineage, tiles, milestones, until, end)
    creator = find_creators(lineage, tiles, wakeups)
    path = walk_back(
        calls, lineage, tiles, wakeups, creator,
        thread=thread, start_ns=begin, end_ns=max(seen, begin),
    )  # fmt: skip
    labels = label_pieces(Evidence(calls, lineage, tiles, io, wakeups, cpus), path, checked)
    segments = _segments_frame(calls, lineage, path, labels, thread, end)
    return Attribution(
        until=until,
        start_ns=begin,
        end_ns=end,
        segments=segments,
        causes=sum_causes(segments),
        threads=lineage.frame,
        tiles=_tiles_frame(calls, tiles, wakeups),
        edges=edges_frame(calls, lineage, wakeups),
        milestones=milestones,
        after=_work_after(calls, lineage, tiles, wakeups, end),
        notes=_notes(calls, lineage, wakeups),
    )


def _instant(milestones: pd.DataFrame, name: str) -> int:
    found = milestones.loc[milestones["name"] == name, "time_ns"]
    if found.empty:
        known = ", ".join(milestones["name"]) or "none"
        raise MissingEvidenceError(
            f"this recording knows no milestone {name!r}",
            hint=f"it knows: {known}",
        )
    return int(found.iloc[0])


def _anchor(
    calls: Calls, lineage: Lineage, tiles: Tiles, milestones: pd.DataFrame, until: str, end: int
) -> tuple[int, int]:  # fmt: skip
    """Choose the thread the walk begins on, and when it passed the milestone itself.

    What a probe saw was done by the thread that answered it; the time after the answer is the
    probe's. Without an answer in the log it is the thread of the service that did something last.
    """
    own = milestones[milestones["name"].isin([until, "answered"] if until == "ready" else [until])]
    own = own[own["pid"].notna() & (own["time_ns"] <= end)]
    if not own.empty:
        last = own.iloc[-1]
        at = np.array([last["time_ns"]], dtype=np.int64)
        place = int(calls.lives.find(np.array([last["pid"]], dtype=np.int64), at)[0])
        if place >= 0:
            return place, int(last["time_ns"])
    service = lineage.process[tiles.thread] == lineage.root
    service &= ~lineage.sysmon[tiles.thread] & (tiles.start < end) & (tiles.call != GAP)
    done = service & (tiles.end <= end)
    candidates = np.flatnonzero(done if done.any() else service)
    if not len(candidates):
        return lineage.root, end
    return int(tiles.thread[candidates[tiles.end[candidates].argmax()]]), end


def _segments_frame(
    calls: Calls, lineage: Lineage, path: Path, labels: pd.DataFrame, thread: int, end: int
) -> pd.DataFrame:
    seen = int(path.end[-1]) if len(path.end) else end
    columns = {
        "start_ns": path.start,
        "end_ns": path.end,
        "duration_ns": path.end - path.start,
        "pid": calls.lives.pid[path.thread],
        "process": calls.lives.pid[lineage.process[path.thread]],
        "comm": lineage.comm[path.thread],
        "artefact": np.full(len(path.start), "strace", dtype=object),
    }
    for name in ("state", "phase", "category", "cause", "subject", "confidence", "rule"):
        columns[name] = labels[name]
    columns["syscall"] = labels["syscall"].replace("", None)
    columns["line"] = labels["line"]
    frame = SEGMENTS.frame(columns)
    if seen == end:
        return frame
    last = SEGMENTS.frame(
        {
            "start_ns": [seen], "end_ns": [end], "duration_ns": [end - seen],
            "pid": [calls.lives.pid[thread]], "process": [calls.lives.pid[lineage.process[thread]]],
            "comm": [lineage.comm[thread]], "state": ["observer"],
            "phase": ["main"], "category": ["observer"], "cause": ["readiness probe"],
            "subject": [None], "confidence": ["certain"], "rule": ["probe"], "syscall": [None],
            "artefact": ["manifest"], "line": [None],
        }
    )  # fmt: skip
    return SEGMENTS.frame(
        {name: pd.concat([frame[name].astype(object), last[name].astype(object)], ignore_index=True)
         for name in SEGMENTS.names}
    )  # fmt: skip


def _tiles_frame(calls: Calls, tiles: Tiles, wakeups: WakeUps) -> pd.DataFrame:
    inside = tiles.call != GAP
    waits = inside & (wakeups.kind[tiles.call] != CODE["none"])
    syscall = calls.frame["syscall"].cat
    codes = np.where(inside, syscall.codes.to_numpy()[tiles.call], -1)
    return TILES.frame(
        {
            "pid": calls.lives.pid[tiles.thread],
            "start_ns": tiles.start,
            "end_ns": tiles.end,
            "state": categorical(
                np.where(inside, np.where(waits, 2, 1), 0), ["running", "call", "waiting"]
            ),
            "syscall": categorical(codes, syscall.categories),
            "line": pd.arrays.IntegerArray(calls.frame["line"].to_numpy()[tiles.call], ~inside),
        }
    )


def _work_after(
    calls: Calls, lineage: Lineage, tiles: Tiles, wakeups: WakeUps, end: int
) -> pd.DataFrame:
    busy = (tiles.call == GAP) | (wakeups.kind[tiles.call] == CODE["none"])
    # a thread that never comes back to the log is not known to work
    last = np.append(tiles.thread[1:] != tiles.thread[:-1], True)
    busy &= ~(last & (tiles.call == GAP)) & ~lineage.sysmon[tiles.thread]
    spans = np.maximum(tiles.end - np.maximum(tiles.start, end), 0) * busy
    sums = np.bincount(tiles.thread, weights=spans, minlength=len(calls.lives)).astype(np.int64)
    at = np.flatnonzero(sums > 0)
    at = at[np.lexsort((at, -sums[at]))]
    columns = {"pid": calls.lives.pid[at], "comm": lineage.comm[at], "duration_ns": sums[at]}
    return pd.DataFrame(columns).astype({"comm": STRING})


def _notes(calls: Calls, lineage: Lineage, wakeups: WakeUps) -> tuple[str, ...]:
    notes = [
        "Blame rests on strace alone: it shows calls and wake-ups of threads, not functions, and "
        "cannot tell a thread that runs from one that waits for a CPU.",
    ]
    if lineage.sysmon.any():
        notes.append(
            "This is a Go program: goroutines move between threads, which strace does not show; "
            "waits handed on by the runtime's monitor thread are charged to the call it reacted to."
        )
    if not calls.split:
        notes.append(
            "The log has no durations (-T): a call and the time after it cannot be told apart."
        )
    # threads that existed before strace was attached, or whose making was filtered out
    orphans = int((lineage.parent < 0).sum()) - 1
    if orphans > 0:
        notes.append(
            f"{orphans} threads have no creator in the log; what led to them is not known. Those "
            "that executed no program count as threads of the first process."
        )
    if calls.clamped_ns:
        notes.append(
            f"{format_ns(calls.clamped_ns)} of calls overlapped the next call and was cut."
        )
    unknown = int((wakeups.kind == CODE["unknown"]).sum())
    if unknown:
        notes.append(f"{unknown} long waits anywhere in the log have no explanation in it.")
    return tuple(notes)
