"""How much CPU time the threads of running processes wanted, as the kernel counts it."""

from __future__ import annotations

from pathlib import Path

from coldstart_lab.capture.supervisor import descendants


def wanted_cpu_ns(root: int) -> int:
    """Sum the time that threads below a process ran, or were ready to run and had to wait.

    A serial program cannot want more than the time that passed, whatever else the machine does;
    what wants more would run in parallel if it could.

    Parameters
    ----------
    root : int
        The process whose live descendants are asked; threads that ended are not counted.

    Returns
    -------
    int
        Nanoseconds; 0 where the kernel does not count it.
    """
    return sum(
        _thread_ns(thread)
        for pid in descendants(root)
        for thread in _threads(Path("/proc") / str(pid) / "task")
    )


def _threads(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:  # it ended meanwhile
        return []


def _thread_ns(thread: Path) -> int:
    try:
        ran, waited, _ = (thread / "schedstat").read_text().split()
    except (OSError, ValueError):  # it ended meanwhile, or the kernel does not count
        return 0
    return int(ran) + int(waited)
