"""Names the cause of each piece of the path by the table of rules."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from coldstart_lab.attribution.calls import Bools
from coldstart_lab.attribution.facts import Evidence, call_facts, calls_near, piece_facts
from coldstart_lab.attribution.lives import Ints
from coldstart_lab.attribution.masks import contains
from coldstart_lab.attribution.rules import CONDITIONS, are_default, default_category
from coldstart_lab.attribution.tiling import GAP
from coldstart_lab.attribution.waits import SHORT_NS
from coldstart_lab.attribution.walk import Path

_SEARCHED = ("subject", "protocol")
_FOLDER_DEPTH = 6
# Neighbours that tell what the code between them does: it works on what it reads or says
_TELLING = ("files", "network")
# Time between calls that no rule but the last ones names
_CODE = ("own-code", "user-code")
# Between the messages of these the program does nothing else: it works on keys, or waits
_OF_ONE_PIECE = ("tls", "dns")
_NOT_TELLING = ("sockets", "own-sockets", "output", "connect-call", "system-files",
                "library-search", "library-load")  # fmt: skip


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
    Time between two calls of one cause about files is that cause's, inferred: what a program reads
    it works on. Where it is long its kind of time is the CPU. Between two calls on a connection
    only what is short is the connection's. Other time between calls is the program's own code, of
    which a strace log names no more than the program.
    """
    own, before, after = calls_near(evidence.tiles, path)
    distinct, place = np.unique(np.concatenate((own, before, after)), return_inverse=True)
    known_calls = call_facts(evidence, distinct)
    mine, left, right = np.split(place, 3)
    facts = known_calls.iloc[mine].reset_index(drop=True)
    facts = piece_facts(evidence, path, facts, before)
    labels = apply_rules(facts, rules)
    gaps = np.flatnonzero(labels["rule"].isin(_CODE).to_numpy() & (path.tile >= 0))
    sides = [known_calls.iloc[side[gaps]].reset_index(drop=True) for side in (left, right)]
    long = (path.end - path.start)[gaps] >= SHORT_NS
    near = _shared_cause(sides, facts.iloc[gaps], long, rules)
    known = near["cause"].notna().to_numpy()
    at = gaps[known]
    for column in ("cause", "category", "rule", "subject"):
        labels.loc[at, column] = near[column].to_numpy(dtype=object)[known]
    labels.loc[at, "confidence"] = "inferred"
    # what lies between two calls in a row is most of it the tracer's; more than that is work
    labels.loc[gaps[known & long], "category"] = "cpu"
    columns = ["phase", "state", "syscall", "line"]
    labels["subject"] = labels["subject"].replace("", None)
    return pd.concat([labels, facts[columns]], axis=1)


def apply_rules(facts: pd.DataFrame, rules: pd.DataFrame) -> pd.DataFrame:
    """Name causes by the first rule that fits.

    Parameters
    ----------
    facts : DataFrame
        One row a piece: the conditions of rules and ``comm``, "" for none.
    rules : DataFrame
        A checked table of rules.

    Returns
    -------
    DataFrame
        ``rule``, ``cause``, ``category``, ``confidence``, ``subject``, one row a piece.
    """
    chosen = np.full(len(facts), len(rules))
    columns = {name: _distinct(facts[name]) for name in CONDITIONS if name != "args"}
    for place, rule in enumerate(rules.to_dict("records")):
        fits = chosen == len(rules)
        for name, column in columns.items():
            if rule[name] and fits.any():
                fits &= _fits(column, name, rule[name])
        if rule["args"]:  # long texts, hardly two alike: only those that are left are searched
            at = np.flatnonzero(fits)
            fits[at] = contains(facts["args"].iloc[at], rule["args"])
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
    # all that another process does is that process, unless a rule is about processes or a user's
    child = (facts["phase"] == "child").to_numpy() & (labels["phase"] == "").to_numpy()
    child &= np.append(are_default(rules), False)[chosen]
    labels.loc[child & (labels["category"] != "process"), "cause"] = "child process {comm}"
    labels["cause"] = _fill_in(labels["cause"], facts)
    labels["subject"] = facts["subject"]
    return labels.drop(columns="phase")


def _distinct(column: pd.Series) -> tuple[Ints, list[str]]:
    codes, values = pd.factorize(column)
    return codes.astype(np.int64), values.tolist()


def _fits(column: tuple[Ints, list[str]], name: str, pattern: str) -> Bools:
    """Match a pattern against each distinct value once."""
    codes, values = column
    compiled = re.compile(pattern)
    match = compiled.search if name in _SEARCHED else compiled.fullmatch
    return np.array([match(value) is not None for value in values], dtype=bool)[codes]


def _fill_in(causes: pd.Series, facts: pd.DataFrame) -> pd.Series:
    """Replace the fields in braces by the piece's facts, each distinct combination once."""
    open_causes = causes.str.contains("{", regex=False)
    if not open_causes.any():
        return causes
    at = np.flatnonzero(open_causes.to_numpy(dtype=bool))
    columns = {
        "{subject}": facts["subject"].replace("", "?"),
        "{folder}": facts["subject"],
        "{comm}": facts["comm"].replace("", "?"),
        "{protocol}": facts["protocol"],
        "{syscall}": facts["syscall"],
    }
    out = causes.to_numpy(dtype=object, copy=True)
    for template in pd.unique(out[at]):  # one step a cause with fields
        mine = at[out[at] == template]
        used = [name for name in columns if name in template]
        codes, distinct = pd.factorize(
            pd.MultiIndex.from_arrays([columns[name].iloc[mine] for name in used])
        )
        texts = [_fill_one(template, dict(zip(used, values, strict=True))) for values in distinct]
        out[mine] = np.array(texts, dtype=object)[codes]
    return pd.Series(out, index=causes.index)


def _fill_one(template: str, fields: dict[str, str]) -> str:
    if "{folder}" in fields:
        fields["{folder}"] = folder_of(fields["{folder}"])
    # in one pass: what a log says may itself look like a field
    return re.sub(r"\{\w+\}", lambda field: fields.get(field[0], field[0]), template)


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


def _shared_cause(
    sides: list[pd.DataFrame], gaps: pd.DataFrame, long: Bools, rules: pd.DataFrame
) -> pd.DataFrame:
    """Return the cause that the calls before and after each gap share; NA where they do not."""
    for side in sides:
        side["phase"], side["comm"] = gaps["phase"].to_numpy(), gaps["comm"].to_numpy()
        side.loc[side["call"] == GAP, "state"] = "none"
    labels = apply_rules(pd.concat(sides, ignore_index=True), rules)
    before = labels.iloc[: len(gaps)]
    after = labels.iloc[len(gaps) :].reset_index(drop=True)
    shared = (before["cause"] == after["cause"]) & before["category"].isin(_TELLING)
    shared &= (before["confidence"] != "unresolved") & ~before["rule"].isin(_NOT_TELLING)
    # between a reply and the next request the program may do anything
    shared &= (before["category"] == "files") | before["rule"].isin(_OF_ONE_PIECE) | ~long
    return before.where(shared)
