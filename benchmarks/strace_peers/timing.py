"""Takes the time: warm, and the best of several."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any


def best_of(function: Callable[[], Any], runs: int) -> tuple[float, Any]:
    """Seconds of the fastest run, after one that is not counted, and what the last returned."""
    found = function()
    seconds = []
    for _ in range(runs):
        del found  # so that no two results are held at once
        begin = time.perf_counter()
        found = function()
        seconds.append(time.perf_counter() - begin)
    return min(seconds), found
