"""Fetches a few lines of a log by their offsets, in one pass, without unpacking it whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coldstart_lab.readers.strace import find_parts, merge_logs
from coldstart_lab.readers.unpacking import open_stream

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_BLOCK = 1 << 20
LONGEST = 1 << 13


def read_lines_at(path: Path, offsets: Iterable[int]) -> dict[int, str]:
    r"""Read the lines that begin at the given offsets.

    Parameters
    ----------
    path : Path
        A log, plain or compressed; or a folder of ``strace -ff`` files, whose offsets count in
        their merged text.
    offsets : iterable of int
        Bytes of the uncompressed text.

    Returns
    -------
    dict of int to str
        The first 8192 bytes of each line without its end; bytes that are no UTF-8 as ``\xff``.
        Offsets beyond a damaged end are absent.
    """
    wanted = sorted(set(offsets))
    if not wanted:
        return {}
    if path.is_dir():
        text, _ = merge_logs(find_parts(path))
        return {at: _line(text[at : at + LONGEST]) for at in wanted if at < len(text)}
    found: dict[int, str] = {}
    held, base, next_up = b"", 0, 0
    for block in _blocks(path):
        held += block
        end = base + len(held)
        while next_up < len(wanted) and wanted[next_up] + LONGEST <= end:
            at = wanted[next_up] - base
            found[wanted[next_up]] = _line(held[at : at + LONGEST])
            next_up += 1
        if next_up == len(wanted):
            return found
        # what lies before the next wanted line is not needed again
        drop = min(wanted[next_up] - base, len(held))
        held, base = held[drop:], base + drop
    for offset in wanted[next_up:]:
        if base <= offset < base + len(held):
            found[offset] = _line(held[offset - base : offset - base + LONGEST])
    return found


def _line(raw: bytes) -> str:
    return raw.split(b"\n", 1)[0].decode("utf-8", "backslashreplace")


def _blocks(path: Path) -> Iterator[bytes]:
    with open_stream(path) as stream:
        # cut off or damaged: the reader has counted it; what came before is still evidence
        while block := stream.read(_BLOCK)[0]:
            yield block
