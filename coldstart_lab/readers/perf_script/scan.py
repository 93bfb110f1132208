"""The scanning kernel: one pass over the text to one row of integers a sample and a frame."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from coldstart_lab.kernels import kernel, routine
from coldstart_lab.readers.perf_script.frame import is_place, read_frame, read_rest
from coldstart_lab.readers.perf_script.head import SPACE, read_head, skip_blanks
from coldstart_lab.readers.perf_script.lines import (
    BLANK,
    COMMENT,
    DEPTH,
    FRAME,
    HAS_DATA,
    LINE,
    LOST,
    NONE,
    OF_SAMPLE,
    REST,
    SAMPLE,
    SOURCE,
    TEXT,
    WEIGHT,
    Frames,
    Samples,
)
from coldstart_lab.readers.scanning import find_byte, is_digit

_NEWLINE, _RETURN, _TAB, _HASH, _COLON = 10, 13, 9, 35, 58


def scan(buf: NDArray[np.uint8]) -> tuple[Samples, Frames, NDArray[np.uint8]]:
    """Scan the output of perf script.

    Parameters
    ----------
    buf : array of uint8
        The text.

    Returns
    -------
    samples : Samples
        One row a sample.
    frames : Frames
        One row a frame.
    kinds : array of uint8
        The kind of each line.
    """
    counts = np.zeros(2, dtype=np.int64)
    _count_lines(buf, counts)
    indented, others = counts.tolist()
    # the last rows are room for what is tried
    samples = np.empty((others + 2, len(Samples._fields)), dtype=np.int64)
    frames = np.empty((indented + others + 1, len(Frames._fields)), dtype=np.int64)
    kinds = np.empty(indented + others, dtype=np.uint8)
    _scan(buf, samples, frames, kinds, counts)
    return (
        Samples._make(np.ascontiguousarray(samples[: counts[0]].T)),
        Frames._make(np.ascontiguousarray(frames[: counts[1]].T)),
        kinds,
    )


@kernel
def _count_lines(buf: Any, counts: Any) -> None:
    """Count the lines that begin with a tab, and the others."""
    at = 0
    while at < len(buf):
        counts[0 if buf[at] == _TAB else 1] += 1
        at = find_byte(buf, at, len(buf), _NEWLINE) + 1


@routine
def _is_source(buf: Any, at: int, stop: int) -> bool:
    """Whether the line is what -F srcline prints below a frame: ``  file.c:12``."""
    if stop - at < 5 or buf[at] != SPACE or buf[at + 1] != SPACE or buf[at + 2] == SPACE:
        return False
    i = stop
    while i > at and is_digit(buf[i - 1]):
        i -= 1
    return bool(i < stop and buf[i - 1] == _COLON)


@kernel
def _scan(buf: Any, samples: Any, frames: Any, kinds: Any, counts: Any) -> None:
    """Fill the rows; ``counts`` becomes how many samples and frames there are."""
    sample, frame, line, at = 0, 0, 0, 0
    depth = -1  # of the next frame; none may come while there is no sample it could be of
    trial = samples[len(samples) - 1]
    while at < len(buf):
        line_end = find_byte(buf, at, len(buf), _NEWLINE)
        stop = line_end - 1 if line_end > at and buf[line_end - 1] == _RETURN else line_end
        kind, frame_at = LOST, -1
        if buf[at] == _TAB and at < stop:
            if depth >= 0:
                kind, frame_at = FRAME, skip_blanks(buf, at + 1, stop)
        elif depth > 0 and _is_source(buf, at, stop):
            kind = SOURCE
        else:
            depth = -1
            if stop == at:
                kind = BLANK
            elif buf[at] == _HASH and (at + 1 == stop or buf[at + 1] == SPACE):
                kind = COMMENT
            else:
                row = samples[sample]
                kind = read_head(buf, at, stop, row, trial)
                if kind == SAMPLE:
                    chained = line_end + 1 < len(buf) and buf[line_end + 1] == _TAB
                    row[LINE] = line + 1
                    frame_at = read_rest(buf, row[REST], stop, chained, row)
                    sample += 1
                    depth = 0
        if frame_at >= 0:
            found = frames[frame]
            good = read_frame(buf, frame_at, stop, found)
            if kind == SAMPLE:
                row = samples[sample - 1]
                if not (good and is_place(found)):
                    good = False
                    row[TEXT] = skip_blanks(buf, row[REST], stop)
                    row[HAS_DATA], row[WEIGHT] = 0, NONE
            elif not good:
                kind = LOST
            if good:
                found[OF_SAMPLE], found[DEPTH] = sample - 1, depth
                frame += 1
                depth += 1
        kinds[line] = kind
        line += 1
        at = line_end + 1
    counts[0], counts[1] = sample, frame
