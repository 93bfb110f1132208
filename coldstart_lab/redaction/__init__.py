"""Take secrets out of text from logs, and make what a terminal or page would obey visible.

Values go, names stay: ``password=[redacted]``. Paths, even of secrets, are evidence and stay.
"""

from __future__ import annotations

from coldstart_lab.redaction.argv import redact_argv
from coldstart_lab.redaction.quoting import REDACTED
from coldstart_lab.redaction.spans import printable, redact

__all__ = ["REDACTED", "printable", "redact", "redact_argv"]
