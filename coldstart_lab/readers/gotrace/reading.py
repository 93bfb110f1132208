"""Reads a Go execution trace into its tables."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coldstart_lab.errors import UnreadableInputError
from coldstart_lab.readers.gotrace.clocks import Clocks, read_clocks, to_ns
from coldstart_lab.readers.gotrace.decoding import Decoded, decode_events
from coldstart_lab.readers.gotrace.events import counters_frame, events_frame, samples_frame
from coldstart_lab.readers.gotrace.frame import Batches, find_batches
from coldstart_lab.readers.gotrace.goroutines import (
    goroutines_frame,
    states_frame,
    unblocks_frame,
)
from coldstart_lab.readers.gotrace.living import find_spans
from coldstart_lab.readers.gotrace.losses import (
    Losses,
    add_content_losses,
    add_frame_losses,
    add_order_losses,
)
from coldstart_lab.readers.gotrace.ordering import order_events
from coldstart_lab.readers.gotrace.samples import Samples, read_samples
from coldstart_lab.readers.gotrace.sniffing import HEADER, HEADER_BYTES
from coldstart_lab.readers.gotrace.source import load_trace
from coldstart_lab.readers.gotrace.spans import (
    logs_frame,
    ranges_frame,
    regions_frame,
    tasks_frame,
)
from coldstart_lab.readers.gotrace.stacks import Stacks, read_stacks
from coldstart_lab.readers.gotrace.texts import Texts, read_texts
from coldstart_lab.readers.gotrace.trace import GoTrace
from coldstart_lab.readers.gotrace.trail import Trail
from coldstart_lab.readers.gotrace.wire import (
    CPU_SAMPLES,
    END_OF_GENERATION,
    EXPERIMENTAL_BATCH,
    NAMES,
    STACKS,
    STRINGS,
)
from coldstart_lab.tables import GOTRACE_SUMMARY

_OLDEST, _NEWEST = 22, 26
_HINT = "record with runtime/trace of Go 1.22 or newer, or GET /debug/pprof/trace?seconds=5"


def read_gotrace(path: str | Path | BinaryIO) -> GoTrace:
    """Read an execution trace of a Go program into tables.

    Understands all of the second format (Go 1.22 to 1.27). Events of all threads are put in one
    order in which no event precedes its cause, by the sequence numbers they carry. A damaged
    trace, or one that was cut off, is read as far as it goes; what is missing is in ``losses``.

    Parameters
    ----------
    path : path-like or binary file
        A trace as ``runtime/trace`` or ``/debug/pprof/trace`` writes it, plain or compressed with
        gzip, zstd or xz.

    Returns
    -------
    GoTrace
        ``events``, ``goroutines``, ``states``, ``unblocks``, ``stacks`` and others.

    Raises
    ------
    UnreadableInputError
        If the file cannot be opened, is no trace, or is one of Go 1.21 or older.

    Notes
    -----
    Times are those of Go's own reader (``go tool trace -d=parsed``): ns on the clock of the trace,
    which on Linux is CLOCK_MONOTONIC in steps of 64 ns; an event not later than the one before it
    is put 1 ns behind it. Threads are named by the system's ids.
    """
    source = Path(path) if isinstance(path, (str, Path)) else None
    data, damage = load_trace(source if source is not None else path)  # type: ignore[arg-type]
    name = source if source is not None else Path(str(getattr(path, "name", "standard input")))
    return read_bytes(data, source=name, damage=damage)


def read_bytes(data: NDArray[np.uint8], *, source: Path, damage: str | None = None) -> GoTrace:
    """Read the bytes of a trace; see :func:`read_gotrace`.

    Parameters
    ----------
    data : array of uint8
        The trace, unpacked.
    source : Path
        Where it came from, for messages.
    damage : str, optional
        What cut it off, to be shown among the losses.
    """
    losses = Losses()
    if damage is not None:
        losses.add(damage, offset=len(data))
    version = _version(data, source, damage)
    if version > _NEWEST:
        losses.add(f"the format is newer, of Go 1.{version}: what it added is not understood")
    batches = find_batches(data)
    if not len(batches.generations):
        raise UnreadableInputError("this trace holds no events", path=source, hint=_HINT)
    clocks = read_clocks(data, batches)
    texts = read_texts(data, batches)
    stacks = read_stacks(data, batches, texts)
    samples = read_samples(data, batches, clocks.scale)
    decoded = decode_events(data, batches, clocks.scale)
    begins = _begins(batches, clocks.scale)
    ordering = order_events(decoded, samples, begins, len(batches.generations))
    trail = Trail(ordering, samples, texts, stacks)
    times = ordering.order.time
    begin, end = int(begins[0]), int(times[-1]) if len(times) else int(begins[0])
    spans = find_spans(ordering.events, ordering.order, len(ordering.goroutines), begin, end)
    add_frame_losses(losses, batches, len(data), version)
    add_content_losses(losses, batches, clocks, decoded, texts, stacks, samples)
    add_order_losses(losses, trail, batches.generations)
    return GoTrace(
        source=source,
        version=f"1.{version}",
        events=events_frame(trail, clocks.table, batches.generations),
        goroutines=goroutines_frame(trail, spans),
        states=states_frame(trail, spans),
        unblocks=unblocks_frame(trail),
        stacks=stacks.table,
        ranges=ranges_frame(trail),
        tasks=tasks_frame(trail),
        regions=regions_frame(trail),
        logs=logs_frame(trail),
        samples=samples_frame(trail),
        counters=counters_frame(trail),
        clocks=clocks.table,
        summary=_summary(data, batches, clocks, texts, stacks, samples, decoded, trail),
        losses=losses.frame(),
    )


def _version(data: NDArray[np.uint8], source: Path, damage: str | None) -> int:
    header = HEADER.match(data[:HEADER_BYTES].tobytes())
    if header is None:
        message = damage or "this is no execution trace of Go: its header is missing"
        raise UnreadableInputError(message, path=source, hint=_HINT)
    version = int(header[1])
    if version < _OLDEST:
        raise UnreadableInputError(
            f"this trace has the format of Go 1.{version}, which is not read",
            path=source,
            hint=_HINT,
        )
    return version


def _begins(batches: Batches, scale: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return when the first batch of each generation was begun."""
    rows = np.flatnonzero(batches.turn >= 0)
    times, _ = to_ns(batches.time[rows], scale[batches.turn[rows]])
    begins = np.full(len(batches.generations), np.iinfo(np.int64).max)
    np.minimum.at(begins, batches.turn[rows], times)
    at_least: NDArray[np.int64] = np.maximum(begins, 1)
    return at_least  # what Go's own reader begins to count at


