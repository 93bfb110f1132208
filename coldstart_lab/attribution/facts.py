"""The facts about each piece of the path that rules look at."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from coldstart_lab.attribution.addresses import named_subjects
from coldstart_lab.attribution.calls import Calls
from coldstart_lab.attribution.descriptors import InputOutput
from coldstart_lab.attribution.gaps import CREATED, gap_kinds
from coldstart_lab.attribution.libraries import KINDS as LIBRARY_KINDS
from coldstart_lab.attribution.libraries import Loading, find_loading
from coldstart_lab.attribution.lineage import Lineage
from coldstart_lab.attribution.lives import Ints
from coldstart_lab.attribution.phases import BEFORE, EXEC, MAIN, PHASES, find_phases
from coldstart_lab.attribution.protocols import name_protocols
from coldstart_lab.attribution.retries import find_retries
from coldstart_lab.attribution.tiling import GAP, Tiles
from coldstart_lab.attribution.waits import SHORT_NS
from coldstart_lab.attribution.wakeups import CODE, KINDS, WakeUps
from coldstart_lab.attribution.walk import HEAD, WAKEUP, Path
from coldstart_lab.tables import STRING


@dataclass(frozen=True, eq=False)
class Evidence:
    """A start prepared for labelling."""

    calls: Calls
    lineage: Lineage
    tiles: Tiles
    io: InputOutput
    wakeups: WakeUps
    cpus: int

    @cached_property
    def protocols(self) -> Any:
        """What is spoken on the descriptor of each row of ``io``; the last entry is NA."""
        named = name_protocols(self.calls, self.io).to_numpy(dtype=object)
        return np.concatenate((named, np.array([None], dtype=object)))

    @cached_property
    def loading(self) -> Loading:
        """What each call has to do with libraries."""
        return find_loading(self.calls, self.io)


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


def piece_facts(evidence: Evidence, path: Path, facts: pd.DataFrame, before: Ints) -> pd.DataFrame:
    """Gather what rules may ask of each piece of the path.

    Parameters
    ----------
    evidence : Evidence
        The start.
    path : Path
        The pieces.
    facts : DataFrame
        The facts about the call of each piece.
    before : array of int64
        The call before each piece, -1 for none.

    Returns
    -------
    DataFrame
        One row a piece: ``call`` (-1 outside calls), ``phase``, ``state``, ``gap``, ``wake``,
        ``protocol``, ``syscall``, ``errno``, ``subject`` (outside calls the program that runs),
        ``args``, ``comm`` as strings, "" for none, and ``line`` (of the call; while running of
        the call before).
    """
    calls, lineage, tiles = evidence.calls, evidence.lineage, evidence.tiles
    call = facts["call"].to_numpy()
    state = np.where(call >= 0, facts["state"].to_numpy(dtype=object), "running")
    state = np.where(path.how == WAKEUP, "wakeup", np.where(path.how == HEAD, "head", state))
    facts["state"] = state
    facts.loc[path.how == WAKEUP, ["wake", "protocol"]] = ""
    facts["gap"] = gap_kinds(calls, lineage, tiles, evidence.wakeups, path, cpus=evidence.cpus)
    running = state == "running"
    loading = evidence.loading
    within = running & (before >= 0) & np.append(loading.goes_on, False)[before]
    kind = np.array(LIBRARY_KINDS, dtype=object)[np.append(loading.kind, 0)[before]]
    facts.loc[within, "protocol"] = kind[within]
    process = lineage.process[path.thread]
    phases = find_phases(calls, lineage, np.unique(process))
    border = phases.find(process, path.start)
    code = np.append(phases.phase, MAIN)[border]
    facts["phase"] = _phases(evidence, path, facts, code)
    program = _programs(calls, np.append(phases.exec, GAP)[border])
    facts.loc[running, "subject"] = program[running]
    facts["comm"] = pd.Series(lineage.comm[path.thread]).fillna("").to_numpy(object)
    lines = calls.frame["line"].to_numpy()
    shown = np.where(call >= 0, call, before)
    facts["line"] = pd.arrays.IntegerArray(lines[shown], shown < 0)
    return facts


def _phases(evidence: Evidence, path: Path, facts: pd.DataFrame, code: Ints) -> Any:
    """Name the phase of each piece: of the service's own start, or of a child's."""
    own = evidence.lineage.process[path.thread] == evidence.lineage.root
    names = np.array(PHASES, dtype=object)[code]
    created = (facts["gap"] == CREATED).to_numpy()
    first = evidence.lineage.process[path.thread] == path.thread
    # before its program a child makes itself ready for it; what takes longer is its own work
    long = (path.end - path.start) >= SHORT_NS
    busy = long & ~created & facts["state"].isin(["running", "waiting"]).to_numpy()
    child = np.where(code == BEFORE, busy, (code == MAIN) & ~(created & first))
    # the first exec of the service is its own; a child's belongs to making that child
    execs = (facts["call"] >= 0).to_numpy() & (code == EXEC)
    return np.where(own, names, np.where(child & ~execs, "child", "child-start"))


def _programs(calls: Calls, execs: Ints) -> Any:
    """Return the paths of the programs that these calls executed; "" for none."""
    distinct, place = np.unique(execs, return_inverse=True)
    named = named_subjects(calls.args(distinct), pd.Series(["execve"] * len(distinct)))
    return named.where(distinct >= 0).fillna("").to_numpy(dtype=object)[place]


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
            "gap": "",
            "wake": np.where(waits, wake, ""),
            "protocol": _protocols(evidence, call, row),
            "syscall": frame["syscall"].astype(STRING).where(inside).to_numpy(dtype=object),
            "errno": frame["errno"].astype(STRING).where(inside).to_numpy(dtype=object),
            "subject": subject.to_numpy(dtype=object),
            "args": text.where(inside).to_numpy(dtype=object),
        }
    ).fillna("")
    retries, address = find_retries(calls, wakeups, call)
    facts.loc[retries, "protocol"] = "back-off"
    facts.loc[retries, "subject"] = address
    return facts


def _column(values: pd.Series, rows: Ints) -> pd.Series:
    extended = pd.concat([values, pd.Series([None], dtype=values.dtype)], ignore_index=True)
    return extended.iloc[rows].reset_index(drop=True)


def _protocols(evidence: Evidence, call: Ints, row: Ints) -> Any:
    # an epoll wait is about the descriptor that became ready
    behind = np.where((row < 0) & (call >= 0), evidence.wakeups.io_row[call], -1)
    at = np.where(row < 0, behind, row)
    places = np.append(evidence.io.call, 0)[at]
    asked = evidence.calls.frame["syscall"].iloc[places].eq("getsockopt").to_numpy(dtype=bool)
    spoken = np.where((behind >= 0) & asked, "connect", evidence.protocols[at])
    kind = np.append(evidence.loading.kind, 0)[call]
    return np.where(kind > 0, np.array(LIBRARY_KINDS, dtype=object)[kind], spoken)
