"""Regular expressions over lines: what one writes by hand, and what engines for tables offer.

"Python re" joins interrupted calls and makes a typed table. The engines only split the lines of
complete calls into text. All of them get hostile lines wrong.
"""

# ruff: noqa: PLC0415 - each is imported where it is used: any of them may be missing
from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd

from strace_peers.peer import Peer, from_text

HEAD = r"^(?P<pid>\d+)(?:<[^>]*>)? +(?P<begin>\d+\.\d+) (?P<syscall>\w+)\("
RESULT = (
    r"\) += (?P<retval>-?\w+|\?)(?: (?P<errno>E[A-Z]+) \([^)]*\))?"
    r".*?(?: <(?P<duration>\d+\.\d+)>)?$"
)
LINE = HEAD + "(?P<args>.*)" + RESULT
BEGUN = HEAD + "(?P<args>.*) <unfinished ...>$"
RESUMED = r"^(\d+)(?:<[^>]*>)? +\d+\.\d+ <\.\.\. \w+ resumed>(.*)" + RESULT
NAMES = list(re.compile(LINE).groupindex)


def with_re(path: Path) -> pd.DataFrame:
    whole, begun, resumed = re.compile(LINE), re.compile(BEGUN), re.compile(RESUMED)
    rows, pending = [], {}
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            if found := whole.match(line):
                rows.append(found.groups())
            elif found := begun.match(line):
                pending[found[1]] = found.groups()
            elif (found := resumed.match(line)) and found[1] in pending:
                pid, when, name, args = pending.pop(found[1])
                rows.append((pid, when, name, args + found[2], *found.groups()[2:]))
    frame = pd.DataFrame(rows, columns=NAMES)
    for column in ("pid", "begin", "duration"):
        frame[column] = pd.to_numeric(frame[column])
    return frame


def with_pyarrow(path: Path) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    lines = pc.split_pattern(path.read_text("utf-8", "replace"), "\n")
    return pc.extract_regex(pa.array(lines.as_py()), LINE)


def with_polars(path: Path) -> Any:
    import polars as pl

    lines = pl.Series("line", path.read_text("utf-8", "replace").split("\n"))
    return lines.str.extract_groups(LINE).struct.unnest()


def with_duckdb(path: Path) -> Any:
    import duckdb

    names = ", ".join(f"'{name}'" for name in NAMES)
    # it knows no names of groups, and takes no bytes that are no UTF-8 (strace writes none)
    pattern = re.sub(r"\(\?P<\w+>", "(", LINE)
    return (
        duckdb.connect()
        .sql(
            f"SELECT parts.* FROM (SELECT regexp_extract(line, ?, [{names}]) AS parts"
            " FROM (SELECT unnest(string_split(content, chr(10))) AS line FROM read_text(?)))"
            " WHERE parts.syscall <> ''",
            params=[pattern, str(path)],
        )
        .to_arrow_table()
    )


def _from_arrow(parts: Any) -> pd.DataFrame:
    import pyarrow as pa

    table = parts if isinstance(parts, pa.Table) else pa.Table.from_struct_array(parts.drop_null())
    return from_text(table.to_pandas())


PEERS = {
    "Python re": Peer("", 16, with_re, from_text),
    "pyarrow extract_regex": Peer("pyarrow", 16, with_pyarrow, _from_arrow),
    "polars extract_groups": Peer(
        "polars", 16, with_polars, lambda frame: from_text(frame.drop_nulls("pid").to_pandas())
    ),
    "DuckDB regexp_extract": Peer("duckdb", 16, with_duckdb, _from_arrow),
}
