"""What an imported log tells, in plain sentences, above all where it holds no times."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coldstart_lab.recording import missing_in_log
from coldstart_lab.redaction import printable

if TYPE_CHECKING:
    import pandas as pd

    from coldstart_lab.readers.strace import StraceLog
    from coldstart_lab.recording import Recording

_SEARCHES = ("open", "openat", "openat2", "stat", "stat64", "lstat", "newfstatat", "fstatat64",
             "statx", "access", "faccessat", "faccessat2", "readlink", "readlinkat",
             "execve")  # fmt: skip
_SHOWN = 4


def describe_import(recording: Recording) -> tuple[list[str], list[str]]:
    """Say what an imported recording tells and what it lacks.

    Parameters
    ----------
    recording : Recording
        A recording with a strace log.

    Returns
    -------
    known : list of str
        Counts of calls, failures and searches for files, and the clock.
    missing : list of str
        What the log does not hold, each with the flag of strace that would have recorded it.
    """
    log = recording.strace
    if log.events.empty:
        known = ["how often each call was made (strace -c), and nothing of single calls"]
        return known, missing_in_log(log)
    calls = log.events.loc[log.events["kind"] == "syscall"]
    known = [
        f"{_count(len(calls), 'call')}, most of them {_top(calls['syscall'])}",
        _failures(calls),
        _searches(calls),
        _times(log),
    ]
    if len(log.losses):
        known.append(f"{_count(len(log.losses), 'line')} or halves of calls not understood")
    return [printable(sentence) for sentence in known], missing_in_log(log)


def _failures(calls: pd.DataFrame) -> str:
    failed = calls.loc[calls["errno"].notna()]
    if failed.empty:
        return "no call failed"
    return f"{_count(len(failed), 'call')} failed: {_top(failed['errno'])}"


def _searches(calls: pd.DataFrame) -> str:
    searches = calls.loc[calls["syscall"].isin(_SEARCHES)]
    if searches.empty:
        return "no file was looked for"
    missed = searches.loc[searches["errno"] == "ENOENT"]
    paths = missed["args"].str.extract(r'"((?:[^"\\]|\\.)*)"', expand=False)
    return (
        f"{_count(len(searches), 'call')} looked for files; {len(missed):,} found nothing, "
        f"at {_count(paths.nunique(), 'path')}"
    )


def _times(log: StraceLog) -> str:
    if log.clock == "none":
        return "it holds no times: counts, searches and failures are known, no time is made up"
    durations = "with" if log.has_durations else "without"
    return f"times are {log.clock}, {durations} the time spent in each call"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _top(values: pd.Series[str]) -> str:
    counts = values.value_counts()
    counts = counts[counts > 0].head(_SHOWN)
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())
