from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

# the slow readers beside the tests
sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def read_text():
    """Read a log written in a test."""
    from coldstart_lab.readers.strace import read_buffer

    def read(text):
        data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")
        buffer = np.frombuffer(data, dtype=np.uint8)
        return read_buffer(buffer, source=Path("written.log"), threads=1).events

    return read
