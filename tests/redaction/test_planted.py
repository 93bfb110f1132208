# ruff: noqa: E501 - the lines are as they are
import base64
import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coldstart_lab.redaction import REDACTED, redact, redact_argv

from forms import (  # isort: skip
    DSN_FORMS,
    HEADER_FORMS,
    LETTERS,
    NAMES,
    REDIS_FORMS,
    URL_FORMS,
    WORD_FORMS,
    buffer,
    escaped,
    json_text,
    phrases,
    plain_words,
    words,
)

PIECE = 6


def leaks(secret, text):
    """Pieces of a secret that a redacted text still shows and the form without it does not."""
    shown = redact(text)
    empty = text.replace(escaped(secret), "").replace(secret, "")
    pieces = {secret[i : i + PIECE] for i in range(len(secret) - PIECE + 1)}
    pieces = {piece for piece in pieces if piece not in empty and piece not in REDACTED}
    return sorted(piece for piece in pieces if piece in shown), shown


def assert_hidden(secret, text):
    found, shown = leaks(secret, text)
    assert not found, f"{found} of {secret!r} survive in {shown!r}"
    assert REDACTED in shown
    assert redact(shown) == shown


def form(template, secret, **more):
    return template.format(secret, n=len(secret.encode()), **more)


@pytest.mark.parametrize("template", WORD_FORMS)
@given(name=st.sampled_from(NAMES), secret=words())
def test_pairs_and_options(template, name, secret):
    text = form(template, secret, name=name)
    assert_hidden(secret, text)
    assert_hidden(secret, buffer(text))


@given(name=st.sampled_from(NAMES), secret=phrases(), indent=st.sampled_from([None, 2]))
def test_json_at_every_depth_of_escaping(name, secret, indent):
    text = json_text(name, secret, indent=indent)
    within = json.dumps({"body": text})
    for layer in (text, within):
        assert_hidden(json.dumps(secret)[1:-1], layer)
        assert_hidden(escaped(json.dumps(secret)[1:-1]), buffer(layer))


@given(name=st.sampled_from(NAMES), secret=phrases(), quote=st.sampled_from("\"'"))
def test_quoted_values(name, secret, quote):
    secret = secret.replace(quote, "").replace("\\", "")
    if len(secret) < PIECE:
        return
    for text in (f"{name}={quote}{secret}{quote} x=1", f"{name}: {quote}{secret}{quote}"):
        assert_hidden(secret, text)


@pytest.mark.parametrize("template", HEADER_FORMS)
@given(secret=plain_words("-_.~+/="))
def test_headers(template, secret):
    assert_hidden(secret, form(template, secret))
    assert_hidden(secret, buffer(form(template, secret)))


@pytest.mark.parametrize("template", URL_FORMS)
@given(secret=words("&;,'"))
def test_urls(template, secret):
    if template.startswith("http"):
        # what looks like a port and a path is taken for one; no URL has a bare slash there
        secret = secret.replace("/", "-")
    secret = secret.replace("://", "---")
    assert_hidden(secret, form(template, secret))
    assert_hidden(secret, buffer(form(template, secret)))


@pytest.mark.parametrize("template", DSN_FORMS)
@given(secret=words("&;,"))
def test_connection_strings(template, secret):
    assert_hidden(secret, form(template, secret))
    assert_hidden(secret, buffer(form(template, secret)))


@pytest.mark.parametrize("template", REDIS_FORMS)
@given(secret=words("&;,'"))
def test_redis(template, secret):
    assert_hidden(secret, buffer(form(template, secret)))
    assert_hidden(secret, form(template, secret))


@given(user=plain_words(), secret=words("&;,'\" "))
def test_basic_credentials(user, secret):
    coded = base64.b64encode(f"{user}:{secret}".encode()).decode()
    assert_hidden(coded, f"the header was Basic {coded}")
    assert_hidden(coded, buffer(f"GET / HTTP/1.1\r\nauthorization:Basic {coded}\r\n\r\n"))


@given(name=st.sampled_from(NAMES), secret=phrases())
def test_argument_lists_of_execve(name, secret):
    for flag in (f"--{name}", f"-{name}"):
        text = (
            f'execve("/srv/x", ["x", "{flag}", "{escaped(secret)}", "-v"], 0x7ffd /* 3 vars */) = 0'
        )
        assert_hidden(escaped(secret), text)
        assert redact(text).endswith('", "-v"], 0x7ffd /* 3 vars */) = 0')
    text = f'execve("/srv/x", ["x"], ["PATH=/bin", "{name}={escaped(secret)}"]) = 0'
    if " " not in secret and '"' not in secret:
        assert redact(text).startswith('execve("/srv/x", ["x"], ["PATH=/bin", "')


