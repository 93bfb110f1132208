"""Open what lies at a path: a recording, a set of them, or a bare strace log."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from coldstart_lab.errors import UnreadableInputError, UsageError
from coldstart_lab.readers import find_reader
from coldstart_lab.recording.artefacts import locate
from coldstart_lab.recording.manifest import MANIFEST, new_manifest, read_manifest
from coldstart_lab.recording.recording import Recording
from coldstart_lab.recording.recording_set import RecordingSet


def open_recording(path: str | Path) -> Recording:
    """Open one start; its artefacts are read when they are asked for.

    Parameters
    ----------
    path : path-like
        A recording's folder (or its ``manifest.json``); the folder of a set, which gives the traced
        start whose time to ready is the median (see :meth:`RecordingSet.typical`); or a strace log
        of any form that can be read, which is opened as it is, without a manifest.

    Returns
    -------
    Recording
        The start.

    Raises
    ------
    UnreadableInputError
        If there is nothing at the path, or nothing that can be read.
    MissingEvidenceError
        If no start of a set was traced.
    """
    path = _folder_of(Path(path))
    if not (path / MANIFEST).exists():
        return _open_bare(path)
    manifest = read_manifest(path)
    if manifest["kind"] == "recording":
        return Recording(path, manifest)
    recordings = _open_set(path, manifest)
    return replace(recordings.typical(), siblings=recordings)


def open_recording_set(path: str | Path) -> RecordingSet:
    """Open a set of starts.

    Parameters
    ----------
    path : path-like
        The set's folder, or its ``manifest.json``.

    Returns
    -------
    RecordingSet
        The set; every member's manifest has been read and checked.

    Raises
    ------
    UnreadableInputError
        If the folder or one of its members is missing or damaged.
    UsageError
        If the folder is a single recording.
    """
    path = _folder_of(Path(path))
    manifest = read_manifest(path)
    if manifest["kind"] != "recording-set":
        raise UsageError(
            "this is one recording, not a set", path=path, hint="open it with open_recording"
        )
    return _open_set(path, manifest)


def _folder_of(path: Path) -> Path:
    return path.parent if path.name == MANIFEST and path.is_file() else path


def _open_set(path: Path, manifest: dict[str, Any]) -> RecordingSet:
    recordings = []
    for member in manifest["members"]:
        folder = locate(path, member["path"])
        own = read_manifest(folder)
        if own["kind"] != "recording" or own["recording_id"] != member["recording_id"]:
            raise UnreadableInputError(
                f"is not the start the set names here: {member['recording_id']!r}",
                path=folder / MANIFEST,
                hint="folders of the set were exchanged; copy it again from where it was made",
            )
        recordings.append(Recording(folder, own))
    return RecordingSet(path, manifest, tuple(recordings))


def _open_bare(path: Path) -> Recording:
    if path.is_dir() and not any(path.iterdir()):
        raise UnreadableInputError("is an empty folder", path=path)
    reader = find_reader(path)
    if reader.name != "strace":
        raise UnreadableInputError(
            f"is of the kind {reader.name!r}: no recording and no strace log",
            path=path,
            hint=f"read it with coldstart_lab.read({path.name!r})",
        )
    name = path.resolve().name
    manifest = new_manifest(
        variant=name, recording_id=name, created="", observers=["strace"], clock="none"
    )
    return Recording(path, manifest, bare_log=path)
