"""Tells what of a trace was not read, and what was put in its place without proof."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coldstart_lab.readers.gotrace.clocks import USUAL, Clocks
from coldstart_lab.readers.gotrace.decoding import Decoded
from coldstart_lab.readers.gotrace.frame import DAMAGE, WHOLE, Batches
from coldstart_lab.readers.gotrace.samples import Samples
from coldstart_lab.readers.gotrace.stacks import Stacks
from coldstart_lab.readers.gotrace.texts import Texts
from coldstart_lab.readers.gotrace.trail import Trail
from coldstart_lab.readers.gotrace.wire import END_OF_GENERATION, EXPERIMENTAL_BATCH
from coldstart_lab.tables import GOTRACE_LOSSES

_ENDS_SINCE = 26  # the version that marks the end of a generation


class Losses:
    """Rows of ``tables.GOTRACE_LOSSES``, gathered."""

    def __init__(self) -> None:
        self._rows: list[dict[str, Any]] = []

    def add(
        self, reason: str, *, count: int = 1, generation: int | None = None,
        offset: int | None = None, size_bytes: int | None = None,
    ) -> None:  # fmt: skip
        """Add a row, unless its count is 0."""
        if count:
            self._rows.append(
                {"generation": generation, "offset": offset, "size_bytes": size_bytes,
                 "count": count, "reason": reason}
            )  # fmt: skip

    def frame(self) -> pd.DataFrame:
        """Build the table."""
        return GOTRACE_LOSSES.frame(
            {name: [row[name] for row in self._rows] for name in GOTRACE_LOSSES.names}
        )


def add_frame_losses(losses: Losses, batches: Batches, size: int, version: int) -> None:
    """Add what is wrong with the frame around the events."""
    if batches.damage != WHOLE:
        left = size - batches.end
        losses.add(DAMAGE[batches.damage], offset=batches.end, size_bytes=left)
    for row in batches.rows(EXPERIMENTAL_BATCH).tolist():
        losses.add("a batch of an experiment is skipped", **_batch(batches, row))
    ends = len(batches.rows(END_OF_GENERATION))
    if version >= _ENDS_SINCE:
        open_ones = len(batches.generations) - ends
        losses.add("a generation has no end: the trace was cut off", count=max(open_ones, 0))


def add_content_losses(
    losses: Losses, batches: Batches, clocks: Clocks, decoded: Decoded, texts: Texts,
    stacks: Stacks, samples: Samples,
) -> None:  # fmt: skip
    """Add what is wrong within batches."""
    for row, end in zip(decoded.broken.tolist(), decoded.ended.tolist(), strict=True):
        what = _batch(batches, row)
        what |= {"offset": end, "size_bytes": int(batches.stop[row]) - end}
        losses.add("an event cannot be read, so the rest of its batch is left out", **what)
    for name, rows in (
        ("clocks", clocks.broken), ("strings", texts.broken), ("stacks", stacks.broken),
        ("CPU samples", samples.broken),
    ):  # fmt: skip
        for row in rows:
            losses.add(f"a batch of {name} cannot be read to its end", **_batch(batches, row))
    for generation in clocks.unknown:
        reason = f"its clock is not told: that of another one is taken, or {USUAL:,} ticks a second"
        losses.add(reason, generation=generation)
    losses.add("a time that no clock can show", count=decoded.far + samples.far)
    losses.add("a string whose number another one has", count=texts.unusable)
    losses.add("a stack whose number another one has", count=stacks.unusable)
    losses.add("a frame whose function or file is missing", count=stacks.unnamed)


def add_order_losses(losses: Losses, trail: Trail, generations: NDArray[np.int64]) -> None:
    """Add what is wrong with the events themselves."""
    doubts = trail.order.doubts
    reasons = (
        "an event that should follow one that is missing: placed by its time",
        "an event that contradicts those before it",
    )
    for turn, column in zip(*map(np.ndarray.tolist, np.nonzero(doubts)), strict=True):
        count, generation = int(doubts[turn, column]), int(generations[turn])
        losses.add(reasons[column], count=count, generation=generation)
    missing = {
        "string": np.concatenate([trail.codes("text"), trail.codes("message")]) == -2,
        "stack": trail.stack == -2,
    }
    for what, where in missing.items():
        turns = Counter(np.tile(trail.order.turn, 2)[: len(where)][where].tolist())
        for turn, count in sorted(turns.items()):
            reason = f"an event names a {what} that is missing"
            losses.add(reason, count=count, generation=int(generations[turn]))


def _batch(batches: Batches, row: int) -> dict[str, int]:
    offset = int(batches.offset[row])
    return {
        "generation": int(batches.generation[row]),
        "offset": offset,
        "size_bytes": int(batches.stop[row]) - offset,
    }
