"""``coldstart compile``: compile the readers before they are needed."""

# ruff: noqa: PLC0415 - help must not load what only the work needs
from __future__ import annotations

import tempfile
import time
from pathlib import Path

import click

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
read(3, "x", 1) = 1
 | 00000  78                                                x                |
[pid     8] write(1, "y", 1) = 1
[pid     8] +++ exited with 0 +++
"""


@click.command("compile", short_help="Compile the readers now, once for all later runs.")
def command() -> None:
    """Compile the readers now, which the first run of any other command would do.

    What was compiled is kept until this program or numba changes.
    """
    begin = time.monotonic()
    click.echo("Compiling the readers, once: this takes some seconds ...")
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (("start", _START), ("alone", _ALONE)):
            path = Path(folder) / f"{name}.log"
            path.write_text(text)
            _use(path)
    click.echo(f"Compiled in {time.monotonic() - begin:.0f} s.")


def _use(path: Path) -> None:
    from coldstart_lab.attribution import attribute_startup
    from coldstart_lab.recording import open_recording

    recording = open_recording(path)
    if recording.strace.clock == "unix":
        attribute_startup(recording)
