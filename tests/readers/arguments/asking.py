"""Asks everything of the arguments of a log, in a process where no read outside an array passes."""

from __future__ import annotations

import os


def prepare(folder):
    """Have kernels compiled so that they check the bounds of arrays; before they are imported."""
    os.environ |= {"NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": str(folder)}


def ask(events):
    """Ask everything; of descriptors: line, number, whether it was made, line it was opened on."""
    from coldstart_lab.readers.strace import arguments

    for name in ("call_buffers", "call_paths", "call_sizes", "socket_addresses", "split_arguments"):
        getattr(arguments, name)(events)
    for name in ("descriptors", "epoll_data", "leading_addresses"):
        getattr(arguments, name)(events["args"])
    arguments.flag_columns(events, "O_")
    arguments.has_flag(events, "O_CLOEXEC")
    found = arguments.track_descriptors(events)
    opened = found["opened_line"].astype(object).where(found["opened_line"].notna(), None)
    return list(zip(*(found[name] for name in ("line", "fd", "made")), opened, strict=True))
