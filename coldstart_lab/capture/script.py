"""The recorder as a shell script, for containers that hold no Python."""

from __future__ import annotations

from importlib import resources


def recording_script() -> str:
    """Return a POSIX shell script that records one start.

    Returns
    -------
    str
        The script; its head says how to use it. What it writes,
        :func:`coldstart_lab.open_recording` reads.
    """
    script = resources.files("coldstart_lab.capture") / "record_start.sh"
    return script.read_text(encoding="utf-8")
