"""Bytes in memory: brought in, searched, interned, copied to columns; knows nothing of strace."""
