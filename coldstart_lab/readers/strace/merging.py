"""Merges the files of ``strace -ff`` by time into the text of one log."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coldstart_lab.errors import UnreadableInputError
from coldstart_lab.kernels import kernel
from coldstart_lab.readers.strace.clock import nearest_day, place_times
from coldstart_lab.readers.strace.colours import strip_colours
from coldstart_lab.readers.strace.kinds import (
    CLOCK_NAMES,
    CLOCK_OF_DAY,
    CLOCK_RELATIVE,
    DUMP,
    NO_PID,
    NO_TIME,
    PID_MAX,
    RESUMED,
    STACK,
)
from coldstart_lab.readers.strace.scan import scan
from coldstart_lab.readers.strace.sniffing import sniff_log
from coldstart_lab.readers.strace.source import load_bytes

_COMPRESSED = (".gz", ".zst", ".xz")
_GLOB = frozenset("*?[")


def pid_of(path: Path) -> int | None:
    """Return the thread id in the name of a ``-ff`` file, such as 1234 of ``log.1234.gz``."""
    digits = _split_name(path)[1]
    if not (digits.isascii() and digits.isdigit() and len(digits) < 8):
        return None
    return int(digits) if int(digits) <= PID_MAX else None


def _split_name(path: Path) -> tuple[str, str]:
    name = path.name.removesuffix(path.suffix) if path.suffix in _COMPRESSED else path.name
    stem, _, digits = name.rpartition(".")
    return stem, digits


def find_parts(folder: Path) -> list[Path]:
    """List the ``-ff`` files of a folder by thread id.

    Parameters
    ----------
    folder : Path
        A folder; files such as ``libz.so.1`` beside those of strace are passed over.

    Returns
    -------
    list of Path
        The files ``NAME.PID`` of one NAME; empty if there are none.

    Raises
    ------
    UnreadableInputError
        If the folder cannot be listed, or holds the files of several runs.
    """
    groups: dict[str, list[Path]] = {}
    try:
        for path in folder.iterdir():
            if pid_of(path) is not None and path.is_file():
                groups.setdefault(_split_name(path)[0], []).append(path)
    except OSError as error:
        raise UnreadableInputError(f"cannot be read: {error.strerror}", path=folder) from error
    logs = {name: parts for name, parts in groups.items() if any(map(sniff_log, parts))}
    if len(logs) > 1:
        raise UnreadableInputError(
            f"this folder holds the files of several runs: {', '.join(sorted(logs))}", path=folder,
            hint="put the files of each run of strace -ff into a folder of its own",
        )  # fmt: skip
    parts = [path for group in logs.values() for path in group]
    return sorted(parts, key=lambda path: (pid_of(path), path.name))


def expand_parts(source: str | Path | Sequence[str | Path]) -> list[Path] | None:
    """List the ``-ff`` files that a folder, a pattern or a list stands for.

    Parameters
    ----------
    source : path-like or sequence of path-like
        What was asked for.

    Returns
    -------
    list of Path or None
        The files by thread id; None if it is a single file.

    Raises
    ------
    UnreadableInputError
        If there are none, or they are those of several runs.
    """
    if not isinstance(source, (str, Path)):
        found = [Path(path) for path in source]
    elif Path(source).is_dir():
        found = find_parts(Path(source))
        if not found:
            raise UnreadableInputError(
                "this folder holds no files of strace -ff", path=Path(source)
            )
    elif _GLOB.intersection(Path(source).name) and not Path(source).exists():
        found = list(Path(source).parent.glob(Path(source).name))
        if not found:
            raise UnreadableInputError("no file has such a name", path=Path(source))
    else:
        return None
    return sorted(found, key=lambda path: (pid_of(path) or 0, path.name))


def merge_logs(paths: Sequence[str | Path]) -> tuple[bytes, str | None]:
    """Merge the files of ``strace -ff -o NAME`` into one log, as ``strace -f`` would have written.

    Parameters
    ----------
    paths : sequence of path-like
        The files ``NAME.PID``, the first thread's first. Lines without a time stay behind the line
        before them; files without absolute times (-r counts from the last line of *any* file) are
        put one after the other.

    Returns
    -------
    text : bytes
        The lines of all files in order of time, each with its thread id before it.
    damage : str or None
        What ended the unpacking of a compressed file early, if anything did.

    Raises
    ------
    UnreadableInputError
        If a file cannot be read or its name ends with no thread id.
    """
    buffers, starts, stops, times, prefixes = [], [], [], [], []
    damages: list[str] = []
    begin: int | None = None
    at = 0
    for path in map(Path, paths):
        pid = pid_of(path)
        if pid is None:
            raise UnreadableInputError(
                "the name of this file ends with no thread id", path=path,
                hint="strace -ff -o NAME writes NAME.PID",
            )  # fmt: skip
        buf, damage = load_bytes(path)
        if damage is not None:
            damages.append(f"{path.name}: {damage}")
        if not len(buf):
            continue
        buf = strip_colours(buf)
        lines, _ = scan(buf, [(0, len(buf))], threads=1)
        placed, clock = place_times(lines.time_ns, lines.clock, lines.kind <= RESUMED)
        if clock == CLOCK_NAMES[CLOCK_RELATIVE]:
            placed[:] = NO_TIME
        elif clock == CLOCK_NAMES[CLOCK_OF_DAY]:
            first = int(placed[placed != NO_TIME][0])
            begin = first if begin is None else begin
            placed[placed != NO_TIME] += nearest_day(first - begin)
        buffers.append(buf)
        starts.append(lines.offset + at)
        ends = np.append(lines.offset[1:] - 1, len(buf) - (buf[-1] == 10))
        stops.append(ends + at)
        times.append(_carry_forward(placed))
        annex = (lines.kind == STACK) | (lines.kind == DUMP)
        prefixes.append(np.where((lines.pid >= 0) | annex, NO_PID, pid))
        at += len(buf)
    damaged = "; ".join(damages) or None
    if not buffers:
        return b"", damaged
    order = np.argsort(np.concatenate(times), kind="stable")
    merged = _join_lines(
        np.concatenate(buffers),
        np.concatenate(starts)[order],
        np.concatenate(stops)[order],
        np.concatenate(prefixes)[order],
    )
    return merged.tobytes(), damaged


def _carry_forward(times: NDArray[np.int64]) -> NDArray[np.int64]:
    last = np.maximum.accumulate(np.where(times == NO_TIME, 0, np.arange(len(times))))
    return times[last]


@kernel
def _join_lines(buf: Any, start: Any, stop: Any, pid: Any) -> Any:
    """Write the lines in the order given, each with its thread id, where that is not negative."""
    digits = np.empty(20, dtype=np.uint8)
    out = np.empty((stop - start).sum() + 21 * len(start), dtype=np.uint8)
    at = 0
    for row in range(len(start)):
        value = pid[row]
        if value >= 0:
            count = 0
            while value > 0 or count == 0:
                digits[count] = 48 + value % 10
                value //= 10
                count += 1
            for i in range(count):
                out[at + i] = digits[count - 1 - i]
            out[at + count] = 32
            at += count + 1
        for i in range(start[row], stop[row]):
            out[at] = buf[i]
            at += 1
        out[at] = 10
        at += 1
    return out[:at]
