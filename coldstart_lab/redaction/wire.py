r"""What clients send to log in, as it looks in the buffers of a strace log (and unescaped).

Sources: PostgreSQL's "Message Formats" (PasswordMessage, SASLInitialResponse, SASLResponse), RFC
5802 (SCRAM), MySQL's "Protocol::HandshakeResponse41" and "AuthSwitchResponse", the Redis
serialization protocol (AUTH, HELLO), RFC 4954 (SMTP AUTH), RFC 959 (PASS).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from coldstart_lab.redaction.quoting import REDACTED, TOKEN, WORD_BEGIN, Span, string_end

_ZERO = r"(?:\\0{1,3}+|\\x00|\x00)"
_TOKENS = re.compile(TOKEN, re.DOTALL)

_PASSWORD_MESSAGE = re.compile(
    rf'(?:(?<=")|\A|(?<=\n))p{_ZERO}{_ZERO}{TOKEN}{TOKEN}(?=[^"\\\0]|\\[23][0-7]{{2}}|\\")',
    re.DOTALL,
)
_SCRAM = re.compile(
    r"(?=[ncrSvy])"
    + WORD_BEGIN
    + r"""(?:
      [ny](?:=[^,\s"\\]{0,64})?,,n=(?P<first>[^,\s"\\]{0,256},r=[^\s"\\]*+)
    | c=[A-Za-z0-9+/=]{4,}+,(?P<final>r=[^\s"\\]*+)
    | r=[^,\s"\\]{8,512}+,(?P<challenge>s=[A-Za-z0-9+/=]{4,}+)
    | SCRAM-SHA-\d{1,3}\$(?P<stored>\d{1,8}:[^\s"\\]++)
    | v=(?P<server>[A-Za-z0-9+/]{26,}+={0,2})
    )""",
    re.VERBOSE,
)

# length, number of the packet, capabilities, packet size, character set, 23 zeros, user
_MYSQL_LOGIN = re.compile(
    rf'"{TOKEN}{{3}}\\[1-3](?![0-7]){TOKEN}{{9}}{_ZERO}{{23}}[^"\\]{{1,80}}{_ZERO}', re.DOTALL
)
_MYSQL_SWITCH = re.compile(rf'"({TOKEN}){_ZERO}{_ZERO}\\[3-7](?![0-7])', re.DOTALL)
_MYSQL_LENGTHS = (20, 32)

_END = r"(?:\\r\\n|\r\n)"
_REDIS_AUTH = re.compile(rf"\$(?:4{_END}AUTH|11{_END}requirepass|10{_END}masterauth){_END}", re.I)
_REDIS_ARGUMENT = re.compile(rf"\$(\d{{1,9}}){_END}")
_REDIS_VALUE = re.compile(r'(?:[^"\\\r\n]|\\[^r"]|\\r(?!\\n)|\\")*+')
_REDIS_INLINE = re.compile(
    r"(?=h)" + WORD_BEGIN + r"HELLO[ \t]+[23][ \t]+AUTH[ \t]+(?!\[redacted\])"
    r"(?P<hello>[^\s\"\\]+[ \t]+(?:[^\s\"\\]|\\[^rn\"])+)"
    rf"|(?:(?<=\")|^|(?<=\\n)|(?<=\n))AUTH[ \t]+(?P<auth>(?:[^\s\"\\]|\\[^rn\"])+"
    rf"(?:[ \t]+(?:[^\s\"\\]|\\[^rn\"])+)?)(?={_END})",
    re.IGNORECASE,
)
_MAIL = re.compile(
    r"(?:(?<=\")|^|(?<=\\n)|(?<=\n))(?:AUTH[ \t]+(?:PLAIN|LOGIN|XOAUTH2|CRAM-MD5|OAUTHBEARER)|PASS)"
    rf"[ \t]+((?:[^\s\"\\]|\\[^rn\"])+)(?={_END}|\"|$)",
    re.MULTILINE,
)
_HEX_STRING = re.compile(r'"((?:\\x[0-9a-fA-F]{2})++)"')


def find_postgresql(text: str) -> Iterator[Span]:
    """Find PostgreSQL's password and SASL messages: all of the buffer after its length."""
    for found in _PASSWORD_MESSAGE.finditer(text):
        yield found.end(), string_end(text, found.end())


def find_scram(text: str) -> Iterator[Span]:
    """Find nonces, salts, proofs and stored keys of SCRAM."""
    for found in _SCRAM.finditer(text):
        if found.lastgroup is not None:
            yield found.span(found.lastgroup)


def find_mysql(text: str) -> Iterator[Span]:
    """Find the authentication data of MySQL's handshake response and of a switched method."""
    for found in _MYSQL_LOGIN.finditer(text):
        length = _TOKENS.match(text, found.end())
        if length is not None and text[length.start()] != "[":
            yield length.start(), _skip(text, length.end(), _byte(length.group()))
    for found in _MYSQL_SWITCH.finditer(text):
        start, stated = found.end(), _byte(found[1])
        end = string_end(text, start)
        if end - start > 4 * 255 or text[end : end + 1] != '"':
            continue
        tokens = _TOKENS.findall(text, start, end)
        clear = tokens[-1:] in (["\\0"], ["\\00"], ["\\000"]) and "\\" not in "".join(tokens[:-1])
        if len(tokens) == stated and (stated in _MYSQL_LENGTHS or (clear and stated > 1)):
            yield start, end


def find_redis(text: str) -> Iterator[Span]:
    """Find the arguments of Redis' AUTH, as bulk strings or in a line."""
    for found in _REDIS_AUTH.finditer(text):
        position = found.end()
        for _ in range(2):
            argument = _REDIS_ARGUMENT.match(text, position)
            if argument is None:
                break
            start = argument.end()
            escaped = argument.group().endswith("\\n")
            end = _redis_end(text, start, int(argument[1]), escaped=escaped)
            yield start, end
            position = end + (4 if escaped else 2)
    for found in _REDIS_INLINE.finditer(text):
        yield found.span(found.lastgroup or 0)


def find_mail_logins(text: str) -> Iterator[Span]:
    """Find the password in ``PASS secret`` and ``AUTH PLAIN ...`` of mail and file servers."""
    for found in _MAIL.finditer(text):
        yield found.span(1)


def find_hexadecimal(text: str) -> Iterator[Span]:
    r"""Find strings printed wholly as ``\x..`` (strace -x, -xx) that hold any of the above."""
    from coldstart_lab.redaction.spans import redact  # noqa: PLC0415 - it calls us

    for found in _HEX_STRING.finditer(text):
        decoded = bytes.fromhex(found[1].replace("\\x", ""))
        printed = '"' + "".join(_printed(byte) for byte in decoded) + '"'
        if redact(printed) != printed:
            yield found.span(1)


def _redis_end(text: str, start: int, length: int, *, escaped: bool) -> int:
    if not escaped:
        hidden = text.startswith(REDACTED, start)
        return min(len(text), start + (len(REDACTED) if hidden else length))
    found = _REDIS_VALUE.match(text, start)
    return start if found is None else found.end()


def _skip(text: str, start: int, count: int) -> int:
    end = string_end(text, start)
    position = start
    for number, token in enumerate(_TOKENS.finditer(text, start, end)):
        if number == count:
            break
        position = token.end()
    return position


def _byte(token: str) -> int:
    if not token.startswith("\\"):
        return ord(token) & 0xFF
    if token[1] == "x":
        return int(token[2:], 16)
    if token[1] in "01234567":
        return int(token[1:], 8) & 0xFF
    return ord({"n": "\n", "r": "\r", "t": "\t", "v": "\v", "f": "\f"}.get(token[1], token[1]))


def _printed(byte: int) -> str:
    named = {9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\"}
    if byte in named:
        return named[byte]
    return chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}"
