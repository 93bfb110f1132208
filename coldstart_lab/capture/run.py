"""One start: run, watched from outside until it is ready, ended."""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coldstart_lab.capture.launch import Ended, Launch, launch
from coldstart_lab.capture.output import OutputReader
from coldstart_lab.capture.probe import PortProbe, Probe, TextProbe, UrlProbe
from coldstart_lab.capture.scheduling import wanted_cpu_ns
from coldstart_lab.capture.tracee import Tracee
from coldstart_lab.errors import CaptureError
from coldstart_lab.recording import milestone
from coldstart_lab.units import format_ns

if TYPE_CHECKING:
    from coldstart_lab.capture.plan import Plan
    from coldstart_lab.capture.sighting import Sighting


@dataclass(frozen=True)
class Start:
    """What one start gave.

    Attributes
    ----------
    milestones : list of dict
        Entries for the manifest.
    outcome : dict
        How it ended, for the manifest.
    files : dict of str to Path
        The artefacts by kind, uncompressed.
    notes : list of str
        What a reader of the recording must know.
    """

    milestones: list[dict[str, Any]]
    outcome: dict[str, Any]
    files: dict[str, Path]
    notes: list[str]


def run_start(plan: Plan, folder: Path, *, traced: bool) -> Start:
    """Run one start to its end.

    Parameters
    ----------
    plan : Plan
        How to run it.
    folder : Path
        An empty folder for its output and its log.
    traced : bool
        Whether to run it under strace.

    Returns
    -------
    Start
        What was seen, whatever became of the program.

    Raises
    ------
    CaptureError
        If it could not be started, or something answered the probe before it was.
    """
    files = {"stdout": folder / "stdout.txt", "stderr": folder / "stderr.txt"}
    path: Path = plan.binary
    argv = list(plan.argv)
    if traced and plan.strace is not None:
        files["strace"] = folder / "strace.log"
        path = plan.strace.path
        argv = plan.strace.arguments(files["strace"], argv, seccomp_bpf=plan.seccomp_bpf)
    knocker = _knocker(plan)
    stdout, stdout_end = os.pipe()
    stderr, stderr_end = os.pipe()
    reader = OutputReader({stdout: files["stdout"], stderr: files["stderr"]}, plan.ready.pattern())
    probe = TextProbe(reader) if plan.ready.text is not None else knocker
    reader.start()
    try:
        with launch(
            path,
            argv,
            environment=plan.environment,
            stdout=stdout_end,
            stderr=stderr_end,
            cpu=plan.cpu,
            traced=traced,
        ) as running:
            tracee = Tracee(files["strace"]) if traced else None
            sighting, timed_out = _await_ready(running, probe, plan, tracee)
            # strace and its program wait for one another by nature; only a bare start can tell
            pinned_notes = [] if traced else _pinning_notes(plan, running)
            if sighting is not None:
                running.wait(plan.settle_s)
            ended = running.end(plan.grace_s)
    finally:
        reader.finish()
        if knocker is not None:
            knocker.close()
    # what the program wrote just before it ended was perhaps not yet read when its end was seen
    sighting = sighting or reader.sighting
    seconds = (time.time_ns() - running.before_ns) / 1e9
    result = "ready" if sighting else "timeout" if timed_out else "exited"
    notes = _ending_notes(ended) + pinned_notes
    if traced and result == "exited" and (said := _tracer_error(files["stderr"])):
        result = "failed"
        notes.append(f"strace could not run the program: {said}")
    return Start(
        milestones=_milestones(running, sighting, traced=traced),
        outcome={
            "result": result,
            "exit_code": ended.exit_code,
            "signal_sent": ended.signal_sent,
            "seconds": round(seconds, 3),
        },
        files=files,
        notes=notes,
    )


def _knocker(plan: Plan) -> PortProbe | UrlProbe | None:
    probe: PortProbe | UrlProbe
    if plan.ready.url is not None:
        probe = UrlProbe(plan.ready.url)
    elif plan.ready.port is not None:
        probe = PortProbe(plan.ready.port)
    else:
        return None
    if address := probe.answered_already():
        probe.close()
        raise CaptureError(
            f"something already answers at {address} before {plan.argv[0]} was started",
            hint="end it, or let the program and the probe use another port",
        )
    return probe


def _await_ready(
    running: Launch, probe: Probe | None, plan: Plan, tracee: Tracee | None
) -> tuple[Sighting | None, bool]:
    until = time.monotonic() + plan.timeout_s
    while not (running.has_ended or (tracee is not None and tracee.has_failed())):
        left = until - time.monotonic()
        if left <= 0:
            return None, True
        if probe is None:
            running.wait(min(left, 0.1))
            continue
        sighting = probe.look(left)
        if sighting is not None:
            return sighting, False
        running.wait(probe.pause_s)
    return None, False


def _milestones(
    running: Launch, sighting: Sighting | None, *, traced: bool
) -> list[dict[str, Any]]:
    spawn_ns = running.after_ns - running.before_ns
    found = [
        milestone(
            "exec",
            running.before_ns,
            source="launcher",
            # a traced program is executed some time after its tracer was; its log says when
            uncertainty_ns=None if traced else spawn_ns,
            detail="just before strace was spawned"
            if traced
            else f"just before the spawn, which returned {spawn_ns} ns later",
        )
    ]
    if sighting is not None:
        since_spawn_ns = sighting.time_ns - running.before_ns
        found.append(
            milestone(
                "ready",
                sighting.time_ns,
                source="probe",
                uncertainty_ns=max(0, min(sighting.uncertainty_ns, since_spawn_ns)),
                detail=sighting.detail,
            )
        )
    return found


def _tracer_error(stderr: Path) -> str | None:
    with stderr.open("rb") as file:
        head = file.read(4096)
    said = re.match(rb"(?:\S*/)?strace: ((?:exec|PTRACE|ptrace|Can't|Cannot|test_ptrace).*)", head)
    return said[1].decode("utf-8", "replace") if said else None


def _ending_notes(ended: Ended) -> list[str]:
    notes = []
    if ended.killed:
        notes.append(
            f"{ended.killed} process(es) did not end when asked and were ended by SIGKILL; "
            "calls they were in have no end in the log"
        )
    if ended.left:
        notes.append(f"{ended.left} process(es) could not be ended and still run")
    return notes


def _pinning_notes(plan: Plan, running: Launch) -> list[str]:
    if plan.cpu is None:
        return []
    wanted_ns = wanted_cpu_ns(running.supervisor_pid)
    lasted_ns = time.time_ns() - running.before_ns
    if wanted_ns < 1.2 * lasted_ns:
        return []
    return [
        f"pinned to CPU {plan.cpu}, its threads wanted {format_ns(wanted_ns)} of CPU time within "
        f"{format_ns(lasted_ns)}: pinning serialises what runs in parallel without it"
    ]
