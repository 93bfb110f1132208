"""Shows on a terminal that something is going on; nothing in a pipe."""

# ruff: noqa: PLC0415 - help must not load what only the work needs
from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

_FIRST_TIME = " (the first time compiles the reader: some seconds)"


@contextlib.contextmanager
def working(doing: str) -> Iterator[None]:
    """Show what is being done until it is done.

    Parameters
    ----------
    doing : str
        Such as ``"Reading"``.
    """
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True, highlight=False, markup=False).status(doing + _first_time()):
        yield


def _first_time() -> str:
    from coldstart_lab.kernels import is_kept

    return "" if is_kept("coldstart_lab.readers.strace.lines.scan") else _FIRST_TIME
