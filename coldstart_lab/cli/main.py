"""``coldstart``: the group of commands and the way in."""

from __future__ import annotations

import os
from collections.abc import Sequence

import click

from coldstart_lab import __version__
from coldstart_lab.cli.failures import run_to_exit_code
from coldstart_lab.cli.lazy import LazyCommand, LazyGroup
from coldstart_lab.errors import ExitCode

PROGRAM = "coldstart"

COMMANDS = {
    "record": LazyCommand(
        "coldstart_lab.cli.record", "Run a program under strace and keep what its starts did."
    ),
    "import": LazyCommand("coldstart_lab.cli.import_", "Make a recording of logs you have."),
    "read": LazyCommand("coldstart_lab.cli.read", "Read a log and say what is in it."),
    "attribute": LazyCommand(
        "coldstart_lab.cli.attribute", "Say where the time between exec and ready went."
    ),
    "report": LazyCommand("coldstart_lab.cli.report", "Write it as one HTML page."),
    "compile": LazyCommand(
        "coldstart_lab.cli.compile_", "Compile the readers now, once for all later runs."
    ),
}


@click.group(
    PROGRAM,
    cls=LazyGroup,
    lazy=COMMANDS,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name=PROGRAM)
@click.pass_context
def cli(context: click.Context) -> None:
    """Explain and shorten the cold start of services.

    Exit codes: 0 done, 1 a regression was found, 2 wrong usage or unreadable input, 3 inconclusive.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help(), err=True)
        context.exit(ExitCode.UNUSABLE)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        The arguments without the program's name; those of the process by default.

    Returns
    -------
    int
        The exit code: see :class:`coldstart_lab.errors.ExitCode`; 130 if interrupted, 141 if
        nobody reads the output any more, 70 for an error of the program itself.
    """
    # A shell that asks for completions is answered by click alone
    if "_COLDSTART_COMPLETE" in os.environ:
        cli.main(args=arguments, prog_name=PROGRAM)
    return run_to_exit_code(cli, arguments, program=PROGRAM)
