"""Reads the line that begins a sample: thread, CPU, time, period and event.

perf prints ``comm pid/tid [cpu] time: period event:`` in this order whatever -F asks for, each
field only if it does (``perf_sample__fprintf_start`` and ``process_event`` of
``tools/perf/builtin-script.c``). A thread's name has up to 15 bytes of any kind, blanks and colons
among them; so it is found from behind, by what follows it.
"""

from __future__ import annotations

from typing import Any

from coldstart_lab.kernels import routine
from coldstart_lab.readers.perf_script.lines import (
    COMM,
    COMM_STOP,
    CPU,
    EVENT,
    EVENT_STOP,
    LOST,
    NONE,
    PERIOD,
    PID,
    RECORD,
    REST,
    SAMPLE,
    TID,
    TIME,
)
from coldstart_lab.readers.scanning import is_digit, read_digits, starts_with

SPACE, MINUS, DOT, SLASH, COLON, OPEN, CLOSE = 32, 45, 46, 47, 58, 91, 93
_NAME_WIDTH = 16
# The id is padded to 7 columns, behind the name and a blank
_ID_WITHIN = _NAME_WIDTH + 10
_MARKS_WIDTH = 5
_PERIOD_WIDTH = 10
_RECORD = b"PERF_RECORD_"
_SECOND = 1_000_000_000
_MOST_SECONDS = 9_000_000_000


@routine
def skip_blanks(buf: Any, i: int, stop: int) -> int:
    """Return the first byte from ``i`` on that is no blank."""
    while i < stop and buf[i] == SPACE:
        i += 1
    return i


@routine
def read_id(buf: Any, i: int, stop: int) -> tuple[int, int]:
    """Read a thread id or ``-1``: (id, first byte after it); the end is ``i`` if there is none."""
    first = i + 1 if i < stop and buf[i] == MINUS else i
    value, end = read_digits(buf, first, stop)
    if end == first or end - first > 9:  # no id has so many digits
        return NONE, i
    return (value if first == i else NONE), end


@routine
def _event_stop(buf: Any, i: int, stop: int) -> int:
    """Return where the event's name ends that begins at ``i``: before ``: ``; -1 if none does."""
    at = i
    while at < stop and buf[at] != SPACE:
        if buf[at] == COLON and at > i and (at + 1 == stop or buf[at + 1] == SPACE):
            return at
        at += 1
    return -1


@routine
def _skip_marks(buf: Any, i: int, stop: int) -> int:
    """Skip the letters of -F misc, such as ``U``."""
    at = i
    while at < stop and (65 <= buf[at] <= 90 or 97 <= buf[at] <= 122):
        at += 1
    if i < at <= i + _MARKS_WIDTH and at < stop and buf[at] == SPACE:
        return skip_blanks(buf, at, stop)
    return i


@routine
def _read_time(buf: Any, i: int, stop: int) -> tuple[int, int]:
    """Read ``seconds.fraction:``: (ns, first byte after it); the end is ``i`` if there is none."""
    seconds, dot = read_digits(buf, i, stop)
    if dot == i or dot >= stop or buf[dot] != DOT or seconds > _MOST_SECONDS:
        return NONE, i
    time, unit, at = seconds * _SECOND, _SECOND, dot + 1
    while at < stop and is_digit(buf[at]):
        unit //= 10
        time += (buf[at] - 48) * unit
        at += 1
    if at == dot + 1 or at >= stop or buf[at] != COLON:
        return NONE, i
    if at + 1 < stop and buf[at + 1] != SPACE:
        return NONE, i
    return time, at + 1


@routine
def _read_from(buf: Any, at: int, i: int, stop: int, row: Any) -> int:
    """Read a line as if the thread's id began at ``i``; returns its kind."""
    name_stop = i
    while name_stop > at and buf[name_stop - 1] == SPACE:
        name_stop -= 1
    if name_stop - at > _NAME_WIDTH:
        return LOST
    row[COMM], row[COMM_STOP] = skip_blanks(buf, at, name_stop), name_stop
    row[PID], row[CPU], row[PERIOD] = NONE, NONE, NONE
    end = i - 1
    while True:
        first = end + 1
        row[TID], end = read_id(buf, first, stop)
        if end == first:
            return LOST
        if first > i or end == stop or buf[end] != SLASH:
            break
        row[PID] = row[TID]
    if end < stop and buf[end] != SPACE:
        return LOST
    field = end
    end = skip_blanks(buf, end, stop)
    if end < stop and buf[end] == OPEN:
        row[CPU], close = read_digits(buf, end + 1, stop)
        if close == end + 1 or close >= stop or buf[close] != CLOSE or row[CPU] > 0xFFFFFF:
            return LOST
        field = close + 1
        end = skip_blanks(buf, field, stop)
    row[TIME], end = _read_time(buf, _skip_marks(buf, end, stop), stop)
    end = skip_blanks(buf, end, stop)
    row[EVENT], row[EVENT_STOP], row[REST] = end, end, end
    if starts_with(buf, end, stop, _RECORD):
        return RECORD
    period, after = read_digits(buf, end, stop)
    counted = end < after < stop and after - end <= 16 and buf[after] == SPACE
    if row[TIME] == NONE and after - field <= _PERIOD_WIDTH:
        counted = False  # too narrow: this is the id, and what seemed to be it is of the name
    name = skip_blanks(buf, after, stop) if counted else end
    event_stop = _event_stop(buf, name, stop)
    if event_stop < 0:
        if counted and name == stop:  # no event was asked for, and frames follow on other lines
            row[PERIOD], row[REST] = period, stop
        return SAMPLE if row[TIME] != NONE else LOST
    row[PERIOD] = period if counted else NONE
    row[EVENT], row[EVENT_STOP], row[REST] = name, event_stop, event_stop + 1
    return SAMPLE


@routine
def read_head(buf: Any, at: int, stop: int, row: Any, trial: Any) -> int:
    """Read the line ``buf[at:stop]`` as the begin of a sample into ``row``; returns its kind.

    Of several numbers that could be the thread's id, it is the last one that a time follows; where
    no times were printed the first one. ``trial`` is for the kernel's own use.
    """
    if starts_with(buf, at, stop, _RECORD):
        return RECORD
    best = LOST
    for i in range(at, min(stop, at + _ID_WITHIN)):
        if (is_digit(buf[i]) or buf[i] == MINUS) and (i == at or buf[i - 1] == SPACE):
            kind = _read_from(buf, at, i, stop, trial)
            if kind != LOST and (best == LOST or trial[TIME] != NONE):
                best = kind
                for column in range(COMM, REST + 1):
                    row[column] = trial[column]
    return best
