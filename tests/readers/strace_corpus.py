"""The conformance corpus: small logs of every form strace writes, each with what it must read as.

``corpus/NAME.log`` (or a folder ``NAME`` of -ff) is the log, ``corpus/NAME.toml`` says who wrote it
and lists its events. ``python strace_corpus.py NAME`` drafts the latter from the slow reference,
for a person to check against the log line by line; nothing in it comes from the reader under test.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from pathlib import Path

import strace_reference as reference

HOME = Path(__file__).parent / "corpus"
# of a row, in the order they are written; what is absent is NA
COLUMNS = (
    "line", "pid", "comm", "start_ns", "duration_ns", "kind", "syscall", "args", "retval",
    "retval_text", "errno", "flags", "syscall_number", "instruction_pointer", "secontext",
)  # fmt: skip


def names() -> list[str]:
    """The entries of the corpus."""
    return sorted(path.stem for path in HOME.glob("*.toml"))


def log_of(name: str) -> Path:
    """The log of an entry, or its folder."""
    log = HOME / f"{name}.log"
    return log if log.exists() else HOME / name


def expected_of(name: str) -> dict:
    """What is known of an entry."""
    return tomllib.loads((HOME / f"{name}.toml").read_text("utf-8"))


def reference_of(name: str) -> dict:
    """What the slow reference makes of an entry, in the same form."""
    path = log_of(name)
    log = path.read_bytes() if path.is_file() else _merge(path)
    lines = reference.read_lines(log)
    orphans: list[int] = []
    events = reference.read_events(log, orphans)
    clocks = {event.clock for event in events} - {"none"}
    return {
        "clock": clocks.pop() if clocks else "none",
        "lost": [line.number for line in lines if line.kind == "lost"] + orphans,
        "messages": [line.number for line in lines if line.kind == "message"],
        "stack_lines": sum(line.kind == "stack" for line in lines),
        "dump_lines": sum(line.kind == "dump" for line in lines),
        "count_lines": sum(line.kind == "counts" for line in lines),
        "events": [_row(event) for event in events],
    }


def _row(event: reference.Line) -> dict:
    flags = [*event.flags, *(["unfinished"] if event.unfinished else [])]
    pointer = event.pointer
    row = {
        "line": event.number, "pid": event.pid, "comm": event.comm, "start_ns": event.time_ns,
        "duration_ns": event.duration_ns, "kind": event.kind, "syscall": event.name,
        "args": event.args, "retval": event.retval, "retval_text": event.text,
        "errno": event.errno, "flags": "|".join(flags) or None,
        "syscall_number": event.syscall_number,
        "instruction_pointer": int(pointer, 16) if pointer and pointer[0] != "?" else None,
        "secontext": event.secontext,
    }  # fmt: skip
    return {key: value for key, value in row.items() if value is not None}


def _merge(folder: Path) -> bytes:
    """One log of the files of -ff, by time, each line with its thread id."""
    rows = []
    for path in sorted(folder.iterdir(), key=lambda path: int(path.suffix[1:])):
        time = 0.0
        for line in path.read_bytes().splitlines(keepends=True):
            stamp = re.match(rb"\d+\.\d+", line)
            time = float(stamp[0]) if stamp else time
            rows.append((time, path.suffix[1:].encode() + b" " + line))
    return b"".join(line for _, line in sorted(rows, key=lambda row: row[0]))


def _toml(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, str) and "'" not in value and value.isprintable():
        return f"'{value}'"
    return json.dumps(value, ensure_ascii=True)


def draft(name: str, about: dict) -> None:
    """Write what the reference makes of a log, below who wrote it."""
    found = reference_of(name)
    rows = found.pop("events")
    lines = [f"{key} = {_toml(value)}" for key, value in {**about, **found}.items()]
    lines.append("events = [")
    for row in rows:
        cells = [f"{key} = {_toml(row[key])}" for key in COLUMNS if key in row]
        lines.append(f"  {{{', '.join(cells)}}},")
    lines.append("]")
    (HOME / f"{name}.toml").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    for entry in sys.argv[1:]:
        known = expected_of(entry)
        draft(entry, {key: known[key] for key in ("strace", "flags", "origin") if key in known})
