"""The forms a secret takes in a log: each turns a secret into a text that holds it."""

import json

from hypothesis import strategies as st

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
# what a word may hold that neither ends nor begins anything in a shell, a header or a query
MARKS = "!#$%*()+/=@~?|[]{}:-_.^"


def words(extra="", *, least=8):
    """Secrets that stand without quotes; their ends are letters, as in any generated one."""
    ends = st.text(LETTERS, min_size=3, max_size=6)
    middle = st.text(LETTERS + MARKS + extra, min_size=least - 6, max_size=30)
    return st.tuples(ends, middle, ends).map("".join)


def plain_words(extra=""):
    return st.text(LETTERS + extra, min_size=8, max_size=40).filter(lambda s: s[0] in LETTERS)


def phrases():
    """Secrets in quotes: spaces, quotes, backslashes, commas and whatever else."""
    ends = st.text(LETTERS, min_size=3, max_size=6)
    inner = st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_categories=("Cc", "Cf"))
    return st.tuples(ends, st.text(inner, max_size=30), ends).map("".join)


def escaped(text):
    """Print text as strace prints a buffer."""
    out = []
    for byte in text.encode():
        named = {9: "\\t", 10: "\\n", 13: "\\r", 34: '\\"', 92: "\\\\"}
        out.append(named.get(byte) or (chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}"))
    return "".join(out)


def buffer(text):
    return f'write(3<socket:[1]>, "{escaped(text)}", 99) = 99 <0.000012>'


NAMES = (
    "password", "passwd", "pwd", "Password", "DB_PASSWORD", "token", "github_token", "secret",
    "client_secret", "AWS_SECRET_ACCESS_KEY", "api_key", "apiKey", "X-Api-Key", "access_key",
    "accessKeyId", "POSTGRES_PASSWORD", "passphrase", "SECRET_KEY_BASE", "refresh-token", "DB_PASS",
)  # fmt: skip

# form: text around a word in the place of {}
WORD_FORMS = (
    "{name}={}",
    "{name}={} host=db port=5432",
    "connect user=bob {name}={}",
    "{name}: {}",
    "{name}:{}",
    "{name} = {}",
    "level=info {name}={} msg=started",
    "/usr/bin/service --{name} {} --port 80",
    "/usr/bin/service --{name}={} --port 80",
    "/usr/bin/service -{name} {}",
    "export {name}={}\nrun",
    "{name}={}&user=bob",
    "GET /login?user=bob&{name}={} HTTP/1.1",
    "Server=db;{name}={};Database=shop",
    "{{User:bob Password:{} Host:db}}",
    "map[{name}:{} user:bob]",
)
HEADER_FORMS = (
    "Authorization: Bearer {}",
    "authorization: Basic {}",
    "Proxy-Authorization: {}",
    "GET / HTTP/1.1\r\nHost: db\r\nAuthorization: Bearer {}\r\nAccept: */*\r\n\r\n",
    "Cookie: sid={}; theme=dark",
    "Cookie: theme=dark; sid={}",
    "HTTP/1.1 200 OK\r\nSet-Cookie: sid={}; Path=/; HttpOnly\r\nX: y\r\n\r\n",
    "> Authorization: Token {}\n> Accept: */*",
    "curl -H 'Authorization: Bearer {}' http://db/",
    'curl -H "Authorization: Bearer {}" http://db/',
    "using bearer {} for the call",
    "Authorization=Bearer {}",
)
URL_FORMS = (
    "postgres://bob:{}@db.local:5432/shop?sslmode=disable",
    "dial redis://:{}@cache:6379/0 failed",
    "https://bob:{}@git.local/x.git",
    "amqp://bob:{}@one:5672,two:5672/",
    "a=mongodb://bob:{}@db b=http://x:80/y",
)
DSN_FORMS = (
    "bob:{}@tcp(db:3306)/shop?parseTime=true",
    'open "bob:{}@unix(/run/mysqld/mysqld.sock)/shop"',
)
REDIS_FORMS = (
    "*2\r\n$4\r\nAUTH\r\n${n}\r\n{}\r\n",
    "*3\r\n$4\r\nAUTH\r\n$3\r\nbob\r\n${n}\r\n{}\r\n*1\r\n$4\r\nPING\r\n",
    "*5\r\n$5\r\nHELLO\r\n$1\r\n3\r\n$4\r\nAUTH\r\n$7\r\ndefault\r\n${n}\r\n{}\r\n",
    "*7\r\n$5\r\nhello\r\n$1\r\n3\r\n$4\r\nauth\r\n$3\r\nbob\r\n${n}\r\n{}\r\n$7\r\nSETNAME\r\n$1\r\nx\r\n",
    "HELLO 3 AUTH bob {}\r\n",
    "AUTH {}\r\n",
    "AUTH bob {}\r\n",
    "CONFIG SET requirepass {}\r\n",
)  # fmt: skip


def json_text(name, secret, *, indent=None):
    return json.dumps({"user": "bob", name: secret, "port": 80}, indent=indent)
