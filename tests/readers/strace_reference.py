"""A slow, plain reader of strace logs, written from strace's grammar, to hold the fast one against.

It reads every line from the left, character by character, and never guesses from the right.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

NS = 1_000_000_000
DAY = 86_400 * NS


@dataclass(frozen=True)
class Line:
    number: int
    pid: int | None = None
    bracket: bool = False
    comm: str | None = None
    clock: str = "none"
    time_ns: int | None = None
    kind: str = "lost"
    name: str | None = None
    args: str | None = None
    retval: int | None = None
    text: str | None = None
    errno: str | None = None
    duration_ns: int | None = None
    unfinished: bool = False
    announces: int | None = None
    broken: bool = False


class NoStraceError(Exception):
    """The line is none of strace's."""


def _decimal(text):
    seconds, _, fraction = text.partition(".")
    return int(seconds) * NS + int(fraction.ljust(9, "0")[:9] or 0)


def _string_end(line, at):
    at += 1
    while at < len(line):
        if line[at] == "\\":
            at += 2
        elif line[at] == '"':
            return at + 1
        else:
            at += 1
    raise NoStraceError("a string does not end")


def _annotation_end(line, at):
    """What follows a descriptor or a thread id in ``<>``."""
    if re.match(r"<[A-Za-z0-9_-]+:\[", line[at : at + 40]):  # a socket, a pipe, an inode
        while at < len(line):
            if line[at] == '"':
                at = _string_end(line, at)
            elif line.startswith("]>", at):
                return at + 2
            else:
                at += 1
        raise NoStraceError("a socket does not end")
    at += 1
    while at < len(line):  # a path, perhaps of a device, or a name: both escape < and >
        if line[at] == "\\":
            at += 2
        elif line[at] == "<":
            at = line.index(">", at) + 1
        elif line[at] == ">":
            return at + 1
        else:
            at += 1
    raise NoStraceError("an annotation does not end")


def _arguments_end(line, at):
    open_brackets = 0
    while at < len(line):
        char = line[at]
        if char == '"':
            at = _string_end(line, at)
            continue
        if char == "<" and line.startswith("<<", at):
            at += 2
            continue
        if char == "<" and (line[at - 1].isdigit() or line.endswith("AT_FDCWD", 0, at)):
            at = _annotation_end(line, at)
            continue
        if char in "([{":
            open_brackets += 1
        elif char in ")]}":
            if not open_brackets:
                return at
            open_brackets -= 1
        at += 1
    raise NoStraceError("the arguments do not end")


def _read_pid(line):
    """(pid, in brackets, comm, rest)"""
    found = re.match(r"\[pid +(\d+)(?:<((?:[^>\\]|\\.)*)>)?\] +", line)
    if found:
        return int(found[1]), True, found[2] or None, line[found.end() :]
    found = re.match(r"(\d{1,7})(?:<((?:[^>\\]|\\.)*)>)? +", line)
    if found and int(found[1]) <= 4_194_304:
        return int(found[1]), False, found[2] or None, line[found.end() :]
    return None, False, None, line


def _read_time(rest):
    """(clock, ns, rest)"""
    found = re.match(r"(\d\d):(\d\d):(\d\d)(\.\d+)? +", rest)
    if found:
        seconds = int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3])
        return "time-of-day", seconds * NS + _decimal("0" + (found[4] or ".0")), rest[found.end() :]
    found = re.match(r"(\d{9,11}(?:\.\d+)?) +", rest)
    if found:
        return "unix", _decimal(found[1]), rest[found.end() :]
    found = re.match(r" *(\d+\.\d+) ", rest) or re.match(r" *(\d{1,8}) ", rest)
    if found:
        return "relative", _decimal(found[1]), rest[found.end() :]
    return "none", None, rest


