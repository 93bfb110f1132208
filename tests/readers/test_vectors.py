"""Wide loads find the same bytes as the plain way, and read none outside the buffer."""

import contextlib
import ctypes
import mmap

import numpy as np
import pytest
import strace_logs
from hypothesis import given
from hypothesis import strategies as st
from test_properties import PIECES

from coldstart_lab.errors import ColdStartError
from coldstart_lab.kernels import kernel
from coldstart_lab.readers.strace import read_buffer
from coldstart_lab.readers.strace.buffers import vectors

PAGE = mmap.PAGESIZE
texts = st.text("ab_ \n?", max_size=90).map(str.encode)


@kernel
def search(buf, start, stop, byte):
    return (
        vectors.find_byte(buf, start, stop, byte),
        vectors.find_last_byte(buf, start, stop, byte),
        vectors.find_last_other(buf, start, stop, byte),
        vectors.name_end(buf, start, stop),
        vectors.word_at(buf, start, stop),
    )


@given(texts, st.data())
def test_searches_find_what_bytes_find(text, data):
    start, stop = sorted(data.draw(st.integers(0, len(text))) for _ in range(2))
    byte = data.draw(st.sampled_from(b"ab_ \n?z"))
    part = text[start:stop]
    first, last, other, name, word = search(np.frombuffer(text, np.uint8), start, stop, byte)
    assert first == (start + part.find(byte) if byte in part else stop)
    assert last == (start + part.rfind(byte) if byte in part else -1)
    rest = part.rstrip(bytes([byte]))
    assert other == (start + len(rest) - 1 if rest else -1)
    assert name == start + len(part) - len(part.lstrip(b"ab_?"))
    assert word == int.from_bytes(part[:8], "little")


def test_the_bytes_of_names_are_the_same_in_both_ways():
    for byte in range(256):
        alone = np.frombuffer(bytes([byte]), np.uint8)
        many = np.frombuffer(bytes([byte]) * 32, np.uint8)
        is_name = chr(byte).isascii() and (chr(byte).isalnum() or chr(byte) in "_?")
        assert search(alone, 0, 1, 0)[3] == is_name
        assert search(many, 0, 32, 0)[3] == 32 * is_name


@pytest.fixture(scope="module")
def fenced():
    """Put bytes right before a page that nothing may touch, and right behind another one."""
    region = mmap.mmap(-1, 18 * PAGE)
    address = ctypes.addressof(ctypes.c_char.from_buffer(region))
    libc = ctypes.CDLL(None, use_errno=True)
    for page in (0, 17):
        protect = libc.mprotect(ctypes.c_void_p(address + page * PAGE), PAGE, 0)
        assert protect == 0
    inside = np.frombuffer(region, np.uint8)

    def place(text, where):
        start = 17 * PAGE - len(text) if where == "end" else PAGE
        inside[start : start + len(text)] = np.frombuffer(text, np.uint8)
        return inside[start : start + len(text)]

    return place


@given(
    st.one_of(
        strace_logs.logs().map(lambda made: made[0]),
        st.lists(st.sampled_from(PIECES), max_size=60).map(b"".join),
    ),
    st.sampled_from(["begin", "end"]),
    st.data(),
)
def test_no_byte_outside_the_log_is_read(fenced, log, where, data):
    log = log[: data.draw(st.integers(0, min(len(log), 15 * PAGE)))]
    with contextlib.suppress(ColdStartError):
        read_buffer(fenced(log, where), source="log")  # a wrong access ends the process
