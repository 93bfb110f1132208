"""Waits for a lock on a file: ended by who unlocks it, closes it or ends."""

from __future__ import annotations

import numpy as np
import pandas as pd

from coldstart_lab.attribution.calls import Calls
from coldstart_lab.attribution.descriptors import InputOutput
from coldstart_lab.attribution.lineage import Lineage
from coldstart_lab.attribution.masks import contains
from coldstart_lab.attribution.matching import NOBODY, latest_wakes
from coldstart_lab.attribution.waits import places_of
from coldstart_lab.attribution.wakeups import WakeUps

_SET = r"F_(?:OFD_)?SETLKW?(?:64)?, \{l_type="
_TAKES = rf"LOCK_(?:EX|SH)|{_SET}F_(?:WR|RD)LCK"
_GIVES = rf"LOCK_UN|{_SET}F_UNLCK"


def link_locks(
    calls: Calls, lineage: Lineage, io: InputOutput, kinds: pd.Series, wakeups: WakeUps
) -> None:
    """Link waits for the lock of a file (flock, fcntl) with who gave it up last.

    Parameters
    ----------
    calls : Calls
        The calls.
    lineage : Lineage
        Their threads.
    io : InputOutput
        Their descriptors.
    kinds : Series of category
        What each call may wait for.
    wakeups : WakeUps
        Filled in.
    """
    file = np.append(io.own, NOBODY)[io.row]
    waits, asked, closes = (
        places[file[places] >= 0]
        for places in (
            places_of(kinds, "lock"), calls.named("flock", "fcntl", "fcntl64"), calls.named("close")
        )
    )  # fmt: skip
    asked = asked[~calls.failed[asked] & ~calls.open_ended[asked]]
    args = calls.args(asked)
    takes = asked[contains(args, _TAKES)]
    process = lineage.process[calls.thread]
    holder = file * len(calls.lives) + process
    # who had taken a lock gives it up by closing the file, and by its end
    held = np.isin(holder[closes], holder[takes])
    gives = np.concatenate((asked[contains(args, _GIVES)], closes[held]))
    takes = takes[calls.lives.exit_ns[process[takes]] >= 0]
    exit_ns = calls.lives.exit_ns[process[takes]]
    found = latest_wakes(
        file[waits], calls.start[waits], calls.end[waits], calls.thread[waits],
        np.concatenate((file[gives], file[takes])),
        np.concatenate((calls.start[gives], exit_ns)),
        np.concatenate((calls.end[gives], exit_ns)),
        np.concatenate((calls.thread[gives], process[takes])),
    )  # fmt: skip
    by = np.concatenate((gives, np.full(len(takes) + 1, NOBODY)))[found]
    waker = np.concatenate((calls.thread[gives], process[takes], [NOBODY]))[found]
    wake_ns = np.concatenate((calls.end[gives], exit_ns, [0]))[found]
    wakeups.explain(waits, "lock", waker=waker, wake_ns=wake_ns, waker_call=by)
