"""Package inits on the clock of strace: lines of inittrace, put together from their writes.

A Go runtime that runs with ``GODEBUG=inittrace=1`` writes a line to stderr as soon as an init is
done, piece by piece (``doInit1`` in ``runtime/proc.go``). strace shows each of these writes: the
first one is the init's end, the last one the instant from which the next init runs.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from coldstart_lab.readers.inittrace import InitLine, find_inits
from coldstart_lab.readers.strace.arguments import call_buffers, descriptors
from coldstart_lab.recording.init_clock import begins_of
from coldstart_lab.tables.inittrace import RECORDING_INITS

Ints = NDArray[np.int64]
_STDERR = 2
_FIRST_PIECE = b"init "
# An import path is the longest piece
_LONGEST_PIECE = 4096


def traced_inits(events: pd.DataFrame) -> pd.DataFrame:
    """Find the package inits of Go programs among the writes of a strace log.

    Parameters
    ----------
    events : DataFrame
        ``tables.STRACE_EVENTS``, of programs that ran with ``GODEBUG=inittrace=1``.

    Returns
    -------
    DataFrame
        ``tables.RECORDING_INITS``, thread by thread in the order they ran; empty where nothing of
        the kind was written. What a program writes in one piece is no init, whatever it says.

    Notes
    -----
    The end is when strace saw the first write of the line begin; for the begin see
    :func:`coldstart_lab.recording.init_clock.begins_of`. What strace itself costs between the two
    is part of the init.
    """
    pieces = _pieces(events)
    lines, first, last = _whole_lines(pieces)
    if not lines:
        return RECORDING_INITS.empty()
    begun, done = pieces.calls.iloc[first], pieces.calls.iloc[last]
    of = dict(zip(InitLine._fields, zip(*lines, strict=True), strict=True))
    inits = pd.DataFrame(
        {
            "line": begun["line"].to_numpy(),
            "pid": begun["pid"].array,
            "package": of["package"],
            "cut": pieces.truncated[first + 1],
            "end_ns": begun["start_ns"].array,
            "written_ns": (done["start_ns"] + done["duration_ns"].fillna(0)).array,
            "clock_ns": of["clock_ns"],
            "clock_resolution_ns": of["clock_resolution_ns"],
            "since_runtime_ns": of["at_ns"],
            "since_runtime_resolution_ns": of["at_resolution_ns"],
            "heap_bytes": of["heap_bytes"],
            "allocations": of["allocations"],
        }
    )
    start, uncertainty = begins_of(inits)
    return RECORDING_INITS.frame({**inits, "start_ns": start, "uncertainty_ns": uncertainty})


class _Pieces(NamedTuple):
    """What was written to stderr, thread by thread: the calls, and their bytes in one text."""

    calls: pd.DataFrame
    text: bytes
    begin: Ints
    truncated: NDArray[np.bool_]
    thread: Ints


def _pieces(events: pd.DataFrame) -> _Pieces:
    calls = events[(events["kind"].eq("syscall") & events["syscall"].eq("write")).to_numpy(bool)]
    to_stderr = descriptors(calls["args"])["fd"].eq(_STDERR)
    calls = calls[to_stderr.fillna(False).to_numpy(dtype=bool)].reset_index(drop=True)
    thread = pd.factorize(calls["pid"], use_na_sentinel=False)[0].astype(np.int64)
    order = np.argsort(thread, kind="stable")
    calls = calls.iloc[order].reset_index(drop=True)
    buffers = call_buffers(calls, at_most=_LONGEST_PIECE)
    row = buffers.index.to_numpy()
    data = _binary(buffers["data"])
    offsets = np.frombuffer(data.buffers()[1], dtype=np.int64)
    offsets = offsets[data.offset : data.offset + len(data) + 1]
    content = data.buffers()[2]
    text = b"" if content is None else content.to_pybytes()[: int(offsets[-1])]
    truncated = buffers["truncated"].to_numpy(dtype=bool)
    return _Pieces(calls.iloc[row], text, offsets[:-1], truncated, thread[order][row])


def _binary(column: pd.Series) -> Any:
    array = pa.array(column, type=pa.large_binary())
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    return array


def _whole_lines(pieces: _Pieces) -> tuple[list[InitLine], Ints, Ints]:
    """Find the lines that begin with a write of the runtime's, and their first and last writes."""
    lines = list(find_inits(pieces.text))
    if not lines:
        return [], np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    start, stop = np.array([(line.start, line.stop) for line in lines], dtype=np.int64).T
    first = np.searchsorted(pieces.begin, start, side="right") - 1
    # the end of the line is a write of its own, unless the log was cut off before it
    last = np.searchsorted(pieces.begin, np.minimum(stop, len(pieces.text) - 1), side="right") - 1
    second = np.searchsorted(pieces.begin, start + len(_FIRST_PIECE), side="right") - 1
    alone = (pieces.begin[first] == start) & (second == first + 1)
    alone &= pieces.begin[second] == start + len(_FIRST_PIECE)
    alone &= pieces.thread[first] == pieces.thread[last]
    kept = np.flatnonzero(alone)
    return [lines[one] for one in kept], first[kept], last[kept]
