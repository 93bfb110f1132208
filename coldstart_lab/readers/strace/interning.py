"""Interns short byte strings inside a kernel, so that a name costs an integer a row."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from coldstart_lab.kernels import kernel

_HASH_SEED = np.uint64(0xCBF29CE484222325)
_HASH_PRIME = np.uint64(0x100000001B3)


class NameTable:
    """An open-addressing hash table over byte ranges of one buffer.

    Parameters
    ----------
    bits : int
        The table has room for ``2 ** bits`` slots and half as many names.
    """

    def __init__(self, bits: int = 12) -> None:
        self.slots: NDArray[np.int32] = np.full(1 << bits, -1, dtype=np.int32)
        self.starts: NDArray[np.int64] = np.zeros(1 << (bits - 1), dtype=np.int64)
        self.lengths: NDArray[np.int32] = np.zeros(1 << (bits - 1), dtype=np.int32)
        self.count: NDArray[np.int64] = np.zeros(1, dtype=np.int64)

    @property
    def columns(self) -> tuple[NDArray[Any], ...]:
        """The arrays as :func:`intern_range` takes them."""
        return self.slots, self.starts, self.lengths, self.count

    def names(self, buffer: NDArray[np.uint8]) -> list[str]:
        """Return the interned names in the order of their ids."""
        spans = zip(
            self.starts[: self.count[0]].tolist(),
            self.lengths[: self.count[0]].tolist(),
            strict=True,
        )
        return [
            buffer[start : start + length].tobytes().decode("utf-8", "backslashreplace")
            for start, length in spans
        ]


@kernel
def intern_range(
    buf: Any, start: int, stop: int, slots: Any, starts: Any, lengths: Any, count: Any
) -> int:
    """Return the id of ``buf[start:stop]``; -2 if the table is full."""
    value = _HASH_SEED
    for i in range(start, stop):
        value = (value ^ np.uint64(buf[i])) * _HASH_PRIME
    mask = np.uint64(len(slots) - 1)
    slot = (value ^ (value >> np.uint64(29))) & mask
    length = stop - start
    while True:
        known = slots[slot]
        if known < 0:
            break
        if lengths[known] == length:
            base = starts[known]
            same = True
            for i in range(length):
                if buf[base + i] != buf[start + i]:
                    same = False
                    break
            if same:
                return int(known)
        slot = (slot + np.uint64(1)) & mask
    new = count[0]
    if new == len(starts):
        return -2
    slots[slot] = new
    starts[new] = start
    lengths[new] = length
    count[0] = new + 1
    return int(new)