@given(name=st.sampled_from(NAMES), secret=phrases())
def test_argument_lists(name, secret):
    argv = ["service", f"--{name}", secret, f"{name}={secret}", f"--{name}={secret}", "--port=80"]
    hidden = redact_argv(argv)
    assert hidden == [
        "service", f"--{name}", REDACTED, f"{name}={REDACTED}", f"--{name}={REDACTED}", "--port=80"
    ]  # fmt: skip
    assert redact_argv(hidden) == hidden


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (["mysql", "-phunter22", "-P", "3306"], ["mysql", "-p[redacted]", "-P", "3306"]),
        (["sshpass", "-p", "hunter22", "ssh"], ["sshpass", "-p", "[redacted]", "ssh"]),
        (["redis-cli", "-a", "hunter22"], ["redis-cli", "-a", "[redacted]"]),
        (["curl", "-u", "bob:a b", "http://x"], ["curl", "-u", "bob:[redacted]", "http://x"]),
        (["docker", "run", "-u", "1000:1000"], ["docker", "run", "-u", "1000:1000"]),
        (["x", "--use-token", "--verbose"], ["x", "--use-token", "--verbose"]),
        (["x", "--password-file", "/run/p"], ["x", "--password-file", "/run/p"]),
        (["x", "PWD=/srv"], ["x", "PWD=/srv"]),
        ([], []),
    ],
)
def test_known_programs(argv, expected):
    assert redact_argv(argv) == expected


def pem(kind, lines=6):
    body = base64.b64encode(os.urandom(48 * lines)).decode()
    rows = [body[i : i + 64] for i in range(0, len(body), 64)]
    return rows, f"-----BEGIN {kind}-----\n" + "\n".join(rows) + f"\n-----END {kind}-----\n"


@pytest.mark.parametrize(
    "kind", ["PRIVATE KEY", "RSA PRIVATE KEY", "OPENSSH PRIVATE KEY", "PGP PRIVATE KEY BLOCK"]
)
def test_private_keys(kind):
    rows, text = pem(kind)
    cut = escaped(text)[:300].rstrip("\\")
    tail = escaped(text)[100:]
    for shown in (
        text,
        f"before\n{text}after",
        buffer(text),
        buffer(json.dumps({"tls": text})),
        f'read(3, "{cut}"..., 4096) = 4096\nread(3, "more", 4) = 4',
        f'read(3, "{tail}", 4096) = 900',
        text[:200],
    ):
        hidden = redact(shown)
        assert not [row for row in rows if row in hidden]
        assert not [row for row in rows if row[:20] in hidden or row[-20:] in hidden]
        assert REDACTED in hidden
        assert redact(hidden) == hidden
    assert redact(f"before\n{text}after").startswith("before\n-----BEGIN")
    assert redact(f"before\n{text}after").endswith("-----\nafter")
    assert redact(f'read(3, "{cut}"..., 4096) = 4096\nread(3, "more", 4) = 4').endswith(
        '"..., 4096) = 4096\nread(3, "more", 4) = 4'
    )


@pytest.mark.parametrize(
    "secret",
    [
        "AKIAIOSFODNN7EXAMPLE",
        "ASIAIOSFODNN7EXAMPLE",
        "ghp_" + "a1B2c3" * 6,
        "github_pat_11ABCDEFG_" + "x" * 30,
        "glpat-abcdefgh12345678",
        "xoxb-1234567890-abcdefghij",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
        "eyJhbGciOiJIUzI1NiIsInR5cCI6",
        "sk_live_abcdefgh12345678",
        "AIza" + "a" * 35,
        "$6$saltsalt$" + "h" * 86,
        "$2b$12$" + "b" * 53,
    ],
)
def test_tokens_by_their_shape(secret):
    for text in (secret, f"using {secret} now", f'read(3, "{secret}"..., 32) = 32', f"x={secret}"):
        assert secret not in redact(text)
        assert secret[-8:] not in redact(text)


MD5 = "md5" + "0123456789abcdef" * 2


@pytest.mark.parametrize(
    ("message", "secret"),
    [
        (rf"p\0\0\0({MD5}\0", MD5),
        (r"p\0\0\0\rhunter2x\0", "hunter2x"),
        (r"p\0\0\0\0167hunter2x\0", "7hunter2x"),
        (r"p\0\0\0006SCRAM-SHA-256\0\0\0\0 n,,n=,r=rOprNGfwEbeRWgbNEkqO", "rOprNGfwEbeRWgbN"),
        (
            r"p\0\0\0lc=biws,r=abcDEFghi123,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
            "dHzbZap",
        ),
        (r"R\0\0\0\\\0\0\0\vr=abcDEFghi123,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", "W22ZaJ0SNY7"),
        (r"R\0\0\0006\0\0\0\fv=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", "6rriTRBi23W"),
        (r"p\0\0\0\rhunt", "hunt"),
    ],
)
def test_postgresql_messages(message, secret):
    for line in (
        f'sendto(5<TCP:[127.0.0.1:40000->127.0.0.1:5432]>, "{message}", 41, 0, NULL, 0) = 41',
        f'write(5, "{message}"..., 41) = 41 <0.000051>',
    ):
        hidden = redact(line)
        assert secret not in hidden
        assert hidden.split('"')[0] == line.split('"')[0]
        assert hidden.split('"')[2] == line.split('"')[2]
        assert redact(hidden) == hidden


