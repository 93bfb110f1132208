"""Which reader reads what: a name, a sniffer and a function each; plugins by entry point.

A package adds a reader with an entry point in the group ``coldstart_lab.readers`` that names a
:class:`Reader`.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from coldstart_lab.errors import UnreadableInputError

ENTRY_POINT_GROUP = "coldstart_lab.readers"


@dataclass(frozen=True, slots=True)
class Reader:
    """One kind of artefact and how it is read.

    Attributes
    ----------
    name : str
        Kind of artefact, as manifests name it.
    sniff : callable
        ``sniff(path) -> bool``: whether the file or folder looks like one; it must be cheap.
    read : callable
        ``read(path, **options)``: the bundle of tables.
    """

    name: str
    sniff: Callable[[Path], bool]
    read: Callable[..., Any]


# The package's own readers, found without importing them until a file is sniffed
_OWN = ("coldstart_lab.readers.strace:READER",)


@functools.cache
def readers() -> tuple[Reader, ...]:
    """Return all readers: the package's own first, then those of plugins by name."""
    own = [_load(target) for target in _OWN]
    plugins = sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda point: point.name)
    return (*own, *(point.load() for point in plugins))


def find_reader(path: str | Path) -> Reader:
    """Find the reader for a file or folder by looking at it.

    Parameters
    ----------
    path : path-like
        The artefact.

    Returns
    -------
    Reader
        The first reader that recognises it.

    Raises
    ------
    UnreadableInputError
        If there is no such file, or no reader knows its kind.
    """
    path = Path(path)
    if not path.exists():
        raise UnreadableInputError("there is no such file or folder", path=path)
    for reader in readers():
        if reader.sniff(path):
            return reader
    known = ", ".join(reader.name for reader in readers())
    raise UnreadableInputError(
        "this is of no kind that can be read", path=path, hint=f"known kinds: {known}"
    )


def read(path: str | Path, **options: Any) -> Any:
    """Read an artefact of any known kind.

    Parameters
    ----------
    path : path-like
        The artefact.
    **options
        Passed to the reader of its kind.

    Returns
    -------
    object
        The bundle of tables that kind is read into, such as a ``StraceLog``.

    Raises
    ------
    UnreadableInputError
        If the file is missing, of no known kind, or holds nothing that can be read.
    """
    return find_reader(path).read(Path(path), **options)


def _load(target: str) -> Reader:
    module, name = target.split(":")
    reader: Reader = getattr(importlib.import_module(module), name)
    return reader
