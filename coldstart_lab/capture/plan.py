"""What is to be recorded: the program, its sign of being ready, the order of the starts."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from coldstart_lab.errors import CaptureError, UsageError

if TYPE_CHECKING:
    from coldstart_lab.capture.strace_command import Strace


@dataclass(frozen=True, slots=True)
class Ready:
    """The sign by which a program is ready; at most one of the three.

    Attributes
    ----------
    url : str or None
        This URL answers with a status of 200 to 299.
    port : int or None
        This TCP port of the machine accepts connections.
    text : str or None
        A line of the program's output matches this regular expression.
    """

    url: str | None = None
    port: int | None = None
    text: str | None = None

    def __post_init__(self) -> None:
        given = [sign for sign in (self.url, self.port, self.text) if sign is not None]
        if len(given) > 1:
            raise UsageError(
                "a start is ready by one sign, but more than one was given",
                hint="give a URL, a port or a text",
            )
        self.pattern()

    @property
    def awaited(self) -> bool:
        """Whether any sign is waited for; if not, the program runs to its own end."""
        return (self.url, self.port, self.text) != (None, None, None)

    def pattern(self) -> re.Pattern[str] | None:
        """Return the text to wait for, compiled.

        Raises
        ------
        UsageError
            If it is no regular expression.
        """
        if self.text is None:
            return None
        try:
            return re.compile(self.text)
        except re.error as error:
            raise UsageError(f"{self.text!r} is no regular expression: {error}") from error


@dataclass(frozen=True, slots=True)
class Plan:
    """How each start is run.

    Attributes
    ----------
    argv : tuple of str
        The program and its arguments.
    binary : Path
        The file that is executed.
    environment : mapping of str to str
        The program's whole environment.
    ready : Ready
        What is waited for.
    timeout_s, grace_s, settle_s : float
        How long to wait for it, for the program to end when asked, and between the two.
    cpu : int or None
        The one CPU that program and tracer run on.
    seccomp_bpf : bool
        Whether calls that never wait are passed by in the kernel.
    strace : Strace or None
        The tracer, if any start is traced.
    """

    argv: tuple[str, ...]
    binary: Path
    environment: Mapping[str, str]
    ready: Ready
    timeout_s: float
    grace_s: float
    settle_s: float
    cpu: int | None
    seccomp_bpf: bool
    strace: Strace | None


def find_program(argv: Sequence[str], environment: Mapping[str, str]) -> Path:
    """Find the file that a command executes.

    Raises
    ------
    UsageError
        If no command was given.
    CaptureError
        If there is no such file, or it may not be executed.
    """
    if not argv:
        raise UsageError("there is no program to record", hint="give it after --")
    name = argv[0]
    path = shutil.which(name, path=environment.get("PATH", os.defpath))
    if path is not None:
        return Path(path).absolute()
    if os.sep in name and Path(name).is_dir():
        raise CaptureError("is a folder, not a program", path=name)
    if os.sep in name and Path(name).exists():
        raise CaptureError("may not be executed", path=name, hint=f"chmod +x {name}")
    where = "" if os.sep in name else " on PATH"
    raise CaptureError(f"there is no program {name!r}{where}", hint="check its name and path")


def choose_cpu(pin: bool | int | None) -> int | None:
    """Return the CPU to pin to: the one named, or the last one usable (the first is the busiest).

    Raises
    ------
    UsageError
        If that CPU may not be used.
    """
    if pin is None or pin is False:
        return None
    usable = sorted(os.sched_getaffinity(0))
    if pin is True:
        return usable[-1]
    if pin not in usable:
        known = ", ".join(map(str, usable))
        raise UsageError(f"CPU {pin} may not be used here", hint=f"usable: {known}")
    return pin


def order_starts(traced: int, untraced: int) -> list[bool]:
    """Interleave traced and untraced starts so that a drift of the machine meets both alike.

    Parameters
    ----------
    traced, untraced : int
        How many of each.

    Returns
    -------
    list of bool
        True for a traced start. Equal numbers give the order ABBA, which cancels a linear drift.
    """
    slots = [((i + 0.5) / traced, i % 2, True) for i in range(traced)]
    slots += [((i + 0.5) / untraced, 1 - i % 2, False) for i in range(untraced)]
    return [is_traced for _, _, is_traced in sorted(slots)]
