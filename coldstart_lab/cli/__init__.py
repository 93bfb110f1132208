"""The command line: the only room that prints."""

from coldstart_lab.cli.main import main

__all__ = ["main"]
