"""Removes what starts leave behind while others go on, as a container's files go with it.

What is removed before the kernel has written it to the disk never is written, so that no start has
to wait for the disk to take what the starts before it left.
"""

from __future__ import annotations

import contextlib
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

INTERVAL_S = 0.5


@contextlib.contextmanager
def swept(folder: Path) -> Iterator[None]:
    """Remove, while the block runs, the folders that are named after processes no more.

    Parameters
    ----------
    folder : Path
        Holds a folder a process, named after its id.
    """
    ended = threading.Event()
    sweeper = threading.Thread(target=_sweep, args=(folder, ended))
    sweeper.start()
    try:
        yield
    finally:
        ended.set()
        sweeper.join()


def _sweep(folder: Path, ended: threading.Event) -> None:
    while not ended.wait(INTERVAL_S):
        for left in folder.iterdir():
            if left.name.isdigit() and not Path("/proc", left.name).exists():
                shutil.rmtree(left, ignore_errors=True)
