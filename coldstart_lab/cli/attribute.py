"""``coldstart attribute``: where the time between exec and ready went."""

# ruff: noqa: PLC0415 - help must not load what only the work needs
from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from coldstart_lab.cli.output import (
    check_output,
    clean,
    console,
    from_log,
    number_of,
    print_json,
    records,
    say_written,
    table,
    write_table,
)
from coldstart_lab.cli.working import working
from coldstart_lab.errors import MissingEvidenceError
from coldstart_lab.units import format_ns, format_share

if TYPE_CHECKING:
    from coldstart_lab.attribution import Attribution
    from coldstart_lab.recording import Recording


@click.command("attribute", short_help="Say where the time between exec and ready went.")
@click.argument("recording", type=click.Path(path_type=Path))
@click.option("--until", metavar="MILESTONE",
              help="Where the start ends.  [default: ready, else the best one known]")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("-o", "--output", "out", metavar="FILE", type=click.Path(path_type=Path),
              help="Write the segments to a .parquet, .csv or .jsonl file.")  # fmt: skip
@click.option("--top", default=15, show_default=True, type=click.IntRange(1), metavar="N",
              help="Causes shown; the others are summed in one row.")  # fmt: skip
@click.option("--force", is_flag=True, help="Replace FILE if it exists.")
def command(
    recording: Path,
    *,
    until: str | None,
    as_json: bool,
    out: Path | None,
    top: int,
    force: bool,
) -> None:
    """Blame every nanosecond from exec to a milestone on one cause.

    RECORDING is what coldstart record or import made, or a strace log with times (strace -f -ttt
    -T -yy). The segments written with -o hold the log's text as it is: secrets too.
    """
    from coldstart_lab.attribution import attribute_startup
    from coldstart_lab.recording import open_recording

    check_output(out, force=force)
    with working("Attributing"):
        opened = open_recording(recording)
        _refuse_timeless(opened)
        answer = attribute_startup(opened, until=until)
    if as_json:
        print_json("attribution", _as_json(opened, answer, out))
    else:
        _print_answer(opened, answer, top)
    if out is not None:
        write_table(answer.segments, out)
        say_written(out, as_json=as_json)


def _refuse_timeless(recording: Recording) -> None:
    if recording.strace.clock == "none":
        raise MissingEvidenceError(
            "the log holds no times, so nobody can say where the time went",
            path=recording.strace.source,
            hint="record again with coldstart record, or strace -f -ttt -T -yy -o LOG PROGRAM; "
            "coldstart read shows what this log holds",
        )


def _as_json(recording: Recording, answer: Attribution, out: Path | None) -> dict[str, Any]:
    from coldstart_lab.redaction import redact

    return {
        "source": str(recording.path),
        "recording_id": recording.recording_id,
        "variant": recording.variant,
        "until": answer.until,
        "start_ns": int(answer.start_ns),
        "end_ns": int(answer.end_ns),
        "window_ns": int(answer.window_ns),
        "unresolved_ns": int(answer.unresolved_ns),
        "segment_count": len(answer.segments),
        "causes": records(answer.causes),
        "milestones": records(answer.milestones),
        "after": records(answer.after),
        "notes": [redact(note) for note in answer.notes],
        "wrote": None if out is None else str(out),
    }


def _print_answer(recording: Recording, answer: Attribution, top: int) -> None:
    show = console()
    show.print(f"{clean(recording.variant)}: exec to {clean(answer.until)}", style="bold")
    share = answer.unresolved_ns / answer.window_ns if answer.window_ns else 0.0
    show.print(
        f"  {format_ns(answer.window_ns)} in {number_of(len(answer.segments), 'segment')}; "
        f"unresolved: {format_ns(answer.unresolved_ns)} ({format_share(share)})"
    )
    show.print()
    show.print(_cause_table(answer, top))
    if len(answer.after):
        total = int(answer.after["duration_ns"].sum())
        show.print(
            f"After {clean(answer.until)}, {number_of(len(answer.after), 'thread')} worked on for "
            f"{format_ns(total)} in all."
        )
    for note in answer.notes:
        show.print(f"Note: {clean(note)}")


def _cause_table(answer: Attribution, top: int) -> Any:
    numbers = frozenset({"time", "share", "unresolved", "line"})
    made = table("cause", "time", "share", "unresolved", "line", "most of it", right=numbers)
    for row in records(answer.causes.head(top)):
        made.add_row(
            from_log(row["cause"]),
            format_ns(row["duration_ns"]),
            format_share(row["share"]),
            format_ns(row["unresolved_ns"]) if row["unresolved_ns"] else "",
            "" if row["line"] is None else str(row["line"]),
            from_log(row["subject"]),
        )
    rest = answer.causes.iloc[top:]
    if len(rest):
        made.add_row(
            number_of(len(rest), "other cause"),
            format_ns(int(rest["duration_ns"].sum())),
            format_share(float(rest["share"].sum())),
            format_ns(unresolved) if (unresolved := int(rest["unresolved_ns"].sum())) else "",
            "",
            "--top shows more",
        )
    return made
