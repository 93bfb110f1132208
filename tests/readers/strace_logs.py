"""Strategies: logs of made-up events in the formats of strace, with what they must read as."""

from __future__ import annotations

from dataclasses import dataclass

import strace_reference as reference
from hypothesis import strategies as st

NS = 1_000_000_000
MIDNIGHT = 86_400 * NS

CONTEXT = "system_u:system_r:initrc_t:s0"
POINTER = "00007f20d7e57350"
NAMES = ("read", "openat", "futex", "clone3", "epoll_pwait", "???", "syscall_0x270f", "_llseek")
STRINGS = (
    '"x"', '""', '") = 0 <0.000001>"', r'"\" = \\"', '"<unfinished ...>"', '"a"...', '"{[(<"',
    r'"\377\0"', '"= 3</x>"', '" = -1 ENOENT (No such file or directory)"',
)  # fmt: skip
DESCRIPTORS = (
    "3", "4</tmp/a = b>", "3</x) = 3 (y>(deleted)", "5<TCP:[127.0.0.1:1->127.0.0.1:2]>",
    "6<TCPv6:[[::1]:80->[::1]:81]>", '7<UNIX-STREAM:[1->2,"/x) = 3<b>]>"]>', "8<pipe:[15]>",
    "1</dev/null<char 1:3>>", r"9</q\"uote\\>", r"9</a-\76\74b>", "AT_FDCWD</a (b) = 1>",
    "2<anon_inode:[eventpoll]>", "10</a->", "11</dev/x = 3<char 1:3>>",
    '12<(null):[1->2,"/x) = 3<b>"]>', "-100 /* AT_FDCWD */</a (b) = 1>", "13 [etc_t!!usr_t]",
    "14</x) = 3> [system_u:object_r:etc_t:s0]", "fd=15</a) = 1>",
    "16<{eventfd-count=0x1, eventfd-id=2, eventfd-semaphore=0}>", "17<signalfd:[USR2 RT_1]>",
    "2<sh> /* 1660 in strace's PID NS */",
)  # fmt: skip
OTHERS = (
    "NULL", "0x7ffc", "1<<28|2<<12", "{tv_sec=1, tv_nsec=2}", "[{fd=3</p) = 1>, events=POLLIN}]",
    "[{WIFEXITED(s) && WEXITSTATUS(s) == 3}]", "~[RT_1]", "/* 35 vars */", "makedev(0x1, 0x3)",
)  # fmt: skip
# as printed, and what it reads as: retval, text, errno, flags
RESULTS = (
    ("0", 0, None, None),
    ("-1 ENOENT (No such file or directory)", -1, None, "ENOENT"),
    ("-1 (errno 12345)", -1, "(errno 12345)", None),
    ("3</a = b>", 3, "</a = b>", None),
    ("3</a) = 4 (x>(deleted)", 3, "</a) = 4 (x>(deleted)", None),
    ('4<UNIX-STREAM:[1->2,"/x) = 3<b>"]>', 4, '<UNIX-STREAM:[1->2,"/x) = 3<b>"]>', None),
    ("1</dev/null<char 1:3>>", 1, "</dev/null<char 1:3>>", None),
    ("? ERESTARTSYS (To be restarted if SA_RESTART is set)", None, "?", "ERESTARTSYS"),
    ("?", None, "?", None),
    ("? <unavailable>", None, "? <unavailable>", None),
    ("0 (Timeout)", 0, "(Timeout)", None),
    ("1 ([{fd=3, revents=POLLIN}])", 1, "([{fd=3, revents=POLLIN}])", None),
    ("1 ([{fd=3</a) = 3 (x>, revents=POLLIN}])", 1, "([{fd=3</a) = 3 (x>, revents=POLLIN}])", None),
    ("0x7f0000000000", 0x7F0000000000, None, None),
    ("0xffffffffffffffff", -1, None, None),
    ("18446744073709551615", -1, None, None),
    ("022", 18, None, None),
    ("88 (INJECTED)", 88, "(INJECTED)", None, "injected"),
    ("0 (Timeout) (DELAYED)", 0, "(Timeout) (DELAYED)", None, "delayed"),
    (
        "-1 EPERM (Operation not permitted) (INJECTED: args, retval) (DELAYED)",
        -1,
        None,
        "EPERM",
        "injected",
        "delayed",
    ),
    ("2<sh> /* 1660 in strace's PID NS */", 2, "<sh> /* 1660 in strace's PID NS */", None),
    ("3</a) = 1> [etc_t]", 3, "</a) = 1> [etc_t]", None),
    ("3 [etc_t]", 3, "[etc_t]", None),
    ("0x8001 (flags O_WRONLY|O_LARGEFILE)", 0x8001, "(flags O_WRONLY|O_LARGEFILE)", None),
)


