"""A set of recorded starts of one program: traced and untraced ones, interleaved."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coldstart_lab.capture.folders import new_folder, refuse_existing
from coldstart_lab.capture.machine import binary_facts, machine_facts, tool_versions
from coldstart_lab.capture.plan import Plan, Ready, choose_cpu, find_program, order_starts
from coldstart_lab.capture.run import Start, run_start
from coldstart_lab.capture.strace_command import find_strace
from coldstart_lab.errors import UsageError
from coldstart_lab.recording import (
    RecordingSet,
    new_manifest,
    new_recording_id,
    new_set_manifest,
    open_recording_set,
    store_artefact,
    timestamp,
    write_manifest,
)
from coldstart_lab.redaction import redact_argv


@dataclass(frozen=True, slots=True)
class Progress:
    """What :func:`record_starts` tells while it runs: a start begins, or has ended.

    Attributes
    ----------
    number, total : int
        Which start, counted from 1, of how many.
    observers : tuple of str
        What it runs under.
    result : str or None
        ``ready``, ``timeout``, ``exited`` or ``failed``; None while it runs.
    notes : tuple of str
        What is to be known of it.
    """

    number: int
    total: int
    observers: tuple[str, ...]
    result: str | None = None
    notes: tuple[str, ...] = ()


def record_starts(
    argv: Sequence[str],
    out: str | Path,
    *,
    ready_url: str | None = None,
    ready_port: int | None = None,
    ready_text: str | None = None,
    runs: int = 1,
    untraced: int | None = None,
    timeout_s: float = 60.0,
    grace_s: float = 10.0,
    settle_s: float = 0.5,
    variant: str | None = None,
    pin: bool | int = False,
    seccomp_bpf: bool = False,
    environment: Mapping[str, str] | None = None,
    force: bool = False,
    progress: Callable[[Progress], None] | None = None,
) -> RecordingSet:
    """Run a program several times, under strace and without it, and keep what was seen.

    The program is ready when the first of the signs asked for is seen from outside; with none it
    runs to its own end. It is then asked to end (SIGTERM), and ended by force with all it started
    if it does not. A start that never becomes ready is kept and says so.

    Parameters
    ----------
    argv : sequence of str
        The program and its arguments.
    out : path-like
        Folder to write the set to.
    ready_url, ready_port, ready_text : str, int, str, optional
        The sign: a URL that answers 200 to 299, a TCP port of this machine that accepts
        connections, or a regular expression that a line of its output matches.
    runs, untraced : int
        Starts under strace, and as many without (or another number), which show the tracer's cost.
    timeout_s : float
        Seconds to wait for the sign, or for the program's own end where there is none.
    grace_s : float
        Seconds between asking the program to end and ending it by force.
    settle_s : float
        Seconds to let it run on once it is ready, so that what it does then is seen.
    variant : str, optional
        Name of what is started; the program's file name if not given.
    pin : bool or int
        Keep program and tracer on one CPU (the last, or this one): much cheaper tracing of a start
        that is serial anyway, and a distortion of one that is not.
    seccomp_bpf : bool
        Pass by frequent calls that never wait in the kernel; they are then missing from the log.
    environment : mapping of str to str, optional
        Variables to set beside those of this process.
    force : bool
        Replace a recording that is there already.
    progress : callable, optional
        Called with a :class:`Progress` as starts begin and end.

    Returns
    -------
    RecordingSet
        The set as written.

    Raises
    ------
    UsageError
        If the call makes no sense, or the folder exists.
    CaptureError
        If the program or strace is missing, or may not run here.
    """
    out = Path(out)
    untraced = runs if untraced is None else untraced
    _check(runs, untraced, timeout_s, grace_s, settle_s)
    refuse_existing(out, force=force)
    whole_environment = {**os.environ, **(environment or {})}
    plan = Plan(
        argv=tuple(argv),
        binary=find_program(argv, whole_environment),
        environment=whole_environment,
        ready=Ready(url=ready_url, port=ready_port, text=ready_text),
        timeout_s=timeout_s,
        grace_s=grace_s,
        settle_s=settle_s,
        cpu=choose_cpu(pin),
        seccomp_bpf=seccomp_bpf,
        strace=find_strace() if runs else None,
    )
    variant = variant or plan.binary.name
    with new_folder(out, force=force) as partial:
        _record_set(plan, partial, variant, order_starts(runs, untraced), progress)
    return open_recording_set(out)


def _check(runs: int, untraced: int, *seconds: float) -> None:
    if runs < 0 or untraced < 0 or runs + untraced == 0:
        raise UsageError("there is no start to record", hint="give --runs 1 or more")
    if min(seconds) < 0 or seconds[0] == 0:
        raise UsageError("a time to wait must be positive")


def _record_set(
    plan: Plan,
    folder: Path,
    variant: str,
    order: list[bool],
    progress: Callable[[Progress], None] | None,
) -> None:
    machine = machine_facts()
    program = {
        "argv": redact_argv(list(plan.argv)),
        "environment_names": sorted(plan.environment),
        "binary": binary_facts(plan.binary),
    }
    digits = max(2, len(str(len(order))))
    created = timestamp()
    members = []
    for number, traced in enumerate(order, start=1):
        observers = ["strace"] if traced else []
        name = f"{number:0{digits}}-{'+'.join(observers) or 'none'}"
        step = Progress(number, len(order), tuple(observers))
        _tell(progress, step)
        began = timestamp()
        with tempfile.TemporaryDirectory(prefix=".run-", dir=folder) as scratch:
            start = run_start(plan, Path(scratch), traced=traced)
            manifest = _manifest(
                plan, start, folder / name, variant, program=program, machine=machine,
                created=began, observers=observers,
            )  # fmt: skip
        write_manifest(folder / name, manifest)
        members.append(
            {"path": name, "recording_id": manifest["recording_id"], "observers": observers}
        )
        result = start.outcome["result"]
        _tell(progress, Progress(number, len(order), tuple(observers), result, tuple(start.notes)))
    write_manifest(folder, new_set_manifest(variant=variant, members=members, created=created))


def _manifest(
    plan: Plan,
    start: Start,
    folder: Path,
    variant: str,
    *,
    program: Mapping[str, Any],
    machine: Mapping[str, Any],
    created: str,
    observers: list[str],
) -> dict[str, Any]:
    tracer = None
    version = None
    if "strace" in start.files and plan.strace is not None:
        version = plan.strace.version
        options = plan.strace.options(seccomp_bpf=plan.seccomp_bpf)
        tracer = {"version": version, "arguments": options}
    manifest = new_manifest(
        variant=variant,
        recording_id=new_recording_id(variant),
        created=created,
        program=program,
        observers=observers,
        strace=tracer,
        pinned_cpu=plan.cpu,
        seccomp_bpf=plan.seccomp_bpf and tracer is not None,
        machine=machine,
        tools=tool_versions(version),
        milestones=start.milestones,
        outcome=start.outcome,
        artefacts=[store_artefact(folder, kind, path) for kind, path in start.files.items()],
    )
    return {**manifest, "notes": start.notes}


def _tell(progress: Callable[[Progress], None] | None, step: Progress) -> None:
    if progress is not None:
        progress(step)
