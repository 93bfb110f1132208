"""The facts about each piece of the path that rules look at."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from coldstart_lab.attribution.addresses import named_addresses, named_subjects
from coldstart_lab.attribution.calls import Calls
from coldstart_lab.attribution.descriptors import InputOutput
from coldstart_lab.attribution.lineage import Lineage
from coldstart_lab.attribution.lives import Ints
from coldstart_lab.attribution.masks import contains
from coldstart_lab.attribution.phases import EXEC, MAIN, PHASES, find_phases
from coldstart_lab.attribution.protocols import name_protocols
from coldstart_lab.attribution.tiling import GAP, Tiles
from coldstart_lab.attribution.wakeups import CODE, KINDS, WakeUps
from coldstart_lab.attribution.walk import HEAD, WAKEUP, Path
from coldstart_lab.tables import STRING

# A refused connection and its next try belong to one back-off if nothing else lies between
_RETRY_NS = 20_000_000


@dataclass(frozen=True, eq=False)
class Evidence:
    """A start prepared for labelling."""

    calls: Calls
    lineage: Lineage
    tiles: Tiles
    io: InputOutput
    wakeups: WakeUps

    @cached_property
    def protocols(self) -> Any:
        """What is spoken on the descriptor of each row of ``io``; the last entry is NA."""
        named = name_protocols(self.calls, self.io).to_numpy(dtype=object)
        return np.concatenate((named, np.array([None], dtype=object)))


def calls_near(tiles: Tiles, path: Path) -> tuple[Ints, Ints, Ints]:
    """Return the call of each piece, and the calls before and after it; -1 for none."""
    inside = path.tile >= 0
    last = len(tiles.call) - 1
    own = np.where(inside, tiles.call[path.tile], GAP)
    sides = []
    for step in (-1, 1):
        other = np.clip(path.tile + step, 0, last)
        same = inside & (tiles.thread[other] == tiles.thread[path.tile])
        sides.append(np.where(same, tiles.call[other], GAP))
    return own, sides[0], sides[1]


def piece_facts(evidence: Evidence, path: Path, facts: pd.DataFrame) -> pd.DataFrame:
    """Gather what rules may ask of each piece of the path.

    Parameters
    ----------
    evidence : Evidence
        The start.
    path : Path
        The pieces.
    facts : DataFrame
        The facts about the call of each piece.

    Returns
    -------
    DataFrame
        One row a piece: ``call`` (-1 outside calls), ``phase``, ``state``, ``wake``, ``protocol``,
        ``syscall``, ``errno``, ``subject``, ``args``, ``comm`` as strings, "" for none, and
        ``line`` (of the call; while running of the call before).
    """
    tiles = evidence.tiles
    call = facts["call"].to_numpy()
    state = np.where(call >= 0, facts["state"].to_numpy(dtype=object), "running")
    state = np.where(path.how == WAKEUP, "wakeup", np.where(path.how == HEAD, "head", state))
    facts["state"] = state
    facts.loc[path.how == WAKEUP, ["wake", "protocol"]] = ""
    process = evidence.lineage.process[path.thread]
    phases = find_phases(evidence.calls, evidence.lineage, np.unique(process))
    code = phases.at(process, path.start)
    own = process == evidence.lineage.root
    # the first exec of the service is its own; a child's belongs to making that child
    names = np.array(PHASES, dtype=object)[code]
    facts["phase"] = np.where(own, names, np.where(code == MAIN, "child", "child-start"))
    facts.loc[(call >= 0) & (code == EXEC) & ~own, "phase"] = "child-start"
    facts["comm"] = pd.Series(evidence.lineage.comm[path.thread]).fillna("").to_numpy(object)
    before = np.where(path.tile > 0, tiles.call[path.tile - 1], GAP)
    lines = evidence.calls.frame["line"].to_numpy()
    shown = np.where(call >= 0, call, before)
    facts["line"] = pd.arrays.IntegerArray(lines[shown], shown < 0)
    return facts


def call_facts(evidence: Evidence, call: Ints) -> pd.DataFrame:
    """Gather the facts about calls; a call of -1 gives a row of empty facts."""
    calls, io, wakeups = evidence.calls, evidence.io, evidence.wakeups
    inside = call >= 0
    frame = calls.frame.iloc[call]
    kind = np.where(inside, wakeups.kind[call], CODE["none"])
    wake = np.array(KINDS, dtype=object)[kind]
    waits = inside & (kind != CODE["none"])
    row = np.where(inside, io.row[call], -1)
    text = calls.args(call)
    named = named_subjects(text, frame["syscall"].astype(STRING).reset_index(drop=True))
    subject = named.fillna(pd.Series(wakeups.subject[call], dtype=STRING))
    subject = subject.fillna(_column(io.subject, row)).where(inside)
    facts = pd.DataFrame(
        {
            "call": call,
            "state": np.where(waits, "waiting", "call"),
            "wake": np.where(waits, wake, ""),
            "protocol": _protocols(evidence, call, row),
            "syscall": frame["syscall"].astype(STRING).where(inside).to_numpy(dtype=object),
            "errno": frame["errno"].astype(STRING).where(inside).to_numpy(dtype=object),
            "subject": subject.to_numpy(dtype=object),
            "args": text.where(inside).to_numpy(dtype=object),
        }
    )
    facts["protocol"] = _mark_back_off(evidence, call, facts)
    return facts.fillna("")


def _column(values: pd.Series, rows: Ints) -> pd.Series:
    extended = pd.concat([values, pd.Series([None], dtype=values.dtype)], ignore_index=True)
    return extended.iloc[rows].reset_index(drop=True)


def _protocols(evidence: Evidence, call: Ints, row: Ints) -> Any:
    # an epoll wait is about the descriptor that became ready
    behind = np.where((row < 0) & (call >= 0), evidence.wakeups.io_row[call], -1)
    at = np.where(row < 0, behind, row)
    places = np.append(evidence.io.call, 0)[at]
    asked = evidence.calls.frame["syscall"].iloc[places].eq("getsockopt").to_numpy(dtype=bool)
    return np.where((behind >= 0) & asked, "connect", evidence.protocols[at])


def _mark_back_off(evidence: Evidence, call: Ints, facts: pd.DataFrame) -> Any:
    """Tell sleeps between a refused connection and its next try from others."""
    calls = evidence.calls
    protocol = facts["protocol"].to_numpy(dtype=object, copy=True)
    timers = np.flatnonzero((facts["wake"] == "timer").to_numpy())
    tries = calls.named("connect")
    refused = calls.frame["errno"].iloc[tries].eq("ECONNREFUSED").to_numpy(dtype=bool)
    asked = calls.named("getsockopt")
    told = contains(calls.args(asked), "[ECONNREFUSED]", regex=False)
    failed = np.concatenate((tries[refused], asked[told]))
    if not len(timers) or not len(failed):
        return protocol
    name = named_addresses(calls.args(tries)).to_numpy(dtype=object)
    failed_ends = np.sort(calls.end[failed])
    by_time = np.argsort(calls.start[tries], kind="stable")
    starts = calls.start[tries][by_time]
    begin, end = calls.start[call[timers]], calls.end[call[timers]]
    last = failed_ends[np.searchsorted(failed_ends, begin, side="right") - 1]
    after = np.searchsorted(starts, end)
    again = np.append(starts, np.iinfo(np.int64).max)[after]
    near = (last <= begin) & (begin - last < _RETRY_NS) & (again - end < _RETRY_NS)
    protocol[timers[near]] = "back-off"
    tried = np.append(name[by_time], "")
    subject = facts["subject"].to_numpy(dtype=object, copy=True)
    subject[timers[near]] = tried[after[near]]
    facts["subject"] = subject
    return protocol
