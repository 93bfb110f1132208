"""Reader of traces in OTLP JSON, as OpenTelemetry's file exporters write them."""

from coldstart_lab.readers.otlp.reading import read_otlp, sniff_otlp
from coldstart_lab.readers.otlp.traces import OtlpTraces
from coldstart_lab.readers.registry import Reader

READER = Reader("otlp", sniff_otlp, read_otlp)

__all__ = ["READER", "OtlpTraces", "read_otlp", "sniff_otlp"]
