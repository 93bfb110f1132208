"""Which calls wait, and for what: a table of calls, a row a name."""

from __future__ import annotations

import numpy as np
import pandas as pd

from coldstart_lab.attribution.calls import Bools, Calls
from coldstart_lab.attribution.lives import Ints
from coldstart_lab.attribution.masks import categorical, contains

# What a call of this name waits for, if it waits
WAITS = {
    "futex": "futex",
    "futex_time64": "futex",
    "nanosleep": "timer",
    "clock_nanosleep": "timer",
    "epoll_wait": "epoll",
    "epoll_pwait": "epoll",
    "epoll_pwait2": "epoll",
    "poll": "poll",
    "ppoll": "poll",
    "select": "poll",
    "pselect6": "poll",
    "read": "descriptor",
    "readv": "descriptor",
    "pread64": "descriptor",
    "preadv": "descriptor",
    "recvfrom": "descriptor",
    "recvmsg": "descriptor",
    "recvmmsg": "descriptor",
    "write": "descriptor",
    "writev": "descriptor",
    "pwrite64": "descriptor",
    "sendto": "descriptor",
    "sendmsg": "descriptor",
    "sendmmsg": "descriptor",
    "sendfile": "descriptor",
    "splice": "descriptor",
    "preadv2": "descriptor",
    "pwritev": "descriptor",
    "pwritev2": "descriptor",
    "copy_file_range": "descriptor",
    "accept": "descriptor",
    "accept4": "descriptor",
    "connect": "descriptor",
    "fsync": "storage",
    "fdatasync": "storage",
    "sync": "storage",
    "syncfs": "storage",
    "msync": "storage",
    "wait4": "child",
    "waitpid": "child",
    "waitid": "child",
    "vfork": "vfork",
    "pause": "signal",
    "rt_sigsuspend": "signal",
    "rt_sigtimedwait": "signal",
    "flock": "lock",
    "fcntl": "lock",
    "semop": "lock",
    "semtimedop": "lock",
    "msgrcv": "lock",
    "io_uring_enter": "ring",
    "io_getevents": "storage",
    "restart_syscall": "restart",
}

# Below this a call without a waker was not blocked but slow, most of it the tracer's doing
SHORT_NS = 1_000_000
# From here on EAGAIN ends a wait for its time-out (SO_RCVTIMEO), and not a look without waiting
_TIMED_OUT_NS = 10_000_000
# Calls that take locks, and how those that wait for one look
_LOCKING = {"fcntl": r"SETLKW.*F_(?:RD|WR)LCK", "flock": r"LOCK_(?:SH|EX)$"}
_AGAIN = ("EAGAIN", "EWOULDBLOCK", "EINPROGRESS")
_RESTARTED_SLEEP = r"interrupted (?:clock_)?nanosleep"
_RESTARTED_POLL = r"interrupted p?(?:poll|select)"


def wait_kinds(calls: Calls) -> pd.Series:
    """Say what each call may wait for.

    Parameters
    ----------
    calls : Calls
        The calls.

    Returns
    -------
    Series of category, one a call
        A value of ``WAITS``, NA for calls that do not wait.
    """
    kinds = pd.Index(sorted(set(WAITS.values())))
    code = {kind: place for place, kind in enumerate(kinds)}
    names = calls.frame["syscall"].cat.categories
    by_name = [code[WAITS[name]] if name in WAITS else -1 for name in names]
    codes: Ints = np.array([*by_name, -1], dtype=np.int64)[
        calls.frame["syscall"].cat.codes.to_numpy()
    ]
    codes[_no_wait(calls, codes == code["futex"])] = -1
    codes[_timed_out(calls)] = code["timer"]
    clones = calls.named("clone", "clone3")
    vforks = clones[contains(calls.args(clones), "CLONE_VFORK", regex=False)]
    codes[vforks] = code["vfork"]
    return pd.Series(categorical(codes, kinds))


def _no_wait(calls: Calls, futex: Bools) -> Bools:
    """Mark calls that cannot have waited: wake-ups, locks not waited for, EAGAIN."""
    out = calls.frame["errno"].isin(_AGAIN).to_numpy(copy=True)
    futexes = np.flatnonzero(futex)
    out[futexes] |= ~contains(calls.args(futexes), "FUTEX_WAIT|FUTEX_LOCK_PI")
    for name, waiting in _LOCKING.items():
        locks = calls.named(name)
        out[locks] |= ~contains(calls.args(locks), waiting)
    return out


def _timed_out(calls: Calls) -> Bools:
    """Mark calls that ended because their time was up, though they are no sleeps by name."""
    long = calls.end - calls.start
    out = calls.frame["errno"].isin(_AGAIN[:2]).to_numpy() & (long >= _TIMED_OUT_NS)
    out[calls.named("futex", "futex_time64")] = False
    signals = calls.named("rt_sigtimedwait")
    out[signals] = calls.failed[signals] & (long[signals] >= SHORT_NS)
    restarts = calls.named("restart_syscall")
    args = calls.args(restarts)
    ended = contains(args, _RESTARTED_POLL) & (calls.numbers(restarts) == 0)
    ended |= calls.frame["errno"].iloc[restarts].eq("ETIMEDOUT").to_numpy(dtype=bool)
    out[restarts] = contains(args, _RESTARTED_SLEEP) | ended
    return out


def places_of(kinds: pd.Series, kind: str) -> Ints:
    """Return the places of the calls that may wait for ``kind``."""
    return np.flatnonzero(kinds.cat.codes.to_numpy() == kinds.cat.categories.get_loc(kind))
