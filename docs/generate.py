"""Writes the pages that say what the code says: tables, commands and rules.

They are committed, so that they can be read without building anything; a test holds them equal
to the code, and ``python docs/generate.py`` brings them up to date.
"""

from __future__ import annotations

from pathlib import Path

import click

from coldstart_lab.attribution import default_rules
from coldstart_lab.cli.main import COMMANDS, cli
from coldstart_lab.tables import ALL_TABLES

REFERENCE = Path(__file__).parent / "reference"
_WIDTH = 90


def tables_page() -> str:
    """Return the schema reference."""
    lines = [
        "# Tables",
        "",
        "Every public function takes and gives pandas DataFrames of these tables. Times are whole",
        "nanoseconds and sizes whole bytes; a cell that is not known is NA, never a magic value.",
        "Further columns are allowed, missing ones are not. The descriptions themselves are in",
        "`coldstart_lab.tables`; `Table.validate(frame)` checks a frame against one.",
    ]
    for table in ALL_TABLES:
        lines += [
            "",
            f"## {table.name}",
            "",
            table.doc,
            "",
            "| column | type | unit | NA | holds |",
        ]
        lines += ["| --- | --- | --- | --- | --- |"]
        lines += [
            f"| `{column.name}` | {column.dtype} | {column.unit or ''} | "
            f"{'yes' if column.nullable else ''} | {_cell(column.doc)} |"
            for column in table.columns
        ]
    return "\n".join(lines) + "\n"


def commands_page() -> str:
    """Return the reference of the command line."""
    lines = [
        "# Command line",
        "",
        "Exit codes are the same for every command: 0 done, 1 a regression or a breached goal was",
        "found, 2 wrong usage or input that could not be read, 3 inconclusive. Also, 130 is",
        "an interruption, 141 a closed pipe, and 70 a fault of coldstart itself. A failure is one",
        "message on stderr; `COLDSTART_DEBUG=1` shows the traceback too.",
        "",
        "No command replaces a file or folder without `--force`. What a command prints of a log is",
        "redacted, with control characters shown as escapes; tables written with `-o` hold",
        "the log's text as it is.",
        "",
        *_help(cli, None, "coldstart"),
    ]
    context = click.Context(cli, info_name="coldstart", **cli.context_settings)
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        lines += ["", f"## coldstart {name}", "", *_help(command, context, name)]
    return "\n".join(lines) + "\n"


def rules_page() -> str:
    """Return the table of rules that name causes."""
    lines = [
        "# Rules that name causes",
        "",
        "The first rule that fits a piece of the critical path names its cause. `default_rules()`",
        "gives this table as a DataFrame, with the conditions of each rule; `attribute_startup`",
        "takes a changed one as `rules=`.",
        "",
        "| rule | cause | category | confidence | why |",
        "| --- | --- | --- | --- | --- |",
    ]
    lines += [
        "| " + " | ".join(_cell(row[name]) for name in ("rule", "cause", "category", "confidence",
                                                        "why")) + " |"
        for row in default_rules().fillna("").to_dict("records")
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


PAGES = {"tables.md": tables_page, "commands.md": commands_page, "rules.md": rules_page}


def write_pages() -> None:
    """Write each page whose text has changed."""
    for name, render in PAGES.items():
        path = REFERENCE / name
        text = render()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def _help(command: click.Command, parent: click.Context | None, name: str) -> list[str]:
    settings = {**command.context_settings, "terminal_width": _WIDTH, "max_content_width": _WIDTH}
    context = click.Context(command, parent=parent, info_name=name, **settings)
    return ["```text", command.get_help(context).rstrip(), "```"]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("*", "\\*").replace("<", "&lt;")


if __name__ == "__main__":
    write_pages()
