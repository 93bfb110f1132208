"""Reads what the scheduler's tracepoints say, in the words of the kernel or of perf's plugins.

The kernel's words are ``prev_comm=a prev_pid=1 ... ==> next_comm=b next_pid=2 ...``; where the
plugins of libtraceevent are installed perf says ``a:1 [120] S ==> b:2 [120]``. Names may hold any
bytes, so the fields are looked for from behind.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coldstart_lab.kernels import kernel
from coldstart_lab.readers.perf_script.head import read_id
from coldstart_lab.readers.perf_script.lines import Ints, Samples
from coldstart_lab.readers.scanning import find_last_byte, intern_spans, starts_with

Bytes = NDArray[np.uint8]
Bools = NDArray[np.bool_]
_NONE = -2  # no number; -1 is a thread that perf does not know


class Found(NamedTuple):
    """Rows whose text was understood, and their columns."""

    known: Bools
    columns: dict[str, Any]


@kernel
def _find_words(buf: Any, start: Any, stop: Any, word: bytes, at: Any) -> None:
    """Find where a word last occurs in each range; -1 if nowhere."""
    for row in range(len(start)):
        at[row] = -1
        end = stop[row] - len(word) + 1
        while end > start[row]:
            place = find_last_byte(buf, start[row], end, word[0])
            if place < 0:
                break
            if starts_with(buf, place, stop[row], word):
                at[row] = place
                break
            end = place


@kernel
def _read_ids(buf: Any, start: Any, stop: Any, value: Any) -> None:
    """Read the number each range begins with; unchanged where there is none."""
    for row in range(len(start)):
        if 0 <= start[row] < stop[row]:
            number, end = read_id(buf, start[row], stop[row])
            if end > start[row]:
                value[row] = number


class _Texts:
    """The texts of some samples, or parts of them."""

    def __init__(self, buf: Bytes, start: Ints, stop: Ints) -> None:
        self.buf, self.start, self.stop = buf, start, stop

    def find(self, word: bytes) -> Ints:
        """Return where a word last occurs in each; -1 if nowhere."""
        at = np.empty(len(self.start), dtype=np.int64)
        _find_words(self.buf, self.start, self.stop, word, at)
        return at

    def number(self, word: bytes) -> Ints:
        """Return the number behind a word in each."""
        at = self.find(word)
        value = np.full(len(at), _NONE, dtype=np.int64)
        _read_ids(self.buf, np.where(at < 0, -1, at + len(word)), self.stop, value)
        return value

    def between(self, start: Ints, stop: Ints) -> _Texts:
        """Return parts of the texts; empty where one of the ends is not known."""
        known = (start >= 0) & (stop >= start)
        return _Texts(self.buf, np.where(known, start, 0), np.where(known, stop, 0))

    def names(self) -> pd.Categorical:
        """Return the texts as names; NA where empty."""
        return intern_spans(self.buf, self.start, self.stop - self.start)

    def thread(self, field: bytes) -> tuple[Ints, _Texts]:
        """Read ``{field}comm=a {field}pid=1 ...`` or ``a:1 [120] ...``: ids and names."""
        key, word = field + b"comm=", b" " + field + b"pid="
        tid, pid_at = self.number(word), self.find(word)
        long = pid_at >= 0
        bracket = self.find(b" [")
        before = self.between(self.start, bracket)
        colon = before.find(b":")
        tid = np.where(long, tid, before.number(b":"))
        begin = np.where(long, self.start + len(key), self.start)
        return tid, self.between(begin, np.where(long, pid_at, colon))


def switches(buf: Bytes, samples: Samples) -> Found:
    """Read the texts of ``sched:sched_switch``."""
    texts = _texts(buf, samples)
    arrow = texts.find(b" ==> ")
    before = texts.between(texts.start, arrow)
    after = texts.between(np.where(arrow < 0, -1, arrow + 5), texts.stop)
    prev_tid, prev_comm = before.thread(b"prev_")
    next_tid, next_comm = after.thread(b"next_")
    word = b" prev_state="
    state_at, bracket = before.find(word), before.find(b"] ")
    begin = np.where(state_at >= 0, state_at + len(word), np.where(bracket < 0, -1, bracket + 2))
    return Found(
        (prev_tid != _NONE) & (next_tid != _NONE),
        {
            "prev_tid": prev_tid,
            "prev_comm": prev_comm.names(),
            "prev_state": before.between(begin, before.stop).names(),
            "next_tid": next_tid,
            "next_comm": next_comm.names(),
        },
    )


def wakeups(buf: Bytes, samples: Samples) -> Found:
    """Read the texts of ``sched:sched_wakeup`` and its like."""
    texts = _texts(buf, samples)
    tid, comm = texts.thread(b"")
    cpu = texts.number(b" target_cpu=")
    cpu = np.where(cpu == _NONE, texts.number(b" CPU:"), cpu)
    return Found(
        tid != _NONE,
        {"woken_tid": tid, "woken_comm": comm.names(), "cpu": maybe(cpu, cpu != _NONE)},
    )


def tasks(buf: Bytes, samples: Samples) -> Found:
    """Read the texts of forks, execs, exits and migrations."""
    texts = _texts(buf, samples)
    tid, _ = texts.thread(b"")
    child, origin, target = (
        texts.number(word) for word in (b" child_pid=", b" orig_cpu=", b" dest_cpu=")
    )
    word = b"filename="
    named = texts.find(word)
    file = texts.between(np.where(named < 0, -1, named + len(word)), texts.find(b" pid="))
    return Found(
        tid != _NONE,
        {
            "tid": tid,
            "child_tid": maybe(child, child != _NONE),
            "filename": file.names(),
            "from_cpu": maybe(origin, origin != _NONE),
            "to_cpu": maybe(target, target != _NONE),
        },
    )


def maybe(value: Ints, known: Bools) -> Any:
    """Make a column of numbers that are NA where they are not known."""
    return pd.arrays.IntegerArray(value, ~known)


def _texts(buf: Bytes, samples: Samples) -> _Texts:
    return _Texts(buf, samples.text_start, samples.text_stop)
