"""A recording: one start, its artefacts, manifest and milestones."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from coldstart_lab.errors import MissingEvidenceError
from coldstart_lab.readers import read
from coldstart_lab.readers.otlp import OtlpTraces, read_otlp
from coldstart_lab.readers.requests import RequestLog, read_requests
from coldstart_lab.recording.artefacts import check_artefact, find_artefact
from coldstart_lab.recording.milestones import READY_NAMES, merge_milestones
from coldstart_lab.tables import OTLP_SPANS, REQUESTS

if TYPE_CHECKING:
    from pathlib import Path

    from coldstart_lab.readers.gotrace.trace import GoTrace
    from coldstart_lab.readers.inittrace import InitTrace
    from coldstart_lab.readers.perf_script import PerfScript
    from coldstart_lab.readers.strace import StraceLog
    from coldstart_lab.recording.recording_set import RecordingSet


@dataclass(frozen=True, slots=True)
class Damage:
    """What is wrong with one artefact of a recording.

    Attributes
    ----------
    kind : str
        Kind of the artefact.
    path : Path
        Where it should be.
    problem : str
        What is wrong, such as ``"has 12 bytes where the manifest says 40"``.
    """

    kind: str
    path: Path
    problem: str


@dataclass(frozen=True, eq=False)
class Recording:
    """One start of a program: what was recorded of it, read when asked for.

    Attributes
    ----------
    path : Path
        Its folder; for a bare log, the log.
    manifest : dict
        Its manifest; for a bare log, one that knows nothing but the log.
    bare_log : Path or None
        The log, where there is nothing else.
    siblings : RecordingSet or None
        The set it was opened from.
    """

    path: Path
    manifest: dict[str, Any]
    bare_log: Path | None = None
    siblings: RecordingSet | None = field(default=None, repr=False)

    @property
    def recording_id(self) -> str:
        """Its name."""
        return str(self.manifest["recording_id"])

    @property
    def variant(self) -> str:
        """What was started, such as ``static``."""
        return str(self.manifest["variant"])

    @property
    def observers(self) -> tuple[str, ...]:
        """What watched the start, such as ``("strace",)``."""
        return tuple(self.manifest["observers"])

    def artefact(self, kind: str) -> Path:
        """Return the file that holds an artefact.

        Parameters
        ----------
        kind : str
            ``strace``, ``stdout``, ``stderr``, or any other its manifest names.

        Raises
        ------
        MissingEvidenceError
            If the recording holds no such artefact.
        UnreadableInputError
            If the file is missing or has not the size the manifest gives.
        """
        if self.bare_log is not None:
            if kind == "strace":
                return self.bare_log
            raise MissingEvidenceError(
                f"a bare strace log holds no {kind} artefact",
                path=self.path,
                hint="coldstart record keeps the program's output beside the log",
            )
        return find_artefact(self.path, self.manifest["artefacts"], kind)

    def has_artefact(self, kind: str) -> bool:
        """Tell whether the recording holds an artefact of a kind."""
        if self.bare_log is not None:
            return kind == "strace"
        return any(entry["kind"] == kind for entry in self.manifest["artefacts"])

    @cached_property
    def strace(self) -> StraceLog:
        """The strace log as tables.

        Raises
        ------
        MissingEvidenceError
            If the start was not traced.
        UnreadableInputError
            If the log is missing or damaged.
        """
        log: StraceLog = read(self.artefact("strace"))
        return log

    @cached_property
    def go_trace(self) -> GoTrace:
        """The execution trace of a Go program as tables.

        Raises
        ------
        MissingEvidenceError
            If the program recorded none.
        UnreadableInputError
            If the file is missing or damaged.
        """
        trace: GoTrace = read(self.artefact("trace"))
        return trace

    @cached_property
    def inittrace(self) -> InitTrace:
        """What the Go runtime wrote to stderr (GODEBUG=inittrace=1, gctrace=1) as tables.

        Raises
        ------
        MissingEvidenceError
            If stderr was not kept.
        UnreadableInputError
            If it is missing, or no line of it is of a Go runtime.
        """
        from coldstart_lab.readers.inittrace import read_inittrace  # noqa: PLC0415 - few ask

        return read_inittrace(self.artefact("stderr"))

    @cached_property
    def inits(self) -> pd.DataFrame:
        """Table ``recording.inits``: package inits on the clock of the strace log.

        Raises
        ------
        MissingEvidenceError
            If the start was not traced.
        UnreadableInputError
            If the log is missing or damaged.
        """
        from coldstart_lab.recording.inits import traced_inits  # noqa: PLC0415 - few ask

        return traced_inits(self.strace.events)

    @cached_property
    def perf(self) -> PerfScript:
        """The output of perf script as tables.

        Raises
        ------
        MissingEvidenceError
            If perf did not watch the start.
        UnreadableInputError
            If the file is missing or damaged.
        """
        script: PerfScript = read(self.artefact("perf"))
        return script

    @cached_property
    def traces(self) -> OtlpTraces:
        """The spans the program wrote of itself (OTLP JSON) as tables.

        Raises
        ------
        MissingEvidenceError
            If it wrote none.
        UnreadableInputError
            If the file is missing or holds no OTLP.
        """
        return read_otlp(self.artefact("spans"))

    @property
    def spans(self) -> pd.DataFrame:
        """Table ``otlp.spans``: the spans the program wrote of itself; empty if it wrote none."""
        return self.traces.spans.copy() if self.has_artefact("spans") else OTLP_SPANS.empty()

    @property
    def requests(self) -> pd.DataFrame:
        """Table ``recording.requests``: as they were sent and as the program saw them.

        Raises
        ------
        UnreadableInputError
            If an artefact of them is missing.
        """
        found = [log.requests.astype(object) for log in self.request_logs]
        if not found:
            return REQUESTS.empty()
        whole = pd.concat(found, ignore_index=True)
        return REQUESTS.frame({name: whole[name] for name in REQUESTS.names})

    @cached_property
    def request_logs(self) -> list[RequestLog]:
        """The requests with what of them was not understood: one entry an artefact."""
        kinds = [kind for kind in ("load", "requests") if self.has_artefact(kind)]
        return [read_requests(self.artefact(kind)) for kind in kinds]

    @property
    def milestones(self) -> pd.DataFrame:
        """Table ``recording.milestones``: the manifest's merged with those the events show."""
        return self._milestones.copy()

    @property
    def ready_milestone(self) -> str:
        """Name of the best milestone known: ready, else answered, listening, or the end.

        Raises
        ------
        MissingEvidenceError
            If no milestone is known, for example because the log holds no times.
        """
        known = set(self._milestones["name"])
        for name in READY_NAMES:
            if name in known:
                return name
        raise MissingEvidenceError(
            "no milestone of this start is known",
            path=self.path,
            hint="its log holds no times; record with coldstart record, or strace -f -ttt -T -yy",
        )

    @property
    def ready_ns(self) -> int | None:
        """Nanoseconds from exec to ready; None where one of them is not known."""
        times = {entry["name"]: entry for entry in self.manifest["milestones"]}
        # under a tracer the launcher sees the tracer start, not the program
        from_log = self.has_artefact("strace") and times.get("exec", {}).get("source") != "strace"
        if from_log:
            known = dict(zip(self._milestones["name"], self._milestones["time_ns"], strict=True))
        else:
            known = {name: entry["time_ns"] for name, entry in times.items()}
        if "exec" not in known or "ready" not in known:
            return None
        return int(known["ready"]) - int(known["exec"])

    def verify(self) -> list[Damage]:
        """Read every artefact and compare its size and SHA-256 with the manifest's.

        Returns
        -------
        list of Damage
            One entry an artefact that is not as recorded; empty if all are.
        """
        damages = []
        for entry in self.manifest["artefacts"] if self.bare_log is None else ():
            problem = check_artefact(self.path, entry, content=True)
            if problem is not None:
                damages.append(Damage(entry["kind"], self.path / entry["path"], problem))
        return damages

    @cached_property
    def _milestones(self) -> pd.DataFrame:
        if not self.has_artefact("strace"):
            return merge_milestones(self.manifest["milestones"], None)
        same_clock = self.bare_log is not None or self.strace.clock == self.manifest["clock"]
        recorded = self.manifest["milestones"] if same_clock else []
        return merge_milestones(recorded, self.strace.events)

    def _repr_html_(self) -> str:
        from coldstart_lab.recording.cards import recording_card  # noqa: PLC0415 - cards know us

        return recording_card(self)
