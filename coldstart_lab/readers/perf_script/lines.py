"""Columns the scanning kernel fills, and the kinds of lines it tells apart."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# Kinds of lines, in the order of their names
SAMPLE, FRAME, BLANK, COMMENT, RECORD, SOURCE, LOST = range(7)
LINE_NAMES = (
    "begins of samples",
    "frames",
    "blank",
    "comments",
    "records of perf itself",
    "source lines of frames",
    "not understood",
)

# No number, no time, a thread that perf does not know
NONE = -1

Ints = NDArray[np.int64]


class Samples(NamedTuple):
    """One row a sample; ranges are bytes of the text, a range that stops at its start is none."""

    line: Ints
    comm_start: Ints
    comm_stop: Ints
    pid: Ints
    tid: Ints
    cpu: Ints
    time_ns: Ints
    period: Ints
    event_start: Ints
    event_stop: Ints
    rest: Ints  # what follows the event
    address: Ints  # the bits of a UInt64
    has_address: Ints
    weight: Ints
    text_start: Ints
    text_stop: Ints


class Frames(NamedTuple):
    """One row a frame, likewise."""

    sample: Ints
    depth: Ints
    address: Ints
    symbol_start: Ints
    symbol_stop: Ints
    offset: Ints
    dso_start: Ints
    dso_stop: Ints
    inlined: Ints


# Where the kernels write each column
LINE, COMM, COMM_STOP, PID, TID, CPU, TIME, PERIOD, EVENT, EVENT_STOP, REST = range(11)
DATA, HAS_DATA, WEIGHT, TEXT, TEXT_STOP = range(11, 16)
OF_SAMPLE, DEPTH, ADDRESS, SYMBOL, SYMBOL_STOP, OFFSET, DSO, DSO_STOP, INLINED = range(9)
