"""A recording set: many starts of one variant, traced and untraced, in the order they ran."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from coldstart_lab.errors import MissingEvidenceError
from coldstart_lab.tables import MEMBERS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pandas as pd

    from coldstart_lab.recording.recording import Recording


@dataclass(frozen=True, eq=False)
class RecordingSet:
    """Many starts of one variant.

    Attributes
    ----------
    path : Path
        Its folder.
    manifest : dict
        Its manifest.
    recordings : tuple of Recording
        The starts, in the order they ran.
    """

    path: Path
    manifest: dict[str, Any]
    recordings: tuple[Recording, ...]

    @property
    def variant(self) -> str:
        """What was started."""
        return str(self.manifest["variant"])

    @property
    def traced(self) -> list[Recording]:
        """The starts that ran under strace, in order."""
        return [recording for recording in self.recordings if recording.has_artefact("strace")]

    @property
    def untraced(self) -> list[Recording]:
        """The starts that ran under no observer at all, in order."""
        return [recording for recording in self.recordings if not recording.observers]

    @property
    def members(self) -> pd.DataFrame:
        """Table ``recording.members``: one row a start."""
        return self._members.copy()

    def typical(self) -> Recording:
        """Return the traced start whose time from exec to ready is the (lower) median.

        Starts that were never ready count only where no other was traced.

        Raises
        ------
        MissingEvidenceError
            If no start of the set was traced.
        """
        if not self.traced:
            raise MissingEvidenceError(
                "no start of this set ran under strace",
                path=self.path,
                hint="coldstart record traces every other start unless told otherwise",
            )
        ready = [recording for recording in self.traced if recording.ready_ns is not None]
        ordered = sorted(ready, key=lambda recording: recording.ready_ns or 0)
        return ordered[(len(ordered) - 1) // 2] if ordered else self.traced[0]

    def __iter__(self) -> Iterator[Recording]:
        return iter(self.recordings)

    def __len__(self) -> int:
        return len(self.recordings)

    @cached_property
    def _members(self) -> pd.DataFrame:
        return MEMBERS.frame(
            {
                "order": range(1, len(self) + 1),
                "recording_id": [recording.recording_id for recording in self],
                "observers": ["+".join(recording.observers) or "none" for recording in self],
                "ready_ns": [recording.ready_ns for recording in self],
                "outcome": [_outcome(recording) for recording in self],
            }
        )

    def _repr_html_(self) -> str:
        from coldstart_lab.recording.cards import set_card  # noqa: PLC0415 - cards know us

        return set_card(self)


def _outcome(recording: Recording) -> str:
    outcome = recording.manifest["outcome"]
    if outcome is not None:
        return str(outcome["result"])
    return "failed" if recording.ready_ns is None else "ready"
