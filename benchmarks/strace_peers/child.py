"""Times one peer in a process of its own: ``python -m strace_peers.child NAME LOG RUNS ROWS``.

Writes the calls it found to the Parquet file ROWS, and on its output one line of JSON.
"""

from __future__ import annotations

import json
import sys
from importlib import metadata
from pathlib import Path

from strace_peers import expressions, packages
from strace_peers.timing import best_of

PEERS = expressions.PEERS | packages.PEERS


def main(name: str, log: str, runs: str, rows: str) -> None:
    peer = PEERS[name]
    try:
        version = metadata.version(peer.package) if peer.package else sys.version.split()[0]
    except metadata.PackageNotFoundError:
        print(json.dumps({"missing": peer.package}))
        return
    seconds, found = best_of(lambda: peer.read(Path(log)), int(runs))
    if peer.calls is not None:
        peer.calls(found).to_parquet(rows)
    print(json.dumps({"seconds": seconds, "version": version}))


if __name__ == "__main__":
    main(*sys.argv[1:])
