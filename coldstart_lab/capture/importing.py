"""Make a recording of a strace log that somebody already has."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from coldstart_lab.capture.folders import new_folder, refuse_existing
from coldstart_lab.capture.ready_spec import check_ready_spec, find_ready
from coldstart_lab.errors import UnreadableInputError, UsageError
from coldstart_lab.readers import find_reader
from coldstart_lab.readers.strace import StraceLog, find_parts, merge_logs, read_buffer
from coldstart_lab.readers.strace.buffers.source import load_bytes
from coldstart_lab.recording import Recording, new_manifest, open_recording
from coldstart_lab.recording.artefacts import store_artefact
from coldstart_lab.recording.buffers import unescape
from coldstart_lab.recording.manifest import MANIFEST, write_manifest
from coldstart_lab.recording.milestones import find_exec
from coldstart_lab.redaction import redact_argv

_ARGV = re.compile(
    r'"(?:[^"\\]|\\.)*"\.{0,3}, \[(?P<list>(?:"(?:[^"\\]|\\.)*"(?:\.\.\.)?(?:, )?)*)'
)
_ARGUMENT = re.compile(r'"((?:[^"\\]|\\.)*)"(\.{0,3})')


def import_logs(
    paths: str | Path | Sequence[str | Path],
    out: str | Path,
    *,
    ready: str | None = None,
    variant: str | None = None,
    force: bool = False,
) -> Recording:
    """Make a recording of a strace log.

    Parameters
    ----------
    paths : path-like or sequence of path-like
        One log, plain or compressed with gzip, zstd or xz; or the files ``NAME.PID`` of one
        ``strace -ff``, or the folder that holds them, which are merged by time.
    out : path-like
        Folder to write the recording to.
    ready : str, optional
        When the start was ready: ``listening``, ``text:REGEX``, ``line:N`` (of the log as stored),
        ``time:UNIXSECONDS`` or ``after:SECONDS``.
    variant : str, optional
        Name of what was started; that of the program the log shows, if not given.
    force : bool
        Replace a recording that is there already.

    Returns
    -------
    Recording
        The recording written. Without times in the log it has no milestones: none are made up.

    Raises
    ------
    UsageError
        If the folder exists, or the call makes no sense.
    UnreadableInputError
        If a file is missing or is no strace log.
    MissingEvidenceError
        If the log does not show when the start was ready as ``ready`` says.
    """
    sources = [Path(path) for path in ([paths] if isinstance(paths, (str, Path)) else paths)]
    out = Path(out)
    if ready is not None:
        check_ready_spec(ready)
    refuse_existing(out, force=force)
    _refuse_sources(sources, out)
    data, log, damage = _load(sources)
    milestones = [] if ready is None else [find_ready(log, ready)]
    program = find_program(log)
    name = variant or _name(program, sources[0])
    with new_folder(out, force=force) as folder:
        artefact = store_artefact(folder, "strace", data)
        manifest = new_manifest(
            variant=name,
            recording_id=f"{name}-{artefact['sha256'][:12]}",
            program=program,
            observers=["strace"],
            tools={"coldstart_lab": version("coldstart_lab")},
            clock=log.clock,
            milestones=milestones,
            artefacts=[artefact],
        )
        write_manifest(folder, {**manifest, "notes": _notes(damage, sources)})
    return open_recording(out)


def find_program(log: StraceLog) -> dict[str, Any] | None:
    """Return what the first ``execve`` of a log ran, as far as strace printed it; None if none did.

    Parameters
    ----------
    log : StraceLog
        The log.

    Returns
    -------
    dict or None
        ``argv`` with secrets redacted; ``environment_names`` empty and ``binary`` None, for a log
        tells neither.
    """
    row = find_exec(log.events)
    args = None if row.empty else row["args"].iloc[0]
    found = _ARGV.match(args) if isinstance(args, str) else None
    if found is None:
        return None
    # three dots show what strace cut off
    argv = [unescape(text) + dots for text, dots in _ARGUMENT.findall(found["list"])]
    return {"argv": redact_argv(argv), "environment_names": [], "binary": None} if argv else None


def _load(sources: list[Path]) -> tuple[memoryview, StraceLog, str | None]:
    if len(sources) == 1 and not sources[0].is_dir():
        if not sources[0].exists():
            raise UnreadableInputError("there is no such file or folder", path=sources[0])
        if find_reader(sources[0]).name != "strace":
            raise UnreadableInputError("is no strace log", path=sources[0])
        data, damage = load_bytes(sources[0])
    else:
        text, damage = merge_logs(_parts(sources))
        data = np.frombuffer(text, dtype=np.uint8)
    return data.data, read_buffer(data, source=sources[0], damage=damage), damage


def _parts(sources: list[Path]) -> list[Path]:
    if len(sources) > 1:
        folders = [source for source in sources if source.is_dir()]
        if folders:
            raise UsageError(
                "of several logs each must be a file",
                path=folders[0],
                hint="give one folder, or the files NAME.PID of one strace -ff",
            )
        return sources
    folder = sources[0]
    if (folder / MANIFEST).is_file():
        raise UsageError("is a recording already", path=folder, hint="open it as it is")
    parts = find_parts(folder)
    if not parts:
        raise UnreadableInputError(
            "this folder holds no files of strace -ff",
            path=folder,
            hint="their names end with a thread id; import a single log by its own name",
        )
    return parts


def _refuse_sources(sources: list[Path], out: Path) -> None:
    if not sources:
        raise UsageError("there is no log to import")
    place = out.resolve()
    for source in sources:
        inside = source.resolve()
        if inside == place or place in inside.parents:
            raise UsageError(
                "the log lies in the folder to write", path=source, hint="write elsewhere with -o"
            )


def _name(program: dict[str, Any] | None, source: Path) -> str:
    name = PurePosixPath(program["argv"][0]).name if program is not None else ""
    return name or source.resolve().name.partition(".")[0] or "start"


def _notes(damage: str | None, sources: list[Path]) -> list[str]:
    notes = []
    if damage is not None:
        notes.append(f"the log was damaged when it was imported: {damage}")
    if len(sources) > 1 or sources[0].is_dir():
        notes.append("line numbers are those of the merged log, not of the files of strace -ff")
    return notes
