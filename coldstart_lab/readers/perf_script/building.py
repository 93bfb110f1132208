"""Builds the tables from the rows that the kernel filled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coldstart_lab.readers.perf_script import sched
from coldstart_lab.readers.perf_script.lines import (
    LINE_NAMES,
    LOST,
    NONE,
    Frames,
    Ints,
    Samples,
)
from coldstart_lab.readers.perf_script.sched import maybe
from coldstart_lab.readers.scanning import gather_text, intern_spans
from coldstart_lab.tables import Table
from coldstart_lab.tables.perf_script import (
    PERF_FRAMES,
    PERF_LOSSES,
    PERF_SAMPLES,
    PERF_SUMMARY,
    PERF_SWITCHES,
    PERF_TASKS,
    PERF_WAKEUPS,
)

Bytes = NDArray[np.uint8]
_LOSS_TEXT = 4096
_UNKNOWN = "[unknown]"
_REASONS = (
    "no line of perf script, or a frame without its sample",
    "the text of a scheduler event is not understood",
    "the file ends in damage",
)

# Event and kind of each table
_SWITCHES = {"sched:sched_switch": "switch"}
_WAKEUPS = {
    "sched:sched_waking": "waking",
    "sched:sched_wakeup": "wakeup",
    "sched:sched_wakeup_new": "wakeup_new",
}
_TASKS = {
    "sched:sched_process_fork": "fork",
    "sched:sched_process_exec": "exec",
    "sched:sched_process_exit": "exit",
    "sched:sched_migrate_task": "migrate",
}


def samples_frame(buf: Bytes, samples: Samples) -> pd.DataFrame:
    """Build the table of samples (``tables.PERF_SAMPLES``)."""
    text = samples.text_start, samples.text_stop - samples.text_start
    return PERF_SAMPLES.frame(
        {
            "line": samples.line,
            "time_ns": maybe(samples.time_ns, samples.time_ns != NONE),
            "comm": _names(buf, samples.comm_start, samples.comm_stop),
            "pid": maybe(samples.pid, samples.pid != NONE),
            "tid": maybe(samples.tid, samples.tid != NONE),
            "cpu": maybe(samples.cpu, samples.cpu != NONE),
            "event": _names(buf, samples.event_start, samples.event_stop),
            "period": maybe(samples.period, samples.period != NONE),
            "address": maybe(samples.address.view(np.uint64), samples.has_address != 0),
            "weight": maybe(samples.weight, samples.weight != NONE),
            "text": gather_text(buf, text, missing=text[1] == 0),
        }
    )


def frames_frame(buf: Bytes, frames: Frames) -> pd.DataFrame:
    """Build the table of frames (``tables.PERF_FRAMES``)."""
    every = np.ones(len(frames.sample), dtype=bool)
    return PERF_FRAMES.frame(
        {
            "sample": frames.sample,
            "depth": maybe(frames.depth, every),
            "address": maybe(frames.address.view(np.uint64), every),
            "symbol": _known(_names(buf, frames.symbol_start, frames.symbol_stop)),
            "symbol_offset": maybe(frames.offset.view(np.uint64), frames.offset != NONE),
            "dso": _known(_names(buf, frames.dso_start, frames.dso_stop)),
            "inlined": frames.inlined != 0,
        }
    )


def sched_frames(
    buf: Bytes, samples: Samples, table: pd.DataFrame
) -> tuple[dict[str, pd.DataFrame], Ints]:
    """Build the tables of the scheduler's events.

    Returns
    -------
    frames : dict of DataFrame
        ``switches``, ``wakeups`` and ``tasks``.
    lost : array of int64
        Lines of those whose text was not understood.
    """
    made, lost = {}, []
    for name, kinds, schema, read in _SCHED:
        said = samples.text_stop > samples.text_start  # else -F left the text out
        rows = np.flatnonzero(table["event"].isin(list(kinds)).to_numpy() & said)
        found = read(buf, Samples._make(column[rows] for column in samples))
        lost.append(samples.line[rows[~found.known]])
        of = table.iloc[rows]
        kind = of["event"].astype(object).map(kinds).astype("category").array
        columns = {**_common(of), "kind": kind, **found.columns}
        frame = schema.frame({column: columns[column] for column in schema.names})
        made[name] = frame[found.known].reset_index(drop=True)
    return made, np.sort(np.concatenate(lost))


def losses_frame(
    buf: Bytes, kinds: NDArray[np.uint8], sched_lines: Ints, damage: str | None
) -> pd.DataFrame:
    """Build the table of what was not understood (``tables.PERF_LOSSES``)."""
    lost = np.flatnonzero(kinds == LOST) + 1
    line = np.concatenate((lost, sched_lines))
    reason = np.repeat([0, 1], [len(lost), len(sched_lines)])
    order = np.argsort(line, kind="stable")
    line, reason = line[order], reason[order]
    first = stop = np.empty(0, dtype=np.int64)
    if len(line):
        ends = np.append(np.flatnonzero(buf == ord("\n")), len(buf))
        first, stop = np.append(0, ends[:-1] + 1)[line - 1], ends[line - 1]
    text = gather_text(buf, (first, np.minimum(stop - first, _LOSS_TEXT)))
    frame = PERF_LOSSES.frame(
        {"line": line, "offset": first, "reason": _named(reason), "text": text}
    )
    if damage is None:
        return frame
    end = PERF_LOSSES.frame(
        {
            "line": [len(kinds) + 1],
            "offset": [len(buf)],
            "reason": _named(np.array([2])),
            "text": [damage],
        }
    )
    return pd.concat([frame, end], ignore_index=True)


def summary_frame(
    size: int, kinds: NDArray[np.uint8], tables: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """Count what was read (``tables.PERF_SUMMARY``)."""
    counts = np.bincount(kinds, minlength=len(LINE_NAMES))
    items = {
        "bytes": size,
        "lines": len(kinds),
        **{f"lines: {name}": count for name, count in zip(LINE_NAMES, counts, strict=True)},
        **{name: len(frame) for name, frame in tables.items()},
        "threads": tables["samples"]["tid"].nunique(),
    }
    return PERF_SUMMARY.frame({"item": list(items), "count": list(items.values())})


def _common(samples: pd.DataFrame) -> dict[str, Any]:
    columns = {name: samples[name].array for name in ("line", "time_ns", "cpu")}
    return {**columns, "waker_tid": samples["tid"].array}


def _names(buf: Bytes, start: Ints, stop: Ints) -> pd.Categorical:
    return intern_spans(buf, start, stop - start)


def _known(names: pd.Categorical) -> pd.Categorical:
    """Make NA of what perf prints where it does not know a name."""
    return names.remove_categories([name for name in names.categories if name == _UNKNOWN])


def _named(reason: NDArray[np.int64]) -> pd.Categorical[str]:
    return pd.Categorical([_REASONS[one] for one in reason.tolist()], categories=list(_REASONS))


_Read = Callable[[Bytes, Samples], sched.Found]
_SCHED: tuple[tuple[str, dict[str, str], Table, _Read], ...] = (
    ("switches", _SWITCHES, PERF_SWITCHES, sched.switches),
    ("wakeups", _WAKEUPS, PERF_WAKEUPS, sched.wakeups),
    ("tasks", _TASKS, PERF_TASKS, sched.tasks),
)