@dataclass(frozen=True)
class Format:
    pid: str  # none, plain, comm, bracket, bracket-comm
    time: str  # none, unix, time-of-day, relative
    digits: int
    durations: bool
    newline: str
    secontext: bool = False
    delta: bool = False  # -r beside another clock
    numbers: str = ""  # of -n, -i or both
    colours: bool = False


@dataclass
class Event:
    pid: int
    comm: str
    kind: str
    name: str | None
    args: str | None
    result: tuple
    duration: int


formats = st.builds(
    Format,
    pid=st.sampled_from(["none", "plain", "comm", "bracket", "bracket-comm"]),
    time=st.sampled_from(["none", "unix", "time-of-day", "relative"]),
    digits=st.sampled_from([0, 6, 9]),
    durations=st.booleans(),
    newline=st.sampled_from(["\n", "\r\n"]),
    secontext=st.booleans(),
    delta=st.booleans(),
    numbers=st.sampled_from(["", "n", "i", "ni"]),
    colours=st.booleans(),
)
arguments = st.lists(st.sampled_from(STRINGS + DESCRIPTORS + OTHERS), max_size=4)
commands = st.sampled_from(["sh", "a b", r"x\76y", r"q\"", "kworker/0:1", "sh-"])
pids = st.sampled_from([1, 7, 1234, 99999, 4_194_304])
calls = st.builds(
    Event,
    pid=pids, comm=commands, kind=st.just("syscall"), name=st.sampled_from(NAMES),
    args=arguments.map(", ".join), result=st.sampled_from(RESULTS),
    duration=st.integers(0, 3 * NS),
)  # fmt: skip
signals = st.builds(
    Event,
    pid=pids, comm=commands, kind=st.just("signal"),
    name=st.sampled_from(["SIGCHLD", "SIGRT_3", "SIGURG"]),
    args=st.just("{si_signo=1, si_code=SI_USER}"), result=st.just(RESULTS[0]),
    duration=st.just(0),
)  # fmt: skip


