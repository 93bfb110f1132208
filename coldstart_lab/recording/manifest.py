"""The manifest of a recording or a set: built, written, read and checked."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from coldstart_lab.errors import UnreadableInputError
from coldstart_lab.recording.schema import FORMAT, KINDS, find_faults

MANIFEST = "manifest.json"
_LARGEST = 64 << 20


def new_manifest(
    *,
    variant: str,
    recording_id: str | None = None,
    created: str | None = None,
    program: Mapping[str, Any] | None = None,
    observers: Sequence[str] = (),
    strace: Mapping[str, Any] | None = None,
    pinned_cpu: int | None = None,
    seccomp_bpf: bool = False,
    machine: Mapping[str, Any] | None = None,
    tools: Mapping[str, str] | None = None,
    clock: str = "unix",
    milestones: Iterable[Mapping[str, Any]] = (),
    outcome: Mapping[str, Any] | None = None,
    artefacts: Iterable[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """Build the manifest of one start; what is not given is recorded as unknown (null).

    Parameters
    ----------
    variant : str
        What was started, such as ``static`` or ``cgo``.
    recording_id : str, optional
        Name of the recording, unique among those of the variant; made up if not given.
    created : str, optional
        When, as :func:`timestamp` writes it; now if not given.
    program, strace, machine, outcome : mapping, optional
        What ran, under which tracer, on what, and how it ended.
    observers : sequence of str
        Observers it ran under, such as ``strace``.
    pinned_cpu : int, optional
        The CPU that program and tracer shared.
    seccomp_bpf : bool
        Whether the tracer filtered calls in the kernel.
    tools : mapping of str to str, optional
        Versions of the tools that made the recording.
    clock : str
        Clock of the milestones: ``unix``, ``time-of-day``, ``relative`` or ``none``.
    milestones : iterable of mapping
        Entries of :func:`milestone`.
    artefacts : iterable of mapping
        Entries of :func:`coldstart_lab.recording.artefacts.store_artefact`.

    Returns
    -------
    dict
        The manifest, ready for :func:`write_manifest`.
    """
    return {
        "format": FORMAT,
        "kind": "recording",
        "recording_id": recording_id or new_recording_id(variant),
        "variant": variant,
        "created": created or timestamp(),
        "program": None if program is None else dict(program),
        "observers": list(observers),
        "strace": None if strace is None else dict(strace),
        "pinned_cpu": pinned_cpu,
        "seccomp_bpf": seccomp_bpf,
        "machine": None if machine is None else dict(machine),
        "tools": dict(tools or {}),
        "clock": clock,
        "milestones": [dict(entry) for entry in milestones],
        "outcome": None if outcome is None else dict(outcome),
        "artefacts": [dict(entry) for entry in artefacts],
    }


def new_set_manifest(
    *, variant: str, members: Iterable[Mapping[str, Any]], created: str | None = None
) -> dict[str, Any]:
    """Build the manifest of a set of starts of one variant.

    Parameters
    ----------
    variant : str
        What was started.
    members : iterable of mapping
        In the order they ran: ``path`` (folder inside the set), ``recording_id``, ``observers``.
    created : str, optional
        When, as :func:`timestamp` writes it; now if not given.

    Returns
    -------
    dict
        The manifest, ready for :func:`write_manifest`.
    """
    return {
        "format": FORMAT,
        "kind": "recording-set",
        "variant": variant,
        "created": created or timestamp(),
        "members": [dict(member) for member in members],
    }


def milestone(
    name: str,
    time_ns: int,
    *,
    source: str,
    uncertainty_ns: int | None = None,
    detail: str | None = None,
    pid: int | None = None,
    line: int | None = None,
) -> dict[str, Any]:
    """Build a manifest's entry of one milestone.

    Parameters
    ----------
    name : str
        ``exec``, ``ready``, or a name of the user's.
    time_ns : int
        When, in nanoseconds on the manifest's clock.
    source : str
        ``launcher``, ``probe``, ``strace`` or ``user``.
    uncertainty_ns : int, optional
        It happened at most this much earlier; None if unknown.
    detail : str, optional
        What was seen; see :mod:`coldstart_lab.recording.probes`.
    pid, line : int, optional
        Thread that did it, and the line of the strace log that shows it.
    """
    entry: dict[str, Any] = {
        "name": name,
        "time_ns": time_ns,
        "uncertainty_ns": uncertainty_ns,
        "source": source,
        "detail": detail,
    }
    return entry | ({} if pid is None else {"pid": pid}) | ({} if line is None else {"line": line})


def write_manifest(folder: str | Path, manifest: Mapping[str, Any]) -> Path:
    """Check a manifest and write it into its folder, whole or not at all.

    Parameters
    ----------
    folder : path-like
        The recording's or set's folder; it is made where it is missing.
    manifest : mapping
        As :func:`new_manifest` or :func:`new_set_manifest` builds it.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    ValueError
        If the manifest is not as the format demands: an error of the caller's.
    """
    sound = _encodable(manifest)
    faults = find_faults(sound)
    if faults:
        raise ValueError(f"this is no sound manifest: {'; '.join(faults)}")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / MANIFEST
    partial = folder / (MANIFEST + ".partial")
    text = json.dumps(sound, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    partial.write_text(text, encoding="utf-8", newline="\n")
    partial.replace(target)
    return target


def read_manifest(folder: str | Path) -> dict[str, Any]:
    """Read and check the manifest of a recording or of a set.

    Parameters
    ----------
    folder : path-like
        The folder that holds ``manifest.json``.

    Returns
    -------
    dict
        The manifest; keys unknown to this version are kept.

    Raises
    ------
    UnreadableInputError
        If it is missing, damaged, or written for another format.
    """
    path = Path(folder) / MANIFEST
    try:
        raw = path.read_bytes() if path.stat().st_size <= _LARGEST else None
    except OSError as error:
        reason = error.strerror or str(error)
        hint = "a recording is a folder with a manifest.json; coldstart import makes one of a log"
        raise UnreadableInputError(f"cannot be read: {reason}", path=path, hint=hint) from error
    if raw is None:
        raise UnreadableInputError("is too large for a manifest", path=path)
    manifest = _decode(raw, path)
    _refuse_other_formats(manifest, path)
    faults = find_faults(manifest)
    if faults:
        raise UnreadableInputError(
            f"is damaged: {'; '.join(faults[:3])}",
            path=path,
            hint="copy the recording again from where it was made, or record anew",
        )
    return manifest


def timestamp(moment: datetime | None = None) -> str:
    """Write a moment (now if not given) as UTC ISO 8601 with seconds."""
    moment = moment or datetime.now(UTC)
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def new_recording_id(variant: str) -> str:
    """Make up the name of a recording: the variant, the second, and four random bytes."""
    second = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    return f"{variant}-{second}-{secrets.token_hex(4)}"


def _decode(raw: bytes, path: Path) -> dict[str, Any]:
    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is no JSON number")

    hint = "the file is cut short or was edited; copy the recording again from where it was made"
    try:
        manifest = json.loads(raw.decode("utf-8"), parse_constant=refuse)
        # escapes of lone surrogates are JSON but no text; they would fail much later
        json.dumps(manifest, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise UnreadableInputError(f"is no JSON text: {error}", path=path, hint=hint) from error
    if not isinstance(manifest, dict):
        raise UnreadableInputError("is no manifest: no JSON object", path=path, hint=hint)
    return manifest


def _refuse_other_formats(manifest: dict[str, Any], path: Path) -> None:
    kind, form = manifest.get("kind"), manifest.get("format")
    if kind not in KINDS:
        message = f"is no manifest of a recording: its kind is {kind!r}"
        raise UnreadableInputError(message, path=path, hint=f"known kinds: {', '.join(KINDS)}")
    if isinstance(form, int) and form > FORMAT:
        raise UnreadableInputError(
            f"is of format {form}; this version reads up to {FORMAT}",
            path=path,
            hint="read it with a newer coldstart_lab",
        )


def _encodable(value: Any) -> Any:
    # argv and paths may hold bytes that are no UTF-8, which Python carries as lone surrogates
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, Mapping):
        return {_encodable(key): _encodable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_encodable(item) for item in value]
    return value
