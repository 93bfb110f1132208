"""Which reader reads what: a name, a sniffer and a function each; plugins by entry point.

A package adds a reader with an entry point in the group ``coldstart_lab.readers`` that names a
:class:`Reader`.
"""

from __future__ import annotations

import functools
import importlib
import stat
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

from coldstart_lab.errors import UnreadableInputError, UsageError

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
_OWN = (
    "coldstart_lab.readers.strace:READER",
    "coldstart_lab.readers.otlp:READER",
    "coldstart_lab.readers.gotrace:READER",
    "coldstart_lab.readers.inittrace:READER",
    "coldstart_lab.readers.perf_script:READER",
)


@functools.cache
def readers() -> tuple[Reader, ...]:
    """Return all readers: the package's own first, then those of plugins by name.

    Returns
    -------
    tuple of Reader
        In the order they are asked.

    Raises
    ------
    UsageError
        If a plugin cannot be loaded.
    """
    own = [_load(target) for target in _OWN]
    plugins = sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda point: point.name)
    return (*own, *(_load_plugin(point) for point in plugins))


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
        If there is no such file, no reader knows its kind, or it is a pipe: what is looked at
        there, nobody reads again.
    """
    path = Path(path)
    try:
        path.stat()
    except OSError as error:
        raise UnreadableInputError(f"cannot be read: {error.strerror}", path=path) from error
    except ValueError as error:  # a NUL byte in its name
        raise UnreadableInputError("there is no such file or folder", path=path) from error
    if is_stream(path):
        raise UnreadableInputError(
            "this is a pipe, which can be read only once: its kind cannot be told",
            path=path,
            hint="write it to a file; a strace log can be read from it with read_strace",
        )
    for reader in readers():
        if reader.sniff(path):
            return reader
    known = ", ".join(reader.name for reader in readers())
    raise UnreadableInputError(
        "this is of no kind that can be read", path=path, hint=f"known kinds: {known}"
    )


def is_stream(path: Path) -> bool:
    """Whether a path is that of a pipe or a device, which can be read only once."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


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


def _load_plugin(point: EntryPoint) -> Reader:
    try:
        reader = point.load()
    except (ImportError, AttributeError) as error:
        raise UsageError(
            f"the reader plugin {point.name!r} cannot be loaded: {error}",
            hint="update or uninstall the package it comes from",
        ) from error
    if not isinstance(reader, Reader):
        raise UsageError(f"the reader plugin {point.name!r} names no Reader")
    return reader


def _load(target: str) -> Reader:
    module, name = target.split(":")
    reader: Reader = getattr(importlib.import_module(module), name)
    return reader
