"""Files that a program wrote during its starts, kept beside what the recorder saw of them."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from coldstart_lab.recording import milestone, read_manifest, write_manifest
from coldstart_lab.recording.artefacts import hash_file, read_artefact

MILESTONES = ("listening", "health answered", "dependencies ready", "warm")
_LEVEL = 19


def pair_with_starts(folder: Path, written: Iterable[tuple[int, Path]]) -> list[tuple[Path, Path]]:
    """Say which start of a set wrote what, by the instants.

    Parameters
    ----------
    folder : Path
        The set.
    written : iterable of (int, Path)
        An instant during a start, in ns of the realtime clock, and what was written then.

    Returns
    -------
    list of (Path, Path)
        Each start's folder and what belongs to it.
    """
    places = [folder / member["path"] for member in read_manifest(folder)["members"]]
    ordered = sorted(written)
    if len(places) != len(ordered):
        sys.exit(f"{len(places)} starts of {folder.name} left {len(ordered)} files")
    manifests = [read_manifest(place) for place in places]
    begun = [_exec_ns(manifest) for manifest in manifests]
    bounds = zip(begun, [*begun[1:], math.inf], strict=True)
    for manifest, (instant, path), (first, next_one) in zip(
        manifests, ordered, bounds, strict=True
    ):
        if not first <= instant < next_one:
            sys.exit(f"{path} is not of the start {manifest['recording_id']}")
        if manifest["outcome"]["exit_code"] != 0:
            sys.exit(f"{manifest['recording_id']} did not end well when asked to; record again")
    return [(place, path) for place, (_, path) in zip(places, ordered, strict=True)]


def _exec_ns(manifest: Mapping[str, Any]) -> int:
    return next(
        int(entry["time_ns"]) for entry in manifest["milestones"] if entry["name"] == "exec"
    )


def first_instant(marks: Path) -> int:
    """Return the first instant that a file of marks tells of, in ns of the realtime clock."""
    lines = [json.loads(line) for line in marks.read_text().splitlines()]
    return int(min(line["realtime_ns"] for line in lines if line["kind"] == "instant"))


def note_milestones(place: Path, marks: Path) -> None:
    """Add to a start's manifest the milestones that a file of its marks tells of."""
    manifest = read_manifest(place)
    known = {entry["name"] for entry in manifest["milestones"]}
    for line in map(json.loads, marks.read_text().splitlines()):
        if line["kind"] == "instant" and line["name"] in set(MILESTONES) - known:
            instant = milestone(
                line["name"], line["realtime_ns"], source="user", detail="the program's marks"
            )
            manifest["milestones"].append(instant)
    write_manifest(place, manifest)


def compress_well(place: Path, kind: str) -> None:
    """Compress an artefact of a start once more, as small as it gets, where there is one."""
    manifest = read_manifest(place)
    for entry in manifest["artefacts"]:
        if entry["kind"] == kind:
            path = place / entry["path"]
            _compress(read_artefact(path), path)
            entry["sha256"], entry["size_bytes"] = hash_file(path)
    write_manifest(place, manifest)


def keep(place: Path, files: Mapping[str, Path], **facts: Mapping[str, str | float]) -> None:
    """Add files to a start as artefacts, compressed, and facts to its manifest.

    Parameters
    ----------
    place : Path
        The start's folder.
    files : mapping of str to Path
        By the kind of artefact.
    **facts : mapping
        What to add to a field of the manifest that is an object, such as ``tools``.
    """
    manifest = read_manifest(place)
    manifest["artefacts"] += [_store(place, kind, path) for kind, path in files.items()]
    for field, values in facts.items():
        manifest[field] |= values
    write_manifest(place, manifest)


def _store(place: Path, kind: str, path: Path) -> dict[str, Any]:
    target = place / f"{path.name}.zst"
    content = path.read_bytes()
    _compress(content, target)
    sha256, size_bytes = hash_file(target)
    return {
        "kind": kind,
        "path": target.name,
        "sha256": sha256,
        "size_bytes": size_bytes,
        "content_bytes": len(content),
    }


def _compress(content: bytes, target: Path) -> None:
    target.write_bytes(pa.Codec("zstd", compression_level=_LEVEL).compress(content, asbytes=True))
