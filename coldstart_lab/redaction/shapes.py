"""Secrets known by their own shape: tokens of well-known services, schemes, private keys."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

from coldstart_lab.redaction.quoting import REDACTED, WORD_BEGIN, Span, Strings, string_end

_TOKEN = re.compile(
    # the first letter is cheaper to ask for than what precedes it
    r"(?=[AGSadeghknprsxy$])"
    + WORD_BEGIN
    + r"""(?:
      (?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,}+               # AWS key ids
    | gh[pousr]_[A-Za-z0-9]{6,}+ | github_pat_\w{6,}+     # GitHub
    | glpat-[\w-]{6,}+                                    # GitLab
    | xox[abeoprs]-[\w-]{6,}+ | xapp-[\w-]{6,}+           # Slack
    | eyJ[\w-]{12,}+(?:\.[\w-]*+){0,4}+                   # JSON web tokens
    | [sr]k_(?:live|test)_\w{6,}+ | sk-[\w-]{16,}+        # Stripe, OpenAI
    | AIza[\w-]{20,}+ | ya29\.[\w.-]{10,}+                # Google
    | npm_[A-Za-z0-9]{20,}+ | pypi-[\w-]{20,}+
    | hv[sbr]\.[\w-]{16,}+ | dop_v1_[0-9a-f]{16,}+        # Vault, DigitalOcean
    | SG\.[\w-]{10,}+(?:\.[\w-]++)?
    )
    | \$(?:1|2[abxy]|5|6|7|y|gy|argon2(?:id|i|d))\$[./\w=,]{1,64}+\$[./\w+$=,]{8,}+  # crypt(3)
    """,
    re.VERBOSE,
)
TOKEN_MARKS = (
    "akia", "asia", "aroa", "aida", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-",
    "xox", "xapp-", "eyj", "k_live_", "k_test_", "sk-", "aiza", "ya29.", "npm_", "pypi-", "hvs.",
    "hvb.", "hvr.", "dop_v1_", "sg.", "$1$", "$2", "$5$", "$6$", "$7$", "$y$", "$gy$", "$argon2",
)  # fmt: skip
_BEARER = re.compile(
    r"(?=b)" + WORD_BEGIN + r"bearer(?:[ \t]{1,8}|[ \t]{0,4}[:=][ \t]{0,4})"
    r"(?!(?:tokens?|auth|authentication|authorization|scheme)(?![\w.~+/=-])"
    r"|(?:realm|error|scope)=[\"\\])("
    r"(?:[\w.~+/=-]|\[redacted\])+)",
    re.IGNORECASE,
)
_BASIC = re.compile(
    r"(?=b)" + WORD_BEGIN + r"basic[ \t]{1,8}([A-Za-z0-9+/_-]{4,}+={0,2})", re.IGNORECASE
)
_KEY_MARK = re.compile(r"-----(BEGIN|END) [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_KEY_BODY = re.compile(r"(?:[A-Za-z0-9+/=\\\s:,]|-(?!----)|\[redacted\])*+")
_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\\ \t\r\n"


def find_tokens(text: str) -> Iterator[Span]:
    """Find tokens and hashes that say what they are by how they begin, cut short or not."""
    for found in _TOKEN.finditer(text):
        yield found.span()


def find_schemes(text: str) -> Iterator[Span]:
    """Find what follows ``Bearer``, and ``Basic`` where it decodes to ``user:password``."""
    for found in _BEARER.finditer(text):
        yield found.span(1)
    for found in _BASIC.finditer(text):
        if _is_basic(found[1]):
            yield found.span(1)


def find_private_keys(text: str) -> Iterator[Span]:
    """Find the body of PEM private keys, also with escaped line ends, also of a piece of one."""
    strings = Strings(text)
    done = border = 0
    begun: int | None = None
    for mark in _KEY_MARK.finditer(text):
        inside = strings.inside(mark.start())
        if begun is not None and mark[1] == "END" and mark.start() <= done:
            yield begun, mark.start()
            begun, done = None, mark.end()
            continue
        if begun is not None:
            yield begun, min(done, mark.start())
            begun, done = None, min(done, mark.start())
        if mark[1] == "END":
            # the key began in an earlier buffer
            piece = text[done : mark.start()]
            yield done + _body_start(piece), mark.start()
            done = mark.end()
        else:
            if inside and border < mark.end():
                border = string_end(text, mark.end())
            begun, done = mark.end(), border if inside else _body_end(text, mark.end())
    if begun is not None:
        yield begun, done


def _body_end(text: str, start: int) -> int:
    body = _KEY_BODY.match(text, start)
    return start if body is None else max(start, body.end())


def _body_start(piece: str) -> int:
    return len(piece.removesuffix(REDACTED).rstrip(_BASE64))


def _is_basic(value: str) -> bool:
    padded = value.rstrip("=") + "=" * (-len(value.rstrip("=")) % 4)
    try:
        decoded = base64.b64decode(padded.translate(str.maketrans("-_", "+/")), validate=True)
    except (binascii.Error, ValueError):
        return False
    return b":" in decoded
