"""Values that a name beside them gives away: pairs, JSON, headers, options, elements."""

from __future__ import annotations

import re
from collections.abc import Iterator

from coldstart_lab.redaction.quoting import WORD_BEGIN, Span, Strings, line_span, value_span

_WORDS = (
    r"pass(?:word|wd|phrase|code)|pwd|secret|token|api[-_ ]?key|access[-_ ]?key"
    r"|(?:private|encryption|signing|account|master|shared)[-_]?(?:access[-_]?)?key"
    r"|credentials?|authorization|cookie|requirepass|masterauth|session[-_]?id|jwt"
    rf"|x-amz-signature|(?=p)(?:{WORD_BEGIN}|(?<=_))(?:pass|pw)(?![a-z])"
)
MARKS = ("pass", "pw", "secret", "token", "key", "credential", "authorization", "cookie",
         "masterauth", "session", "jwt", "x-amz-signature")  # fmt: skip
_NAME = re.compile(rf"(?P<word>{_WORDS})(?P<suffix>[\w-]{{0,40}}+)", re.IGNORECASE)
_PAIR = re.compile(
    rf"""(?P<word>{_WORDS})(?P<suffix>[\w-]{{0,40}}+)(?:\\{{0,15}}+["'`])?]?[ \t]{{0,16}}+"""
    r"""(?P<sep>=>|:=|={1,3}+|:(?!:|\\?/\\?/))[ \t]{0,32}+""",
    re.IGNORECASE,
)
_FLAG = re.compile(
    rf"""(?=-){WORD_BEGIN}--?"""
    r"""(?P<name>[A-Za-z][\w.-]{0,80}+)(?P<close>\\{0,15}+["'])?"""
    r"""(?:,[ \t]?|[ \t]{1,8}+|\\0{1,3}|\\x00|\x00)"""
)
_CONFIG = re.compile(rf"(?=[rm]){WORD_BEGIN}(?:requirepass|masterauth)[ \t]{{1,8}}", re.IGNORECASE)
_ELEMENT = re.compile(rf"<[\w:.-]{{0,40}}?(?:{_WORDS})[\w-]{{0,20}}+>(?=([^<]{{1,65536}})</)", re.I)

# a name that goes on like this tells of a secret without being one
_HARMLESS = re.compile(
    r"(?:file|path|dir|stdin|type|count|length|len|size|limit|ttl|expir\w*|timeout|policy|url|uri"
    r"|endpoint|issuer|fd|create|name|less|prompt|encryption|required|enabled|algorithm|i[sz]\w+)\d*$",
    re.IGNORECASE,
)
_EMPTY = re.compile(r"(?:null|nil|none|true|false)", re.IGNORECASE)
_NAME_SERVICE = re.compile(r"(?:files|compat|db|systemd|sss|ldap|nis|winbind|cache|extrausers)")
_OPTION = re.compile(r"[\"']?-(?:-?[a-z][a-z0-9-]{0,30}|[A-Za-z])(?=[\s\"'=\\]|$)")
_HEADERS = ("authorization", "cookie")
_SCHEME = re.compile(r"(?:basic|bearer|digest|negotiate|ntlm|token|apikey|aws4\S*)[ \t]+", re.I)
_WORD_BEFORE = re.compile(r"[\w.-]*\Z")


def is_secret_name(name: str) -> bool:
    """Tell whether a variable, option or field of this name holds a secret."""
    words = list(_NAME.finditer(name))
    return bool(words) and not name.lower().startswith("no-") and not _is_harmless(words[-1])


def find_named_values(text: str) -> Iterator[Span]:
    r"""Find ``key=value``, ``key: value``, ``"key": "value"``, ``\"key\":\"value\"``, headers."""
    strings = Strings(text)
    covered = 0
    for found in _PAIR.finditer(text):
        start = found.end()
        if start < covered or _is_harmless(found) or _is_no_pair(text, found):
            continue
        inside = strings.inside(start)
        span = _pair_value(text, found, inside=inside)
        if span[1] > span[0] and not _is_no_secret(text, found, span):
            covered = span[1]
            yield span


def find_flag_values(text: str) -> Iterator[Span]:
    """Find ``--password value``, also as strace, JSON and /proc print an argument list."""
    strings = Strings(text)
    covered = 0
    for pattern in (_FLAG, _CONFIG):
        strings = Strings(text)
        covered = 0
        for found in pattern.finditer(text):
            start = found.end()
            if start < covered or (pattern is _FLAG and not is_secret_name(found["name"])):
                continue
            if _OPTION.match(text, start):
                continue
            span = value_span(text, start, inside=strings.inside(start), alone=True)
            covered = span[1]
            yield span


def find_elements(text: str) -> Iterator[Span]:
    """Find ``<password>value</password>``."""
    for found in _ELEMENT.finditer(text):
        yield found.span(1)


def _pair_value(text: str, found: re.Match[str], *, inside: bool) -> Span:
    start = found.end()
    header = found["word"].lower() in _HEADERS
    quoted = text[start : start + 1] in ('"', "'") or text[start : start + 2] == '\\"'
    if header and found["sep"] == ":" and not quoted:
        before = text[_name_start(text, found.start()) - 1 : found.start()][:1]
        return line_span(text, start, inside=inside, quote="'" if before == "'" else "")
    scheme = _SCHEME.match(text, start)
    if header and scheme is not None:
        return start, value_span(text, scheme.end(), inside=inside)[1]
    return value_span(text, start, inside=inside)


def _is_no_pair(text: str, found: re.Match[str]) -> bool:
    """Tell whether what looks like a pair is none: a path before a colon, the working directory."""
    before = _name_start(text, found.start())
    name = text[before : found.end("suffix")]
    if found["sep"] == ":" and text[before - 1 : before] == "/":
        return True
    if name in ("PWD", "OLDPWD") and text.startswith("/", found.end()):
        return True
    # a line of go test
    return name == "PASS" and text[max(0, before - 4) : before] == "--- "


def _is_no_secret(text: str, found: re.Match[str], span: Span) -> bool:
    """Tell whether a value is none of a secret: nothing, a number of the kernel's."""
    word, start, end = found["word"].lower(), *span
    if word == "passwd" and found["sep"] == ":" and _NAME_SERVICE.fullmatch(text, start, end):
        return True
    number = end - start <= 10 and text[start:end].isdigit()
    if number and word == "cookie" and found["sep"] == "=":
        return True
    if number and word == "token" and found["suffix"].lower() == "s":
        return True
    return _EMPTY.fullmatch(text, start, end) is not None


def _is_harmless(found: re.Match[str]) -> bool:
    """Tell whether a name goes on so that it is no secret's: ``token_count``, ``password_file``."""
    return _HARMLESS.search(found["suffix"]) is not None


def _name_start(text: str, position: int) -> int:
    low = max(0, position - 80)
    found = _WORD_BEFORE.search(text[low:position])
    begin = position if found is None else low + found.start()
    # the letter of an escape such as \n is none of the name's
    return begin + (text[begin - 1 : begin] == "\\" and text[begin] in "abefnrtv0")
