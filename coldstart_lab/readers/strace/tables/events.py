"""Builds the table of events from scanned and paired lines."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coldstart_lab.readers.strace.buffers.source import release
from coldstart_lab.readers.strace.buffers.text import text_column
from coldstart_lab.readers.strace.grammar.kinds import (
    EVENT_KINDS,
    FLAG_NAMES,
)
from coldstart_lab.readers.strace.lines.columns import Lines
from coldstart_lab.readers.strace.tables.joining import (
    Columns,
    copy_texts,
    empty_columns,
    join_lines,
)

_COPIED_AT_ONCE = 1 << 18


def events_frame(
    buf: NDArray[np.uint8],
    lines: Lines,
    names: list[str],
    partner: NDArray[np.int32],
    *,
    threads: int,
) -> pd.DataFrame:
    """Build the table of events, calls in two lines joined.

    Parameters
    ----------
    buf : array of uint8
        The log.
    lines : Lines
        Its scanned lines, times on one clock. The columns that only events need are emptied: a log
        may be of the size of the memory.
    names : list of str
        The names the lines refer to.
    partner : array of int32
        The row that resumed each unfinished call, else -1.
    threads : int
        How many threads work on it.

    Returns
    -------
    DataFrame
        ``tables.STRACE_EVENTS``, in file order.
    """
    cuts = np.linspace(0, len(lines.kind), threads + 1).astype(np.int64).tolist()
    spans = list(itertools.pairwise(cuts))
    counts = [np.count_nonzero(lines.kind[a:b] < len(EVENT_KINDS)) for a, b in spans]
    firsts = np.cumsum([0, *counts]).tolist()
    columns = empty_columns(firsts[-1])
    with ThreadPoolExecutor(threads) as pool:

        def join(span: tuple[int, int], to: int) -> None:
            join_lines(lines, partner, *span, columns, to)

        list(pool.map(join, spans, firsts[:-1]))
        _forget(lines.time_ns, lines.duration_ns, lines.retval, lines.pid, lines.name, lines.comm)
        args, texts = _copy_texts(buf, lines, partner, columns, pool)
        _forget(lines.args_start, lines.text_start)
        integers = pd.arrays.IntegerArray
        build: dict[str, Callable[[], Any]] = {
            "line": lambda: columns.row + 1,
            "offset": lambda: lines.offset[columns.row],
            "pid": lambda: integers(columns.pid, columns.no_pid),
            "comm": lambda: _categorical(columns.comm, names),
            "start_ns": lambda: integers(columns.start_ns, columns.no_start),
            "duration_ns": lambda: integers(columns.duration_ns, columns.no_duration),
            "kind": lambda: _coded(columns.kind, EVENT_KINDS),
            "syscall": lambda: _categorical(columns.name, names),
            "args": lambda: text_column(columns.args_offset, args, columns.no_args),
            "retval": lambda: integers(columns.retval, columns.no_retval),
            "retval_text": lambda: text_column(columns.text_offset, texts, columns.no_text),
            "errno": lambda: _categorical(columns.errno, names),
            "flags": lambda: _flag_names(columns.flags),
        }
        built = dict(zip(build, pool.map(lambda make: make(), build.values()), strict=True))
    return pd.DataFrame(built, copy=False)


def _copy_texts(
    buf: NDArray[np.uint8],
    lines: Lines,
    partner: NDArray[np.int32],
    columns: Columns,
    pool: ThreadPoolExecutor,
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Copy arguments and texts of all events: two buffers."""
    made = []
    for offset in (columns.args_offset, columns.text_offset):
        np.cumsum(offset, out=offset)
        made.append(np.empty(offset[-1], dtype=np.uint8))
    args, texts = made

    def copy(span: tuple[int, int]) -> None:
        copy_texts(buf, lines, partner, columns, *span, args, texts)
        # of a log in a file what was copied need not stay in memory
        release(buf, *lines.offset[columns.row[[span[0], span[1] - 1]]].tolist())

    cuts = [*range(0, len(columns.row), _COPIED_AT_ONCE), len(columns.row)]
    list(pool.map(copy, itertools.pairwise(cuts)))
    return args, texts


def _forget(*columns: NDArray[Any]) -> None:
    """Give back the memory of columns that are needed no more."""
    for column in columns:
        column.resize(0, refcheck=False)


def _coded(codes: NDArray[np.integer[Any]], names: Sequence[str]) -> Any:
    return pd.Categorical.from_codes(codes, pd.Index(names, dtype=str))


def _categorical(ids: NDArray[np.int32], names: list[str]) -> Any:
    """Make a categorical of the names in use, in alphabetical order."""
    used = np.zeros(len(names) + 1, dtype=bool)  # the last one serves id -1
    used[ids] = True
    ordered = sorted(np.flatnonzero(used[:-1]).tolist(), key=names.__getitem__)
    codes = np.full(len(names) + 1, -1, dtype=np.min_scalar_type(-len(ordered) - 1))
    codes[ordered] = np.arange(len(ordered))
    return _coded(codes[ids], [names[i] for i in ordered])


def _flag_names(flags: NDArray[Any]) -> Any:
    present = np.flatnonzero(np.bincount(flags, minlength=1)).tolist()
    labels = {
        value: "|".join(name for bit, name in enumerate(FLAG_NAMES) if value >> bit & 1)
        for value in present
        if value
    }
    codes = np.full(max(present, default=0) + 1, -1, dtype=np.int8)
    codes[list(labels)] = np.arange(len(labels))
    return _coded(codes[flags], list(labels.values()))
