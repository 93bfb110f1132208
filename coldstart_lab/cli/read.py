"""``coldstart read``: read a log, say what is in it, and write it as a table."""

# ruff: noqa: PLC0415 - help must not load what only the work needs
from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from coldstart_lab.cli.bundles import show_bundle
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
    writing,
)
from coldstart_lab.cli.overview import Overview
from coldstart_lab.cli.rows import print_rows
from coldstart_lab.cli.working import working
from coldstart_lab.errors import UsageError
from coldstart_lab.units import format_bytes, format_ns

if TYPE_CHECKING:
    import pandas as pd

    from coldstart_lab.cli.bundles import Bundle
    from coldstart_lab.readers.strace import StraceLog

_SHOWN = 10
TABLES = ("events", "summary", "losses", "stacks", "dumps", "counts", "messages", "details")
_CLOCKS = {
    "unix": "seconds since 1970 (-ttt)",
    "time-of-day": "time of day (-t, -tt)",
    "relative": "since the first line (-r)",
    "none": "none: the log holds no times, so it shows what was called but not how long it took",
}


@click.command("read", short_help="Read a log and say what is in it.")
@click.argument("logs", metavar="LOG...", nargs=-1, required=True,
                type=click.Path(path_type=Path, allow_dash=True))  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option(
    "--table", "name", metavar="NAME", help=f"Show this table; of logs: {', '.join(TABLES)}."
)
@click.option("-o", "--output", "out", metavar="FILE", type=click.Path(path_type=Path),
              help="Write it, or the first, to a .parquet, .csv or .jsonl file.")  # fmt: skip
@click.option("--limit", type=click.IntRange(1), metavar="N",
              help="Rows of each list, and of FILE.  [default: 10, and all]")  # fmt: skip
@click.option("--force", is_flag=True, help="Replace FILE if it exists.")
def command(
    logs: tuple[Path, ...], *, as_json: bool, name: str | None, out: Path | None,
    limit: int | None, force: bool,
) -> None:  # fmt: skip
    """Read LOG and say what is in it, how complete it is, and which flag would have shown more.

    LOG is a strace log (plain, .gz, .xz or .zst) of any size, - for standard input, a recording,
    or the files of strace -ff or their folder; or any other artefact that a reader knows, such as
    traces in OTLP JSON. The table written with -o holds the text of the log as it is: secrets too.
    """
    check_output(out, force=force)
    with working("Reading"):
        other = _other(*logs)
    if other is not None:
        kind, bundle = other
        show_bundle(bundle, kind, name=name, out=out, limit=limit, shown=limit or _SHOWN,
                    as_json=as_json)  # fmt: skip
        return
    if name is not None and name not in TABLES:
        known = ", ".join(map(repr, TABLES))
        raise UsageError(f"a strace log has no table {name!r}", hint=f"try: {known}")
    seen = Overview(limit or _SHOWN)
    with working("Reading"), contextlib.ExitStack() as stack:
        write = stack.enter_context(writing(out)) if out is not None else None
        for batch in _batches(*logs):
            if write is not None:
                rows = batch.tables[name or "events"]
                left = None if limit is None else max(limit - seen.sizes[name or "events"], 0)
                write(rows.head(len(rows) if left is None else left))
                del rows
            seen.add(batch)
            del batch  # while the next one is read
    if as_json:
        print_json("strace-log", {**_as_json(seen, out), **_rows(seen, name)})
    elif name is not None:
        print_rows(seen.first_rows(name), name, seen.kept, of=seen.sizes[name])
    else:
        _print_card(seen)
    if out is not None:
        say_written(out, as_json=as_json)


def _other(path: Path, *others: Path) -> tuple[str, Bundle] | None:
    """Read an artefact that is no strace log; None for what is one, or a recording of it."""
    from coldstart_lab.readers import find_reader, is_stream

    folder = path.parent if path.name == "manifest.json" else path
    if others or str(path) == "-" or is_stream(path) or (folder / "manifest.json").is_file():
        return None
    reader = find_reader(path)
    if reader.name == "strace":
        return None
    bundle = reader.read(path)
    if not hasattr(bundle, "facts"):
        raise UsageError(
            f"this is a {type(bundle).__name__}, which this command cannot show",
            path=path,
            hint="read it in Python: coldstart_lab.read(path)",
        )
    return reader.name, bundle


