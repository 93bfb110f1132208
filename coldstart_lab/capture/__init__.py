"""The only room that runs programs: it records starts."""

from coldstart_lab.capture.import_summary import describe_import
from coldstart_lab.capture.importing import import_logs
from coldstart_lab.capture.recorder import Progress, record_starts

__all__ = ["Progress", "describe_import", "import_logs", "record_starts"]
