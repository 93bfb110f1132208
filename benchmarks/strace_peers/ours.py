"""Measures our reader in a process of its own: ``python -m strace_peers.ours WHAT LOG THREADS``.

WHAT is ``speed`` (with the number of runs after THREADS) or ``once``. Writes one line of JSON:
seconds, the CPU seconds of reading, and the most memory the process had at once, in bytes.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from coldstart_lab.readers.strace import read_strace
from strace_peers.timing import best_of


def main(what: str, log: str, threads: str, runs: str = "0") -> None:
    path = Path(log)
    begin, cpu = time.perf_counter(), time.process_time()
    if what == "speed":
        seconds, _ = best_of(lambda: read_strace(path, threads=int(threads)), int(runs))
    else:
        read_strace(path, threads=int(threads))
        seconds = time.perf_counter() - begin
    cpu = time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"seconds": seconds, "cpu": cpu, "peak": peak}))


if __name__ == "__main__":
    main(*sys.argv[1:])
