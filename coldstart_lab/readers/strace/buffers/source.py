"""Brings the bytes of a log into memory: mapped if plain, unpacked if compressed."""

from __future__ import annotations

import mmap
import os
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from coldstart_lab.readers.unpacking import Stream, open_stream

_BLOCK = 1 << 22
# To read a smaller file is as quick as to map it
_SMALL = 1 << 20


def load_bytes(source: Path | BinaryIO) -> tuple[NDArray[np.uint8], str | None]:
    """Load a file's content.

    Parameters
    ----------
    source : Path or binary file
        Plain, gzip, zstd or xz; a path may be that of a pipe.

    Returns
    -------
    data : array of uint8
        The content, not to be written to; of a large plain file a view of its mapping.
    damage : str or None
        What ended the unpacking early, if anything did; ``data`` is what came before.

    Raises
    ------
    UnreadableInputError
        If the file cannot be read.

    Notes
    -----
    What is packed is unpacked as a whole. A file that is mapped must not become shorter while its
    content is in use: the system ends a process that reads where a mapping has lost its file.
    """
    with open_stream(source) as stream:
        mapping = None if stream.plain is None else _mapped(stream.plain)
        if mapping is not None:
            return np.frombuffer(mapping, dtype=np.uint8), None
        return _load(stream)


def release(data: NDArray[np.uint8], start: int, stop: int) -> None:
    """Let the memory of a part of a mapped file go; it is read again where it is needed again."""
    mapping = getattr(data.base, "obj", None)
    if isinstance(mapping, mmap.mmap) and hasattr(mapping, "madvise"):
        first = -(-start // mmap.PAGESIZE) * mmap.PAGESIZE
        if stop - first >= mmap.PAGESIZE:
            mapping.madvise(mmap.MADV_DONTNEED, first, stop - first)


def _mapped(file: BinaryIO) -> mmap.mmap | None:
    """Map a file; None for a small one, and where that cannot be done."""
    if os.fstat(file.fileno()).st_size <= _SMALL:
        return None
    try:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError):  # a file system without mappings; a file emptied meanwhile
        return None


def _load(stream: Stream) -> tuple[NDArray[np.uint8], str | None]:
    content = bytearray()
    damage = None
    while damage is None:
        block, damage = stream.read(_BLOCK)
        content += block
        if not block:
            break
    data = np.frombuffer(content, dtype=np.uint8)
    # as a mapping: what can be written to, kernels are compiled for once more
    data.flags.writeable = False
    return data, damage
