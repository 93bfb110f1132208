"""What ``coldstart read`` shows of artefacts that are read into a bundle of plain tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from coldstart_lab.cli.output import (
    clean,
    console,
    number_of,
    print_json,
    records,
    say_written,
    write_table,
)
from coldstart_lab.cli.rows import print_rows
from coldstart_lab.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd


class Bundle(Protocol):
    """What readers give whose artefacts need no overview of their own."""

    @property
    def source(self) -> Path:
        """The file it was read from."""

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """All tables by name, the one that is written unless another is named first."""

    @property
    def facts(self) -> list[str]:
        """What was read, in a few plain lines."""

    @property
    def highlights(self) -> dict[str, pd.DataFrame]:
        """The tables to see first, by what they show."""


def show_bundle(
    bundle: Bundle, kind: str, *, name: str | None, out: Path | None, limit: int | None,
    shown: int, as_json: bool,
) -> None:  # fmt: skip
    """Print what an artefact holds, or one of its tables, and write it where asked to.

    Parameters
    ----------
    bundle : Bundle
        The artefact as it was read.
    kind : str
        What it is, such as ``perf``.
    name : str or None
        The table to show, and to write in place of the first one.
    out : Path or None
        The file to write, checked already.
    limit : int or None
        Rows of the file written; all if None.
    shown : int
        Rows of each list.
    as_json : bool
        Whether to print one JSON document.

    Raises
    ------
    UsageError
        If it has no such table.
    """
    tables = bundle.tables
    if name is not None and name not in tables:
        raise UsageError(
            f"{kind} has no table {name!r}", path=bundle.source, hint=f"try: {', '.join(tables)}"
        )
    if out is not None:
        rows = tables[name or next(iter(tables))]
        write_table(rows if limit is None else rows.head(limit), out)
    if as_json:
        print_json(kind, _as_json(bundle, name, out, shown))
    elif name is not None:
        print_rows(tables[name], name, shown, of=len(tables[name]))
    else:
        _print_card(bundle, kind, shown)
    if out is not None:
        say_written(out, as_json=as_json)


def _as_json(bundle: Bundle, name: str | None, out: Path | None, shown: int) -> dict[str, Any]:
    summary, losses = bundle.tables["summary"], bundle.tables["losses"]
    return {
        "source": str(bundle.source),
        "counts": dict(zip(summary["item"], summary["count"].tolist(), strict=True)),
        "losses": {"count": len(losses), "examples": records(losses.head(shown))},
        "wrote": None if out is None else str(out),
        "tables": {title: len(frame) for title, frame in bundle.tables.items()},
        "rows": None if name is None else records(bundle.tables[name].head(shown)),
    }


def _print_card(bundle: Bundle, kind: str, shown: int) -> None:
    show = console()
    show.print(f"{kind} {clean(str(bundle.source))}", style="bold")
    for fact in bundle.facts:
        show.print(f"  {clean(fact)}")
    for title, frame in bundle.highlights.items():
        show.print()
        show.print(f"{title}:")
        print_rows(frame, title, shown, of=len(frame))
    losses = bundle.tables["losses"]
    if len(losses):
        show.print()
        show.print(f"Not understood: {number_of(len(losses), 'line')}")
        print_rows(losses, "losses", shown, of=len(losses))
