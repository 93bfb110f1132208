"""Merges the files of ``strace -ff`` by time into the text of one log."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coldstart_lab.errors import UnreadableInputError
from coldstart_lab.kernels import kernel
from coldstart_lab.readers.strace.buffers.colours import has_colours, strip_colours
from coldstart_lab.readers.strace.buffers.source import load_bytes
from coldstart_lab.readers.strace.days import shift_days
from coldstart_lab.readers.strace.grammar.kinds import (
    CLOCK_NAMES,
    CLOCK_OF_DAY,
    CLOCK_RELATIVE,
    DUMP,
    HAS_RETVAL,
    NO_PID,
    NO_TIME,
    PID_MAX,
    RESUMED,
    STACK,
)
from coldstart_lab.readers.strace.lines.clock import place_times
from coldstart_lab.readers.strace.lines.columns import Lines
from coldstart_lab.readers.strace.lines.scan import scan
from coldstart_lab.readers.strace.sniffing import sniff_log

_COMPRESSED = (".gz", ".zst", ".xz")
_GLOB = frozenset("*?[")
_SPAWNS = ("clone", "clone3", "fork", "vfork")
_NEWLINE = 10
# A thread id of 19 digits, the blank behind it, and a newline
_LONGEST_PREFIX = 21


def pid_of(path: Path) -> int | None:
    """Return the thread id in the name of a ``-ff`` file, such as 1234 of ``log.1234.gz``."""
    digits = _split_name(path)[1]
    if not (digits.isascii() and digits.isdigit() and len(digits) < 8):
        return None
    return int(digits) if int(digits) <= PID_MAX else None


def _split_name(path: Path) -> tuple[str, str]:
    name = path.name.removesuffix(path.suffix) if path.suffix in _COMPRESSED else path.name
    stem, dot, digits = name.rpartition(".")
    return (stem, digits) if dot else (name, "")


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

    Notes
    -----
    All files are unpacked into memory, and about three times as much is needed.

    Times of day (-t, -tt) do not tell the day: a file begins within 22 hours of the call that made
    its thread, or, where no file shows that (-p), within half a day of the first file; and between
    two lines of a file there is less than half a day.
    """
    text, cuts, pids, damage = _gather(list(map(Path, paths)))
    if not len(text):
        return b"", damage
    lines, names = scan(text, [(0, len(text))], threads=1)
    first = np.searchsorted(lines.offset, cuts)
    file = np.repeat(np.arange(len(pids)), np.diff(first))
    times = _place(lines, first, _makers(lines, names, file, pids))
    annex = (lines.kind == STACK) | (lines.kind == DUMP)
    prefix = np.where((lines.pid >= 0) | annex, NO_PID, pids[file])
    stops = np.append(lines.offset[1:], len(text)) - 1
    order = np.argsort(times, kind="stable")
    merged = np.empty(len(text) + _LONGEST_PREFIX * len(order), dtype=np.uint8)
    digits = np.empty(20, dtype=np.uint8)
    size = _join_lines(text, lines.offset[order], stops[order], prefix[order], digits, merged)
    return merged[:size].tobytes(), damage


def _gather(
    paths: list[Path],
) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64], str | None]:
    """Put files into one text: it, the byte each file begins at and the last ends at, their ids.

    One file at a time is open: there may be more of them than a process may open.
    """
    text = bytearray()
    cuts, pids = [0], []
    damages: list[str] = []
    for path in paths:
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
        text += (strip_colours(buf) if has_colours(buf) else buf).data
        if text[-1] != _NEWLINE:
            text.append(_NEWLINE)
        cuts.append(len(text))
        pids.append(pid)
    data = np.frombuffer(text, dtype=np.uint8)
    data.flags.writeable = False
    return data, np.array(cuts), np.array(pids, dtype=np.int64), "; ".join(damages) or None


def _makers(
    lines: Lines, names: list[str], file: NDArray[np.int64], pids: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the row of the call that made the thread of each file; -1 where none shows that."""
    spawns = [names.index(name) for name in _SPAWNS if name in names]
    rows = np.flatnonzero(np.isin(lines.name, spawns) & (lines.flags & HAS_RETVAL != 0))
    maker = dict(zip(lines.retval[rows].tolist(), rows.tolist(), strict=True))
    found = np.array([maker.get(pid, -1) for pid in pids.tolist()], dtype=np.int64)
    found[file[found] == np.arange(len(pids))] = -1
    return found


def _place(lines: Lines, first: NDArray[np.int64], makers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the time of each line to order it by; a line without one has that of the last."""
    placed = np.empty(len(lines.kind), dtype=np.int64)
    of_day = []
    for file, (start, stop) in enumerate(itertools.pairwise(first.tolist())):
        part = slice(start, stop)
        placed[part], clock = place_times(
            lines.time_ns[part], lines.clock[part], lines.kind[part] <= RESUMED
        )
        if clock == CLOCK_NAMES[CLOCK_RELATIVE]:
            placed[part] = NO_TIME
        elif clock == CLOCK_NAMES[CLOCK_OF_DAY]:
            of_day.append(file)
    timed = placed != NO_TIME
    if of_day:
        shift = np.zeros(len(makers), dtype=np.int64)
        shift[of_day] = shift_days(placed, first, makers, of_day)
        placed += np.where(timed, np.repeat(shift, np.diff(first)), 0)
    begin = np.repeat(first[:-1], np.diff(first))
    last = np.maximum.accumulate(np.where(timed, np.arange(len(placed)), begin))
    return placed[last]


@kernel
def _join_lines(buf: Any, start: Any, stop: Any, pid: Any, digits: Any, out: Any) -> int:
    """Write the lines in the order given, each with its thread id, where that is not negative.

    Returns how many bytes that are.
    """
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
    return at
