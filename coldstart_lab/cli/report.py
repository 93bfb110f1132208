"""``coldstart report``: one page that says where the time to ready went."""

# ruff: noqa: PLC0415 - help must not load what only the work needs
from __future__ import annotations

from pathlib import Path

import click

from coldstart_lab.cli.working import working


@click.command("report", short_help="Write a page that says where the time to ready went.")
@click.argument("recording", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    "out",
    required=True,
    type=click.Path(path_type=Path),
    help="The HTML file to write.",
)
@click.option(
    "--until",
    metavar="M",
    help="Milestone to attribute to, such as listening.  [default: the best one known]",
)
@click.option(
    "--no-log-lines",
    is_flag=True,
    help="Leave all text of the log out of the page: lines, files, addresses, thread names.",
)
@click.option("--force", is_flag=True, help="Replace the file if it is there already.")
def command(
    *, recording: Path, out: Path, until: str | None, no_log_lines: bool, force: bool
) -> None:
    """Write a self-contained HTML page on RECORDING.

    RECORDING is a folder that coldstart record or import wrote (of a set, the typical traced start
    is shown), or a bare strace log.
    """
    from coldstart_lab.report import write_report

    with working("Attributing and drawing"):
        written = write_report(recording, out, until=until, log_lines=not no_log_lines, force=force)
    click.echo(f"Wrote {written}")
