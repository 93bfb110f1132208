"""Brings the bytes of a trace into memory: mapped if plain, unpacked if compressed."""

from __future__ import annotations

import io
import lzma
import mmap
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from coldstart_lab.errors import UnreadableInputError

_PACKED = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"\xfd7zXZ\x00": "xz"}
_HEAD = 8
# A block of zstd is unpacked as a whole
_HEAD_PACKED = 1 << 18
_BLOCKS = (1 << 22, 1 << 14, 1 << 7, 1)


def load_trace(source: Path | BinaryIO) -> tuple[NDArray[np.uint8], str | None]:
    """Load a trace.

    Parameters
    ----------
    source : Path or binary file
        Plain, gzip, zstd or xz.

    Returns
    -------
    data : array of uint8
        The content; of a plain file a view of its mapping.
    damage : str or None
        What ended the unpacking early, if anything did; ``data`` is what came before.

    Raises
    ------
    UnreadableInputError
        If the file cannot be read.
    """
    try:
        content: Any = source.read() if not isinstance(source, Path) else _map(source)
    except (OSError, ValueError) as error:
        path = source if isinstance(source, Path) else None
        why = getattr(error, "strerror", None) or error
        raise UnreadableInputError(f"cannot be read: {why}", path=path) from error
    kind = _packed_as(content[:_HEAD])
    damage = None
    if kind is not None:
        content, damage = _unpack(content, kind)
    # an array that was made empty would be writable, and kernels compiled once more for it
    data = np.frombuffer(content or b"\0", dtype=np.uint8)
    return (data if len(content) else data[:0]), damage


def load_head(path: Path, size: int) -> bytes:
    """Load the first ``size`` bytes of a file's content; empty if it cannot be read."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_PACKED)
        kind = _packed_as(head)
        return head[:size] if kind is None else _open(head, kind).read(size)
    except (OSError, EOFError, lzma.LZMAError):
        return b""


def _packed_as(head: bytes) -> str | None:
    return next((kind for magic, kind in _PACKED.items() if head.startswith(magic)), None)


def _map(path: Path) -> Any:
    with path.open("rb") as file:
        if file.seek(0, io.SEEK_END) == 0:
            return b""
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def _open(content: Any, kind: str) -> Any:
    if kind == "xz":
        return lzma.LZMAFile(io.BytesIO(content))
    return pa.CompressedInputStream(pa.BufferReader(content), kind)


def _unpack(content: Any, kind: str) -> tuple[bytes, str | None]:
    """Unpack all; a read that meets damage gives nothing, so come nearer to it step by step."""
    parts: list[bytes] = []
    total = 0
    damage = None
    for size in _BLOCKS:
        try:
            stream = _open(content, kind)
            skipped = 0
            while skipped < total:
                skipped += len(stream.read(min(_BLOCKS[0], total - skipped)))
            while block := stream.read(size):
                parts.append(block)
                total += len(block)
        except (OSError, EOFError, lzma.LZMAError) as error:
            damage = f"the {kind} data is damaged after {total} bytes: {error}"
        else:
            return b"".join(parts), None
    return b"".join(parts), damage
