"""Names the cause of each piece of the path by the table of rules."""

from __future__ import annotations

from functools import reduce

import numpy as np
import pandas as pd

from coldstart_lab.attribution.calls import Bools
from coldstart_lab.attribution.facts import Evidence, call_facts, piece_facts
from coldstart_lab.attribution.lives import Ints
from coldstart_lab.attribution.rules import CONDITIONS, default_category
from coldstart_lab.attribution.tiling import GAP
from coldstart_lab.attribution.walk import Path

_SEARCHED = ("subject", "args", "protocol")
_FOLDER_DEPTH = 6
# Neighbours that tell what the code between them does: it works on what it reads or says
_TELLING = ("files", "network")
_NOT_TELLING = ("sockets", "own-sockets", "output", "connect-call", "system-files")


def label_pieces(evidence: Evidence, path: Path, rules: pd.DataFrame) -> pd.DataFrame:
    """Name the cause of each piece.

    Parameters
    ----------
    evidence : Evidence
        The start.
    path : Path
        The pieces of its critical path.
    rules : DataFrame
        A checked table of rules.

    Returns
    -------
    DataFrame
        One row a piece: the facts and ``category``, ``cause``, ``confidence``, ``rule``,
        ``subject`` (NA for none).

    Notes
    -----
    Time between two calls of one cause about files or a connection is that cause's, inferred:
    what a program reads it works on. Other time between calls has no name in a strace log.
    """
    facts = piece_facts(evidence, path)
    labels = _apply(facts, rules)
    gaps = np.flatnonzero((facts["state"] == "running").to_numpy() & (path.tile >= 0))
    gaps = gaps[labels["confidence"].iloc[gaps].eq("unresolved").to_numpy()]
    near = _cause_around(evidence, path, gaps, rules, facts)
    known = near["cause"].notna().to_numpy()
    at = gaps[known]
    for column in ("cause", "category", "rule", "subject"):
        labels.loc[at, column] = near[column].to_numpy(dtype=object)[known]
    labels.loc[at, "confidence"] = "inferred"
    columns = ["phase", "state", "syscall", "line"]
    labels["subject"] = labels["subject"].replace("", None)
    return pd.concat([labels, facts[columns]], axis=1)


def _apply(facts: pd.DataFrame, rules: pd.DataFrame) -> pd.DataFrame:
    chosen = np.full(len(facts), len(rules))
    columns = {name: pd.factorize(facts[name]) for name in CONDITIONS}
    for place, rule in enumerate(rules.to_dict("records")):
        left = chosen == len(rules)
        conditions = [name for name in CONDITIONS if rule[name]]
        fits = reduce(
            np.logical_and, (_fits(columns[name], name, rule[name]) for name in conditions), left
        )
        chosen[fits] = place
    table = pd.concat(
        [rules, pd.DataFrame([dict.fromkeys(rules.columns, "")])], ignore_index=True
    ).iloc[chosen]
    labels = table[["rule", "cause", "category", "confidence", "phase"]].reset_index(drop=True)
    named = chosen < len(rules)
    labels.loc[~named, ["rule", "cause", "confidence"]] = ["none", "unnamed", "unresolved"]
    bare = (labels["category"] == "").to_numpy()
    labels.loc[bare, "category"] = facts["state"][bare].map(default_category)
    labels.loc[labels["confidence"] == "", "confidence"] = "certain"
    # all that another process does is that process, unless a rule is about processes
    child = (facts["phase"] == "child").to_numpy() & (labels["phase"] == "").to_numpy()
    labels.loc[child & (labels["category"] != "process"), "cause"] = "child process {comm}"
    labels["cause"] = _fill_in(labels["cause"], facts)
    labels["subject"] = facts["subject"]
    return labels.drop(columns="phase")


def _fits(column: tuple[Ints, pd.Index], name: str, pattern: str) -> Bools:
    """Match a pattern against each distinct value once."""
    codes, values = column
    text = pd.Series(values, dtype=object).str
    hits = text.contains(pattern) if name in _SEARCHED else text.fullmatch(pattern)
    return np.asarray(hits, dtype=bool)[codes]


def _fill_in(causes: pd.Series, facts: pd.DataFrame) -> pd.Series:
    """Replace the fields in braces by the piece's facts, each distinct combination once."""
    open_causes = causes.str.contains("{", regex=False)
    if not open_causes.any():
        return causes
    at = np.flatnonzero(open_causes.to_numpy(dtype=bool))
    parts = facts.iloc[at][["subject", "comm", "protocol", "syscall"]].assign(
        cause=causes.iloc[at].to_numpy()
    )
    codes, distinct = pd.factorize(pd.MultiIndex.from_frame(parts))
    texts = [_fill_one(*values) for values in distinct]
    out = causes.to_numpy(dtype=object).copy()
    out[at] = np.array(texts, dtype=object)[codes]
    return pd.Series(out, index=causes.index)


def _fill_one(subject: str, comm: str, protocol: str, syscall: str, cause: str) -> str:
    fields = {
        "{subject}": subject or "?",
        "{folder}": folder_of(subject),
        "{comm}": comm or "?",
        "{protocol}": protocol,
        "{syscall}": syscall,
    }
    return reduce(lambda text, field: text.replace(field, fields[field]), fields, cause)


def folder_of(path: str) -> str:
    """Return the folder of a path, of deep ones the first few levels.

    Parameters
    ----------
    path : str
        An absolute path.

    Returns
    -------
    str
        Such as ``/srv/app/assets``.
    """
    levels = path.split("/")[:-1]
    return "/".join(levels[: _FOLDER_DEPTH + 1]) or "/"


def _cause_around(
    evidence: Evidence, path: Path, gaps: Ints, rules: pd.DataFrame, facts: pd.DataFrame
) -> pd.DataFrame:
    """Return the cause that the calls before and after each gap share; NA where they do not."""
    tiles = evidence.tiles
    tile = path.tile[gaps]
    sides = []
    for step in (-1, 1):
        other = np.clip(tile + step, 0, len(tiles.call) - 1)
        same = tiles.thread[other] == tiles.thread[tile]
        call = np.where(same, tiles.call[other], GAP)
        near = call_facts(evidence, call)
        near["phase"] = facts["phase"].iloc[gaps].to_numpy()
        near["comm"] = facts["comm"].iloc[gaps].to_numpy()
        near.loc[call == GAP, "state"] = "none"
        sides.append(_apply(near, rules))
    before, after = sides
    shared = (before["cause"] == after["cause"]) & before["category"].isin(_TELLING)
    shared &= (before["confidence"] != "unresolved") & ~before["rule"].isin(_NOT_TELLING)
    return before.where(shared)