def _summary(
    data: NDArray[np.uint8], batches: Batches, clocks: Clocks, texts: Texts, stacks: Stacks,
    samples: Samples, decoded: Decoded, trail: Trail,
) -> pd.DataFrame:  # fmt: skip
    kinds = np.bincount(decoded.kind, minlength=256)
    events = {NAMES[kind]: int(kinds[kind]) for kind in np.flatnonzero(kinds).tolist()}
    experiments, ends = len(batches.rows(EXPERIMENTAL_BATCH)), len(batches.rows(END_OF_GENERATION))
    frame = {
        "EventBatch": len(batches.kind) - experiments - ends,
        "ExperimentalBatch": experiments,
        "EndOfGeneration": ends,
        "Strings": len(batches.rows(STRINGS)),
        "String": texts.total,
        "Stacks": len(batches.rows(STACKS)),
        "Stack": stacks.total,
        "CPUSamples": len(batches.rows(CPU_SAMPLES)),
        "CPUSample": len(samples.time),
        **clocks.events,
    }
    counts = {
        "bytes": len(data),
        "generations": len(batches.generations),
        "batches": len(batches.kind) - ends,
        "threads": len(set(decoded.thread.tolist()) - {-1}),
        "processors": len(trail.ordering.procs),
        "events": len(decoded.kind),
        "CPU samples": len(samples.time),
        "strings": len(texts.values),
        "stacks": len(stacks.outermost),
    }
    counts |= {f"events: {name}": count for name, count in (frame | events).items() if count}
    return GOTRACE_SUMMARY.frame({"item": list(counts), "count": list(counts.values())})
