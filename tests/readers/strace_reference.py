"""A slow, plain reader of strace logs, written from strace's grammar, to hold the fast one against.

It reads every line from the left, character by character, and never guesses from the right.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

NS = 1_000_000_000
DAY = 86_400 * NS
EVENTS = ("syscall", "signal", "exit", "killed", "superseded")
FLAGS = ("injected", "delayed", "restarted", "truncated", "unfinished")


@dataclass(frozen=True)
class Line:
    number: int
    pid: int | None = None
    bracket: bool = False
    comm: str | None = None
    secontext: str | None = None
    clock: str = "none"
    time_ns: int | None = None
    syscall_number: int | None = None
    pointer: str | None = None
    kind: str = "lost"
    name: str | None = None
    args: str | None = None
    retval: int | None = None
    text: str | None = None
    errno: str | None = None
    duration_ns: int | None = None
    unfinished: bool = False
    flags: tuple[str, ...] = ()
    announces: int | None = None
    leaves: int | None = None
    broken: bool = False

    @property
    def prefixed(self):
        return self.pid is not None or self.secontext is not None or self.time_ns is not None


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
    # a socket, a pipe, an inode; (null) is a protocol that strace 4.26 could not name
    if re.match(r"<(?:[A-Za-z0-9_-]+|\(null\)):\[", line[at : at + 40]):
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


def _is_annotated(line, at):
    """Whether the ``<`` at ``at`` follows a descriptor or a thread id."""
    return line[at - 1].isdigit() or line.endswith(("AT_FDCWD", "AT_FDCWD */"), 0, at)


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
        if char == "<" and _is_annotated(line, at):
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


def _read_secontext(rest):
    """(context, rest); a context is neither a number nor a pointer, which -n and -i print alike"""
    found = re.match(r"\[([^ \[\]]+)\] ", rest)
    if found and not re.fullmatch(r"\d+|[0-9a-f]{8,16}|(\?{8}){1,2}", found[1]):
        return found[1], rest[found.end() :]
    return None, rest


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


def _read_numbers(rest):
    """(number of the call, instruction pointer, rest), from -n and -i"""
    number = pointer = None
    found = re.match(r"\[( *\d+)\] +", rest)
    if found and len(found[1]) != 8 and len(found[1]) <= 10:
        number, rest = int(found[1]), rest[found.end() :]
    found = re.match(r"\[ *([0-9a-f]+|\?+)\] +", rest)  # strace 4.5 put blanks for zeros
    if found and rest.index("]") > 8:
        pointer, rest = found[1], rest[found.end() :]
    return number, pointer, rest


def _read_result(line, at):
    """Retval, text, errno, duration and flags of what stands after ``= ``."""
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
        retval = (retval + (1 << 63)) % (1 << 64) - (1 << 63)
        text = None if errno else rest.strip(" ") or None
    flags = []
    if re.search(r" \(INJECTED(: args(, retval)?)?\)( \(DELAYED\))?$", rest):
        flags.append("injected")
    if rest.endswith(" (DELAYED)"):
        flags.append("delayed")
    return {
        "retval": retval,
        "text": text,
        "errno": errno[1] if errno else None,
        "duration_ns": _decimal(tail[1]) if tail else None,
        "flags": tuple(flags),
    }


MESSAGE = re.compile(
    r"(?:(?:\.{0,2}/[\w./+-]*/)?strace: (?:Process (?P<who>\d+) (?P<what>at|de)tached)?.*"
    r"|Process (?P<who4>\d+) (?:(?P<what4>at|de)tached|suspended|resumed|kept).*"
    r"|\[ Process PID=\d+ runs in .* mode\. \]|PANIC: .*)$"
)


def _message(text):
    """Whom a message of strace attaches or detaches; None if it is no message."""
    found = MESSAGE.match(text)
    if not found:
        return None
    who, what = found["who"] or found["who4"], found["what"] or found["what4"]
    return {
        "announces": int(who) if what == "at" else None,
        "leaves": int(who) if what == "de" else None,
    }


def _split_message(line, at):
    """Where a message of strace begins that stands inside the call; None if there is none."""
    while at < len(line):
        if line[at] == '"':
            at = _string_end(line, at)
            continue
        if _message(line[at:]) is not None:
            return at
        at += 1
    return None


ENDINGS = re.compile(
    r" ?<(?:unfinished \.\.\.|unfinished \.\.\. exit status \d+|pid changed to \d+ \.\.\."
    r"|Cannot restart pid \d+ with ptrace\(\w+\): [^<>]*|ptrace\(\w+\):[^<>]*)>$"
)


def _read_call(line, at):
    ending = ENDINGS.search(line, at)
    if ending:
        return {"args": line[at : ending.start()], "unfinished": True}
    if line.endswith("<detached ...>"):
        args = line[at : -len("<detached ...>")].rstrip(" ")
        return {"args": args, "unfinished": True}
    try:
        close = _arguments_end(line, at)
        equals = re.compile(r" +=[ ]").match(line, close + 1)
        if equals:
            args = line[at:close]
            if args.endswith("<unfinished ...>"):
                args = args.removesuffix("<unfinished ...>").removesuffix(" ")
            return {"args": args, **_read_result(line, equals.end())}
    except NoStraceError:
        pass
    glued = _split_message(line, at)
    if glued is None:
        raise NoStraceError("no end of the call")
    return {
        "args": line[at:glued], "unfinished": True, "broken": True, **_message(line[glued:])
    }  # fmt: skip


def _read_body(line):
    message = _message(line)
    if message is not None:
        return {"kind": "message", **message}
    if line == "<detached ...>" or (line[:1] == "<" and ENDINGS.fullmatch(line)):
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
    found = re.match(r"<\.\.\. ([\w?]+) resumed>(?: (?!=>))?", line)
    if found:
        return {"kind": "resumed", "name": found[1], **_read_call(line, found.end())}
    found = re.match(r"([A-Za-z_?][\w?]*)\(", line)
    if found:
        call = _read_call(line, found.end())
        if found[1] == "restart_syscall":
            call["flags"] = (*call.get("flags", ()), "restarted")
        return {"kind": "syscall", "name": found[1], **call}
    raise NoStraceError("nothing strace prints begins so")


DUMP = re.compile(
    r" \| (?:[0-9a-f]{5,}  |<Cannot fetch )| [*=] \d+ (?:bytes|buffers) in (?:buffer|vector) \d+"
)


def _read_head(line, number):
    """What stands before the call or event, and the rest."""
    pid, bracket, comm, rest = _read_pid(line)
    secontext, rest = _read_secontext(rest)
    clock, time_ns, rest = _read_time(rest)
    rest = re.sub(r"^\(\+ +\d+(?:\.\d+)?\) +", "", rest)  # -r beside -t
    scno, pointer, rest = _read_numbers(rest)
    head = Line(number, pid, bracket, comm, secontext, clock, time_ns, scno, pointer)
    return head, rest.strip(" \r")


def read_line(line, number):
    """Read one line without its newline."""
    if not line.strip(" \r"):
        return Line(number, kind="blank")
    if line.startswith(" > "):
        return Line(number, kind="stack")
    if DUMP.match(line):
        return Line(number, kind="dump")
    if re.match(r" VCPU(:\d+)?[<>] ", line):
        return Line(number, kind="message")
    head, rest = _read_head(line, number)
    try:
        return replace(head, **_read_body(rest))
    except (NoStraceError, ValueError):
        return head


def _fill_pids(lines):
    """Without -o strace prints no id while it traces one process only."""
    if not any(line.bracket or line.announces for line in lines):
        return lines
    spawns = ("clone", "clone3", "fork", "vfork")
    made = {line.announces for line in lines}
    made |= {line.retval for line in lines if line.name in spawns}
    ids = [line.pid for line in lines if line.bracket and line.pid not in made]
    own = ("gettid", "set_tid_address")
    ids += [line.retval for line in lines if line.name in own and line.pid is None]
    alive = set(ids[:1])
    filled, begun, alone = [], None, None
    for line in lines:
        pid = line.pid
        if line.kind == "superseded":
            alive.discard(line.retval)
        if line.kind == "resumed" and line.name is None and pid is None:
            pid = begun
        elif pid is None and line.kind in (*EVENTS, "resumed"):
            alone = next(iter(alive)) if len(alive) == 1 else alone
            pid = alone
        alive |= {line.announces} - {None}
        alive |= {pid} if line.bracket else set()
        alive.discard(line.leaves)
        last_call = line.name in ("exit", "exit_group") and line.text == "?"
        if line.kind in ("exit", "killed") or last_call:
            alive.discard(pid)
        if line.unfinished:
            begun = pid
        filled.append(replace(line, pid=pid))
    return filled


def _place_times(lines):
    kinds = (*EVENTS, "resumed")
    known = [line for line in lines if line.time_ns is not None and line.kind in kinds]
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
    log = re.sub(rb"\x1b\[[0-9;]*m", b"", log)  # --color=always
    text = log.decode("utf-8", "backslashreplace")
    rows = text.removesuffix("\n").split("\n") if text else []
    lines = [read_line(row, number) for number, row in enumerate(rows, 1)]
    _mark_counts(rows, lines)
    if not text.endswith("\n") and lines:
        _cut(rows, lines)
    _mend(rows, lines)
    return _place_times(_fill_pids(lines))


def _mark_counts(rows, lines):
    """The table of -c and -C, and a tip of --tips with its ostrich, are no loss."""
    counting = tip = False
    for at, row in enumerate(rows):
        if lines[at].kind in EVENTS:
            counting = tip = False
        elif lines[at].kind in ("lost", "dump"):
            counting = counting or row.startswith(("% time ", "System call usage summary for "))
            tip = tip or row.startswith("  " + "_" * 46)
            if counting or tip:
                lines[at] = replace(lines[at], kind="message" if tip else "counts")
                counting = counting and not row.endswith(" total")


def _cut(rows, lines):
    """Read the last line of a log that ends inside it."""
    last = lines[-1]
    head, rest = _read_head(rows[-1], last.number)
    found = re.match(r"(?:<\.\.\. )?([A-Za-z_?][\w?]*)(?:\(| resumed>(?: (?!=>))?)", rest)
    if last.kind == "lost" and found:
        kind = "resumed" if rest.startswith("<") else "syscall"
        flags = ("truncated", *(["restarted"] if found[1] == "restart_syscall" else []))
        lines[-1] = replace(
            head, kind=kind, name=found[1], args=rest[found.end() :], unfinished=True, flags=flags
        )
    timed = any(line.duration_ns is not None for line in lines)
    returned = last.retval is not None and last.kind in ("syscall", "resumed")
    if returned and timed and last.duration_ns is None:  # the value itself may be cut off
        cut = {"retval": None, "text": None, "errno": None, "unfinished": True}
        lines[-1] = replace(last, flags=(*last.flags, "truncated"), **cut)


def _mend(rows, lines):
    """Find calls that something printed into, and the lines that are the rest of them.

    That is a message of strace or, without -o, what the program itself wrote to its stderr. With -z
    and -Z a call that was held back goes on below its own <unfinished ...>.
    """
    timed = any(line.clock != "none" for line in lines if line.kind in EVENTS)
    begin = None
    for at, line in enumerate(lines):
        if line.kind in ("syscall", "resumed"):
            begin = at
        elif line.kind in (*EVENTS, "stack", "dump"):
            begin = None
        elif line.kind == "lost" and (line.clock != "none") == timed and _broken(rows[at], line):
            begin = at
        elif begin is not None and not line.prefixed:
            rest = rows[at].rstrip(" \r")
            call = {}
            if line.kind == "lost":
                try:
                    call = _read_call(rest, 0)
                except (NoStraceError, ValueError):
                    continue
            elif not rest.lstrip(" ").startswith("<"):
                continue
            lines[begin] = _broken(rows[begin], lines[begin]) or lines[begin]
            held_back = lines[begin].unfinished and begin == at - 1  # -z, -Z
            if call and (lines[begin].broken or held_back):
                lines[at] = Line(line.number, lines[begin].pid, kind="resumed", **call)
            begin = None


def _broken(row, line):
    """Read a line again as a call that the program's text broke; None if the call is whole."""
    head, rest = _read_head(row, line.number)
    found = re.match(r"([A-Za-z_?][\w?]*)\(", rest)
    if line.unfinished or not found:
        return None
    try:
        _arguments_end(rest, found.end())
    except NoStraceError:
        args = rest[found.end() :]
        written = WRITTEN.match(args) if found[1] in ("write", "writev") else None
        if written:
            count = written["count"]
            while len(count) > 1 and args[len(written["before"]) + len(count)] != written["first"]:
                count = count[:-1]
            args = written["before"] + count
        return replace(head, kind="syscall", name=found[1], args=args, unfinished=True, broken=True)
    return None


