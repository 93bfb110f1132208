"""Turns the text of ``go tool trace -d=wire`` into a trace again: to make some up, or change some.

The sizes of batches are counted anew, so that they need not be right in the text.
"""

from __future__ import annotations

import re

from coldstart_lab.readers.gotrace.wire import NAMES

_KINDS = {name: kind for kind, name in NAMES.items()}
_MASK = (1 << 64) - 1
_PIECE = re.compile(r"\\(?:(x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8})|(.))|([^\\]+)")


def varint(number: int) -> bytes:
    number &= _MASK
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def encode(text: str) -> bytes:
    """Encode a trace; ``#`` begins a comment."""
    lines = [line.split("#")[0].rstrip() if "data=" not in line else line
             for line in text.strip().splitlines()]  # fmt: skip
    version = re.fullmatch(r"Trace Go1\.(\d+)", lines[0].strip())
    assert version is not None, lines[0]
    out = bytearray(f"go 1.{version[1]} trace\0\0\0".encode())
    head, body = b"", bytearray()

    def flush() -> None:
        if head:
            out.extend(head + varint(len(body)) + body)
        body.clear()

    for line in filter(str.strip, lines[1:]):
        name, *words = line.split()
        if name.startswith("data="):
            data = unquote(line.strip().removeprefix("data="))
            body += varint(len(data)) + data
            continue
        if name.startswith("pc="):
            body += b"".join(varint(int(word.split("=")[1])) for word in (name, *words))
            continue
        numbers = [int(word.split("=")[1]) for word in words]
        event = bytes([_KINDS[name]])
        if name == "EventBatch":
            flush()
            head = event + b"".join(map(varint, numbers[:3]))
        elif name == "EndOfGeneration":
            flush()
            head = b""
            out.extend(event)
        else:
            body += event + b"".join(map(varint, numbers))
    flush()
    return bytes(out)


def unquote(text: str) -> bytes:
    """Read a string as Go quotes it."""
    plain = {"a": 7, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11}
    out = bytearray()
    for code, letter, rest in _PIECE.findall(text.strip()[1:-1]):
        if code.startswith("x"):
            out.append(int(code[1:], 16))
        elif code:
            out += chr(int(code[1:], 16)).encode()
        elif letter:
            out.append(plain.get(letter, ord(letter)))
        else:
            out += rest.encode()
    return bytes(out)
