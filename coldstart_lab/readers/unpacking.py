"""Reads files and streams: plain, or compressed with gzip, zstd or xz."""

from __future__ import annotations

import contextlib
import io
import lzma
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa

from coldstart_lab.errors import UnreadableInputError

_MAGIC = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"\xfd7zXZ\x00": "xz"}
_LONGEST_MAGIC = 8
# A read that meets damage gives nothing, so it is come near to with smaller ones
_BLOCKS = (1 << 22, 1 << 16, 1 << 10, 1 << 4, 1)
_DAMAGE = (OSError, EOFError, lzma.LZMAError)


class Stream:
    """A file that is read piece by piece; see :func:`open_stream`.

    Attributes
    ----------
    plain : binary file or None
        The file itself, where it is no pipe and not compressed.
    """

    def __init__(self, file: BinaryIO, path: Path | None) -> None:
        self._raw: Any = file if hasattr(file, "peek") else io.BufferedReader(file)
        head = self._raw.peek(_LONGEST_MAGIC)
        self._path = path
        self._kind = next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), None)
        self._done = 0
        self._raw = _unpacked(self._raw, self._kind)
        self.plain = file if path is not None and self._kind is None else None

    def read(self, size: int) -> tuple[bytes, str | None]:
        """Read so many bytes, unpacked; fewer only at the end, or where damage ends it.

        Returns
        -------
        content : bytes
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
            except _DAMAGE as error:
                damage = self._near_to(blocks, error)
                break
            if not block:
                break
            blocks.append(block)
            left -= len(block)
        content = b"".join(blocks)
        self._done += len(content)
        return content, damage

    def _near_to(self, blocks: list[bytes], error: Exception) -> str:
        """Add to ``blocks`` what can be read before the damage, where it can be read again."""
        why = str(error)
        if self._path is not None and self._kind is not None:
            for size in _BLOCKS[1:]:
                done = self._done + sum(map(len, blocks))
                why = _append_blocks(self._path, self._kind, size, done, blocks) or why
        found = self._done + sum(map(len, blocks))
        what = f"the {self._kind} data" if self._kind else "the file"
        return f"{what} is damaged after {found} bytes: {why}"


@contextlib.contextmanager
def open_stream(source: str | Path | BinaryIO) -> Iterator[Stream]:
    """Open a file to be read piece by piece.

    Parameters
    ----------
    source : path-like or binary file
        Plain, gzip, zstd or xz. It is opened once: a path may be that of a pipe.

    Yields
    ------
    Stream
        Its content.

    Raises
    ------
    UnreadableInputError
        If it cannot be opened.
    """
    with contextlib.ExitStack() as stack:
        if not isinstance(source, (str, Path)):
            yield Stream(source, None)
            return
        path = Path(source)
        try:
            file = stack.enter_context(path.open("rb"))
            again = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
            stream = Stream(file, path if again else None)
        except OSError as error:
            raise UnreadableInputError(
                f"cannot be read: {error.strerror or error}", path=path
            ) from error
        yield stream


def unpack(path: Path, *, most: int | None = None) -> tuple[bytes, str | None]:
    """Load a file's content, as far as it can be unpacked.

    Parameters
    ----------
    path : Path
        A plain, gzip, zstd or xz file.
    most : int, optional
        Stop once there are so many bytes.

    Returns
    -------
    content : bytes
        What was read.
    damage : str or None
        What ended it early, if anything did.

    Raises
    ------
    UnreadableInputError
        If the file cannot be opened.
    """
    with open_stream(path) as stream:
        return stream.read(sys.maxsize if most is None else most)


def load_head(path: Path, size: int) -> bytes:
    """Load the first ``size`` bytes of a file's content; empty if it cannot be read."""
    try:
        return unpack(path, most=size)[0]
    except UnreadableInputError:
        return b""


def _unpacked(file: BinaryIO, kind: str | None) -> Any:
    if kind is None:
        return file
    if kind == "xz":
        return lzma.LZMAFile(file)
    return pa.CompressedInputStream(pa.PythonFile(file), kind)


def _append_blocks(path: Path, kind: str, size: int, done: int, blocks: list[bytes]) -> str | None:
    """Unpack what follows the first ``done`` bytes in pieces of ``size``.

    Returns what ended it early, None at the end of the file.
    """
    try:
        with path.open("rb") as file:
            raw = _unpacked(file, kind)
            while done > 0:
                skipped = len(raw.read(min(_BLOCKS[0], done)))
                if not skipped:
                    return "the file became shorter"
                done -= skipped
            while block := raw.read(size):
                blocks.append(block)
    except _DAMAGE as error:
        return str(error)
    return None
