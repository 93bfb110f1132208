"""Brings the bytes of a log into memory: mapped if plain, unpacked if compressed."""

from __future__ import annotations

import contextlib
import io
import lzma
import mmap
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from coldstart_lab.errors import UnreadableInputError

_GZIP, _ZSTD, _XZ = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\xfd7zXZ\x00"
_BLOCKS = (1 << 22, 1 << 16, 1 << 10, 1 << 4, 1)


def compression_of(head: bytes) -> str | None:
    """Name the compression a file's first bytes show; None if there is none."""
    if head.startswith(_GZIP):
        return "gzip"
    if head.startswith(_ZSTD):
        return "zstd"
    if head.startswith(_XZ):
        return "xz"
    return None


def load_bytes(path: Path) -> tuple[NDArray[np.uint8], str | None]:
    """Load a file's content.

    Parameters
    ----------
    path : Path
        A plain, gzip, zstd or xz file.

    Returns
    -------
    data : array of uint8
        The content; of a plain file a view of its mapping.
    damage : str or None
        What ended the unpacking early, if anything did; ``data`` is what came before.

    Raises
    ------
    UnreadableInputError
        If the file cannot be opened.
    """
    try:
        with path.open("rb") as file:
            kind = compression_of(file.read(8))
            if kind is not None:
                return _unpack(path, kind, None)
            if file.seek(0, 2) == 0:
                return np.empty(0, dtype=np.uint8), None
            mapping = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except OSError as error:
        raise UnreadableInputError(
            f"cannot be read: {error.strerror or error}", path=path
        ) from error
    return np.frombuffer(mapping, dtype=np.uint8), None


def release(data: NDArray[np.uint8], start: int, stop: int) -> None:
    """Let the memory of a part of a mapped file go; it is read again where it is needed again."""
    mapping = getattr(data.base, "obj", None)
    if isinstance(mapping, mmap.mmap) and hasattr(mapping, "madvise"):
        first = -(-start // mmap.PAGESIZE) * mmap.PAGESIZE
        if stop - first >= mmap.PAGESIZE:
            mapping.madvise(mmap.MADV_DONTNEED, first, stop - first)


class Stream:
    """A log that is read piece by piece; see :func:`open_stream`."""

    def __init__(self, file: BinaryIO, path: Path | None) -> None:
        self._raw: Any = file if hasattr(file, "peek") else io.BufferedReader(file)
        self._path = path
        self._kind = compression_of(self._raw.peek(8))
        self._done = 0
        if self._kind == "xz":
            self._raw = lzma.LZMAFile(self._raw)  # noqa: SIM115
        elif self._kind is not None:
            self._raw = pa.CompressedInputStream(pa.PythonFile(self._raw), self._kind)

    def read(self, size: int) -> tuple[bytes, str | None]:
        """Read so many bytes of text; fewer only at the end, or where damage ends it.

        Returns
        -------
        text : bytes
            What was read.
        damage : str or None
            What ended it early, if anything did.
        """
        blocks: list[bytes] = []
        left = size
        damage = None
        while left > 0:
            try:
                block = self._raw.read(min(left, _BLOCKS[0] if self._path else _BLOCKS[1]))
            except (OSError, EOFError, lzma.LZMAError) as error:
                damage = self._near_to(blocks, error)
                break
            if not block:
                break
            blocks.append(block)
            left -= len(block)
        text = b"".join(blocks)
        self._done += len(text)
        return text, damage

    def _near_to(self, blocks: list[bytes], error: Exception) -> str:
        """Add to ``blocks`` what can be read before the damage, where it can be read again."""
        why = str(error)
        if self._path is not None and self._kind is not None:
            for size in _BLOCKS[1:]:
                why = _append_blocks(self._path, self._kind, size, None, blocks, self._done) or why
        found = self._done + sum(map(len, blocks))
        what = f"the {self._kind} data" if self._kind else "the file"
        return f"{what} is damaged after {found} bytes: {why}"


@contextlib.contextmanager
def open_stream(source: str | Path | BinaryIO) -> Iterator[Stream]:
    """Open a log to be read piece by piece.

    Parameters
    ----------
    source : path-like or binary file
        Plain, gzip, zstd or xz.

    Yields
    ------
    Stream
        The text of the log.

    Raises
    ------
    UnreadableInputError
        If the file cannot be opened.
    """
    if not isinstance(source, (str, Path)):
        yield Stream(source, None)
        return
    path = Path(source)
    try:
        file = path.open("rb")
    except OSError as error:
        raise UnreadableInputError(
            f"cannot be read: {error.strerror or error}", path=path
        ) from error
    with file:
        yield Stream(file, path)


def load_head(path: Path, size: int = 1 << 16) -> bytes:
    """Load the first ``size`` bytes of a file's content; empty if it cannot be read."""
    try:
        with open_stream(path) as stream:
            return stream.read(size)[0]
    except (OSError, UnreadableInputError):
        return b""


def _unpack(path: Path, kind: str, limit: int | None) -> tuple[NDArray[np.uint8], str | None]:
    blocks: list[bytes] = []
    damage = None
    # a read that meets damage gives nothing, so come nearer to it with smaller reads
    for size in _BLOCKS:
        error = _append_blocks(path, kind, size, limit, blocks)
        if error is None:
            break
        damage = f"the {kind} data is damaged after {sum(map(len, blocks))} bytes: {error}"
    return np.frombuffer(b"".join(blocks), dtype=np.uint8), damage


def _append_blocks(
    path: Path, kind: str, size: int, limit: int | None, blocks: list[bytes], done: int = 0
) -> str | None:
    """Unpack what follows ``blocks``, which ``done`` bytes precede, in pieces of ``size``.

    Returns what ended it early, None at the end of the file.
    """
    total = done + sum(map(len, blocks))
    with _open_packed(path, kind) as raw:
        skipped = 0
        try:
            while skipped < total:
                skipped += len(raw.read(min(_BLOCKS[0], total - skipped)))
            while limit is None or total < limit:
                block = raw.read(size)
                if not block:
                    break
                blocks.append(block)
                total += len(block)
        except (OSError, EOFError, lzma.LZMAError) as error:
            return str(error)
    return None


def _open_packed(path: Path, kind: str) -> Any:
    if kind == "xz":
        return lzma.open(path)
    return pa.CompressedInputStream(pa.OSFile(str(path)), kind)
