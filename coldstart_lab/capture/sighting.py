"""What a probe saw, and when."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sighting:
    """The instant a probe saw the program ready.

    Attributes
    ----------
    time_ns : int
        When the probe knew, in nanoseconds since 1970.
    uncertainty_ns : int
        It became ready at most this much earlier: the time since the last look that failed began.
    detail : str
        What was seen, in a form :func:`coldstart_lab.recording.probes.parse_detail` reads.
    """

    time_ns: int
    uncertainty_ns: int
    detail: str
