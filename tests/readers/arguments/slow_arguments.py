"""Slow, independent readers of arguments, after strace's own printing rules (util.c)."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from coldstart_lab.readers.strace import read_buffer

CLOSING = {"(": ")", "[": "]", "{": "}"}


def string_end(text, at):
    """The first character after the string that begins at ``at``."""
    found = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL).match(text, at)
    return found.end()


def annotation_end(text, at):
    """The first character after the ``<...>`` at ``at``."""
    special = re.compile(
        r'<(?:\(null\)|[\w?-]+):\[(?:[^"\]]|"(?:[^"\\]|\\.)*"|\](?!>))*\]>', re.DOTALL
    )
    if found := special.match(text, at):
        return found.end()
    depth, i = 0, at
    while i < len(text):
        if text[i] == "\\":
            i += 1
        elif text[i] == "<":
            depth += 1
        elif text[i] == ">":
            depth -= 1
            if depth == 0:
                return i + 1
        i += 1
    return len(text)


def is_annotation(text, at):
    return (
        text[at] == "<"
        and at > 0
        and (text[at - 1].isdigit() or text.endswith(("AT_FDCWD", "AT_FDCWD */"), 0, at))
        and not text.startswith("<<", at)
    )


def split(args):
    """Split arguments at the commas between them; names of -N are dropped."""
    parts, begin, expected, i = [], 0, [], 0
    while i < len(args):
        if args[i] == '"':
            i = string_end(args, i)
        elif args.startswith("/*", i):
            i = args.index("*/", i) + 2
        elif args.startswith("<<", i):
            i += 2
        elif is_annotation(args, i):
            i = annotation_end(args, i)
        else:
            if args[i] in CLOSING:
                expected.append(CLOSING[args[i]])
            elif args[i] in ")]}":
                assert expected.pop() == args[i], args
            elif args[i] == "," and not expected:
                parts.append(args[begin:i])
                begin = i + 1
            i += 1
    parts.append(args[begin:])
    return [re.sub(r"^\w+=(?![=>])", "", part.strip(" ")) for part in parts if part.strip(" ")]


def hide(line):
    """Take out of a line of a log all that -y or -yy put there."""
    out, i = [], 0
    while i < len(line):
        if line[i] == '"':
            end = string_end(line, i)
            out.append(line[i:end])
        elif is_annotation(line, i):
            end = annotation_end(line, i)
            if line.startswith("(deleted)", end):
                end += len("(deleted)")
        else:
            end = i + 1
            out.append(line[i])
        i = end
    return "".join(out)


def hide_log(text):
    """Take out all annotations of a log made with -f -ttt -T."""
    lines = []
    for line in text.splitlines():
        head, body, tail = re.fullmatch(r"(\d+ +[\d.]+ )(.*?)( <[\d.]+>)?", line).groups()
        lines.append(head + hide(body) + (tail or ""))
    return "".join(f"{line}\n" for line in lines)


def escape(data, *, style="octal"):
    """Print bytes as strace does: by default, with -x (``mixed``) or with -xx (``hex``)."""
    plain = {9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\"}
    if style == "hex" or (
        style == "mixed" and any(b > 126 or (b < 32 and b not in plain) for b in data)
    ):
        return "".join(f"\\x{byte:02x}" for byte in data)
    out = []
    for i, byte in enumerate(data):
        following = data[i + 1 : i + 2]
        if byte in plain:
            out.append(plain[byte])
        elif 32 <= byte < 127:
            out.append(chr(byte))
        elif following and following in b"01234567":  # else the digit would be read as its own
            out.append(f"\\{byte:03o}")
        else:
            out.append(f"\\{byte:o}")
    return "".join(out)


def read(text):
    """The events of a log that a test wrote."""
    data = np.frombuffer(text.encode("utf-8", "surrogateescape"), dtype=np.uint8)
    return read_buffer(data, source=Path("written.log"), threads=1).events