class Renderer:
    """Writes events as lines and remembers what they must read as."""

    def __init__(self, form: Format, begin: int) -> None:
        self.form = form
        self.unit = 10 ** (9 - form.digits)
        self.now = begin // self.unit * self.unit
        self.first = self.printed = None
        self.timed = False
        self.lines: list[str] = []
        self.rows: list[reference.Line] = []

    def pass_time(self, ns):
        self.now += ns // self.unit * self.unit

    def _seconds(self, value):
        whole, rest = divmod(value, NS)
        return f"{whole}" + (f".{rest:09d}"[: self.form.digits + 1] if self.form.digits else "")

    def _prefix(self, event):
        pid = {
            "none": "",
            "plain": f"{event.pid:<5} ",
            "comm": f"{event.pid}<{event.comm}> ",
            "bracket": f"[pid {event.pid:>5}] ",
            "bracket-comm": f"[pid {event.pid}<{event.comm}>] ",
        }[self.form.pid]
        if self.form.secontext:
            pid += f"[{CONTEXT}] "
        return pid + self._time() + self._extras()

    def _extras(self):
        number = "[ 257] " if "n" in self.form.numbers else ""
        return number + (f"[{POINTER}] " if "i" in self.form.numbers else "")

    def _time(self):
        delta = "(+     0.000057) " if self.form.delta else ""
        if self.form.time == "unix":
            return self._seconds(self.now) + " " + delta
        if self.form.time == "time-of-day":
            second, rest = divmod(self.now % MIDNIGHT, NS)
            clock = f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
            fraction = self._seconds(rest)[1:] if self.form.digits else ""
            return clock + fraction + " " + delta
        if self.form.time == "relative":
            since, self.printed = self.now - (self.printed or self.now), self.now
            whole, _, fraction = self._seconds(since).partition(".")
            return f"{whole:>6}" + ("." + fraction if fraction else "") + " "
        return ""

    def _place(self):
        if self.form.time == "none":
            return None
        self.first = self.first or self.now
        midnight = self.first // MIDNIGHT * MIDNIGHT
        begin = {"unix": 0, "time-of-day": midnight, "relative": self.first}
        return self.now - begin[self.form.time]

    def _tail(self, event):
        timed = self.form.durations and event.result[0] != "?"
        self.timed = self.timed or timed
        seconds, rest = divmod(event.duration, NS)
        return f" <{seconds}.{rest:09d}>" if timed else ""

    def _row(self, event, **more):
        row = reference.Line(
            number=len(self.lines) + 1,
            pid=None if self.form.pid == "none" else event.pid,
            comm=event.comm if "comm" in self.form.pid else None,
            time_ns=self._place(), kind=event.kind, name=event.name, args=event.args,
            secontext=CONTEXT if self.form.secontext else None,
            syscall_number=257 if "n" in self.form.numbers else None,
            pointer=POINTER if "i" in self.form.numbers else None,
        )  # fmt: skip
        return reference.replace(row, **more)

    def _result(self, event):
        _, retval, text, errno, *flags = event.result
        timed = self.form.durations and event.result[0] != "?"
        return {
            "retval": retval, "text": text, "errno": errno,
            "duration_ns": event.duration if timed else None, "flags": tuple(flags),
        }  # fmt: skip

    def whole(self, event):
        if event.kind == "signal":
            self.rows.append(self._row(event))
            self.lines.append(f"{self._prefix(event)}--- {event.name} {event.args} ---")
            return
        self.rows.append(self._row(event, **self._result(event)))
        body = f"{self._name(event)}({event.args})".ljust(30)
        end = f" = {event.result[0]}{self._tail(event)}"
        self.lines.append(self._prefix(event) + body + end)

    def _name(self, event):
        return f"\x1b[33m{event.name}\x1b[0m" if self.form.colours else event.name

    def begin(self, event, cut):
        """The first of two lines; returns the row of the event."""
        self.rows.append(self._row(event, args=event.args[:cut], unfinished=True))
        text = f"{self._name(event)}({event.args[:cut]} <unfinished ...>"
        self.lines.append(self._prefix(event) + text)
        return len(self.rows) - 1

    def resume(self, event, cut, at):
        row = self.rows[at]
        result = self._result(event)
        if result["duration_ns"] is None and row.time_ns is not None:
            result["duration_ns"] = self._place() - row.time_ns
        self.rows[at] = reference.replace(row, args=event.args, unfinished=False, **result)
        rest = f"<... {event.name} resumed>{event.args[cut:]})".ljust(30)
        end = f" = {event.result[0]}{self._tail(event)}"
        self.lines.append(self._prefix(event) + rest + end)


@st.composite
def logs(draw):
    """(bytes of a log, the rows it must read as, the clock it must tell, whether it has -T)"""
    form = draw(formats)
    midnight = (20_000 * MIDNIGHT + MIDNIGHT - NS) if form.time == "unix" else MIDNIGHT - NS
    out = Renderer(form, midnight)
    open_calls = {}
    events = draw(st.lists(st.one_of(calls, calls, signals), min_size=1, max_size=25))
    for event in events:
        if form.pid == "none":
            event.pid = 1
        out.pass_time(draw(st.sampled_from([0, 1000, 7_000_000, NS])))
        if event.pid in open_calls:
            out.resume(*open_calls.pop(event.pid))
            out.pass_time(draw(st.sampled_from([0, 1000, 7_000_000])))
        if event.kind == "syscall" and draw(st.booleans()):
            cuts = [0, *(i + 2 for i in range(len(event.args)) if event.args.startswith(", ", i))]
            # within a string or an annotation strace does not stop
            cuts = [cut for cut in cuts if _is_between(event.args, cut)]
            cut = draw(st.sampled_from(cuts))
            open_calls[event.pid] = event, cut, out.begin(event, cut)
        else:
            out.whole(event)
    for pid in draw(st.permutations(sorted(open_calls))):
        if draw(st.booleans()):
            out.resume(*open_calls[pid])
    text = form.newline.join([*out.lines, ""])
    return text.encode(), out.rows, form.time, out.timed


def _is_between(args, cut):
    try:
        reference._arguments_end(args[:cut] + ")", 0)
    except (reference.NoStraceError, ValueError):
        return False
    return reference._arguments_end(args[:cut] + ")", 0) == cut
