"""How commands write: terminal tables of untrusted text, strict JSON, and tables to files."""

# ruff: noqa: PLC0415 - help must not load what only the work needs
from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from coldstart_lab.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

# Of every JSON document a command prints; it grows when a key changes its meaning or goes
JSON_FORMAT = 1

SUFFIXES = (".parquet", ".csv", ".jsonl")
_PIPE_WIDTH = 120
# Of a text to be shown, in characters; and how many before its end may hold half a secret
_LONGEST_TEXT = 1 << 16
_HALF = 1 << 10


def console() -> Console:
    """Return where commands print; a pipe gets lines wide enough for whole rows."""
    from rich.console import Console

    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else _PIPE_WIDTH
    return Console(width=width, highlight=False, markup=False, emoji=False)


def from_log(text: object) -> Text:
    """Make text from a log fit for a terminal: no secrets, no escapes, no markup."""
    from rich.text import Text

    return Text(clean(text))


def clean(text: object) -> str:
    """Take secrets and control characters out of text from a log; NA becomes empty."""
    from coldstart_lab.redaction import printable, redact

    return printable(redact(text)) if isinstance(text, str) else ""


def number_of(count: int, thing: str) -> str:
    """Return a count with its noun: ``1 thread``, ``1,200 threads``."""
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"


def table(*columns: str, right: frozenset[str] = frozenset()) -> Table:
    """Return an empty terminal table.

    Parameters
    ----------
    *columns : str
        Its headings.
    right : frozenset of str
        Those whose cells are numbers.
    """
    from rich import box
    from rich.table import Table

    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    for name in columns:
        if name in right:
            made.add_column(name, justify="right", no_wrap=True)
        else:
            made.add_column(name, overflow="fold")
    return made


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as plain values: NA and NaN are None, text holds no secrets.

    Bytes become text, those that are no UTF-8 as escapes. A text of more than 65,536 characters, or
    bytes, is cut, and says so.
    """

    def plain(value: Any) -> Any:
        return _shown(value) if isinstance(value, (str, bytes)) else value

    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return [{str(name): plain(value) for name, value in row.items()} for row in rows]


def _shown(value: str | bytes) -> str:
    from coldstart_lab.redaction import redact

    head = value[:_LONGEST_TEXT]
    text = redact(head.decode("utf-8", "backslashreplace") if isinstance(head, bytes) else head)
    if len(value) <= _LONGEST_TEXT:
        return text
    return f"{text[:-_HALF]}... (cut: {len(value):,} in all)"


def print_json(kind: str, content: dict[str, Any]) -> None:
    """Print one strict JSON document: no NaN, whole numbers as such, ASCII only."""
    document = {"format": JSON_FORMAT, "kind": kind, **content}
    click.echo(json.dumps(document, allow_nan=False, indent=2, default=_to_python))


def _to_python(value: Any) -> Any:
    if hasattr(value, "item"):  # a NumPy scalar
        return value.item()
    return str(value)


def check_output(path: Path | None, *, force: bool) -> None:
    """Refuse a file that could not be written, before the work and not after it.

    Raises
    ------
    UsageError
        If its ending names no form, its folder is missing, or it exists and ``force`` is not set.
    """
    if path is None:
        return
    if path.suffix not in SUFFIXES:
        known = ", ".join(SUFFIXES)
        raise UsageError("the ending names no form to write", path=path, hint=f"known: {known}")
    if not path.parent.is_dir():
        raise UsageError("there is no such folder to write to", path=path.parent)
    if path.exists() and not force:
        raise UsageError("this file exists", path=path, hint="--force replaces it")


def write_table(frame: pd.DataFrame, path: Path) -> None:
    """Write a table as Parquet, CSV or JSON lines; the file appears once it is whole.

    Parameters
    ----------
    frame : DataFrame
        The table; categories are written as plain strings, and bytes as hexadecimal digits
        except to Parquet.
    path : Path
        The file, already checked by :func:`check_output`.
    """
    with writing(path) as write:
        write(frame)


@contextlib.contextmanager
def writing(path: Path) -> Iterator[Callable[[pd.DataFrame], None]]:
    """Write a table part by part; see :func:`write_table`.

    Parameters
    ----------
    path : Path
        The file, already checked by :func:`check_output`.

    Yields
    ------
    callable
        Writes the next rows of the table.
    """
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".coldstart-") as folder:
        part = Path(folder) / path.name
        with contextlib.ExitStack() as stack:
            if path.suffix == ".parquet":
                yield _parquet_writer(part, stack)
            else:
                yield _text_writer(part, stack)
        part.replace(path)


def _parquet_writer(part: Path, stack: contextlib.ExitStack) -> Callable[[pd.DataFrame], None]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    made: list[Any] = []

    def write(frame: pd.DataFrame) -> None:
        rows = pa.Table.from_pandas(_plain(frame), preserve_index=False)
        if not made:
            writer = pq.ParquetWriter(part, rows.schema, compression="zstd")
            made.append(stack.enter_context(writer))
        made[0].write_table(rows.cast(made[0].schema))

    return write


def _text_writer(part: Path, stack: contextlib.ExitStack) -> Callable[[pd.DataFrame], None]:
    file = stack.enter_context(part.open("w", encoding="utf-8", newline=""))

    def write(frame: pd.DataFrame) -> None:
        plain = _plain(frame)
        plain = plain.assign(**{name: _hexadecimal(plain[name]) for name in _binary(plain)})
        if part.suffix == ".csv":
            plain.to_csv(file, index=False, header=file.tell() == 0)
        elif len(plain):
            plain.to_json(file, orient="records", lines=True, double_precision=15)

    return write


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Make categories plain strings: dictionary columns break readers across files."""
    return frame.astype(
        {name: "string" for name in frame.columns if str(frame[name].dtype) == "category"}
    )


def _binary(frame: pd.DataFrame) -> list[str]:
    return [str(name) for name in frame.columns if "binary" in str(frame[name].dtype)]


def _hexadecimal(column: pd.Series) -> list[str]:
    return [value.hex() for value in column]


def say_written(path: Path, *, as_json: bool) -> None:
    """Say as the last line what was written; beside JSON, on stderr."""
    from coldstart_lab.redaction import printable

    click.echo(f"Wrote {printable(str(path))}", err=as_json)
