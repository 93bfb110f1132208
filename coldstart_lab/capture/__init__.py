"""The only room that runs programs: it records starts."""

from coldstart_lab.capture.recorder import Progress, record_starts

__all__ = ["Progress", "record_starts"]
