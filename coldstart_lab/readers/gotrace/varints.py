"""Reads the numbers of a trace: LEB128, seven bits a byte, the lowest first."""

from __future__ import annotations

from typing import Any

from coldstart_lab.kernels import routine


@routine
def read_varint(data: Any, at: int, stop: int) -> tuple[int, int]:
    """Read the number at ``at``.

    Returns
    -------
    value : int
        Its 64 bits, as a signed number.
    end : int
        Where it ends; -1 if that is not before ``stop``, or it has more than 64 bits.
    """
    value = 0
    shift = 0
    while at < stop and shift < 64:
        byte = int(data[at])
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at if shift < 63 or byte < 2 else -1
        shift += 7
    return 0, -1
