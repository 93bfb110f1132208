"""What a manifest must hold: one table of fields a kind of object, and the check against it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from coldstart_lab.recording.artefacts import is_inner_path

FORMAT = 1
KINDS = ("recording", "recording-set")
CLOCKS = ("unix", "time-of-day", "relative", "none")
SOURCES = ("launcher", "probe", "strace", "user")
RESULTS = ("ready", "timeout", "exited", "failed")

Check = Callable[[object], bool]
_INT64 = 1 << 63


def find_faults(manifest: Mapping[str, Any]) -> list[str]:
    """List what a manifest lacks or holds wrongly, in plain words; empty if it is sound.

    Keys the format does not know are no fault: a later version may add some.
    """
    fields = _RECORDING if manifest.get("kind") == "recording" else _SET
    return list(_faults(manifest, fields, ""))


def _text(value: object) -> bool:
    return isinstance(value, str)


def _name(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _flag(value: object) -> bool:
    return isinstance(value, bool)


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and -_INT64 <= value < _INT64


def _count(value: object) -> bool:
    return isinstance(value, int) and _whole(value) and value >= 0


def _number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _digest(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value) is not None


def _inner_path(value: object) -> bool:
    return isinstance(value, str) and is_inner_path(value)


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _versions(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(item, str) for item in value.values())


def _object(value: object) -> bool:
    return isinstance(value, dict)


def _one_of(*known: str) -> Check:
    return lambda value: isinstance(value, str) and value in known


def _or_null(check: Check) -> Check:
    return lambda value: value is None or check(value)


class _Nested:
    """A field that holds an object, or a list of objects, with fields of their own."""

    def __init__(
        self,
        fields: Mapping[str, Check | _Nested],
        *,
        many: bool = False,
        null: bool = False,
        unique: str | None = None,
    ) -> None:
        self.fields = fields
        self.many = many
        self.null = null
        self.unique = unique


_ARTEFACT: dict[str, Check | _Nested] = {
    "kind": _name,
    "path": _inner_path,
    "sha256": _digest,
    "size_bytes": _count,
    "content_bytes": _count,
}
_MILESTONE: dict[str, Check | _Nested] = {
    "name": _name,
    "time_ns": _whole,
    "uncertainty_ns?": _or_null(_count),
    "source": _one_of(*SOURCES),
    "detail?": _or_null(_text),
    "pid?": _or_null(_count),
    "line?": _or_null(_count),
}
_BINARY: dict[str, Check | _Nested] = {"path": _text, "sha256": _digest, "size_bytes": _count}
_PROGRAM: dict[str, Check | _Nested] = {
    "argv": _texts,
    "environment_names": _texts,
    "binary": _Nested(_BINARY, null=True),
}
_STRACE: dict[str, Check | _Nested] = {"version": _text, "arguments": _texts}
_OUTCOME: dict[str, Check | _Nested] = {
    "result": _one_of(*RESULTS),
    "exit_code?": _or_null(_whole),
    "signal_sent?": _or_null(lambda value: _text(value) or _whole(value)),
    "seconds?": _or_null(_number),
}
_MEMBER: dict[str, Check | _Nested] = {
    "path": _inner_path,
    "recording_id": _name,
    "observers": _texts,
}
_RECORDING: dict[str, Check | _Nested] = {
    "format": _whole,
    "recording_id": _name,
    "variant": _text,
    "created": _text,
    "program": _Nested(_PROGRAM, null=True),
    "observers": _texts,
    "strace": _Nested(_STRACE, null=True),
    "pinned_cpu": _or_null(_count),
    "seccomp_bpf": _flag,
    "machine": _or_null(_object),
    "tools": _versions,
    "clock": _one_of(*CLOCKS),
    "milestones": _Nested(_MILESTONE, many=True, unique="name"),
    "outcome": _Nested(_OUTCOME, null=True),
    "artefacts": _Nested(_ARTEFACT, many=True, unique="kind"),
    "notes?": _texts,
}
_SET: dict[str, Check | _Nested] = {
    "format": _whole,
    "variant": _text,
    "created": _text,
    "members": _Nested(_MEMBER, many=True, unique="path"),
}


def _faults(
    holder: Mapping[str, Any], fields: Mapping[str, Check | _Nested], where: str
) -> Iterator[str]:
    for marked, check in fields.items():
        name = marked.removesuffix("?")
        if name not in holder:
            if name == marked:
                yield f"{where}{name} is missing"
        elif isinstance(check, _Nested):
            yield from _nested_faults(holder[name], check, f"{where}{name}")
        elif not check(holder[name]):
            yield f"{where}{name} must not be {holder[name]!r:.80}"


def _nested_faults(value: object, nested: _Nested, where: str) -> Iterator[str]:
    if value is None and nested.null:
        return
    if not nested.many:
        if isinstance(value, dict):
            yield from _faults(value, nested.fields, f"{where}.")
        else:
            yield f"{where} is no object"
        return
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        yield f"{where} is no list of objects"
        return
    for index, item in enumerate(value):
        yield from _faults(item, nested.fields, f"{where}[{index}].")
    named = [str(item.get(nested.unique)) for item in value] if nested.unique else []
    twice = sorted({name for name in named if named.count(name) > 1})
    if twice:
        yield f"{where} names {twice[0]!r:.80} twice"
