"""Logs written for tests, and how they are attributed."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd

from coldstart_lab.attribution import attribute_events
from coldstart_lab.readers.strace import read_buffer
from coldstart_lab.tables import MILESTONES

# What -yy prints of a descriptor; not what -Y prints of a thread at the begin of a line
_PRINTED = re.compile(r"((?<!^)(?<![\d.])\d+|AT_FDCWD)<((?:->|<char [^>]*>|[^<>])+)>", re.M)

EPOCH_NS = 1_795_000_000_000_000_000


def read_text(text):
    data = text.encode() if isinstance(text, str) else text
    return read_buffer(np.frombuffer(data, dtype=np.uint8), source=Path("written.log"), threads=1)


def milestones(**times):
    """Milestones by name: the time in ns, or that and the thread."""
    pairs = {name: at if isinstance(at, tuple) else (at, None) for name, at in times.items()}
    return MILESTONES.frame(
        {
            "name": list(pairs),
            "time_ns": [time for time, _ in pairs.values()],
            "uncertainty_ns": [0] * len(pairs),
            "source": ["user"] * len(pairs),
            "pid": pd.array([pid for _, pid in pairs.values()], dtype="Int32"),
            "line": [None] * len(pairs),
            "detail": [None] * len(pairs),
        }
    )


def attribute_text(text, *, ready=None, begin=None, rules=None, cpus=1):
    """Attribute a log to ``ready``, a time and thread; else to the begin of its last event."""
    events = read_text(text).events
    first, last = events["start_ns"].min(), events["start_ns"].max()
    given = milestones(exec=int(first if begin is None else begin), ready=ready or int(last))
    return attribute_events(events, given, until="ready", rules=rules, cpus=cpus)


def write_log(text):
    """Write a log in ms: ``100 0.5 read(...) = 1 <2>`` begins at 0.5 ms and takes 2 ms.

    Lines are indented as one likes; so a test can be read as a time line.
    """
    lines = (line.strip() for line in text.splitlines())
    return "".join(f"{_line(line)}\n" for line in lines if line)


def at_ms(ms):
    return EPOCH_NS + round(ms * 1_000_000)


def _line(line):
    pid, ms, rest = line.split(maxsplit=2)
    time = at_ms(float(ms))
    rest = re.sub(r"<([0-9.]+)>$", lambda found: f"<{float(found[1]) / 1000:.9f}>", rest)
    return f"{pid} {time // 10**9}.{time % 10**9:09d} {rest}"


def without_yy(text):
    """Strip what -y and -yy print of descriptors."""
    return _PRINTED.sub(r"\1", text)


def with_y_alone(text):
    """Print of a socket only its inode, as -y does."""

    def print_less(found):
        inode = re.match(r"(?:TCP|UDP|UNIX)\D*(\d+)", found[2])
        return f"{found[1]}<socket:[{inode[1]}]>" if inode else found[0]

    return _PRINTED.sub(print_less, text)


def spent(answer, column="cause"):
    """Return the time by cause (or another column), in ms."""
    sums = answer.segments.groupby(column, observed=True)["duration_ns"].sum() / 1e6
    return {name: round(value, 3) for name, value in sums.items() if value}


def path(answer):
    """Return the path as (thread, begin, end, state) in ms since the window's begin."""
    frame = answer.segments
    begin, end = (frame[name] - answer.start_ns for name in ("start_ns", "end_ns"))
    return [
        (pid, round(start / 1e6, 3), round(stop / 1e6, 3), state)
        for pid, start, stop, state in zip(frame["pid"], begin, end, frame["state"], strict=True)
    ]


def check_sums(answer):
    """Check what holds of every attribution."""
    segments = answer.segments
    begin, end = segments["start_ns"].to_numpy(), segments["end_ns"].to_numpy()
    assert (end > begin).all()
    assert begin[0] == answer.start_ns
    assert end[-1] == answer.end_ns
    assert (begin[1:] == end[:-1]).all()
    assert (segments["duration_ns"].to_numpy() == end - begin).all()
    assert segments["duration_ns"].sum() == answer.window_ns
    for column in ("cause", "category", "rule", "confidence", "phase", "state"):
        sums = segments.groupby(column, observed=True)["duration_ns"].sum()
        assert sums.sum() == answer.window_ns
    assert answer.causes["duration_ns"].sum() == answer.window_ns
    assert 0 <= answer.unresolved_ns <= answer.window_ns
    assert answer.causes["unresolved_ns"].sum() == answer.unresolved_ns
    _check_tiles(answer)


def _check_tiles(answer):
    tiles = answer.tiles
    same = tiles["pid"].to_numpy()[1:] == tiles["pid"].to_numpy()[:-1]
    begin, end = tiles["start_ns"].to_numpy(), tiles["end_ns"].to_numpy()
    assert (end > begin).all()
    alive = answer.threads.groupby("pid").agg(start=("start_ns", "min"), end=("end_ns", "max"))
    assert (begin >= alive["start"].reindex(tiles["pid"]).to_numpy()).all()
    once = ~answer.threads["pid"].duplicated(keep=False)
    if once.all():
        assert (begin[1:][same] == end[:-1][same]).all()
        lived = alive["end"] - alive["start"]
        tiled = (tiles["end_ns"] - tiles["start_ns"]).groupby(tiles["pid"]).sum()
        pd.testing.assert_series_equal(
            lived[lived > 0], tiled, check_names=False, check_dtype=False
        )


def within(answer, span, column, value):
    """Return the share of a span that is blamed on causes or categories beginning so."""
    begin, end = span["begin_realtime_ns"], span["end_realtime_ns"]
    segments = answer.segments
    overlap = np.maximum(
        np.minimum(segments["end_ns"], end) - np.maximum(segments["start_ns"], begin), 0
    )
    fits = segments[column].astype(str).str.startswith(value)
    return overlap[fits].sum() / (end - begin)
