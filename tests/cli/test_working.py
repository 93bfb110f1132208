"""Long work shows itself on a terminal and keeps quiet in a pipe."""

import os
import pty
import subprocess
import sys

LOG = '1 1700000000.000001 execve("/srv/x", ["x"], 0x1 /* 1 var */) = 0 <0.000100>\n'


def run(argv, stderr):
    return subprocess.run(
        [sys.executable, "-m", "coldstart_lab", *argv], stdout=subprocess.PIPE, stderr=stderr,
        check=True, env={**os.environ, "TERM": "xterm"},
    )  # fmt: skip


def test_nothing_in_a_pipe(tmp_path):
    log = tmp_path / "start.log"
    log.write_text(LOG)
    assert run(["read", str(log)], subprocess.PIPE).stderr == b""


def test_a_terminal_sees_what_is_being_done(tmp_path):
    log = tmp_path / "start.log"
    log.write_text(LOG)
    ours, theirs = pty.openpty()
    try:
        run(["read", str(log)], theirs)
        assert b"Reading" in os.read(ours, 65536)
    finally:
        os.close(ours)
        os.close(theirs)
