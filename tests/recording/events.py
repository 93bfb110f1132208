"""Event frames made by hand: only what a test is about has to be said."""

import pandas as pd

from coldstart_lab.tables import STRACE_EVENTS

EXEC = ("execve", '"/srv/x", ["x"], 0x7ffd /* 3 vars */', 0)
MS = 1_000_000


def events(rows, *, pid=100):
    """Build events from (start_ms, duration_ms or None, syscall, args, retval)."""
    count = len(rows)
    return STRACE_EVENTS.frame(
        {
            "line": range(1, count + 1),
            "offset": range(0, 100 * count, 100),
            "pid": [pid] * count,
            "comm": [None] * count,
            "start_ns": [pd.NA if row[0] is None else row[0] * MS for row in rows],
            "duration_ns": [pd.NA if row[1] is None else row[1] * MS for row in rows],
            "kind": ["exit" if row[2] == "exit" else "syscall" for row in rows],
            "syscall": [row[2] for row in rows],
            "args": [row[3] for row in rows],
            "retval": [row[4] for row in rows],
            "retval_text": [None] * count,
            "errno": ["ENOENT" if row[4] == -1 else None for row in rows],
            "flags": [None] * count,
        }
    )
