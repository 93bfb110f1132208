"""Turns whatever stops a command into one message on stderr and an exit code."""

from __future__ import annotations

import io
import os
import sys
import traceback
from collections.abc import Sequence

import click

from coldstart_lab.errors import ColdStartError, ExitCode

INTERRUPTED = 130
PIPE_CLOSED = 141
INTERNAL_ERROR = 70
DEBUG_VARIABLE = "COLDSTART_DEBUG"


def run_to_exit_code(
    command: click.Command, arguments: Sequence[str] | None, *, program: str
) -> int:
    """Run a command; nothing it raises gets past this.

    Parameters
    ----------
    command : click.Command
        What to run.
    arguments : sequence of str or None
        Its arguments; those of the process if None.
    program : str
        Name of the program in its messages.

    Returns
    -------
    int
        The exit code.
    """
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    _never_fail_to_encode()
    try:
        code = _run(command, arguments, program)
        sys.stdout.flush()
    except BaseException as error:  # noqa: BLE001 - the one place where all of them end
        code = _explain(error)
    return _flushed(code)


def _run(command: click.Command, arguments: list[str], program: str) -> int:
    try:
        with command.make_context(program, arguments) as context:
            command.invoke(context)
    except click.exceptions.Exit as end:
        return end.exit_code
    return ExitCode.DONE


def _explain(error: BaseException) -> int:
    if os.environ.get(DEBUG_VARIABLE, "0") not in ("", "0"):
        traceback.print_exception(error)
    if isinstance(error, click.ClickException):
        _explain_usage(error)
        return ExitCode.UNUSABLE
    if isinstance(error, KeyboardInterrupt | click.Abort):
        _say("interrupted")
        return INTERRUPTED
    if isinstance(error, BrokenPipeError):
        return PIPE_CLOSED
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else ExitCode.UNUSABLE
    return _explain_failure(error)


def _explain_failure(error: BaseException) -> int:
    if isinstance(error, ColdStartError):
        where = "" if error.path is None else str(error.path)
        if error.line is not None:
            where += f":{error.line}" if where else f"line {error.line}"
        _say(error.message, where=where, hint=error.hint)
        # A command that was interrupted may have more to say about it than "interrupted"
        return INTERRUPTED if isinstance(error.__cause__, KeyboardInterrupt) else error.exit_code
    if isinstance(error, MemoryError):
        _say("there is not enough memory for this", hint="try a shorter log or a larger machine")
        return ExitCode.UNUSABLE
    if isinstance(error, OSError):
        where = "" if error.filename is None else os.fsdecode(error.filename)
        _say(error.strerror or str(error), where=where)
        return ExitCode.UNUSABLE
    _say(
        f"internal error: {type(error).__name__}: {error}",
        hint=(
            "this is a fault of coldstart, not of your input; please report it to the project's "
            f"issue tracker with what the same command prints under {DEBUG_VARIABLE}=1"
        ),
    )
    return INTERNAL_ERROR


def _explain_usage(error: click.ClickException) -> None:
    hint = None
    if isinstance(error, click.UsageError) and error.ctx is not None:
        hint = f"see {error.ctx.command_path} --help"
    _say(error.format_message(), hint=hint)


def _say(message: str, *, where: str = "", hint: str | None = None) -> None:
    # Not at the top: a message is the exception, and most commands end without one
    from coldstart_lab.redaction import printable  # noqa: PLC0415

    prefix = f"{printable(where)}: " if where else ""
    try:
        click.echo(f"error: {prefix}{printable(message)}", err=True)
        if hint:
            click.echo(f"hint: {printable(hint)}", err=True)
    except OSError:
        # Nobody reads stderr: the exit code alone has to tell
        pass


def _never_fail_to_encode() -> None:
    """Show characters the terminal cannot show as escapes, rather than stop at them."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _flushed(code: int) -> int:
    """Flush what is left, so that the interpreter does not complain of a closed pipe at its end."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        devnull = os.open(os.devnull, os.O_WRONLY)
        os.dup2(devnull, 1)
        os.close(devnull)
        return code or PIPE_CLOSED
    return int(code)
