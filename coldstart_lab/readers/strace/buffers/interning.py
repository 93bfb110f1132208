"""Interns short byte strings inside a kernel, so that a name costs an integer a row."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from coldstart_lab.kernels import routine
from coldstart_lab.readers.strace.buffers.vectors import word_at

_PRIME = np.uint64(0x9E3779B97F4A7C15)
_SHIFT, _FOLD = np.uint64(32), np.uint64(29)
FULL = -2


class Names(NamedTuple):
    """An open-addressing hash table over byte ranges of one buffer; see :func:`empty_names`."""

    slots: NDArray[np.int32]
    starts: NDArray[np.int64]
    lengths: NDArray[np.int32]
    heads: NDArray[np.uint64]  # the first 16 bytes of each
    used: NDArray[np.int64]

    def texts(self, buffer: NDArray[np.uint8]) -> list[str]:
        """Return the interned names in the order of their ids."""
        spans = zip(
            self.starts[: self.used[0]].tolist(),
            self.lengths[: self.used[0]].tolist(),
            strict=True,
        )
        return [
            buffer[start : start + length].tobytes().decode("utf-8", "backslashreplace")
            for start, length in spans
        ]


def empty_names(bits: int) -> Names:
    """Make a table with ``2 ** bits`` slots and room for half as many names."""
    room = 1 << (bits - 1)
    return Names(
        slots=np.full(1 << bits, -1, dtype=np.int32),
        starts=np.empty(room, dtype=np.int64),
        lengths=np.empty(room, dtype=np.int32),
        heads=np.empty((room, 2), dtype=np.uint64),
        used=np.zeros(1, dtype=np.int64),
    )


@routine
def intern_range(buf: Any, start: int, stop: int, names: Names) -> int:
    """Return the id of ``buf[start:stop]``; ``FULL`` if the table has no room for a new one."""
    length = stop - start
    # most names have no more than 16 bytes: two words, which no loop has to run for
    head = word_at(buf, start, stop)
    next_word = word_at(buf, min(start + 8, stop), stop)
    value = (head ^ np.uint64(length)) * _PRIME
    value = (value ^ (value >> _SHIFT) ^ next_word) * _PRIME
    for i in range(start + 16, stop, 8):
        value = (value ^ (value >> _SHIFT) ^ word_at(buf, i, stop)) * _PRIME
    value ^= value >> _FOLD
    mask = np.uint64(len(names.slots) - 1)
    slot = (value >> _SHIFT) & mask
    while True:
        known = names.slots[slot]
        if known < 0:
            break
        if (
            names.heads[known, 0] == head
            and names.heads[known, 1] == next_word
            and names.lengths[known] == length
        ):
            base = names.starts[known]
            same = True
            for i in range(16, length, 8):
                if word_at(buf, base + i, base + length) != word_at(buf, start + i, stop):
                    same = False
                    break
            if same:
                return int(known)
        slot = (slot + np.uint64(1)) & mask
    new = names.used[0]
    if new == len(names.starts):
        return FULL
    names.slots[slot] = new
    names.starts[new] = start
    names.lengths[new] = length
    names.heads[new, 0] = head
    names.heads[new, 1] = next_word
    names.used[0] = new + 1
    return int(new)