def test_raw_postgresql_message():
    assert redact("p\0\0\0\rhunter2x\0") == "p\0\0\0\r[redacted]"


def test_hashed_password_of_a_role():
    text = "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
    assert redact(text) == "SCRAM-SHA-256$[redacted]"


MYSQL_HEAD = r"T\0\0\1\205\246\377\31\0\0\0\1\34" + r"\0" * 23


@pytest.mark.parametrize("length", ["\\24", " "])
def test_mysql_login(length):
    count = 20 if length == "\\24" else 32
    proof = "".join(rf"\{0o201 + i:o}" for i in range(count))
    line = f'write(4, "{MYSQL_HEAD}root\\0{length}{proof}shop\\0mysql_native_password\\0", 88) = 88'
    hidden = redact(line)
    assert proof[:12] not in hidden
    assert proof[-12:] not in hidden
    assert 'root\\0[redacted]shop\\0mysql_native_password\\0", 88) = 88' in hidden
    cut = f'write(4, "{MYSQL_HEAD}root\\0{length}{proof[:40]}"..., 88) = 88'
    assert proof[:12] not in redact(cut)


@pytest.mark.parametrize(
    ("head", "body"),
    [(r"\24\0\0\3", "a" * 20), (r" \0\0\3", "b" * 32), (r"\t\0\0\3", r"hunter22\0")],
)
def test_mysql_switched_method(head, body):
    assert redact(f'write(4, "{head}{body}", 24) = 24') == f'write(4, "{head}[redacted]", 24) = 24'


def test_strings_in_hexadecimal():
    text = "".join(f"\\x{byte:02x}" for byte in b"GET /?token=hunter22 HTTP/1.1")
    assert redact(f'write(4, "{text}", 30) = 30') == 'write(4, "[redacted]", 30) = 30'
    plain = "".join(f"\\x{byte:02x}" for byte in b"GET /?page=2 HTTP/1.1")
    assert redact(f'write(4, "{plain}", 30) = 30') == f'write(4, "{plain}", 30) = 30'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"AUTH PLAIN AGJvYgBodW50ZXIy\r\n", r"AUTH [redacted]\r\n"),
        (r"PASS hunter2\r\n", r"PASS [redacted]\r\n"),
        ("<password>hunter2</password>", "<password>[redacted]</password>"),
        ("sh -c 'DB_PASSWORD=hunter2 run'", "sh -c 'DB_PASSWORD=[redacted]"),
        ("requirepass hunter2", "requirepass [redacted]"),
        (r'read(3, "mysql\0--password\0hunter2\0-v\0", 9) = 9',
         r'read(3, "mysql\0--password\0[redacted]\0-v\0", 9) = 9'),
        ("https://ghs_aaaaaaaaaaaaaaaaaaaaaaaa@git/x", "https://[redacted]@git/x"),
        ("curl -u bob:hunter2 http://x", "curl -u bob:[redacted] http://x"),
    ],
)  # fmt: skip
def test_further_forms(text, expected):
    assert redact(text).startswith(expected)
    assert "hunter2" not in redact(text)


@given(st.text(LETTERS + " \t\n\r\"'\\=:,;&@/-_.[]{}<>()$*\x00\x1b" + "é€", max_size=200))
def test_any_text_comes_out_and_stays(text):
    hidden = redact(text)
    assert redact(hidden) == hidden


PARTS = ["password=", "token: ", "[redacted]", '"', '\\"', "\\\\", "'", " ", ", ", "\n", "\\r\\n",
         "Authorization: Bearer ", "://", "a:b@", "@tcp(", "--secret ", "-----BEGIN PRIVATE KEY-----",
         "-----END PRIVATE KEY-----", "AUTH\\r\\n$3\\r\\n", "p\\0\\0\\0\\t", "eyJabcdefghijklmnop", "x",
         "}", "&a=", ";b=", "n,,n=,r=", "cookie=", "]", ".", "\ud800", "\\"]  # fmt: skip


@given(st.lists(st.sampled_from(PARTS), max_size=30).map("".join))
def test_pieces_of_forms_in_any_order_come_out_and_stay(text):
    hidden = redact(text)
    assert redact(hidden) == hidden
