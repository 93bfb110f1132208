"""``coldstart import``: make a recording of a strace log that is there already."""

# ruff: noqa: PLC0415 - help must not load what only the work needs
from __future__ import annotations

from pathlib import Path

import click

from coldstart_lab.cli.working import working


@click.command("import", short_help="Make a recording of a strace log you already have.")
@click.argument("logs", nargs=-1, required=True, metavar="LOG...", type=click.Path(path_type=Path))
@click.option("-o", "--output", "out", required=True, metavar="DIR",
              type=click.Path(path_type=Path), help="Folder for the recording.")  # fmt: skip
@click.option("--ready", metavar="SPEC",
              help="When it was ready: listening, text:REGEX, line:N, time:UNIXSECONDS, "
                   "after:SECONDS.")  # fmt: skip
@click.option("--variant", metavar="NAME", help="Name of what was started.  [default: its file's]")
@click.option("--force", is_flag=True, help="Replace a recording that is there already.")
def command(
    *, logs: tuple[Path, ...], out: Path, ready: str | None, variant: str | None, force: bool
) -> None:
    """Make a recording of LOG: a strace log, plain or compressed, or the files of strace -ff.

    The forms of --ready: listening is the end of its first listen; text:REGEX that of the first
    write that matches; line:N that of the event at line N of the log; time:UNIXSECONDS an instant;
    after:SECONDS one counted from exec.
    """
    from coldstart_lab.capture.import_summary import describe_import
    from coldstart_lab.capture.importing import import_logs

    with working("Importing"):
        recording = import_logs(logs, out, ready=ready, variant=variant, force=force)
        known, missing = describe_import(recording)
    for sentence in known:
        click.echo(sentence)
    for sentence in missing:
        click.echo(f"not recorded: {sentence}")
    click.echo(f"Wrote {out}")
