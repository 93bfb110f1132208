"""Reader of the output of ``perf script``: samples, call chains, the scheduler's events."""

from coldstart_lab.readers.perf_script.bundle import PerfScript
from coldstart_lab.readers.perf_script.reading import read_perf_script
from coldstart_lab.readers.perf_script.sniffing import sniff_perf_script
from coldstart_lab.readers.registry import Reader

READER = Reader("perf", sniff_perf_script, read_perf_script)

__all__ = ["READER", "PerfScript", "read_perf_script", "sniff_perf_script"]
