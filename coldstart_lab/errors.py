"""What can go wrong, each kind with the exit code the command line ends with."""

from __future__ import annotations

import enum
from pathlib import Path


class ExitCode(enum.IntEnum):
    """Exit codes, the same for every command."""

    DONE = 0
    REGRESSION = 1
    UNUSABLE = 2
    INCONCLUSIVE = 3


class ColdStartError(Exception):
    """Base of all errors this package raises on purpose.

    Parameters
    ----------
    message : str
        What is wrong, in one sentence.
    path : path-like, optional
        The file it is wrong in.
    line : int, optional
        The line of that file, counted from 1.
    hint : str, optional
        What to do about it.
    """

    exit_code = ExitCode.UNUSABLE

    def __init__(
        self,
        message: str,
        *,
        path: str | Path | None = None,
        line: int | None = None,
        hint: str | None = None,
    ) -> None:
        self.message = message
        self.path = None if path is None else Path(path)
        self.line = line
        self.hint = hint
        super().__init__(message)

    def __str__(self) -> str:
        where = "" if self.path is None else str(self.path)
        if self.line is not None:
            where += f":{self.line}" if where else f"line {self.line}"
        text = f"{where}: {self.message}" if where else self.message
        return f"{text} ({self.hint})" if self.hint else text


class UsageError(ColdStartError):
    """The call cannot be carried out as it was made."""


class UnreadableInputError(ColdStartError):
    """A file is missing, is of no known kind, or holds nothing that can be read."""


class SchemaError(ColdStartError):
    """A table lacks a column, or a column has the wrong type."""


class MissingEvidenceError(ColdStartError):
    """The recording does not hold what the question needs (no times, no such milestone)."""


class CaptureError(ColdStartError):
    """A start could not be recorded."""
