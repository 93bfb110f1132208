"""``coldstart read``: read a log, say what is in it, and write it as a table."""

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
from coldstart_lab.cli.rows import print_rows
from coldstart_lab.cli.working import working
from coldstart_lab.errors import UsageError
from coldstart_lab.units import format_bytes, format_ns

if TYPE_CHECKING:
    import pandas as pd

    from coldstart_lab.readers.strace import StraceLog

_SHOWN = 10
TABLES = ("events", "summary", "losses", "stacks", "dumps", "counts", "messages")
_CLOCKS = {
    "unix": "seconds since 1970 (-ttt)",
    "time-of-day": "time of day (-t, -tt)",
    "relative": "since the first line (-r)",
    "none": "none: the log holds no times, so it shows what was called but not how long it took",
}


@click.command("read", short_help="Read a log and say what is in it.")
@click.argument("log", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--table", "name", type=click.Choice(TABLES), metavar="NAME",
              help=f"Show this table: {', '.join(TABLES[:-1])} or {TABLES[-1]}.")  # fmt: skip
@click.option("-o", "--output", "out", metavar="FILE", type=click.Path(path_type=Path),
              help="Write it, or the events, to a .parquet, .csv or .jsonl file.")  # fmt: skip
@click.option("--limit", type=click.IntRange(1), metavar="N",
              help="Rows of each list, and of FILE.  [default: 10, and all]")  # fmt: skip
@click.option("--force", is_flag=True, help="Replace FILE if it exists.")
def command(
    log: Path, *, as_json: bool, name: str | None, out: Path | None, limit: int | None, force: bool
) -> None:
    """Read LOG and say what is in it, how complete it is, and which flag would have shown more.

    LOG is a strace log (plain, .gz, .xz or .zst), a folder of strace -ff files, or a recording.
    The table written with -o holds the log's text as it is: secrets too.
    """
    check_output(out, force=force)
    with working("Reading"):
        strace = _read(log)
    shown = limit or _SHOWN
    if as_json:
        print_json("strace-log", {**_as_json(strace, shown, out), **_rows(strace, name, shown)})
    elif name is not None:
        print_rows(strace.tables[name], name, shown)
    else:
        _print_card(strace, shown)
    if out is not None:
        rows = strace.tables[name or "events"]
        write_table(rows if limit is None else rows.head(limit), out)
        say_written(out, as_json=as_json)


def _read(path: Path) -> StraceLog:
    from coldstart_lab.readers import read
    from coldstart_lab.readers.strace import StraceLog
    from coldstart_lab.recording import open_recording

    folder = path.parent if path.name == "manifest.json" else path
    bundle = open_recording(path).strace if (folder / "manifest.json").is_file() else read(path)
    if not isinstance(bundle, StraceLog):
        raise UsageError(
            f"this is a {type(bundle).__name__}, which this command cannot show",
            path=path,
            hint="read it in Python: coldstart_lab.read(path)",
        )
    return bundle


def _count_calls(events: pd.DataFrame) -> pd.DataFrame:
    """Count the calls by name, with the time in them summed over threads where it is known."""
    from coldstart_lab.attribution import count_calls

    counted = count_calls(events)
    calls = events[(events["kind"] == "syscall").to_numpy()]
    time = calls.groupby("syscall", observed=True)["duration_ns"].sum(min_count=1)
    return counted.assign(duration_ns=counted["syscall"].map(time).astype("Int64"))