def _read_result(line, at):
    """Retval, text, errno and duration of what stands after ``= ``."""
    found = re.compile(r"\?|-?0x[0-9a-f]+|-?\d+").match(line, at)
    if not found:
        raise NoStraceError("no return value")
    number, rest_at = found[0], found.end()
    note = rest_at
    if line.startswith("<", note):
        note = _annotation_end(line, note)
    tail = re.compile(r" <(\d+(?:\.\d+)?)>$").search(line, note)
    stop = tail.start() if tail else len(line)
    rest = line[rest_at:stop]
    errno = re.match(r" (E[A-Z0-9_]+)\b", rest)
    if number == "?":
        retval, text = None, "?" if errno else "?" + rest
    else:
        magnitude = number.lstrip("-")
        base = 16 if magnitude.startswith("0x") else 8 if magnitude.startswith("0") else 10
        retval = int(magnitude, base) * (-1 if number.startswith("-") else 1)
        retval = (retval + 2**63) % 2**64 - 2**63
        text = None if errno else rest.lstrip(" ") or None
    return {
        "retval": retval,
        "text": text,
        "errno": errno[1] if errno else None,
        "duration_ns": _decimal(tail[1]) if tail else None,
    }


def _read_call(line, at):
    line = re.sub(r"<pid changed to \d+ \.\.\.>$", "<unfinished ...>", line)
    for ending in ("<unfinished ...>", "<detached ...>"):
        if line.endswith(ending):
            args = line[at : -len(ending)]
            args = args.removesuffix(" ") if ending[1] == "u" else args.rstrip(" ")
            return {"args": args, "unfinished": True}
    glued = re.search(r"strace: Process (\d+) (at|de)tached$", line)
    if glued:
        announces = int(glued[1]) if glued[2] == "at" else None
        args = line[at : glued.start()]
        return {"args": args, "unfinished": True, "announces": announces, "broken": True}
    close = _arguments_end(line, at)
    equals = re.compile(r" *= ").match(line, close + 1)
    if not equals or line[close + 1] != " ":
        raise NoStraceError("no return value")
    args = line[at:close]
    if args.endswith("<unfinished ...>"):
        args = args.removesuffix("<unfinished ...>").removesuffix(" ")
    return {"args": args, **_read_result(line, equals.end())}


def _read_body(line):
    if line.startswith(("strace: ", "[ Process ")):
        found = re.fullmatch(r"strace: Process (\d+) attached", line)
        return {"kind": "message", "announces": int(found[1]) if found else None}
    if line in ("<unfinished ...>", "<detached ...>"):
        return {"kind": "message"}
    found = re.match(r"--- (?:(stopped by )(\w+)|(\w+) ?(.*)) ---$", line)
    if found:
        args = found[1] + found[2] if found[1] else found[4]
        return {"kind": "signal", "name": found[2] or found[3], "args": args}
    found = re.match(r"\+\+\+ exited with (\d+) \+\+\+$", line)
    if found:
        return {"kind": "exit", "retval": int(found[1])}
    found = re.match(r"\+\+\+ killed by (\w+) ?(.*?) ?\+\+\+$", line)
    if found:
        return {"kind": "killed", "name": found[1], "args": found[2] or None}
    found = re.match(r"\+\+\+ superseded by execve in pid (\d+) \+\+\+$", line)
    if found:
        return {"kind": "superseded", "retval": int(found[1])}
    found = re.match(r"<\.\.\. ([\w?]+) resumed> ?", line)
    if found:
        return {"kind": "resumed", "name": found[1], **_read_call(line, found.end())}
    found = re.match(r"([a-z_?][\w?]*)\(", line)
    if found:
        return {"kind": "syscall", "name": found[1], **_read_call(line, found.end())}
    raise NoStraceError("nothing strace prints begins so")


def read_line(line, number):
    """Read one line without its newline."""
    if not line.strip(" \r"):
        return Line(number, kind="blank")
    if re.match(r" > | \| | \* ", line):
        return Line(number, kind="annex")
    pid, bracket, comm, rest = _read_pid(line)
    clock, time_ns, rest = _read_time(rest)
    rest = re.sub(r"^\(\+ +\d+(?:\.\d+)?\) +", "", rest)  # -r beside -t
    rest = re.sub(r"^(\[[ 0-9a-f?]+\] +)*", "", rest)  # -n and -i
    head = Line(number, pid, bracket, comm, clock, time_ns)
    try:
        return replace(head, **_read_body(rest.strip(" \r")))
    except (NoStraceError, ValueError):
        return head


