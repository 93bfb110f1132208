"""``coldstart compile``: compile the readers before they are needed."""

# ruff: noqa: PLC0415 - help must not load what only the work needs
from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    import pandas as pd

# Lines that make every part of the reader and of attribution work
_START = """\
7 1700000000.000000 execve("/srv/app", ["app"], 0x7ffe /* 9 vars */) = 0 <0.000400>
7 1700000000.000500 openat(AT_FDCWD</srv>, "a", O_RDONLY) = -1 ENOENT (No such file) <0.000020>
7 1700000000.000600 epoll_create1(EPOLL_CLOEXEC) = 3<anon_inode:[eventpoll]> <0.000010>
7 1700000000.000700 epoll_ctl(3<anon_inode:[eventpoll]>, EPOLL_CTL_ADD, 5<pipe:[9]>, {events=EPOLLIN, data={u32=1, u64=1}}) = 0 <0.000010>
7 1700000000.000800 clone(child_stack=0xc0, flags=CLONE_VM|CLONE_FILES|CLONE_THREAD) = 8 <0.000050>
8 1700000000.000900 futex(0xc000, FUTEX_WAIT_PRIVATE, 0, NULL <unfinished ...>
7 1700000000.000910 clone(child_stack=0xc0, flags=CLONE_VM|CLONE_FILES|CLONE_THREAD) = 9 <0.000050>
9 1700000000.001000 nanosleep({tv_sec=0, tv_nsec=20000}, NULL) = 0 <0.000300>
9 1700000000.001400 nanosleep({tv_sec=0, tv_nsec=20000}, NULL) = 0 <0.000300>
9 1700000000.001800 nanosleep({tv_sec=0, tv_nsec=20000}, NULL) = 0 <0.000100>
9 1700000000.002000 futex(0xc000, FUTEX_WAKE_PRIVATE, 1) = 1 <0.000010>
8 1700000000.002100 <... futex resumed>) = 0 <0.001200>
8 1700000000.002200 write(6<pipe:[9]>, "x", 1) = 1 <0.000010>
7 1700000000.002300 epoll_pwait(3<anon_inode:[eventpoll]>, [{events=EPOLLIN, data={u32=1, u64=1}}], 128, 0, NULL, 0) = 1 <0.000010>
8 1700000000.002400 --- SIGURG {si_signo=SIGURG, si_code=SI_TKILL, si_pid=7, si_uid=0} ---
7 1700000000.002500 listen(4<TCP:[127.0.0.1:80]>, 128) = 0 <0.000010>
what strace never wrote
8 1700000000.002600 +++ exited with 0 +++
"""  # noqa: E501 - lines of strace
_ALONE = """\
execve("/srv/app", ["app"], 0x7ffe /* 9 vars */) = 0
 > /srv/app(main+0x1) [0x1]
 > /srv/app(_start+0x2) [0x2]
read(3, "x", 1) = 1
 | 00000  78                                                x                |
[pid     8] write(1, "y", 1) = 1
[pid     8] +++ exited with 0 +++
"""
# What -f, -n, -i, --secontext and -r put before calls
_PREFIXED = """\
7     [a:b:c:s0]      0.000000 [  59] [00007f20d7e57350] execve("/srv/app", ["app"], 0x7ffe /* 9 vars */) = 0
7     [a:b:c:s0]      0.000100 [  39] [00007f20d7e57350] getpid() = 7
"""  # noqa: E501 - lines of strace
# Files of -ff
_APART = {
    "log.7": '1700000000.000000 execve("/srv/app", ["app"], 0x7ffe /* 9 vars */) = 0\n',
    "log.8": "1700000000.000100 getpid() = 8\n",
}
# What perf script prints of a sample and of the scheduler
_PERF = """\
app     7/8     [001]     1.000000:     250000 cycles:u:
\t    55d0c0de main+0x1 (/srv/app)

app     7/7     [001]     1.000100:          1 sched:sched_switch: prev_comm=app prev_pid=7 prev_prio=120 prev_state=S ==> next_comm=app next_pid=8 next_prio=120
"""  # noqa: E501 - a line of perf
# A trace of Go: how long its ticks are, and one event
_GO = b"go 1.23 trace\0\0\0\1\1\1\1\5\x08\x80\xb2\xb9\7\1\1\1\1\4\x09\1\1\0"


@click.command("compile", short_help="Compile the readers now, once for all later runs.")
def command() -> None:
    """Compile the readers now, which the first run of any other command would do.

    What was compiled is kept until this program or numba changes.
    """
    begin = time.monotonic()
    click.echo("Compiling the readers, once: this takes some seconds ...")
    with tempfile.TemporaryDirectory() as folder:
        _use(Path(folder))
    click.echo(f"Compiled in {time.monotonic() - begin:.0f} s.")


def _use(folder: Path) -> None:
    from coldstart_lab.attribution import attribute_startup
    from coldstart_lab.readers import read
    from coldstart_lab.recording import open_recording

    (folder / "apart").mkdir()
    logs = {"start": _START, "alone": _ALONE, "prefixed": _PREFIXED, "perf": _PERF}
    logs |= {f"apart/{name}": text for name, text in _APART.items()}
    for name, text in logs.items():
        (folder / name).write_text(text)
    (folder / "go").write_bytes(_GO)
    start = open_recording(folder / "start")
    attribute_startup(start)
    _look_into(start.strace.events)
    for name in ("alone", "prefixed", "apart", "perf", "go"):
        read(folder / name)


def _look_into(events: pd.DataFrame) -> None:
    """Use what looks into the arguments of calls."""
    from coldstart_lab.readers.strace import arguments as of

    for look in (of.call_buffers, of.call_paths, of.call_sizes, of.socket_addresses,
                 of.split_arguments, of.track_descriptors):  # fmt: skip
        look(events)
    for read in (of.descriptors, of.epoll_data, of.leading_addresses):
        read(events["args"])
    of.has_flag(events, "O_CLOEXEC")
