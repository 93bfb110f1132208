r"""Where a value ends: quotes at any depth of escaping, strace's escapes, bare words.

A strace log prints a buffer as ``"..."`` with ``\`` before quotes; JSON inside one has ``\"`` for
its quotes, JSON inside that ``\\\"``. A quote closes a value if it is of the value's depth or of
one further out.
"""

from __future__ import annotations

import re

REDACTED = "[redacted]"
Span = tuple[int, int]

# the begin of a word, which may stand right behind an escape such as \n or \0
WORD_BEGIN = (
    r"(?:(?<![\w-])|(?<=\\[abefnrtv0-7])|(?<=\\[0-7][0-7])|(?<=\\[0-7][0-7][0-7])"
    r"|(?<=\\x[0-9a-f][0-9a-f]))"
)
# one byte as strace prints it; it pads an octal escape where a digit follows
TOKEN = r'(?:\\(?:[0-7]{1,3}+|x[0-9a-fA-F]{2}|[^0-7x])|[^"\\])'

_OPENING = re.compile(r"""\\*["'`]""")
_QUOTES = {mark: re.compile(rf"\\*+{mark}|\n") for mark in "\"'`"}
_UNESCAPED = re.compile(r'\\.|(")', re.DOTALL)

_CLOSERS = r"""(?:[],}):;\s&"\\]|\.\.\.|\Z)"""
# a letter of a word, but for the sign before the next pair of a query, a connection string, a list
_LETTER = (
    r"""(?:[^\s"\\&;,]|&(?![\w.%\[\]-]{1,64}=)|;(?![\w.-]{1,64}=)"""
    r"""|,(?!["'\\]|[\w.-]{1,64}[=:]))"""
)
# what strace prints for a character that may be part of a word
_ESCAPED = r"\\\\|\\[23][0-7]{2}|\\x[89a-fA-F][0-9a-fA-F]"
_ESCAPED_QUOTE = rf"""\\"(?!{_CLOSERS})"""
_LINE_END = r"""\\(?:r\\n|[rntvf0])(?:["\\\s]|[\w.-]{1,40}[=:]|\Z)"""
_OTHER = rf"""(?!{_LINE_END}|\\"{_CLOSERS})\\.?|"(?!{_CLOSERS})"""
# (inside a string, alone): inside, an unescaped quote ends the word; outside it may be part of it
_WORDS = {
    (True, False): re.compile(rf"(?:{_LETTER}|{_ESCAPED}|{_ESCAPED_QUOTE})*+"),
    (True, True): re.compile(rf"""(?:[^\s"\\]|{_ESCAPED}|{_ESCAPED_QUOTE})*+"""),
    (False, False): re.compile(rf"(?:{_LETTER}|{_OTHER})*+"),
    (False, True): re.compile(rf"""(?:[^\s"\\]|{_OTHER})*+"""),
}
_LINE_INSIDE = re.compile(r"""(?:[^\n\r"\\]|\\[^rn"])*+""")
_LINE_OUTSIDE = re.compile(r"""(?:[^\n\r\\]|\\(?!r\\n|n|r\Z|"))*+""")
_TRAILING = ")]}>,;."


class Strings:
    """Tells whether a position lies inside a double-quoted string of its line.

    Positions must be asked for in ascending order: each character is looked at once.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.odd = False

    def inside(self, position: int) -> bool:
        """Return whether an odd number of unescaped quotes precedes the position in its line."""
        if position > self.at:
            line = self.text.rfind("\n", self.at, position) + 1
            if line > 0:
                self.at, self.odd = line, False
            chunk = self.text[self.at : position]
            self.odd ^= len([1 for mark in _UNESCAPED.findall(chunk) if mark]) % 2 == 1
            # a backslash at the border belongs with what follows
            self.at = position
        return self.odd


def value_span(text: str, start: int, *, inside: bool, alone: bool = False) -> Span:
    """Return where the value that begins at a position lies, without its quotes.

    Parameters
    ----------
    text : str
        The whole text.
    start : int
        Where the value, or its opening quote, begins.
    inside : bool
        Whether that is inside a double-quoted string.
    alone : bool
        Whether it stands between spaces, so that no other pair can follow it directly.
    """
    opening = _OPENING.match(text, start)
    if opening is not None:
        mark, depth = text[opening.end() - 1], opening.end() - start - 1
        is_depth = (depth + 1) & depth == 0
        ends_buffer = inside and mark == '"' and depth == 0
        if is_depth and not (ends_buffer and _ends_string(text, opening.end())):
            return opening.end(), _closing(text, opening.end(), mark, depth)
        if ends_buffer:
            return start, start
    return bare_span(text, start, inside=inside, alone=alone)


def bare_span(text: str, start: int, *, inside: bool, alone: bool = False) -> Span:
    """Return where an unquoted value lies: to white space, the end of its string, the next pair."""
    found = _WORDS[inside, alone].match(text, start)
    end = start if found is None else found.end()
    # a bracket that closes what the pair stands in is none of the value's
    while end > start and text[end - 1] in _TRAILING and not text.endswith(REDACTED, start, end):
        end -= 1
    return start, end


def line_span(text: str, start: int, *, inside: bool, quote: str = "") -> Span:
    """Return where a header's value lies: to the end of its line or of its string."""
    found = (_LINE_INSIDE if inside else _LINE_OUTSIDE).match(text, start)
    end = start if found is None else found.end()
    if quote:
        closing = text.find(quote, start, end)
        end = end if closing < 0 else closing
    return start, end


def string_end(text: str, start: int) -> int:
    """Return where the string that a position lies in ends: its unescaped quote, or its line."""
    found = _QUOTES['"'].search(text, start)
    while found is not None and found.group() != "\n" and len(found.group()) % 2 == 0:
        found = _QUOTES['"'].search(text, found.end())
    if found is None:
        return len(text)
    return found.start() if found.group() == "\n" else found.end() - 1


def _ends_string(text: str, after: int) -> bool:
    return after >= len(text) or text[after] in ",).]} \t\n"


def _closing(text: str, start: int, mark: str, depth: int) -> int:
    for found in _QUOTES[mark].finditer(text, start):
        if found.group() == "\n":
            return found.start()
        backslashes = len(found.group()) - 1
        # one more level of escaping than the opening: a quote inside the value
        if backslashes % (2 * (depth + 1)) != 2 * depth + 1:
            return found.end() - 1 - min(backslashes, depth)
    return len(text)
