"""Flags of calls, such as ``O_RDONLY|O_CLOEXEC``: as sets, as columns, and asked for by name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from coldstart_lab.errors import UsageError
from coldstart_lab.kernels import kernel, routine
from coldstart_lab.readers.strace.arguments.splitting import find_word
from coldstart_lab.readers.strace.arguments.text import text_of
from coldstart_lab.readers.strace.lexer import starts_with
from coldstart_lab.readers.strace.spans import intern_spans
from coldstart_lab.readers.strace.vectors import NAME_BYTES, name_end

_BAR, _SHIFT = 124, 60
_CWD = b"AT_FDCWD"  # a folder, not a flag


def call_flags(events: pd.DataFrame, prefix: str) -> pd.Series:
    """Read the flags of each call whose names begin with a prefix, with those beside them.

    Parameters
    ----------
    events : DataFrame
        ``tables.STRACE_EVENTS`` or some of its rows.
    prefix : str
        What a flag's name begins with: ``O_``, ``MAP_``, ``PROT_``, ``CLONE_``, ``MSG_``,
        ``EPOLL``.

    Returns
    -------
    Series of category, with the index of ``events``
        The first set of flags with such a name, as printed: ``O_RDONLY|O_CLOEXEC``; NA where a call
        has none. ``flag_columns`` makes a column of each flag.

    Raises
    ------
    UsageError
        If the prefix is empty.
    """
    text = text_of(events["args"])
    return pd.Series(
        intern_spans(text.data, *_find_flags(*text, _encoded(prefix), False)), index=events.index
    )


def flag_columns(events: pd.DataFrame, prefix: str) -> pd.DataFrame:
    """Tell of each call which flags it has, one column a flag.

    Parameters
    ----------
    events : DataFrame
        ``tables.STRACE_EVENTS`` or some of its rows.
    prefix : str
        What a flag's name begins with, as of :func:`call_flags`.

    Returns
    -------
    DataFrame of bool, with the index of ``events``
        A column a flag that any call has, in alphabetical order: ``flag_columns(events,
        "O_").sum()`` counts them.
    """
    flags = call_flags(events, prefix).cat
    sets = [set(text.split("|")) for text in flags.categories]
    codes = flags.codes.to_numpy()
    return pd.DataFrame(
        {
            name: np.array([name in flags_of for flags_of in sets] + [False])[codes]
            for name in sorted(set().union(*sets))
        },
        index=events.index,
    )


def has_flag(events: pd.DataFrame, flag: str) -> pd.Series:
    """Mark the calls that have a flag anywhere in their arguments.

    Parameters
    ----------
    events : DataFrame
        ``tables.STRACE_EVENTS`` or some of its rows.
    flag : str
        Its whole name, such as ``O_CLOEXEC``.

    Returns
    -------
    Series of bool, with the index of ``events``
        ``events[has_flag(events, "O_CREAT")]`` are the calls with it. Text in strings and names of
        files do not count.

    Raises
    ------
    UsageError
        If the name is empty.
    """
    _, length = _find_flags(*text_of(events["args"]), _encoded(flag), True)
    return pd.Series(length >= 0, index=events.index)


def _encoded(name: str) -> bytes:
    if not name:
        raise UsageError("a flag's name must not be empty")
    return name.encode()


@routine
def _is_part(byte: int) -> bool:
    return bool(NAME_BYTES[byte]) or byte in (_BAR, _SHIFT)


@kernel
def _find_flags(offsets: Any, data: Any, name: Any, whole: bool) -> tuple[Any, Any]:
    """Find the first set of flags that has one of a name, or one whose name begins so."""
    rows = len(offsets) - 1
    start = np.zeros(rows, dtype=np.int64)
    length = np.full(rows, -1, dtype=np.int64)
    for row in range(rows):
        first, stop = offsets[row], offsets[row + 1]
        at = find_word(data, first, first, stop, name, False)
        while at >= 0:
            end = name_end(data, at, stop)
            if (not whole or end == at + len(name)) and not starts_with(data, at, end, _CWD):
                break
            at = find_word(data, first, end, stop, name, False)
        if at < 0:
            continue
        while end < stop and _is_part(data[end]):
            end += 1
        while at > first and _is_part(data[at - 1]):
            at -= 1
        start[row], length[row] = at, end - at
    return start, length
