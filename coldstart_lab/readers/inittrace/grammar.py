"""What lines of the Go runtime look like, and what their numbers mean.

The runtime prints a line of inittrace by twelve writes (``doInit1`` in ``runtime/proc.go``), one of
gctrace by some forty (``gcMarkTermination`` in ``runtime/mgc.go``). Whoever shares its stderr may
write between any two of them; a line of inittrace that was broken so by whole lines is read all the
same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

# Lines of another writer between two writes of the runtime; none of them is an init line
_OTHERS = rb"(?:(?!init )[^\n]*\n)"
_BROKEN = _OTHERS + rb"{0,30}?"
# Import paths as the compiler takes them, all else escaped. A word that follows one at once cannot
# be told from it, so it may only be broken by what begins otherwise; likewise numbers.
_PACKAGE = rb"([A-Za-z0-9._~/+%-]++)"
# It is broken on one side only: else any two words of a text would have to be tried.
_PATH = _PACKAGE + rb"(?:(?=[{\[(<\"\x1b])" + _BROKEN + rb")? @"
_LATE_PATH = rb"(?![A-Za-z])" + _OTHERS + rb"{1,30}?" + _PACKAGE + rb" @"
_MS = rb"(\d{1,12}+(?:\.\d{1,3}+)?)(?![\d.])"
_COUNT = rb"(\d{1,18}+)(?!\d)"
_PIECES = (_MS, rb" ms, ", _MS, rb" ms clock, ", _COUNT, rb" bytes, ", _COUNT, rb"( allocs)")
# Each piece is taken where it comes first: a text made for it could else be tried for ever
_INIT = re.compile(
    rb"init (?>"
    + _PATH
    + rb"|"
    + _LATE_PATH
    + rb")"
    + b"".join(rb"(?>" + _BROKEN + piece + rb")" for piece in _PIECES)
)
_ENDED = re.compile(rb"\r?(?:\n|\Z)")
# A line of another writer, then the empty rest of the runtime's; what goes on after a blank or a
# comma is a sentence about such a line
_ENDED_LATE = re.compile(rb"[^\s,.;:!?)\]}\"'][^\n]*\n\r?\n")

GC = re.compile(
    rb"gc (\d{1,18}) @(\d{1,9}\.\d{3})s (\d{1,3})%(?: \([^)\n]*\))?: "
    + rb"\+".join([_MS] * 3) + rb" ms clock, "
    + _MS + rb"\+" + rb"/".join([_MS] * 3) + rb"\+" + _MS + rb" ms cpu, "
    rb"(\d{1,9})->(\d{1,9})->(\d{1,9}) MB, (\d{1,9}) MB goal"
    rb"(?:, (\d{1,9}) MB stacks, (\d{1,9}) MB globals)?, (\d{1,9}) P( \(forced\))?\r?$",
    re.MULTILINE,
)  # fmt: skip
SCHED = re.compile(
    rb"SCHED (\d{1,12})ms: gomaxprocs=(\d{1,9}) idleprocs=(\d{1,9}) threads=(\d{1,9}) "
    rb"spinningthreads=(\d{1,9})(?: needspinning=\d{1,9})? idlethreads=(\d{1,9}) "
    rb"runqueue=(\d{1,9})(?![\d])(?: \[((?: ?\d{1,9})* ?)\])?"
)
# What begins or ends like one of these lines
_PART = re.compile(
    rb"init [A-Za-z0-9._~/+%-]+ @(?:\d+(?:\.\d+)? ms\b|[\d.]*\r?$)|gc \d+ @\d+\.\d{3}s \d+%"
    rb"|SCHED \d+ms: gomaxprocs=|ms clock, \d+ bytes, \d+ allocs\r?$",
    re.MULTILINE,
)
_MICROSECOND, _MILLISECOND = 1_000, 1_000_000


class InitLine(NamedTuple):
    """One line of inittrace.

    Attributes
    ----------
    start, stop : int
        Its first byte, and the first one after ``allocs``.
    parts : tuple of int
        Where each of its pieces begins.
    package : str
        Import path.
    at_ns, at_resolution_ns : int
        Its begin since the runtime's start, which is less than the resolution later.
    clock_ns, clock_resolution_ns : int
        Its length, which is less than the resolution longer.
    heap_bytes, allocations : int
        What it allocated.
    broken : bool
        Whether other lines stand inside it.
    """

    start: int
    stop: int
    parts: tuple[int, ...]
    package: str
    at_ns: int
    at_resolution_ns: int
    clock_ns: int
    clock_resolution_ns: int
    heap_bytes: int
    allocations: int
    broken: bool


def find_inits(text: bytes) -> Iterator[InitLine]:
    """Find the lines of inittrace in a text, one after the other.

    Parameters
    ----------
    text : bytes
        Of any origin; a line may begin anywhere, and ends at the end of a line.

    Yields
    ------
    InitLine
        Each line.
    """
    for found in _INIT.finditer(text):
        late = _ENDED.match(text, found.end()) is None
        if late and not (
            _begins_line(text, found.start()) and _ENDED_LATE.match(text, found.end())
        ):
            continue
        package, other, at, clock, size, count, _ = found.groups()
        yield InitLine(
            found.start(),
            found.end(),
            (found.start(), *(at for at in map(found.start, range(1, 8)) if at >= 0)),
            unquote_to_bytes(package or other).decode("utf-8", "backslashreplace"),
            *nanoseconds(at),
            *nanoseconds(clock),
            int(size),
            int(count),
            late or b"\n" in found.group(),
        )


def nanoseconds(printed: bytes) -> tuple[int, int]:
    """Read milliseconds as the runtime prints them: (ns, resolution in ns).

    It cuts them off (``fmtNSAsMS`` in ``runtime/mgc.go``): to two digits and at most three decimals
    below 10 ms, to whole milliseconds above; less than 1 us is ``0``.
    """
    whole, _, decimals = printed.partition(b".")
    if printed == b"0":
        return 0, _MICROSECOND
    fraction = int(decimals.ljust(6, b"0")) if decimals else 0
    return int(whole) * _MILLISECOND + fraction, _MILLISECOND // 10 ** len(decimals)


def find_parts(text: bytes) -> list[int]:
    """Find where something begins that is a line of the runtime, or a part of one."""
    return [found.start() for found in _PART.finditer(text)]


def _begins_line(text: bytes, at: int) -> bool:
    return at == 0 or text[at - 1 : at] == b"\n"
