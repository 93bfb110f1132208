"""The small traces that are kept beside the tests."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

KEPT = sorted((Path(__file__).parent / "data").glob("*.trace.zst"))


def unpacked(path: Path) -> bytes:
    with pa.CompressedInputStream(str(path), "zstd") as stream:
        return stream.read()
