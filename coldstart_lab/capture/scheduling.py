"""How long the threads of running processes waited for a CPU, as the kernel counts it."""

from __future__ import annotations

from pathlib import Path

from coldstart_lab.capture.supervisor import descendants


def run_delay_ns(root: int) -> int:
    """Sum the time that threads below a process were runnable but did not run.

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
        _thread_delay_ns(thread)
        for pid in descendants(root)
        for thread in _threads(Path("/proc") / str(pid) / "task")
    )


def _threads(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:  # it ended meanwhile
        return []


def _thread_delay_ns(thread: Path) -> int:
    try:
        fields = (thread / "schedstat").read_text().split()
    except OSError:
        return 0
    return int(fields[1]) if len(fields) == 3 else 0
