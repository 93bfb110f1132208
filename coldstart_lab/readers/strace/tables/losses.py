"""Builds the table of what was not understood."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coldstart_lab.readers.strace.buffers.text import gather_text
from coldstart_lab.readers.strace.grammar.kinds import LOST, RESUMED
from coldstart_lab.readers.strace.lines.columns import Lines
from coldstart_lab.tables import STRACE_LOSSES

_LOSS_TEXT = 4096
LOSS_REASONS = (
    "not a line of strace",
    "resumed line without the begin of its call",
    "damaged archive",
)
_REASONS = pd.Index(LOSS_REASONS)


def losses_frame(
    buf: NDArray[np.uint8], lines: Lines, partner: NDArray[np.int32], damage: str | None
) -> pd.DataFrame:
    """Build the table of what was not understood (``tables.STRACE_LOSSES``)."""
    orphan = (lines.kind == RESUMED) & (partner < 0)
    rows = np.flatnonzero((lines.kind == LOST) | orphan)
    unended = len(buf) > 0 and buf[-1] != ord("\n")
    ends = np.append(lines.offset, len(buf) + unended)[rows + 1] - 1
    length = np.minimum(ends - lines.offset[rows], _LOSS_TEXT)
    frame = STRACE_LOSSES.frame(
        {
            "line": rows + 1,
            "offset": lines.offset[rows],
            "reason": pd.Categorical.from_codes(
                orphan[rows].astype(np.int8), pd.Index(LOSS_REASONS)
            ),
            "text": gather_text(buf, (lines.offset[rows], length)),
        }
    )
    if damage is None:
        return frame
    end = STRACE_LOSSES.frame(
        {
            "line": [len(lines.kind) + 1],
            "offset": [len(buf)],
            "reason": pd.Categorical([LOSS_REASONS[2]], categories=LOSS_REASONS),
            "text": [damage],
        }
    )
    return pd.concat([frame, end], ignore_index=True)