def _as_json(log: StraceLog, shown: int, out: Path | None) -> dict[str, Any]:
    from coldstart_lab.attribution import count_failures, count_searches

    start = log.events["start_ns"].dropna()
    end = (log.events["start_ns"] + log.events["duration_ns"].fillna(0)).dropna()
    reasons = log.losses["reason"].value_counts()
    return {
        "source": str(log.source),
        "clock": log.clock,
        "has_durations": log.has_durations,
        "first_ns": int(start.min()) if len(start) else None,
        "last_ns": int(end.max()) if len(end) else None,
        "counts": dict(zip(log.summary["item"], log.summary["count"].tolist(), strict=True)),
        "calls": records(_count_calls(log.events).head(shown)),
        "failures": records(count_failures(log.events).head(shown)),
        "searches": records(count_searches(log.events).head(shown)),
        "losses": {
            "count": len(log.losses),
            "reasons": {str(reason): int(count) for reason, count in reasons.items() if count},
            "examples": records(log.losses.head(shown)),
        },
        "missing": [{"flag": flag, "shows": what} for flag, what in log.missing_flags.items()],
        "wrote": None if out is None else str(out),
    }


def _rows(log: StraceLog, name: str | None, shown: int) -> dict[str, Any]:
    return {
        "tables": {table: len(rows) for table, rows in log.tables.items()},
        "rows": None if name is None else records(log.tables[name].head(shown)),
    }


def _print_card(log: StraceLog, shown: int) -> None:
    from coldstart_lab.readers.strace.log import ANNEXES

    show = console()
    show.print(f"strace log {clean(str(log.source))}", style="bold")
    show.print(f"  {number_of(log.count('lines'), 'line')}, {format_bytes(log.count('bytes'))}")
    show.print(
        f"  {number_of(log.count('calls'), 'call')} ({log.count('calls that failed'):,} failed) "
        f"of {number_of(log.count('threads') or 1, 'thread')}"
    )
    show.print(f"  clock: {_CLOCKS[log.clock]}")
    show.print(f"  durations: {'yes (-T)' if log.has_durations else 'not recorded'}")
    for name, what in ANNEXES.items():
        if len(log.tables[name]):
            show.print(f"  {what}: {len(log.tables[name]):,} (--table {name})")
    for flag, what in log.missing_flags.items():
        show.print(f"  not recorded: {what} (strace {flag})")
    if log.events.empty:
        show.print()
        print_rows(log.counts, "counts", shown)
    _print_lists(log, shown)
    _print_losses(log, shown)


def _print_lists(log: StraceLog, shown: int) -> None:
    from coldstart_lab.attribution import count_failures, count_searches

    _print_list(
        _count_calls(log.events),
        {"syscall": "call", "calls": "count", "errors": "failed", "duration_ns": "time in it"},
        shown,
    )
    _print_list(
        count_failures(log.events),
        {"syscall": "failed call", "errno": "error", "calls": "count", "line": "first line"},
        shown,
    )
    _print_list(
        count_searches(log.events),
        {"folder": "searched folder", "misses": "misses", "found": "found", "example": "such as"},
        shown,
    )


def _print_list(frame: pd.DataFrame, columns: dict[str, str], shown: int) -> None:
    if frame.empty:
        return
    numbers = frozenset(columns[name] for name in columns if frame[name].dtype.kind in "iu")
    made = table(*columns.values(), right=numbers)
    for row in records(frame[list(columns)].head(shown)):
        made.add_row(*(_cell(name, value) for name, value in row.items()))
    show = console()
    show.print()
    show.print(made)
    if len(frame) > shown:
        show.print(f"and {len(frame) - shown:,} more (--limit)")


def _cell(name: str, value: Any) -> Any:
    if name == "duration_ns":
        return format_ns(value)
    return from_log(value) if isinstance(value, str) else f"{value:,}"


def _print_losses(log: StraceLog, shown: int) -> None:
    show = console()
    show.print()
    if log.losses.empty:
        show.print("Every line was understood.")
        return
    show.print(f"Not understood: {number_of(len(log.losses), 'line')}")
    made = table("line", "why", "text", right=frozenset({"line"}))
    for row in records(log.losses.head(shown)):
        made.add_row(f"{row['line']:,}", from_log(row["reason"]), from_log(row["text"][:200]))
    show.print(made)
    if len(log.losses) > shown:
        show.print(f"and {len(log.losses) - shown:,} more (--limit)")
