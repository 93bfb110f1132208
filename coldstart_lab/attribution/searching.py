"""Binary search inside kernels."""

from __future__ import annotations

from typing import Any

from coldstart_lab.kernels import routine


@routine
def first_at_least(ascending: Any, low: int, high: int, value: int) -> int:
    """Return the first place in ``ascending[low:high]`` with ``value`` or more, else ``high``."""
    while low < high:
        middle = (low + high) // 2
        if ascending[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low


@routine
def first_above(ascending: Any, low: int, high: int, value: int) -> int:
    """Return the first place in ``ascending[low:high]`` with more than ``value``, else ``high``."""
    while low < high:
        middle = (low + high) // 2
        if ascending[middle] <= value:
            low = middle + 1
        else:
            high = middle
    return low
