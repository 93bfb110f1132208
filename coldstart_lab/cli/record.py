"""``coldstart record``: run a program several times and keep what its starts did."""

# ruff: noqa: PLC0415 - help must not load what only the work needs
from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coldstart_lab.errors import CaptureError, ExitCode, UsageError

if TYPE_CHECKING:
    from coldstart_lab.capture.recorder import Progress
    from coldstart_lab.recording import RecordingSet


@click.command(
    "record",
    short_help="Run a program under strace and keep what its starts did.",
    context_settings={"ignore_unknown_options": False, "allow_interspersed_args": False},
)
@click.option(
    "-o", "--output", "out", type=click.Path(path_type=Path), help="Folder to write the set to."
)
@click.option("--ready-url", metavar="URL", help="Ready when this URL answers 200 to 299.")
@click.option("--ready-port", metavar="N", type=click.IntRange(1, 65535),
              help="Ready when this TCP port of the machine accepts connections.")  # fmt: skip
@click.option("--ready-text", metavar="RE", help="Ready when a line of output matches.")
@click.option("--runs", default=1, show_default=True, type=click.IntRange(0),
              help="Starts under strace.")  # fmt: skip
@click.option("--untraced", type=click.IntRange(0), help="Starts without it.  [default: as many]")
@click.option("--timeout", "timeout_s", default=60.0, show_default=True, metavar="S",
              help="Seconds to wait until it is ready.")  # fmt: skip
@click.option("--settle", "settle_s", default=0.5, show_default=True, metavar="S",
              help="Seconds to let it run on once it is ready.")  # fmt: skip
@click.option("--grace", "grace_s", default=10.0, show_default=True, metavar="S",
              help="Seconds between SIGTERM and SIGKILL.")  # fmt: skip
@click.option("--variant", metavar="NAME", help="Name of what is started.  [default: its file's]")
@click.option("--pin", metavar="[CPU]", is_flag=False, flag_value="last", default=None,
              help="Keep program and tracer on one CPU: for starts that are serial.")  # fmt: skip
@click.option("--seccomp-bpf", is_flag=True,
              help="Do not trace frequent calls that never wait.")  # fmt: skip
@click.option("--env", "environment", metavar="NAME=VALUE", multiple=True,
              help="Set a variable for the program; may be given again.")  # fmt: skip
@click.option("--force", is_flag=True, help="Replace a recording that is there already.")
@click.option("--script", is_flag=True,
              help="Print a shell script that records where there is no Python.")  # fmt: skip
@click.argument("argv", nargs=-1, type=click.UNPROCESSED, metavar="-- PROGRAM [ARGS]...")
@click.pass_context
def command(
    context: click.Context,
    *,
    out: Path | None,
    ready_url: str | None,
    ready_port: int | None,
    ready_text: str | None,
    runs: int,
    untraced: int | None,
    timeout_s: float,
    settle_s: float,
    grace_s: float,
    variant: str | None,
    pin: str | None,
    seccomp_bpf: bool,
    environment: tuple[str, ...],
    force: bool,
    script: bool,
    argv: tuple[str, ...],
) -> None:
    """Run PROGRAM several times, under strace and without it, and keep what its starts did.

    The program is asked to end (SIGTERM) once it is ready. Starts that never become ready are kept
    as well; the exit code is 2 if none did.
    """
    if script:
        from coldstart_lab.capture.script import recording_script

        click.echo(recording_script(), nl=False)
        return
    if out is None:
        raise UsageError("there is no folder to write to", hint="give it with -o DIR")
    from coldstart_lab.capture.recorder import record_starts

    show = Shown() if sys.stderr.isatty() else None
    try:
        made = record_starts(
            argv,
            out,
            ready_url=ready_url,
            ready_port=ready_port,
            ready_text=ready_text,
            runs=runs,
            untraced=untraced,
            timeout_s=timeout_s,
            settle_s=settle_s,
            grace_s=grace_s,
            variant=variant,
            pin=_pin(pin),
            seccomp_bpf=seccomp_bpf,
            environment=dict(_split(entry) for entry in environment),
            force=force,
            progress=show,
        )
    except KeyboardInterrupt as interrupt:
        raise CaptureError(
            "interrupted; the program was ended and no recording was written"
        ) from interrupt
    awaited = (ready_url, ready_port, ready_text) != (None, None, None)
    if not _report(made, argv[0], awaited=awaited, timeout_s=timeout_s):
        context.exit(ExitCode.UNUSABLE)


class Shown:
    """Tells on a terminal how far the recording is."""

    def __call__(self, step: Progress) -> None:
        """Show one step."""
        if step.result is None:
            under = "under " + " + ".join(step.observers) if step.observers else "untraced"
            click.echo(f"start {step.number} of {step.total}, {under} ... ", nl=False, err=True)
        else:
            click.echo(step.result, err=True)


def _report(made: RecordingSet, program: str, *, awaited: bool, timeout_s: float) -> bool:
    from coldstart_lab.redaction import printable

    fine_results = {"ready"} if awaited else {"ready", "exited"}
    good = [recording.manifest["outcome"]["result"] in fine_results for recording in made]
    for recording, fine in zip(made, good, strict=True):
        outcome = recording.manifest["outcome"]
        if not fine:
            click.echo(f"{recording.path.name}: {_failure(outcome, awaited, timeout_s)}", err=True)
        for note in recording.manifest.get("notes", []):
            click.echo(f"{recording.path.name}: {printable(note)}", err=True)
    if not any(good):
        stderr = shlex.quote(str(made.recordings[0].path / "stderr.txt.zst"))
        click.echo(
            f"no start of {printable(program)} became ready; what it said: zstdcat {stderr}",
            err=True,
        )
    click.echo(f"Wrote {made.path}")
    return any(good)


def _failure(outcome: dict[str, object], awaited: bool, timeout_s: float) -> str:
    seconds, code = outcome["seconds"], outcome["exit_code"]
    if outcome["result"] == "timeout":
        return f"not {'ready' if awaited else 'ended'} within {timeout_s:g} s (--timeout)"
    if outcome["result"] == "exited":
        return f"ended by itself with {code} after {seconds} s, before it was ready"
    return f"failed with {code}"


def _pin(value: str | None) -> bool | int:
    if value is None or value == "last":
        return value is not None
    if not value.isdigit():
        raise UsageError(f"{value!r} is no CPU", hint="--pin 1, or --pin for the last one")
    return int(value)


def _split(entry: str) -> tuple[str, str]:
    name, sign, value = entry.partition("=")
    if not name or not sign:
        raise UsageError(f"{entry!r} sets no variable", hint="--env NAME=VALUE")
    return name, value
