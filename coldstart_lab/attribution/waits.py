"""Which calls wait, and for what: a table of calls, a row a name."""

from __future__ import annotations

import numpy as np
import pandas as pd

from coldstart_lab.attribution.calls import Bools, Calls, Ints
from coldstart_lab.attribution.masks import contains

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
    "io_uring_enter": "storage",
    "io_getevents": "storage",
    "restart_syscall": "timer",
}

# Below this a call without a waker was not blocked but slow, most of it the tracer's doing
SHORT_NS = 1_000_000


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
    names = calls.frame["syscall"].cat.categories
    by_name = pd.Categorical([WAITS.get(name) for name in names])
    codes = by_name.codes[calls.frame["syscall"].cat.codes.to_numpy()].copy()
    kinds = pd.Series(pd.Categorical.from_codes(codes, by_name.categories))
    kinds[_no_wait(calls, kinds)] = None
    clones = calls.named("clone", "clone3")
    args = calls.frame["args"].iloc[clones]
    vforks = clones[contains(args, "CLONE_VFORK", regex=False)]
    if "vfork" not in kinds.cat.categories:
        kinds = kinds.cat.add_categories(["vfork"])
    kinds[vforks] = "vfork"
    return kinds


def _no_wait(calls: Calls, kinds: pd.Series) -> Bools:
    """Mark calls that cannot have waited: wake-ups, locks not waited for, EAGAIN."""
    args = calls.frame["args"]
    out = np.zeros(len(calls), dtype=bool)
    futex = np.flatnonzero((kinds == "futex").to_numpy(dtype=bool, na_value=False))
    out[futex] = ~contains(args.iloc[futex], "FUTEX_WAIT|FUTEX_LOCK_PI")
    locks = calls.named("fcntl")
    out[locks] = ~contains(args.iloc[locks], "SETLKW", regex=False)
    again = calls.frame["errno"].isin(["EAGAIN", "EINPROGRESS", "EWOULDBLOCK"]).to_numpy()
    return out | again


def wakers_of(calls: Calls, kinds: pd.Series, kind: str) -> Ints:
    """Return the places of the calls that may wait for ``kind``."""
    if kind not in kinds.cat.categories:
        return np.empty(0, dtype=np.int64)
    return np.flatnonzero((kinds == kind).to_numpy(dtype=bool, na_value=False))
