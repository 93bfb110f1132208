"""A click group whose commands are imported when they are called, and not for ``--help``."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import click


@dataclass(frozen=True, slots=True)
class LazyCommand:
    """Where a command is, and its line in the list of commands.

    Attributes
    ----------
    module : str
        Module that holds it under the name ``command``.
    help : str
        Its line in ``coldstart --help``.
    """

    module: str
    help: str


class LazyGroup(click.Group):
    """A group that knows of its commands only what its help shows.

    Parameters
    ----------
    lazy : mapping of str to LazyCommand
        The commands by name, in the order of the help.
    **options
        As for ``click.Group``.
    """

    def __init__(self, *, lazy: Mapping[str, LazyCommand], **options: Any) -> None:
        super().__init__(**options)
        self.lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands, in the order a newcomer needs them."""
        del ctx
        return list(self.lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command, or return None if there is none of that name."""
        del ctx
        if cmd_name not in self.lazy:
            return None
        command: click.Command = importlib.import_module(self.lazy[cmd_name].module).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing one."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.help) for name, command in self.lazy.items()])
