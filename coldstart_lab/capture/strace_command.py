"""The tracer's command line: what the reader likes best of what this strace can do."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from coldstart_lab.errors import CaptureError

# Frequent calls that never wait and carry no cause: with a seccomp filter they cost nothing.
_UNFILTERED = (
    "rt_sigaction,rt_sigprocmask,sigaltstack,madvise,brk,getpid,gettid,getppid,"
    "getuid,geteuid,getgid,getegid,clock_gettime,gettimeofday"
)


@dataclass(frozen=True, slots=True)
class Strace:
    """An strace that works here.

    Attributes
    ----------
    path : Path
        The program.
    version : str
        As ``strace -V`` gives it, such as ``6.1``.
    """

    path: Path
    version: str

    @property
    def release(self) -> tuple[int, int]:
        """Major and minor number; (0, 0) for a version of unknown form."""
        numbers = re.match(r"(\d+)\.(\d+)", self.version)
        return (int(numbers[1]), int(numbers[2])) if numbers else (0, 0)

    def options(self, *, seccomp_bpf: bool = False) -> list[str]:
        """Return the options to trace with, without the log's name and the program.

        Parameters
        ----------
        seccomp_bpf : bool
            Let the kernel pass by calls that never wait, so that they cost nothing; these are then
            missing from the log.

        Raises
        ------
        CaptureError
            If this strace is too old for the filter.
        """
        chosen = ["-f"]
        if self.release >= (5, 6):
            chosen += ["--absolute-timestamps=format:unix,precision:ns", "--syscall-times=ns"]
        else:
            chosen += ["-ttt", "-T"]
        if self.release >= (5, 15):
            chosen.append("--decode-pids=comm")
        chosen += ["-yy", "-s", "256"]
        if seccomp_bpf:
            if self.release < (5, 3):
                raise CaptureError(
                    f"strace {self.version} has no --seccomp-bpf",
                    hint="use strace 5.3 or newer, or record without the filter",
                )
            chosen += ["--seccomp-bpf", "-e", f"trace=!{_UNFILTERED}"]
        return chosen

    def arguments(
        self, log: str | Path, argv: Sequence[str], *, seccomp_bpf: bool = False
    ) -> list[str]:
        """Return the whole command that traces a program into a log."""
        options = self.options(seccomp_bpf=seccomp_bpf)
        return [str(self.path), *options, "-o", str(log), "--", *argv]


def find_strace() -> Strace:
    """Find strace and make sure that it may trace here.

    Returns
    -------
    Strace
        What was found.

    Raises
    ------
    CaptureError
        If it is missing, is no strace, or tracing is not permitted.
    """
    path = shutil.which("strace")
    if path is None:
        raise CaptureError(
            "strace is not installed, or not on PATH",
            hint="install it (apt-get install strace, dnf install strace, apk add strace), "
            "or record untraced starts only, with --runs 0",
        )
    found = Strace(Path(path), _version(path))
    _try_out(found)
    return found


def _version(path: str) -> str:
    said = _run([path, "-V"])
    version = re.search(r"version (\S+)", said.stdout)
    if version is None:
        raise CaptureError("does not say its version, so it may be no strace", path=path)
    return version[1]


def _try_out(strace: Strace) -> None:
    said = _run([str(strace.path), "-f", "-o", os.devnull, "--", shutil.which("true") or "sh"])
    if said.returncode == 0:
        return
    reason = said.stderr.strip().splitlines()
    raise CaptureError(
        f"strace may not trace here: {reason[0] if reason else f'it ended with {said.returncode}'}",
        hint="in a container add --cap-add=SYS_PTRACE (and a seccomp profile that allows ptrace); "
        "elsewhere see kernel.yama.ptrace_scope; without ptrace, --runs 0 records untraced starts",
    )


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "LC_ALL": "C"}
    try:
        return subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=20,
            env=environment,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CaptureError(f"strace does not run: {error}", path=command[0]) from error