def _batches(path: Path, *others: Path) -> Iterator[StraceLog]:
    from coldstart_lab.readers import is_stream
    from coldstart_lab.readers.strace import read_strace, read_strace_batches
    from coldstart_lab.recording import open_recording

    if others:
        yield read_strace([path, *others])
        return
    if str(path) == "-" or is_stream(path):
        yield from read_strace_batches(sys.stdin.buffer if str(path) == "-" else path)
        return
    folder = path.parent if path.name == "manifest.json" else path
    if (folder / "manifest.json").is_file():
        yield open_recording(path).strace
        return
    if path.is_dir():
        yield read_strace(path)
    else:
        yield from read_strace_batches(path)


def _as_json(seen: Overview, out: Path | None) -> dict[str, Any]:
    return {
        "source": seen.source,
        "clock": seen.clock,
        "has_durations": seen.has_durations,
        "first_ns": seen.first_ns,
        "last_ns": seen.last_ns,
        "counts": seen.counts,
        "calls": records(seen.calls().head(seen.kept)),
        "failures": records(seen.failures().head(seen.kept)),
        "searches": records(seen.searches().head(seen.kept)),
        "losses": {
            "count": seen.sizes["losses"],
            "reasons": {reason: count for reason, count in seen.reasons.items() if count},
            "examples": records(seen.first_rows("losses")),
        },
        "missing": [{"flag": flag, "shows": what} for flag, what in seen.missing.items()],
        "wrote": None if out is None else str(out),
    }


def _rows(seen: Overview, name: str | None) -> dict[str, Any]:
    return {
        "tables": seen.sizes,
        "rows": None if name is None else records(seen.first_rows(name)),
    }


def _print_card(seen: Overview) -> None:
    from coldstart_lab.readers.strace.log import ANNEXES

    show = console()
    show.print(f"strace log {clean(seen.source)}", style="bold")
    counts = seen.counts
    show.print(f"  {number_of(counts['lines'], 'line')}, {format_bytes(counts['bytes'])}")
    show.print(
        f"  {number_of(counts['calls'], 'call')} ({counts['calls that failed']:,} failed) "
        f"of {number_of(counts['threads'] or 1, 'thread')}"
    )
    show.print(f"  clock: {_CLOCKS[seen.clock]}")
    show.print(f"  durations: {'yes (-T)' if seen.has_durations else 'not recorded'}")
    for name, what in ANNEXES.items():
        if seen.sizes[name]:
            show.print(f"  {what}: {seen.sizes[name]:,} (--table {name})")
    for flag, what in seen.missing.items():
        show.print(f"  not recorded: {what} (strace {flag})")
    if not seen.sizes["events"]:
        show.print()
        print_rows(seen.first_rows("counts"), "counts", seen.kept, of=seen.sizes["counts"])
    _print_list(
        seen.calls(),
        {"syscall": "call", "calls": "count", "errors": "failed", "duration_ns": "time in it"},
        seen.kept,
    )
    _print_list(
        seen.failures(),
        {"syscall": "failed call", "errno": "error", "calls": "count", "line": "first line"},
        seen.kept,
    )
    _print_list(
        seen.searches(),
        {"folder": "searched folder", "misses": "misses", "found": "found", "example": "such as"},
        seen.kept,
    )
    _print_losses(seen)


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


def _print_losses(seen: Overview) -> None:
    show = console()
    show.print()
    count = seen.sizes["losses"]
    if not count:
        show.print("Every line was understood.")
        return
    show.print(f"Not understood: {number_of(count, 'line')}")
    made = table("line", "why", "text", right=frozenset({"line"}))
    for row in records(seen.first_rows("losses")):
        made.add_row(f"{row['line']:,}", from_log(row["reason"]), from_log(row["text"][:200]))
    show.print(made)
    if count > seen.kept:
        show.print(f"and {count - seen.kept:,} more (--limit)")
