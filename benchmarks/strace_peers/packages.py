"""Readers of strace logs in Python that can be installed from the package index.

Each is called by the function its own command or documentation calls. Where it gives up at a line
it does not understand, it is called a line at a time and the line is passed over.
"""

# ruff: noqa: PLC0415 - each is imported where it is used: any of them may be missing
from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any

import pandas as pd

from strace_peers.peer import Peer, frame_of

ERRNO = re.compile(r"\b(E[A-Z][A-Z0-9_]*)\b")


def _errno(text: Any) -> str:
    found = ERRNO.search(text) if isinstance(text, str) else None
    return found[1] if found else ""


def with_stracetools(path: Path) -> list[Any]:
    from stracetools.parser import StraceParser

    logging.getLogger("stracetools.parser").setLevel(logging.ERROR)
    return StraceParser().parse_file(str(path))


def calls_of_stracetools(events: list[Any]) -> pd.DataFrame:
    return frame_of(
        (
            event.pid,
            event.name,
            (event.timestamp - event.timestamp.replace(hour=0, minute=0, second=0, microsecond=0))
            .total_seconds(),
            event.duration,
            _errno(event.error_msg),
        )
        for event in events
        if event.event_type.value == "syscall"
    )  # fmt: skip


def with_flametrace(path: Path) -> list[Any]:
    from flametrace.core import StraceParser

    parser, calls = StraceParser(), []
    with path.open(errors="replace") as file:
        for line in file:
            try:
                call = parser.parse_line(line.strip())
            except (AssertionError, ValueError, KeyError, IndexError):
                continue
            if call is not None:
                calls.append(call)
    return calls


def calls_of_flametrace(calls: list[Any]) -> pd.DataFrame:
    return frame_of(
        (
            call.pid,
            call.func,
            call.ts.timestamp(),
            call.elapsed.total_seconds(),
            _errno(call.status),
        )
        for call in calls
        if call.elapsed is not None
    )


def with_strace_parser(path: Path) -> list[tuple[str, Any]]:
    from lark.exceptions import LarkError
    from strace_parser.parser import get_parser

    parser, trees = get_parser(), []
    with path.open(errors="replace") as file:
        for line in file:
            # its grammar knows no thread ids
            pid, _, rest = line.partition(" ")
            try:
                trees.append((pid, parser.parse(rest.lstrip(" "))))
            except LarkError:
                continue
    return trees


def calls_of_strace_parser(trees: list[tuple[str, Any]]) -> pd.DataFrame:
    def text(tree: Any, name: str) -> str:
        found = next(tree.find_data(name), None)
        return "" if found is None else "".join(map(str, found.children))

    return frame_of(
        (
            pid,
            text(tree, "name"),
            text(tree, "timestamp"),
            text(tree, "duration"),
            _errno(text(tree, "result")),
        )
        for pid, tree in trees
        if next(tree.find_data("syscall"), None) is not None
    )


def with_process_tree(path: Path) -> list[Any]:
    from strace_process_tree import events

    with path.open(errors="replace") as file:
        return list(events(file))


PEERS = {
    "stracetools": Peer("stracetools", 4, with_stracetools, calls_of_stracetools, "time of day"),
    "strace-parser (PyPI)": Peer("strace-parser", 0.1, with_strace_parser, calls_of_strace_parser),
    "flametrace": Peer("flametrace", 8, with_flametrace, calls_of_flametrace),
    "strace-process-tree": Peer("strace-process-tree", 16, with_process_tree, None),
}
