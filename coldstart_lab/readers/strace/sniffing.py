"""Tells strace logs from other files by their first lines."""

from __future__ import annotations

import re
from pathlib import Path

from coldstart_lab.readers.strace.buffers.colours import without_colours
from coldstart_lab.readers.strace.tables.counts import HEADING, RULE
from coldstart_lab.readers.unpacking import load_head

_LINE = re.compile(
    rb"^(?:\[pid +\d+(?:<[^>\n]*>)?\] +|\d{1,7}(?:<[^>\n]*>)? +)?"
    rb"(?:\[[^][ \n]+\] +)?(?: *\d[\d:.]* +)?(?:\(\+ +[\d.]+\) +)?(?:\[[ \da-f?]+\] +)*"
    rb"(?:[a-z_?][a-z0-9_?]*\(.*(?:\) += (?:-?\d|\?)|(?:strace: )?Process \d+ (?:at|de)tached"
    rb"|<(?:unfinished|detached|pid changed to \d+) \.\.\.>)"
    rb"|<\.\.\. [a-z0-9_?]+ resumed>|--- (?:SIG[A-Z0-9]+|stopped by) "
    rb"|\+\+\+ (?:exited with|killed by|superseded by))"
)
_ANNEX = (b" > ", b" | ", b" * ", b" = ", b"strace: ")
# Of the table of -c: its headings and a rule, then all up to the next rule and the total
_TABLE = re.compile(
    rb"^" + HEADING + rb"\n" + RULE + rb"$(?:(?:\n.*){0,1000}?\n" + RULE + rb"\n.*)?", re.MULTILINE
)
_LINES = 200
_HEAD = 1 << 16
_LONG_LINE = 8 << 20


def sniff_log(path: Path) -> bool:
    """Whether a file looks like a log that strace wrote.

    Parameters
    ----------
    path : Path
        A file, plain or compressed.

    Returns
    -------
    bool
        True if at least a quarter of its first lines are lines of strace, or the very first is that
        of an exec, whatever the program wrote below it; stack frames and dumps are not counted.
    """
    head = load_head(path, _HEAD)
    if b"\n" not in head:
        head = load_head(path, _LONG_LINE)
    head, tables = _TABLE.subn(b"", without_colours(head))
    lines = [line for line in head.split(b"\n")[:_LINES] if line.strip()]
    lines = [line for line in lines if not line.startswith(_ANNEX)]
    hits = tables + sum(_LINE.match(line) is not None for line in lines)
    begins = bool(lines) and b"execve(" in lines[0] and _LINE.match(lines[0]) is not None
    return begins or (hits > 0 and hits * 4 >= len(lines))
