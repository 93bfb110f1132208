"""Artefacts of a recording: how they are named, stored as zstd, found again and checked."""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, BinaryIO

import pyarrow as pa

from coldstart_lab.errors import MissingEvidenceError, UnreadableInputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ARTEFACT_NAMES: Mapping[str, str] = {
    "strace": "strace.log.zst",
    "stdout": "stdout.txt.zst",
    "stderr": "stderr.txt.zst",
    "perf": "perf.txt.zst",
    "trace": "trace.out.zst",
}

_CHUNK = 1 << 20


def store_artefact(
    folder: str | Path, kind: str, source: bytes | memoryview | str | Path | BinaryIO
) -> dict[str, Any]:
    """Store one artefact in a recording's folder as zstd.

    Parameters
    ----------
    folder : path-like
        The recording's folder; it is made where it is missing.
    kind : str
        ``strace``, ``stdout``, ``stderr``, ``perf`` (the output of perf script) or ``trace`` (of
        Go).
    source : bytes, memoryview, path-like or binary file
        The uncompressed content, or the file that holds it.

    Returns
    -------
    dict
        The artefact's entry for the manifest: ``kind``, ``path`` (relative to the folder),
        ``sha256`` and ``size_bytes`` of the file as stored, ``content_bytes`` of what it holds.

    Raises
    ------
    KeyError
        If no artefact of this kind is known.
    UnreadableInputError
        If the source cannot be read.
    """
    name = ARTEFACT_NAMES[kind]
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / name
    partial = target.with_name(name + ".partial")
    content_bytes = 0
    with pa.CompressedOutputStream(str(partial), "zstd") as out:
        for chunk in _chunks(source):
            out.write(chunk)
            content_bytes += len(chunk)
    partial.replace(target)
    sha256, size_bytes = hash_file(target)
    return {
        "kind": kind,
        "path": name,
        "sha256": sha256,
        "size_bytes": size_bytes,
        "content_bytes": content_bytes,
    }


def hash_file(path: str | Path) -> tuple[str, int]:
    """Return the SHA-256 (hexadecimal) and the size in bytes of a file."""
    path = Path(path)
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest(), file.tell()
    except OSError as error:
        raise UnreadableInputError(_reason(error), path=path) from error


def read_artefact(path: str | Path) -> bytes:
    """Return the uncompressed content of a stored artefact.

    Raises
    ------
    UnreadableInputError
        If the file is missing or is no sound zstd stream.
    """
    try:
        with pa.CompressedInputStream(str(path), "zstd") as stream:
            return bytes(stream.read())
    except OSError as error:
        raise UnreadableInputError(f"cannot be unpacked: {error}", path=path) from error


def locate(folder: Path, relative: str) -> Path:
    """Find a file or folder a manifest names, which must lie inside the manifest's folder.

    Parameters
    ----------
    folder : Path
        Folder of the manifest.
    relative : str
        The path as the manifest gives it.

    Returns
    -------
    Path
        Where it lies; it need not exist.

    Raises
    ------
    UnreadableInputError
        If the path leaves the folder: absolute, with ``..``, or through a symbolic link.
    """
    hint = "a recording holds its own files; this manifest is not one of coldstart's"
    if not is_inner_path(relative):
        message = f"the manifest names a path outside its folder: {relative!r}"
        raise UnreadableInputError(message, path=folder / "manifest.json", hint=hint)
    path = folder
    for part in PurePosixPath(relative).parts:
        path /= part
        if path.is_symlink():
            message = f"the manifest names a symbolic link: {relative!r}"
            raise UnreadableInputError(message, path=folder / "manifest.json", hint=hint)
    return path


def is_inner_path(relative: str) -> bool:
    """Tell whether a manifest's path stays below its folder, whatever the system's separator."""
    parts = PurePosixPath(relative).parts
    return (
        bool(parts)
        and not relative.startswith("/")
        and ".." not in parts
        and not set(relative) & {"\\", ":", "\0"}
    )


def find_artefact(folder: Path, entries: list[dict[str, Any]], kind: str) -> Path:
    """Find an artefact by its kind and check that it has the size the manifest gives.

    Raises
    ------
    MissingEvidenceError
        If the recording holds no artefact of this kind.
    UnreadableInputError
        If the file is missing, lies outside the folder, or has another size.
    """
    for entry in entries:
        if entry["kind"] == kind:
            path = locate(folder, entry["path"])
            problem = check_artefact(folder, entry, content=False)
            if problem:
                raise UnreadableInputError(
                    f"the {kind} artefact {problem}",
                    path=path,
                    hint="the recording is damaged; copy it again from where it was made",
                )
            return path
    known = ", ".join(entry["kind"] for entry in entries) or "none"
    raise MissingEvidenceError(
        f"this recording holds no {kind} artefact", path=folder, hint=f"it holds: {known}"
    )


def check_artefact(folder: Path, entry: Mapping[str, Any], *, content: bool) -> str | None:
    """Say in a few words what is wrong with a stored artefact; None where nothing is.

    Parameters
    ----------
    folder : Path
        The recording's folder.
    entry : mapping
        The artefact's entry in the manifest.
    content : bool
        Whether to read it and compare its SHA-256 as well.
    """
    path = locate(folder, entry["path"])
    try:
        size_bytes = path.stat().st_size
    except OSError as error:
        return f"cannot be read: {_reason(error)}"
    if not path.is_file():
        return "is no file"
    if size_bytes != entry["size_bytes"]:
        return f"has {size_bytes} bytes where the manifest says {entry['size_bytes']}"
    if content and hash_file(path)[0] != entry["sha256"]:
        return "is not what was recorded: its SHA-256 differs from the manifest's"
    return None


def _chunks(source: bytes | memoryview | str | Path | BinaryIO) -> Iterator[bytes | memoryview]:
    if isinstance(source, (bytes, memoryview)):
        view = memoryview(source).cast("B")
        yield from (view[at : at + _CHUNK] for at in range(0, len(view), _CHUNK))
        return
    if isinstance(source, (str, Path)):
        path = Path(source)
        try:
            with path.open("rb") as file:
                yield from _chunks(file)
        except OSError as error:
            raise UnreadableInputError(_reason(error), path=path) from error
        return
    while chunk := source.read(_CHUNK):
        yield chunk


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
