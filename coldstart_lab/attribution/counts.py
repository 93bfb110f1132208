"""What a log tells without times: how often each call was made, what failed, what was searched."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

# The first string among the arguments, cut behind its last slash
_PATH = r'"(?P<folder>(?:(?:[^"\\/]|\\.)*/)*)(?P<name>(?:[^"\\/]|\\.)*)"'
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
    counts = count_look_ups(events)
    return _sorted(counts[counts["misses"] > 0], "misses")


def count_look_ups(events: pd.DataFrame) -> pd.DataFrame:
    """Count, by folder, all look-ups of files; counts of parts of a log can be added up.

    Parameters
    ----------
    events : DataFrame
        ``tables.STRACE_EVENTS``; times are not needed.

    Returns
    -------
    DataFrame
        ``folder``, ``misses``, ``found``, ``example`` (a name that was missing, NA without one),
        ``line`` (of the first look-up, or miss if there is one).
    """
    calls = _calls(events)
    looks = calls[calls["syscall"].isin(_LOOK_UPS)]
    parts = pc.extract_regex(pa.array(looks["args"], pa.large_string()), _PATH)
    there = parts.is_valid().to_numpy(zero_copy_only=False)
    looks, parts = looks[there], parts.filter(parts.is_valid())
    folder, name = (pd.Series(part.to_numpy(zero_copy_only=False)) for part in parts.flatten())
    stripped = folder.str.rstrip("/")
    missing = looks["errno"].isin(["ENOENT", "ENOTDIR"]).to_numpy()
    frame = pd.DataFrame(
        {
            "folder": stripped.mask(stripped == "", "/").mask(folder == "", "."),
            "misses": missing,
            "found": looks["errno"].isna().to_numpy(),
            "example": name.where(missing),
            "line": looks["line"].to_numpy(),
        }
    )
    frame["first_miss"] = frame["line"].where(missing)
    counts = frame.groupby("folder", as_index=False).agg(
        {"misses": "sum", "found": "sum", "example": "first", "line": "min", "first_miss": "min"}
    )
    line = counts.pop("first_miss").fillna(counts["line"]).astype("int64")
    return counts.assign(line=line)


def _calls(events: pd.DataFrame) -> pd.DataFrame:
    return events[(events["kind"] == "syscall").to_numpy()]


def _sorted(counts: pd.DataFrame, column: str) -> pd.DataFrame:
    first = counts.columns[0]
    counts = counts.astype({first: object})
    return counts.sort_values([column, first], ascending=[False, True], ignore_index=True)
