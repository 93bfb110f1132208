from __future__ import annotations

import gzip
import lzma

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coldstart_lab.report import loglines
from coldstart_lab.report.loglines import LONGEST, read_lines_at


def offsets_of(content):
    found, at = [], 0
    for line in content.split(b"\n"):
        found.append(at)
        at += len(line) + 1
    return found


def zstd(content):
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as out:
        out.write(content)
    return sink.getvalue().to_pybytes()


@pytest.mark.parametrize("pack", [bytes, gzip.compress, lzma.compress, zstd])
def test_lines_of_any_compression(tmp_path, pack, monkeypatch):
    monkeypatch.setattr(loglines, "_BLOCK", 1000)
    content = b"\n".join(b"%d %s" % (i, b"x" * (i * 37 % 900)) for i in range(400))
    path = tmp_path / "log"
    path.write_bytes(pack(content))
    offsets = offsets_of(content)
    lines = content.decode().split("\n")
    found = read_lines_at(path, [offsets[i] for i in (399, 0, 7, 7, 200)])
    assert found == {offsets[i]: lines[i] for i in (0, 7, 200, 399)}


@settings(max_examples=60)
@given(
    st.lists(st.integers(0, 3000), min_size=1, max_size=30),
    st.integers(1, 5000),
    st.data(),
)
def test_blocks_may_end_anywhere(tmp_path_factory, lengths, block, data):
    path = tmp_path_factory.mktemp("log") / "log"
    content = b"\n".join(bytes([97 + i % 26]) * n for i, n in enumerate(lengths))
    path.write_bytes(content)
    offsets = offsets_of(content)
    wanted = data.draw(st.lists(st.sampled_from(range(len(lengths))), max_size=10))
    before, loglines._BLOCK = loglines._BLOCK, block
    try:
        found = read_lines_at(path, [offsets[i] for i in wanted])
    finally:
        loglines._BLOCK = before
    lines = content.decode().split("\n")
    assert {at: text for at, text in found.items() if text} == {
        offsets[i]: lines[i][:LONGEST] for i in wanted if lines[i]
    }


def test_long_lines_are_cut_and_bytes_that_are_no_text_shown(tmp_path):
    path = tmp_path / "log"
    path.write_bytes(b"\xff\xfe" + b"x" * 100_000 + b"\nnext\n")
    found = read_lines_at(path, [0, 100_003])
    assert found[0].startswith("\\xff\\xfexxx")
    assert len(found[0]) < LONGEST + 10
    assert found[100_003] == "next"


def test_damaged_and_missing_ends_give_what_came_before(tmp_path):
    content = b"".join(b"%d " % (i * 7919) * 20 + b"\n" for i in range(20_000))
    path = tmp_path / "log.gz"
    packed = gzip.compress(content)
    path.write_bytes(packed[: len(packed) // 2])
    offsets = offsets_of(content)
    found = read_lines_at(path, [0, offsets[-2], 10**12])
    assert found[0] == content.split(b"\n")[0].decode()
    assert offsets[-2] not in found


def test_folders_of_parts_are_merged_as_the_reader_does(tmp_path):
    (tmp_path / "log.11").write_bytes(b"1.000000 getpid() = 11\n3.000000 getpid() = 11\n")
    (tmp_path / "log.12").write_bytes(b"2.000000 getpid() = 12\n")
    assert read_lines_at(tmp_path, [0])[0].endswith("1.000000 getpid() = 11")
