"""Random logs of many threads: a plan of calls, written as strace would print them."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import strategies as st
from written import EPOCH_NS

MS = 1_000_000
ROOT = 100


@dataclass
class Thread:
    """A thread of the plan: what it did, and until when."""

    pid: int
    process: int
    now: int
    calls: list = field(default_factory=list)
    over: bool = False


@dataclass(frozen=True)
class Call:
    """One call: ``{pid}`` fields in its text are thread ids, so that they can be renamed."""

    pid: int
    start: int
    duration: int | None
    name: str
    args: str
    result: str
    split: bool = False
    ending: bool = False


KINDS = {
    "file": ("openat", 'AT_FDCWD</srv>, "/etc/app.yaml", O_RDONLY', "3</etc/app.yaml>"),
    "read file": ("read", '3</srv/data/{n}.bin>, "\\1", 4096', "1"),
    "wait": ("futex", "0x7f0{n}, FUTEX_WAIT_PRIVATE, 2, NULL", "0"),
    "wake": ("futex", "0x7f0{n}, FUTEX_WAKE_PRIVATE, 1", "1"),
    "time-out": ("futex", "0x7f0{n}, FUTEX_WAIT_PRIVATE, 2, NULL", "-1 ETIMEDOUT (Timed out)"),
    "receive": ("read", '5<pipe:[{n}]>, "x", 1', "1"),
    "send": ("write", '6<pipe:[{n}]>, "x", 1', "1"),
    "peer": ("recvfrom", '7<TCP:[10.0.0.1:4000->10.0.0.2:5432]>, "x", 1, 0, NULL, NULL', "1"),
    "sleep": ("nanosleep", "{{tv_sec=0, tv_nsec=1000000}}, NULL", "0"),
    "signalled": ("pause", "", "? ERESTARTNOHAND (To be restarted if no handler)"),
    "event": ("write", "8<anon_inode:[eventfd]>, 1, 8", "8"),
    "register": ("epoll_ctl", "9<anon_inode:[eventpoll]>, EPOLL_CTL_ADD, 8<anon_inode:[eventfd]>, "
                 "{{events=EPOLLIN, data={{u32={n}, u64={n}}}}}", "0"),
    "epoll": ("epoll_wait", "9<anon_inode:[eventpoll]>, [{{events=EPOLLIN, "
              "data={{u32={n}, u64={n}}}}}], 8, -1", "1"),
    "look": ("epoll_wait", "9<anon_inode:[eventpoll]>, [], 8, 0", "0"),
    "memory": ("mmap", "NULL, 4096, PROT_READ, MAP_PRIVATE, -1, 0", "0x7f00"),
}  # fmt: skip
MAKING = {
    "clone": ("clone3", "{{flags=CLONE_VM|CLONE_THREAD}}, 88"),
    "fork": ("clone", "child_stack=NULL, flags=CLONE_CHILD_CLEARTID|SIGCHLD"),
    "vfork": ("vfork", ""),
}
OPS = (*KINDS, *MAKING, "exec", "wait child", "join", "exit", "exit group", "never returns")


@st.composite
def plans(draw, *, most=40):
    """Draw a plan: a list of calls of several threads, no instant used twice."""
    steps = draw(
        st.lists(
            st.tuples(
                st.integers(0, 20),  # which thread
                st.sampled_from(OPS),
                st.integers(0, 12),  # ms until the call
                st.integers(0, 12),  # ms in the call
                st.integers(0, 3),  # which lock, pipe, child
                st.booleans(),  # written on two lines
            ),
            min_size=1,
            max_size=most,
        )
    )
    first = Call(ROOT, EPOCH_NS, MS, "execve", '"/srv/app", ["app"], 0x7ffc /* 9 vars */', "0")
    threads = [Thread(ROOT, ROOT, first.start + MS, [first])]
    for number, step in enumerate(steps, 1):
        living = [thread for thread in threads if not thread.over]
        if not living:
            break
        _do(threads, living[step[0] % len(living)], number, *step[1:])
    return [call for thread in threads for call in thread.calls]


def _do(threads, thread, number, op, gap, took, which, split):
    # the odd ns make every instant different
    start, duration = thread.now + gap * MS + 2 * number, took * MS + 1
    pid = thread.pid
    others = [other for other in threads if other is not thread]
    if op in MAKING:
        child = Thread(ROOT + len(threads), 0, start + duration // 2 + 1)
        child.process = thread.process if op == "clone" else child.pid
        name, args = MAKING[op]
        call = Call(pid, start, duration, name, args, f"{{p{child.pid}}}", split)
        threads.append(child)
    elif op in ("wait child", "join") and others:
        other = others[which % len(others)]
        if op == "join":
            args, result = f"0x7f99, FUTEX_WAIT, {{p{other.pid}}}, NULL", "0"
            call = Call(pid, start, duration, "futex", args, result, split)
        else:
            args, result = "-1, NULL, 0, NULL", f"{{p{other.pid}}}"
            call = Call(pid, start, duration, "wait4", args, result, split)
    elif op in ("exit", "exit group"):
        name = "exit" if op == "exit" else "exit_group"
        thread.calls.append(Call(pid, start, None, name, "0", "?"))
        call = Call(pid, start + 1, None, "", "", "+++ exited with 0 +++", ending=True)
        duration, thread.over = 1, True
    elif op == "never returns":
        call = Call(pid, start, None, "futex", f"0x7f0{which}, FUTEX_WAIT, 2, NULL", "", True)
        thread.over = True
    elif op == "exec":
        call = Call(pid, start, duration, "execve", '"/bin/tool", ["tool"], 0x7ffc', "0", split)
    else:
        name, args, result = KINDS.get(op, KINDS["file"])
        call = Call(pid, start, duration, name, args.format(n=which), result, split)
    thread.calls.append(call)
    thread.now = call.start + (call.duration or 0) + 1


def lines_of(calls, *, rename=None, scale=1, shift=0):
    """Write the lines of each thread, as (time, thread, text), in order of the thread."""
    pids = {call.pid for call in calls}
    names = rename or {pid: pid for pid in pids}
    fields = {f"p{pid}": names.get(pid, pid) for pid in range(ROOT, ROOT + 100)}
    out = []
    for call in calls:
        start = EPOCH_NS + shift + (call.start - EPOCH_NS) * scale
        begin = f"{names[call.pid]} {_seconds(start)} "
        if call.ending:
            out.append((start, call.pid, begin + call.result))
            continue
        # only a result or a thread id waited for holds a field
        result = call.result.format(**fields)
        args = call.args.format(**fields) if "{p" in call.args else call.args
        if call.duration is None:
            rest = " <unfinished ...>" if call.split else f") = {result}"
            out.append((start, call.pid, f"{begin}{call.name}({args}{rest}"))
            continue
        took = f"<{_seconds(call.duration * scale)}>"
        if not call.split:
            out.append((start, call.pid, f"{begin}{call.name}({args}) = {result} {took}"))
            continue
        end = start + call.duration * scale
        out.append((start, call.pid, f"{begin}{call.name}({args} <unfinished ...>"))
        resumed = f"{names[call.pid]} {_seconds(end)} <... {call.name} resumed>) = {result} {took}"
        out.append((end, call.pid, resumed))
    return out


def text_of(lines):
    """Join lines in order of time; those of one thread stay in their order."""
    return "".join(f"{text}\n" for *_, text in sorted(lines, key=lambda line: line[0]))


def _seconds(ns):
    return f"{ns // 10**9}.{ns % 10**9:09d}"
