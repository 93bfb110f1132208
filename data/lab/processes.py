"""Servers that run as long as a ``with`` block does."""

from __future__ import annotations

import contextlib
import selectors
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence

from lab.room import ENVIRONMENT

PATIENCE_S = 30.0


@contextlib.contextmanager
def running(
    argv: Sequence[str], *, says: str | None = None, user: str | None = None
) -> Iterator[subprocess.Popen[str]]:
    """Run a program, and end it with the block.

    Parameters
    ----------
    argv : sequence of str
        The program and its arguments.
    says : str, optional
        The line by which it tells that it is ready; not waited for if not given.
    user : str, optional
        Who runs it; root if not given.
    """
    command = [*as_user(user), *argv]
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if says else subprocess.DEVNULL,
        text=True,
        env=ENVIRONMENT,
        cwd="/",
    )
    try:
        if says is not None and _first_line(process) != says:
            sys.exit(f"{argv[0]} did not start")
        yield process
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def as_user(user: str | None) -> list[str]:
    """Give what to put before a command so that a user runs it."""
    if user is None:
        return []
    return ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "--"]


def run(*argv: str, user: str | None = None) -> str:
    """Run a program to its end and return what it wrote."""
    command = [*as_user(user), *argv]
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, env=ENVIRONMENT, cwd="/"
    )
    if done.returncode != 0:
        sys.exit(f"{' '.join(argv)}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def await_that(what: str, is_so: Callable[[], bool]) -> None:
    """Wait until something is so."""
    until = time.monotonic() + PATIENCE_S
    while not is_so():
        if time.monotonic() > until:
            sys.exit(f"{what}: not within {PATIENCE_S:.0f} s")
        time.sleep(0.05)


def succeeds(*argv: str) -> bool:
    """Return whether a program ends well."""
    done = subprocess.run(argv, check=False, capture_output=True, env=ENVIRONMENT, cwd="/")
    return done.returncode == 0


def _first_line(process: subprocess.Popen[str]) -> str:
    if process.stdout is None:
        return ""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        if not selector.select(PATIENCE_S):
            return ""
    return process.stdout.readline().rstrip("\n")
