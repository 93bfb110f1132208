"""The paths that calls are given, and what they are relative to."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from coldstart_lab.readers.strace.arguments.annotations import annotation_spans
from coldstart_lab.readers.strace.arguments.calls import Calls
from coldstart_lab.readers.strace.arguments.escapes import decode_strings
from coldstart_lab.readers.strace.arguments.signatures import PATHS, slots
from coldstart_lab.readers.strace.arguments.splitting import argument_spans, field_spans
from coldstart_lab.readers.strace.arguments.text import Ints, Spans, joined
from coldstart_lab.tables import STRING
from coldstart_lab.tables.strace_arguments import STRACE_PATHS

_QUOTE = 34
_SUN_PATH = b"sun_path="
_DEVICE = r"<(?:char|block) [0-9]+:[0-9]+>$"
_SOCKETS = ("bind", "connect")
_ARGUMENT = slots({name: [path for _, path in found] for name, found in PATHS.items()})
_FOLDER = slots({name: [folder for folder, _ in found] for name, found in PATHS.items()})


class PathSpans(NamedTuple):
    """Paths in the arguments of calls; ``rows`` are positions of events, in ascending order."""

    rows: Ints
    argument: Ints
    path: Spans
    folder: Spans


def call_paths(events: pd.DataFrame) -> pd.DataFrame:
    r"""Read the paths that calls are given.

    Parameters
    ----------
    events : DataFrame
        ``tables.STRACE_EVENTS`` or some of its rows.

    Returns
    -------
    DataFrame
        ``tables.STRACE_PATHS``: one row a path, in the order of the events and with their index.
        ``rename`` and its like have two.

    Notes
    -----
    Which argument is a path, and which one names the folder it is relative to, is the kernel's
    (``man 2`` of each call). ``..`` is kept and links are not followed: the log does not say where
    they lead. Names of sockets that are no files (abstract ones) are not paths.
    """
    calls = Calls(events)
    found = find_paths(calls)
    decoded = decode_strings(calls.text.data, found.path)
    path = decoded.text()
    frame = STRACE_PATHS.frame(
        {
            "line": events["line"].to_numpy()[found.rows],
            "syscall": events["syscall"].array[found.rows],
            "argument": found.argument,
            "path": path,
            "full_path": full_paths(path, _annotated(calls, found.folder)),
            "truncated": decoded.truncated,
        }
    )
    return frame.set_axis(events.index[found.rows], axis=0)


def find_paths(calls: Calls) -> PathSpans:
    """Find the paths in the arguments of calls."""
    parts = [_find(calls, *tables) for tables in zip(_ARGUMENT, _FOLDER, strict=True)]
    rows = np.concatenate([part.rows for part in parts])
    order = np.argsort(rows, kind="stable")
    return PathSpans(
        rows[order],
        np.concatenate([part.argument for part in parts])[order],
        joined([part.path for part in parts]).take(order),
        joined([part.folder for part in parts]).take(order),
    )


def _find(calls: Calls, argument: dict[str, int], folder: dict[str, int]) -> PathSpans:
    data = calls.text.data
    rows, path = calls.arguments(argument)
    sockets = calls.are(rows, *_SOCKETS)
    path.start[sockets], path.length[sockets] = field_spans(data, path.take(sockets), _SUN_PATH)
    # NULL, an address that could not be read, or a socket's abstract name
    there = (path.length > 0) & (np.take(data, path.start, mode="clip") == _QUOTE)
    rows, path = rows[there], path.take(there)
    relative_to = argument_spans(calls.text, rows, calls.places(rows, folder))
    return PathSpans(rows, calls.places(rows, argument), path, relative_to)


def opened_paths(calls: Calls, rows: Ints) -> tuple[Any, Any]:
    """Read the path that each of some calls opened, and what -y says of its folder.

    Parameters
    ----------
    calls : Calls
        The log.
    rows : array of int64, shape (n,)
        Calls such as open and openat.

    Returns
    -------
    path, folder : pandas string arrays, n rows
        NA where the call has none.
    """
    path, folder = (
        argument_spans(calls.text, rows, calls.places(rows, tables[0]))
        for tables in (_ARGUMENT, _FOLDER)
    )
    return decode_strings(calls.text.data, path).text(), _annotated(calls, folder)


def _annotated(calls: Calls, folder: Spans) -> pd.api.extensions.ExtensionArray:
    spans = annotation_spans(calls.text.data, folder)
    path = pd.Series(decode_strings(calls.text.data, spans, quoted=False).text())
    return path.str.replace(_DEVICE, "", regex=True).array


def full_paths(path: Any, folder: Any) -> pd.api.extensions.ExtensionArray:
    """Put folders before the paths that are relative; NA where the folder is not known.

    Parameters
    ----------
    path, folder : pandas string arrays, n rows
        The paths; the absolute path of what each is relative to, NA where it is not known.

    Returns
    -------
    pandas string array, n rows
        Absolute paths.
    """
    given = pa.array(path, type=pa.large_string())
    base = pa.array(folder, type=pa.large_string())
    base = pc.if_else(pc.starts_with(base, "/"), base, pa.scalar(None, pa.large_string()))
    rest = pc.replace_substring_regex(given, r"^(\./+)+", "")
    rest = pc.if_else(pc.equal(rest, "."), "", rest)
    slash = pa.scalar("/", pa.large_string())
    below = pc.binary_join_element_wise(pc.utf8_rtrim(base, "/"), rest, slash)
    inside = pc.if_else(pc.equal(rest, ""), base, below)
    full = pc.if_else(pc.starts_with(given, "/"), given, inside)
    chunks = full.chunks if isinstance(full, pa.ChunkedArray) else [full]
    make: Any = STRING.construct_array_type()
    strings: pd.api.extensions.ExtensionArray = make(pa.chunked_array(chunks, pa.large_string()))
    return strings
