"""What a log tells without times: how often each call was made, what failed, what was searched."""

from __future__ import annotations

import pandas as pd

_PATH = r'"((?:[^"\\]|\\.)*)"'
_LOOK_UPS = ("open", "openat", "access", "faccessat", "faccessat2", "stat", "lstat", "newfstatat",
             "statx", "readlink", "readlinkat", "execve")  # fmt: skip


def count_calls(events: pd.DataFrame) -> pd.DataFrame:
    """Count the calls by name.

    Parameters
    ----------
    events : DataFrame
        ``tables.STRACE_EVENTS``; times are not needed.

    Returns
    -------
    DataFrame
        ``syscall``, ``calls``, ``errors``, ``threads``; most calls first.
    """
    calls = _calls(events)
    grouped = calls.assign(failed=calls["errno"].notna()).groupby("syscall", observed=True)
    counts = grouped.agg(
        calls=("line", "size"), errors=("failed", "sum"), threads=("pid", "nunique")
    )
    return _sorted(counts.reset_index(), "calls")


def count_failures(events: pd.DataFrame) -> pd.DataFrame:
    """Count the calls that failed, by name and error.

    Parameters
    ----------
    events : DataFrame
        ``tables.STRACE_EVENTS``; times are not needed.

    Returns
    -------
    DataFrame
        ``syscall``, ``errno``, ``calls``, ``line`` (of the first); most calls first.
    """
    calls = _calls(events)
    failed = calls[calls["errno"].notna()]
    counts = failed.groupby(["syscall", "errno"], observed=True)["line"].agg(["size", "min"])
    return _sorted(counts.reset_index().rename(columns={"size": "calls", "min": "line"}), "calls")


def count_searches(events: pd.DataFrame) -> pd.DataFrame:
    """Count, by folder, the look-ups of files that were not there.

    Parameters
    ----------
    events : DataFrame
        ``tables.STRACE_EVENTS``; times are not needed.

    Returns
    -------
    DataFrame
        ``folder``, ``misses``, ``found`` (look-ups in it that succeeded), ``example`` (a name that
        was missing), ``line`` (of the first miss); most misses first.
    """
    calls = _calls(events)
    looks = calls[calls["syscall"].isin(_LOOK_UPS)]
    path = looks["args"].astype(object).str.extract(_PATH)[0].astype(object)
    parts = path.str.rsplit("/", n=1, expand=True).reindex(columns=[0, 1])
    missing = looks["errno"].isin(["ENOENT", "ENOTDIR"])
    frame = pd.DataFrame(
        {
            "folder": parts[0].where(parts[1].notna(), ".").replace("", "/"),
            "name": parts[1].fillna(parts[0]),
            "missing": missing,
            "found": looks["errno"].isna(),
            "line": looks["line"],
        }
    ).dropna(subset="folder")
    misses = (
        frame[frame["missing"]]
        .groupby("folder")
        .agg(misses=("missing", "size"), example=("name", "first"), line=("line", "min"))
    )
    found = frame.groupby("folder")["found"].sum()
    counts = misses.join(found).reset_index()
    return _sorted(counts[["folder", "misses", "found", "example", "line"]], "misses")


def _calls(events: pd.DataFrame) -> pd.DataFrame:
    return events[(events["kind"] == "syscall").to_numpy()]


def _sorted(counts: pd.DataFrame, column: str) -> pd.DataFrame:
    first = counts.columns[0]
    counts[first] = counts[first].astype(object)
    return counts.sort_values([column, first], ascending=[False, True], ignore_index=True)
