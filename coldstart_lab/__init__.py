"""coldstart_lab: explain and shorten the cold start of services.

Parsers load the artefacts of a start into tables; notebooks attribute, model and compare.
The public names below are loaded on first use, so that importing the package costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from coldstart_lab.attribution import (
        Attribution,
        SpanComparison,
        add_rule,
        attribute_startup,
        compare_with_spans,
        default_rules,
    )
    from coldstart_lab.capture import import_logs, record_starts
    from coldstart_lab.errors import ColdStartError
    from coldstart_lab.plotting import plot_causes, plot_threads, plot_waterfall
    from coldstart_lab.readers import read
    from coldstart_lab.readers.gotrace.reading import read_gotrace
    from coldstart_lab.readers.gotrace.trace import GoTrace
    from coldstart_lab.readers.inittrace import InitTrace, read_inittrace
    from coldstart_lab.readers.otlp import OtlpTraces, read_otlp
    from coldstart_lab.readers.perf_script import PerfScript, read_perf_script
    from coldstart_lab.readers.strace import StraceLog, read_strace, read_strace_batches
    from coldstart_lab.readers.strace.arguments import (
        call_buffers,
        call_flags,
        call_paths,
        call_sizes,
        flag_columns,
        has_flag,
        socket_addresses,
        split_arguments,
        track_descriptors,
    )
    from coldstart_lab.recording import (
        Recording,
        RecordingSet,
        open_recording,
        open_recording_set,
    )
    from coldstart_lab.report import write_report

_HOME = {
    "Attribution": "attribution",
    "ColdStartError": "errors",
    "GoTrace": "readers.gotrace.trace",
    "InitTrace": "readers.inittrace",
    "OtlpTraces": "readers.otlp",
    "PerfScript": "readers.perf_script",
    "Recording": "recording",
    "RecordingSet": "recording",
    "SpanComparison": "attribution",
    "StraceLog": "readers.strace",
    "add_rule": "attribution",
    "attribute_startup": "attribution",
    "call_buffers": "readers.strace.arguments",
    "call_flags": "readers.strace.arguments",
    "call_paths": "readers.strace.arguments",
    "call_sizes": "readers.strace.arguments",
    "compare_with_spans": "attribution",
    "default_rules": "attribution",
    "flag_columns": "readers.strace.arguments",
    "has_flag": "readers.strace.arguments",
    "import_logs": "capture",
    "open_recording": "recording",
    "open_recording_set": "recording",
    "plot_causes": "plotting",
    "plot_threads": "plotting",
    "plot_waterfall": "plotting",
    "read": "readers",
    "read_gotrace": "readers.gotrace.reading",
    "read_inittrace": "readers.inittrace",
    "read_otlp": "readers.otlp",
    "read_perf_script": "readers.perf_script",
    "read_strace": "readers.strace",
    "read_strace_batches": "readers.strace",
    "record_starts": "capture",
    "socket_addresses": "readers.strace.arguments",
    "split_arguments": "readers.strace.arguments",
    "track_descriptors": "readers.strace.arguments",
    "write_report": "report",
}

__all__ = [
    "Attribution",
    "ColdStartError",
    "GoTrace",
    "InitTrace",
    "OtlpTraces",
    "PerfScript",
    "Recording",
    "RecordingSet",
    "SpanComparison",
    "StraceLog",
    "__version__",
    "add_rule",
    "attribute_startup",
    "call_buffers",
    "call_flags",
    "call_paths",
    "call_sizes",
    "compare_with_spans",
    "default_rules",
    "flag_columns",
    "has_flag",
    "import_logs",
    "open_recording",
    "open_recording_set",
    "plot_causes",
    "plot_threads",
    "plot_waterfall",
    "read",
    "read_gotrace",
    "read_inittrace",
    "read_otlp",
    "read_perf_script",
    "read_strace",
    "read_strace_batches",
    "record_starts",
    "socket_addresses",
    "split_arguments",
    "track_descriptors",
    "write_report",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
