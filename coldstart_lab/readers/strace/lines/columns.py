"""The columns a log is scanned into, one row a physical line."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Lines(NamedTuple):
    """Columns of a scanned log, one row a physical line; offsets are bytes of the buffer."""

    offset: NDArray[np.int64]
    kind: NDArray[np.uint8]
    flags: NDArray[np.uint16]
    clock: NDArray[np.uint8]
    pid: NDArray[np.int32]
    comm: NDArray[np.int32]
    time_ns: NDArray[np.int64]
    duration_ns: NDArray[np.int64]
    name: NDArray[np.int32]
    args_start: NDArray[np.int64]
    args_length: NDArray[np.int32]
    retval: NDArray[np.int64]
    text_start: NDArray[np.int64]
    text_length: NDArray[np.int32]
    errno: NDArray[np.int32]


def empty_lines(count: int) -> Lines:
    """Make columns for ``count`` lines, to be filled by :func:`scan_lines`."""
    types: tuple[Any, ...] = (
        np.int64, np.uint8, np.uint16, np.uint8, np.int32, np.int32, np.int64, np.int64,
        np.int32, np.int64, np.int32, np.int64, np.int64, np.int32, np.int32,
    )  # fmt: skip
    columns: list[Any] = [np.empty(count, dtype=dtype) for dtype in types]
    return Lines(*columns)


def line_stops(buf: NDArray[np.uint8], lines: Lines, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where lines end, their newlines left out."""
    last = len(lines.kind) - 1
    stops = lines.offset[np.minimum(rows + 1, last)] - 1
    stops[rows == last] = len(buf) - (len(buf) > 0 and buf[-1] == ord("\n"))
    return stops
