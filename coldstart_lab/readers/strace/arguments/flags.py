"""Flags of calls, such as ``O_RDONLY|O_CLOEXEC``: as sets, as columns, and asked for by name."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from coldstart_lab.errors import UsageError
from coldstart_lab.kernels import kernel, routine
from coldstart_lab.readers.strace.arguments.splitting import find_word
from coldstart_lab.readers.strace.arguments.text import Spans, Text, no_spans, text_of
from coldstart_lab.readers.strace.buffers.spans import intern_spans
from coldstart_lab.readers.strace.buffers.vectors import NAME_BYTES, name_end
from coldstart_lab.readers.strace.grammar.lexer import starts_with

_NAME = re.compile("[A-Za-z0-9_]+")
# No real log has as many flags of one prefix
_MOST_COLUMNS = 1000
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
        If the prefix is not the begin of a name.
    """
    text = text_of(events["args"])
    found = _flag_spans(text, _encoded(prefix), whole=False)
    return pd.Series(intern_spans(text.data, *found), index=events.index)


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

    Raises
    ------
    UsageError
        If the prefix is not the begin of a name, or calls have more than 1000 different flags.
    """
    flags = call_flags(events, prefix).cat
    sets = pd.Series(flags.categories.astype(object)).str.split("|").explode()
    place, names = pd.factorize(sets, sort=True)
    if len(names) > _MOST_COLUMNS:
        raise UsageError(
            f"there are {len(names)} different flags, too many for a column each",
            hint="call_flags gives the sets that calls have",
        )
    # the row after the last is that of calls without any
    has = np.zeros((len(flags.categories) + 1, len(names)), dtype=bool)
    has[sets.index, place] = True
    return pd.DataFrame(has[flags.codes.to_numpy()], index=events.index, columns=list(names))


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
        If it is no name.
    """
    found = _flag_spans(text_of(events["args"]), _encoded(flag), whole=True)
    return pd.Series(found.length >= 0, index=events.index)


def _encoded(name: str) -> bytes:
    if not _NAME.fullmatch(name):
        raise UsageError(f"a flag's name has letters, digits and _, not {name!r}")
    return name.encode()


@routine
def _is_part(byte: int) -> bool:
    return bool(NAME_BYTES[byte]) or byte in (_BAR, _SHIFT)


def _flag_spans(text: Text, name: bytes, *, whole: bool) -> Spans:
    """Find the first set of flags that has one of a name, or one whose name begins so."""
    found = no_spans(len(text.offsets) - 1)
    _find_flags(*text, name, whole, *found)
    return found


@kernel
def _find_flags(offsets: Any, data: Any, name: Any, whole: bool, start: Any, length: Any) -> None:
    for row in range(len(start)):
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