def _fill_pids(lines):
    """Without -o strace prints no id while it traces one process only."""
    if not any(line.bracket or line.announces for line in lines):
        return lines
    spawns = ("clone", "clone3", "fork", "vfork")
    made = {line.announces for line in lines}
    made |= {line.retval for line in lines if line.name in spawns}
    alive = set([line.pid for line in lines if line.bracket and line.pid not in made][:1])
    filled = []
    for line in lines:
        pid = line.pid
        if line.kind == "superseded":
            alive.discard(line.retval)
        if filled and filled[-1].broken and line.kind == "resumed" and line.name is None:
            pid = filled[-1].pid
        elif not line.bracket and line.kind != "message":
            assert len(alive) == 1, "strace leaves the id out only for one thread"
            (pid,) = alive
        alive |= {line.announces} - {None}
        alive |= {pid} if line.bracket else set()
        if line.kind in ("exit", "killed"):
            alive.discard(pid)
        filled.append(replace(line, pid=pid))
    return filled


def _place_times(lines):
    none = ("lost", "blank", "annex", "message")
    known = [line for line in lines if line.time_ns is not None and line.kind not in none]
    clocks = {line.clock for line in known}
    assert len(clocks) <= 1, "a log of two clocks is beyond this reader"
    if not known:
        return [replace(line, time_ns=None) for line in lines]
    placed, days, since, last = [], 0, -known[0].time_ns, known[0].time_ns
    for line in lines:
        time = line.time_ns
        if time is not None and line.clock == "relative":
            since += time
            time = since
        elif time is not None and line.clock == "time-of-day":
            days += time < last - DAY // 2
            last = time
            time += days * DAY
        placed.append(replace(line, time_ns=time))
    return placed


def read_lines(log):
    """Read the bytes of a log into its physical lines."""
    text = log.decode("utf-8", "backslashreplace")
    rows = text.removesuffix("\n").split("\n") if text else []
    lines: list[Line] = []
    counting = False
    for number, row in enumerate(rows, 1):
        line = read_line(row, number)
        if line.kind == "lost" and lines and lines[-1].broken:
            line = _read_rest(row.rstrip(" \r"), line)
        counting = counting or row.startswith("% time ")
        if line.kind == "lost" and counting:
            counting = not row.endswith(" total")
            line = replace(line, kind="message")
        lines.append(line)
    return _place_times(_fill_pids(lines))


def _read_rest(row, line):
    """Read what goes on after a message of strace broke a call."""
    try:
        call = _read_call(row, 0)
    except (NoStraceError, ValueError):
        return line
    return Line(line.number, kind="resumed", **call)


def join(begin, end):
    duration = end.duration_ns
    if duration is None and begin.time_ns is not None and end.time_ns is not None:
        duration = end.time_ns - begin.time_ns
    return replace(
        begin, args=(begin.args or "") + (end.args or ""), retval=end.retval, text=end.text,
        errno=end.errno, duration_ns=duration, unfinished=end.unfinished,
    )  # fmt: skip


def read_events(log):
    """Read the bytes of a log into events in the order of their first lines."""
    events, pending = {}, {}
    for line in read_lines(log):
        if line.kind in ("lost", "blank", "annex", "message"):
            continue
        if line.kind == "resumed":
            begin = pending.pop(line.pid, None)
            if begin is not None and line.name in (events[begin].name, "???", None):
                events[begin] = join(events[begin], line)
            continue
        events[line.number] = line
        if line.kind == "syscall":
            pending.pop(line.pid, None)
            if line.unfinished:
                pending[line.pid] = line.number
        elif line.kind == "superseded" and line.retval in pending:
            pending[line.pid] = pending.pop(line.retval)
    return list(events.values())
