"""Readers: bytes of one artefact in, tables out, nothing else."""

from coldstart_lab.readers.registry import Reader, find_reader, is_stream, read, readers

__all__ = ["Reader", "find_reader", "is_stream", "read", "readers"]
