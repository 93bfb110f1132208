"""Tells execution traces of Go from other files by their header; it loads no kernels."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from coldstart_lab.readers.gotrace.source import load_head

if TYPE_CHECKING:
    from coldstart_lab.readers.gotrace.trace import GoTrace

HEADER = re.compile(rb"go 1\.(\d{1,3}) trace\0\0\0")
HEADER_BYTES = 16


def sniff_gotrace(path: Path) -> bool:
    """Whether a file looks like an execution trace of Go, of any version."""
    return path.is_file() and HEADER.match(load_head(path, HEADER_BYTES)) is not None


def read_when_asked(path: Path) -> GoTrace:
    """Read a trace; see :func:`~coldstart_lab.readers.gotrace.reading.read_gotrace`."""
    from coldstart_lab.readers.gotrace.reading import read_gotrace  # noqa: PLC0415 - kernels

    return read_gotrace(path)