# the arguments of a write before what it wrote: the count may run into digits of the text
WRITTEN = re.compile(
    r'(?P<before>\d+(?:<.*?>)?, (?:\[\{iov_base=)?"(?P<first>.)(?:[^"\\]|\\.)*"(?:\.\.\.)?'
    r"(?:, iov_len=.*?\])?, )(?P<count>\d+)"
)


def join(begin, end):
    duration = end.duration_ns
    if duration is None and begin.time_ns is not None and end.time_ns is not None:
        duration = end.time_ns - begin.time_ns
    return replace(
        begin, args=(begin.args or "") + (end.args or ""), retval=end.retval, text=end.text,
        errno=end.errno, duration_ns=duration, unfinished=end.unfinished,
        flags=tuple(sorted({*begin.flags, *end.flags}, key=FLAGS.index)),
    )  # fmt: skip


def _take_exec(events, pending):
    """A thread's exec ends under the process's id; with -qqq no line says which thread it was."""
    execs = [pid for pid, begin in pending.items() if events[begin].name in ("execve", "execveat")]
    return pending.pop(max(execs, key=pending.get)) if execs else None


def read_events(log, orphans=None):
    """Read the bytes of a log into events in the order of their first lines.

    The lines that end a call whose begin is missing are put into ``orphans``.
    """
    events, pending = {}, {}
    orphans = [] if orphans is None else orphans
    for line in read_lines(log):
        if line.kind == "resumed":
            begin = pending.pop(line.pid, None)
            if line.name in ("execve", "execveat") and (
                begin is None or events[begin].name != line.name
            ):
                begin = _take_exec(events, pending)
            if begin is not None and line.name in (events[begin].name, "???", None):
                events[begin] = join(events[begin], line)
                if line.unfinished:  # interrupted a second time
                    pending[line.pid] = begin
            else:
                orphans.append(line.number)
        if line.kind not in EVENTS:
            continue
        events[line.number] = line
        if line.kind == "syscall":
            pending.pop(line.pid, None)
            if line.unfinished:
                pending[line.pid] = line.number
        elif line.kind == "superseded" and line.retval in pending:
            pending[line.pid] = pending.pop(line.retval)
    return list(events.values())
