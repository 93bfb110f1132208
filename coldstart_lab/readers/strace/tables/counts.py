"""Reads the tables of counts that -c and -C write, and tells their lines from lost ones."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coldstart_lab.readers.strace.grammar.kinds import COUNTS, LOST
from coldstart_lab.readers.strace.lines.columns import Lines
from coldstart_lab.tables import STRACE_COUNTS

# The headings of strace 4.5 to 7.2 and their columns; -U picks from them
COLUMNS = {
    b"% time": "time_percent",
    b"seconds": "total_ns",
    b"usecs/call": "average_ns",
    b"shortest": "min_ns",
    b"longest": "max_ns",
    b"calls": "calls",
    b"errors": "errors",
    b"syscall": "syscall",
    b"wall-total": "wall_total_ns",
    b"wall-avg": "wall_average_ns",
    b"wall-min": "wall_min_ns",
    b"wall-max": "wall_max_ns",
}
_ONE_HEADING = b"|".join(map(re.escape, COLUMNS))
HEADING = rb"(?=.*\bsyscall\b)(?: *(?:" + _ONE_HEADING + rb")(?![^ \r\n]))+[ \r]*"
RULE = rb"-+(?: -+)*[ \r]*"
_HEADING = re.compile(HEADING)
_RULE = re.compile(RULE)
_TITLE = re.compile(rb"System call usage summary for ([\w ]+) mode:[ \r]*")
_SECONDS = re.compile(rb"(-?)(\d{1,9})\.(\d{6})")
_COUNT = re.compile(rb"\d{1,15}")
_MINUS = ord("-")
_LONGEST = 4096


def read_counts(buf: NDArray[np.uint8], lines: Lines) -> pd.DataFrame:
    """Build the table of counts; its lines, lost ones so far, get a kind of their own.

    Parameters
    ----------
    buf : array of uint8
        The log.
    lines : Lines
        Its scanned lines; ``kind`` is changed in place.

    Returns
    -------
    DataFrame
        ``tables.STRACE_COUNTS``, in file order.
    """
    lost = np.flatnonzero(lines.kind == LOST)
    rules = lost[buf[lines.offset[lost]] == _MINUS] if len(lost) else lost
    # below a heading, which is longer
    above = lines.offset[rules] - lines.offset[rules - 1]
    rules = rules[(rules > 0) & (lines.kind[rules - 1] == LOST) & (above > len(b"syscall"))]
    if not len(rules):
        return STRACE_COUNTS.empty()
    text = _Text(buf, lines)
    rows: list[dict[str, Any]] = []
    done = tables = 0
    for rule in rules.tolist():
        if rule - 1 < done or not _RULE.fullmatch(text[rule]):
            continue
        names = _headings(text[rule - 1])
        if not names:
            continue
        title = _TITLE.fullmatch(text[rule - 2]) if rule - 2 >= done else None
        found, stop = _read_rows(text, rule + 1, names)
        personality = title[1].decode() if title else None
        rows += [{"table": tables, "personality": personality, **row} for row in found]
        lines.kind[rule - (2 if title else 1) : stop] = COUNTS
        done = stop
        tables += 1
    return _frame(rows)


class _Text:
    """The lines not understood, by row; empty for others and past the end."""

    def __init__(self, buf: NDArray[np.uint8], lines: Lines) -> None:
        self._buf = memoryview(buf)  # type: ignore[arg-type]
        self._kind = lines.kind
        self._offset = lines.offset

    def __getitem__(self, row: int) -> bytes:
        count = len(self._kind)
        if row >= count or self._kind[row] != LOST:
            return b""
        start = int(self._offset[row])
        stop = int(self._offset[row + 1]) if row + 1 < count else len(self._buf)
        return self._buf[start : min(stop, start + _LONGEST)].tobytes().removesuffix(b"\n")


def _headings(line: bytes) -> list[str]:
    """Read the line above the first rule: the columns in order, none if it is no such line."""
    if not _HEADING.fullmatch(line):
        return []
    names = [COLUMNS[word] for word in re.findall(_ONE_HEADING, line)]
    return names if len(set(names)) == len(names) else []


def _read_rows(text: _Text, row: int, names: list[str]) -> tuple[list[dict[str, Any]], int]:
    """Read rows up to the total; returns them, and the first line that is not of the table."""
    found: list[dict[str, Any]] = []
    while line := text[row]:
        if _RULE.fullmatch(line):
            total = b"total" in text[row + 1].split()
            return found, row + 1 + total
        cells = line.split()
        if "errors" in names and len(cells) == len(names) - 1:
            cells.insert(names.index("errors"), b"0")  # strace leaves it blank
        if len(cells) != len(names):
            break
        values = {name: _value(name, cell) for name, cell in zip(names, cells, strict=True)}
        if None in values.values():
            break
        found.append({"line": row + 1, **values})
        row += 1
    return found, row


def _value(name: str, cell: bytes) -> Any:
    """Read one cell; None if it holds no such value."""
    if name == "syscall":
        return cell.decode("utf-8", "backslashreplace")
    if name == "time_percent":
        return _percent(cell)
    if name in ("calls", "errors", "average_ns", "wall_average_ns"):
        if not _COUNT.fullmatch(cell):
            return None
        return int(cell) * (1000 if name.endswith("_ns") else 1)
    parts = _SECONDS.fullmatch(cell)
    if not parts:
        return None
    value = int(parts[2]) * 1_000_000_000 + int(parts[3]) * 1000
    return -value if parts[1] else value


def _percent(cell: bytes) -> float | None:
    if cell in (b"nan", b"-nan"):  # strace 4.6, where no call took any time
        return float("nan")
    return float(cell) if re.fullmatch(rb"-?\d{1,3}\.\d\d", cell) else None


def _frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    columns = {}
    for column in STRACE_COUNTS.columns:
        values = [row.get(column.name) for row in rows]
        whole = column.dtype in ("Int64", "Int32")  # a list with None would become floats
        columns[column.name] = pd.array(values, dtype=column.pandas_dtype()) if whole else values
    return STRACE_COUNTS.frame(columns)
