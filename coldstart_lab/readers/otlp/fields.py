"""Fields of OTLP JSON: names in either case, numbers written as text, ids, attributes.

The form is that of https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding: ids are
hexadecimal, 64-bit numbers are text, enumerations are numbers, and what is absent has its default.
Writers that follow the JSON form of protobuf instead are understood as well: ids in base64,
enumerations by name, names in snake_case.
"""

from __future__ import annotations

import base64
import functools
import json
import math
import re
from collections.abc import Mapping
from typing import Any

_SCALARS = ("stringValue", "boolValue", "doubleValue", "bytesValue")
_HEXADECIMAL = re.compile("[0-9a-fA-F]+")
_MOST_NS = (1 << 63) - 1


def member(holder: Mapping[str, Any], name: str) -> Any:
    """Return a field by its lowerCamelCase name or the same in snake_case; None if absent."""
    found = holder.get(name)
    return holder.get(_snake(name)) if found is None else found


def members(holder: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """Return a field that is a list of objects; empty if absent.

    Raises
    ------
    TypeError
        If it is anything else.
    """
    found = member(holder, name)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise TypeError(f"{name} is no list of objects")
    return found


def inner(holder: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return a field that is an object; an empty one if absent.

    Raises
    ------
    TypeError
        If it is anything else.
    """
    found = member(holder, name)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise TypeError(f"{name} is no object")
    return found


def text_of(value: Any) -> str | None:
    """Return text that can be written as UTF-8; None for none.

    Raises
    ------
    TypeError
        If the value is no text.
    """
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise TypeError(f"{value!r:.40} is no text")
    return _sound(value)


def time_of(value: Any) -> int:
    """Return a time in ns, which may be written as text.

    Raises
    ------
    TypeError, ValueError
        If it is absent, no whole number, or none that fits 64 bits.
    """
    if not isinstance(value, (int, str)) or isinstance(value, bool):
        raise TypeError(f"{value!r:.40} is no time")
    number = int(value)
    if not 0 < number <= _MOST_NS:
        raise ValueError("this is no time since 1970")
    return number


def id_of(value: Any, size: int) -> str | None:
    """Return an id of so many bytes in hexadecimal digits; other texts as they are."""
    text = text_of(value)
    if text is None or _HEXADECIMAL.fullmatch(text):
        return None if text is None or not text.strip("0") else text.lower()
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        return text
    return raw.hex() if len(raw) == size else text


def name_of(value: Any, names: tuple[str, ...], prefix: str) -> str:
    """Return the name of an enumeration's value, which is a number or a name with a prefix.

    Raises
    ------
    ValueError
        If the enumeration has no such value.
    """
    if isinstance(value, str) and value.startswith(prefix):
        value = value.removeprefix(prefix).lower()
        if value in names:
            return str(value)
    elif value is None:
        return names[0]
    elif isinstance(value, (int, str)) and 0 <= int(value) < len(names):
        return names[int(value)]
    raise ValueError(f"{value!r:.40} is none of {', '.join(names)}")


def attributes_of(holder: Mapping[str, Any]) -> dict[str, Any]:
    """Return the attributes of a span, an event or a resource as a plain object.

    Raises
    ------
    TypeError, ValueError
        If they have not the form of attributes.
    """
    return _plain_pairs(members(holder, "attributes"))


def as_json(attributes: dict[str, Any]) -> str:
    """Write attributes as one line of strict JSON.

    Raises
    ------
    ValueError
        If a number in them is not finite.
    """
    return _sound(
        json.dumps(attributes, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    )


def _plain_pairs(pairs: list[dict[str, Any]]) -> dict[str, Any]:
    return {str(pair.get("key", "")): _plain(inner(pair, "value")) for pair in pairs}


def _plain(value: Mapping[str, Any]) -> Any:
    for name in _SCALARS:
        found = member(value, name)
        if isinstance(found, float) and not math.isfinite(found):
            return str(found)
        if found is not None:
            return found
    number = member(value, "intValue")
    if number is not None:
        return int(number) if isinstance(number, str) else number
    if member(value, "arrayValue") is not None:
        return [_plain(item) for item in members(inner(value, "arrayValue"), "values")]
    if member(value, "kvlistValue") is not None:
        return _plain_pairs(members(inner(value, "kvlistValue"), "values"))
    return None


@functools.cache
def _snake(name: str) -> str:
    return re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", name)


def _sound(text: str) -> str:
    """Write what is no UTF-8, and so came as lone surrogates, as escapes."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
