"""How many processors' worth of work this machine really does at once, at this moment."""

from __future__ import annotations

import os
import statistics
import time
from concurrent.futures import ProcessPoolExecutor

SECONDS = 0.3
ROUNDS = 5


def effective_parallelism() -> float:
    """Return the work done by a process on each processor at once, over that of one alone.

    The median of several rounds: what else runs on the machine comes and goes.
    """
    count = len(os.sched_getaffinity(0))
    with ProcessPoolExecutor(count) as pool:
        list(pool.map(_work, [0.01] * count))  # so that all of them have started
        found = []
        for _ in range(ROUNDS):
            alone = pool.submit(_work, SECONDS).result()
            found.append(sum(pool.map(_work, [SECONDS] * count)) / alone)
    return round(statistics.median(found), 2)


def _work(seconds: float) -> float:
    """Return the rounds a second of a loop that only counts."""
    rounds, begun = 0, time.perf_counter()
    until = begun + seconds
    while time.perf_counter() < until:
        rounds += sum(range(100)) > 0
    return rounds / (time.perf_counter() - begun)
