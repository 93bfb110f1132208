"""Reads the output of perf script into tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from coldstart_lab.errors import UnreadableInputError
from coldstart_lab.readers.perf_script.building import (
    frames_frame,
    losses_frame,
    samples_frame,
    sched_frames,
    summary_frame,
)
from coldstart_lab.readers.perf_script.bundle import PerfScript
from coldstart_lab.readers.perf_script.scan import scan
from coldstart_lab.readers.unpacking import unpack


def read_perf_script(path: str | Path) -> PerfScript:
    """Read the output of ``perf script`` into tables.

    Understands what perf prints by default, with and without call chains and ``--ns``, and with
    ``-F`` any of comm, pid, tid, cpu, misc, time, period, event, addr, data_src, weight, ip, sym,
    symoff, dso, dsoff, srcline and trace, pid or tid being among them. Damaged text is read as far
    as it goes; what was not understood is in ``losses``.

    Parameters
    ----------
    path : path-like
        A file, plain or compressed with gzip, zstd or xz.

    Returns
    -------
    PerfScript
        ``samples``, ``frames``, ``switches``, ``wakeups``, ``tasks``, ``summary``, ``losses``.

    Raises
    ------
    UnreadableInputError
        If the file cannot be opened, or holds no sample.

    Notes
    -----
    The times are perf's: by default of a clock of the kernel that no other artefact tells, with
    ``perf record -k mono`` (or ``-k CLOCK_REALTIME``) of one they may share.

    A number alone before a frame is taken for the address of the data; ``perf script`` does not say
    whether it is that or the weight.
    """
    path = Path(path)
    text, damage = unpack(path)
    buf = np.frombuffer(text, dtype=np.uint8)
    rows, frames, kinds = scan(buf)
    if not len(rows.line):
        raise UnreadableInputError(
            damage or ("the file is empty" if not text else "no line of it begins a sample"),
            path=path,
            hint="record with perf record -g, then: perf script --ns > FILE",
        )
    samples = samples_frame(buf, rows)
    sched, lost = sched_frames(buf, rows, samples)
    tables = {"samples": samples, "frames": frames_frame(buf, frames), **sched}
    return PerfScript(
        source=path,
        **tables,
        summary=summary_frame(len(buf), kinds, tables),
        losses=losses_frame(buf, kinds, lost, damage),
    )
