"""The text a program wrote, out of the buffers as strace prints them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from coldstart_lab.tables import STRING

if TYPE_CHECKING:
    import pandas as pd

WRITES = ("write", "writev", "pwrite64", "pwritev", "pwritev2")
SENDS = (*WRITES, "send", "sendto", "sendmsg", "sendmmsg", "sendfile", "splice")

# a buffer follows ", " or "iov_base="; paths in descriptor annotations follow other characters
_BUFFER = r'(?:, |iov_base=)"((?:[^"\\]|\\.)*)"'
_ESCAPE = re.compile(rb'\\(?:x([0-9a-fA-F]{2})|([0-7]{1,3})|([abefnrtv"\\]))')
_NAMED = {
    b"a": b"\a",
    b"b": b"\b",
    b"e": b"\x1b",
    b"f": b"\f",
    b"n": b"\n",
    b"r": b"\r",
    b"t": b"\t",
    b"v": b"\v",
    b'"': b'"',
    b"\\": b"\\",
}


def written_text(args: pd.Series[str]) -> pd.Series[str]:
    r"""Return what write calls wrote, as far as strace printed it.

    Parameters
    ----------
    args : Series of str
        Arguments of calls such as ``write`` and ``writev``.

    Returns
    -------
    Series of str
        The buffers' text with strace's escapes undone, on the same index; bytes that are no UTF-8
        are replaced, and a call without a printed buffer has an empty text.
    """
    joined = args.astype(STRING).fillna("").str.findall(_BUFFER).str.join("")
    return joined.astype(object).map(unescape).astype(STRING)


def was_cut(args: pd.Series[str]) -> pd.Series[bool]:
    """Tell for which calls strace printed only the beginning of the buffer (``"..."...``)."""
    return args.astype(STRING).fillna("").str.contains('"...', regex=False).astype(bool)


def unescape(text: str) -> str:
    r"""Undo strace's escapes (``\n``, ``\"``, ``\303\251``, ``\x1b``) in a printed buffer."""
    if "\\" not in text:
        return text
    raw = _ESCAPE.sub(_unescaped, text.encode("utf-8", "replace"))
    return raw.decode("utf-8", "replace")


def _unescaped(match: re.Match[bytes]) -> bytes:
    hexadecimal, octal, named = match.groups()
    if hexadecimal is not None:
        return bytes([int(hexadecimal, 16)])
    if octal is not None:
        return bytes([int(octal, 8) & 0xFF])
    return _NAMED[named]
