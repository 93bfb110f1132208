"""Secrets in an argument list, where the borders of the arguments are known."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from coldstart_lab.redaction.keys import is_secret_name
from coldstart_lab.redaction.quoting import REDACTED
from coldstart_lab.redaction.spans import redact

_PAIR = re.compile(r"(?P<name>-{0,2}[A-Za-z_][\w.-]{0,120})=(?P<value>.+)", re.DOTALL)
_OPTION = re.compile(r"--?(?P<name>[A-Za-z][\w.-]{0,120})")
_LOOKS_LIKE_OPTION = re.compile(r"-(?:-?[a-z][a-z0-9-]{0,30}|[A-Za-z])(?:=.*)?", re.DOTALL)

# one-letter options that take a password, by how the program's name begins
_SHORT = (
    ("mysql", "-p", False),
    ("mariadb", "-p", False),
    ("sshpass", "-p", True),
    ("redis-cli", "-a", True),
    ("redis-benchmark", "-a", True),
    ("mongo", "-p", True),
    ("ldapsearch", "-w", True),
    ("smbclient", "-U", True),
)
_USER_PASSWORD = ("-u", "--user", "--proxy-user", "-U")
_HTTP_CLIENTS = ("curl", "wget", "http", "https", "ab")


def redact_argv(argv: Sequence[str]) -> list[str]:
    """Replace secrets in the arguments of a program.

    Beyond what :func:`redact` finds in each argument, the argument after ``--password`` is hidden
    whole, and so is a value with spaces; and the one-letter options of well-known clients.

    Parameters
    ----------
    argv : sequence of str
        Program and arguments.

    Returns
    -------
    list of str
        As many arguments, with ``[redacted]`` for the secrets.

    Examples
    --------
    >>> redact_argv(["service", "--token", "a b c", "--port=80"])
    ['service', '--token', '[redacted]', '--port=80']
    """
    hidden = [redact(argument) for argument in argv]
    program = PurePosixPath(argv[0]).name if argv else ""
    for index, argument in enumerate(argv):
        following = index + 1 < len(argv)
        pair = _PAIR.fullmatch(argument)
        option = _OPTION.fullmatch(argument)
        if pair is not None and is_secret_name(pair["name"]) and "://" not in pair["name"]:
            hidden[index] = f"{pair['name']}={_value(hidden[index], pair)}"
        elif option is not None and following and is_secret_name(option["name"]):
            if not _LOOKS_LIKE_OPTION.fullmatch(argv[index + 1]):
                hidden[index + 1] = REDACTED
        elif following and argument in _USER_PASSWORD and program in _HTTP_CLIENTS:
            user, colon, password = argv[index + 1].partition(":")
            hidden[index + 1] = user + colon + (REDACTED if password else "")
    _hide_short_options(argv, hidden, program)
    return hidden


def _value(redacted: str, pair: re.Match[str]) -> str:
    # PWD and the like, which redact() knows not to be secret
    unchanged = redacted == pair.group()
    return pair["value"] if unchanged and pair["name"] in ("PWD", "OLDPWD") else REDACTED


def _hide_short_options(argv: Sequence[str], hidden: list[str], program: str) -> None:
    for name, option, separate in _SHORT:
        if not program.startswith(name):
            continue
        for index, argument in enumerate(argv[1:], start=1):
            if argument.startswith(option) and argument != option:
                hidden[index] = option + REDACTED
            elif separate and argument == option and index + 1 < len(argv):
                hidden[index + 1] = REDACTED
