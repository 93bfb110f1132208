"""Bring the finders together: what they find is replaced, overlaps merged."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from coldstart_lab.redaction import keys, shapes, urls, wire
from coldstart_lab.redaction.quoting import REDACTED, Span

Finder = Callable[[str], Iterator[Span]]

_ZEROS = ("\\0\\0", "\\x00\\x00", "\0\0")
# each finder with what a text must hold, in small letters, to be worth its while
_FINDERS: tuple[tuple[Finder, tuple[str, ...]], ...] = (
    (keys.find_named_values, keys.MARKS),
    (keys.find_flag_values, keys.MARKS),
    (keys.find_elements, keys.MARKS),
    (urls.find_url_passwords, (":/", ":\\/", ":\\\\/")),
    (urls.find_dsn_passwords, ("@tcp", "@udp", "@unix", "@cloudsql")),
    (urls.find_user_options, ("-u", "-user")),
    (shapes.find_tokens, shapes.TOKEN_MARKS),
    (shapes.find_schemes, ("bearer", "basic")),
    (shapes.find_private_keys, ("private key",)),
    (wire.find_postgresql, ("p\\0", "p\\x00", "p\0")),
    (wire.find_scram, (",,n=", "c=", "r=", "scram-sha-", "v=")),
    (wire.find_mysql, _ZEROS),
    (wire.find_redis, ("auth", "requirepass")),
    (wire.find_mail_logins, ("auth", "pass")),
    (wire.find_hexadecimal, ('"\\x',)),
)
# what one pass leaves may only show its form to the next; two passes do for all that is known
_PASSES = 6

_INVISIBLE = (
    (0x00, 0x1F), (0x7F, 0x9F), (0xAD, 0xAD), (0x61C, 0x61C), (0x180E, 0x180E),
    (0x200B, 0x200F), (0x2028, 0x202E), (0x2060, 0x206F), (0xD800, 0xDFFF),
    (0xFEFF, 0xFEFF), (0xFFF9, 0xFFFB), (0xE0000, 0xE007F),
)  # fmt: skip
_NAMED = {0x09: r"\t", 0x0A: r"\n", 0x0D: r"\r"}


def redact(text: str) -> str:
    r"""Replace secrets in text by ``[redacted]``.

    Hidden are values named as a password, token, secret, key, authorization or cookie
    (``key=value``, ``key: value``, JSON, options, environment, also with strace's escapes),
    credentials in URLs and connection strings, tokens known by their shape, private keys, and what
    clients of PostgreSQL, MySQL, Redis and mail servers send to log in.

    Parameters
    ----------
    text : str
        Any text: a line of a strace log, a buffer, many lines.

    Returns
    -------
    str
        The text with values replaced; ``redact(redact(text)) == redact(text)``.

    Notes
    -----
    Time grows linearly with the length of the text. What carries no mark of a secret cannot be
    found: a password that stands alone survives.

    Examples
    --------
    >>> redact('connect: user=bob password=hunter2 host=db')
    'connect: user=bob password=[redacted] host=db'
    >>> redact('openat(AT_FDCWD, "/srv/secrets/token", O_RDONLY) = 3')
    'openat(AT_FDCWD, "/srv/secrets/token", O_RDONLY) = 3'
    """
    for _ in range(_PASSES):
        spans = sorted(span for finder in _finders_for(text) for span in finder(text))
        replaced = _replace(text, spans)
        if replaced == text:
            break
        text = replaced
    return text


def printable(text: str) -> str:
    r"""Make characters visible that a terminal or a page would obey or hide.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        The text with control characters, terminal escapes, direction overrides, invisible
        characters and lone surrogates written as ``\x1b``, ``\u202e``; it can be encoded as UTF-8.

    Examples
    --------
    >>> printable("\x1b[31mred")
    '\\x1b[31mred'
    """
    return text if text.isascii() and text.isprintable() else text.translate(_VISIBLE)


def _finders_for(text: str) -> list[Finder]:
    small = text.lower()
    return [finder for finder, marks in _FINDERS if any(mark in small for mark in marks)]


def _replace(text: str, spans: list[Span]) -> str:
    parts = []
    done = 0
    for start, end in _merged(spans):
        parts += [text[done:start], REDACTED]
        done = end
    return "".join([*parts, text[done:]])


def _merged(spans: list[Span]) -> Iterator[Span]:
    begun: Span | None = None
    for start, end in spans:
        if end <= start:
            continue
        if begun is None:
            begun = (start, end)
        elif start <= begun[1]:
            begun = (begun[0], max(begun[1], end))
        else:
            yield begun
            begun = (start, end)
    if begun is not None:
        yield begun


def _visible(code: int) -> str:
    if code in _NAMED:
        return _NAMED[code]
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


_VISIBLE = {code: _visible(code) for first, last in _INVISIBLE for code in range(first, last + 1)}
