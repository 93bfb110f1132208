"""Compressed logs, whole and damaged."""

from __future__ import annotations

import gzip
import lzma
import random
import subprocess
import sys

import pyarrow as pa
import pytest

from coldstart_lab.errors import UnreadableInputError
from coldstart_lab.readers import read
from coldstart_lab.readers.strace import read_strace, sniff_strace
from coldstart_lab.readers.strace.buffers.source import load_bytes
from coldstart_lab.readers.unpacking import open_stream

LINES = 30_000


def pack_zstd(data):
    return pa.Codec("zstd").compress(data, asbytes=True)


PACK = {"gz": gzip.compress, "xz": lzma.compress, "zst": pack_zstd}


@pytest.fixture(scope="module")
def log():
    dice = random.Random(4)
    lines = (f'1 1.{i:06d} read(3, "{dice.random()}") = {i} <0.000001>\n' for i in range(LINES))
    return "".join(lines).encode()


@pytest.mark.parametrize("kind", PACK)
def test_a_packed_log_reads_like_the_plain_one(tmp_path, log, kind):
    path = tmp_path / f"log.{kind}"
    path.write_bytes(PACK[kind](log))
    found = read(path)
    assert found.count("bytes") == len(log)
    assert found.events["retval"].tolist() == list(range(LINES))


@pytest.mark.parametrize("kind", PACK)
def test_packed_parts_one_after_the_other_are_one_log(tmp_path, log, kind):
    path = tmp_path / "log"
    path.write_bytes(PACK[kind](log) + PACK[kind](log))
    assert len(read_strace(path).events) == 2 * LINES


@pytest.mark.parametrize("kind", PACK)
def test_an_archive_cut_off_gives_what_it_still_holds(tmp_path, log, kind):
    path = tmp_path / "log"
    packed = PACK[kind](log)
    path.write_bytes(packed[: len(packed) // 2])
    assert sniff_strace(path)
    found = read_strace(path)
    assert len(found.events) > LINES // 4
    assert found.losses["reason"].tolist()[-1] == "damaged archive"
    complete = found.events[found.events["flags"].isna()]
    assert complete["retval"].tolist() == list(range(len(complete)))


@pytest.mark.parametrize("kind", PACK)
def test_what_follows_an_archive_does_not_spoil_it(tmp_path, log, kind):
    path = tmp_path / "log"
    path.write_bytes(PACK[kind](log) + b"no archive")
    assert len(read_strace(path).events) == LINES


@pytest.mark.parametrize("kind", PACK)
@pytest.mark.parametrize("seed", range(8))
def test_bytes_flipped_in_an_archive_raise_nothing_else(tmp_path, log, kind, seed):
    dice = random.Random(seed)
    packed = bytearray(PACK[kind](log[:50_000]))
    for _ in range(3):
        packed[dice.randrange(len(packed))] ^= 1 << dice.randrange(8)
    path = tmp_path / "log"
    path.write_bytes(packed)
    try:
        found = read_strace(path)
    except UnreadableInputError:
        return
    assert found.count("lines") >= len(found.events)


@pytest.mark.parametrize("kind", PACK)
def test_an_empty_archive_is_empty(tmp_path, kind):
    path = tmp_path / "log"
    path.write_bytes(PACK[kind](b""))
    with pytest.raises(UnreadableInputError, match="empty"):
        read_strace(path)


@pytest.mark.parametrize("size", [10, 1 << 16, 3 << 20])
def test_loaded_bytes_cannot_be_written_to(tmp_path, size):
    # kernels would be compiled once more for those that can
    for name, content in (("plain", bytes(size)), ("packed", gzip.compress(bytes(size)))):
        path = tmp_path / name
        path.write_bytes(content)
        data, damage = load_bytes(path)
        assert (len(data), damage) == (size, None)
        assert not data.flags.writeable


def test_a_file_that_became_shorter_meanwhile_ends(tmp_path, log):
    path = tmp_path / "log"
    path.write_bytes(gzip.compress(log)[:-9000])
    with open_stream(path) as stream:
        stream.read(100_000)
        path.write_bytes(gzip.compress(b"short"))
        content, damage = stream.read(len(log))
    assert log.startswith(content, 100_000)
    assert "became shorter" in damage


def test_unpacking_takes_little_more_than_what_is_unpacked(tmp_path):
    path = tmp_path / "bomb"
    path.write_bytes(gzip.compress(bytes(100 << 20), 1))
    code = (
        "import resource, pathlib; from coldstart_lab.readers.strace.buffers.source import *;"
        "most = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss;"
        f"before = most(); data, _ = load_bytes(pathlib.Path({str(path)!r}));"
        "print(len(data) >> 20, (most() - before) >> 10)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    size, taken = map(int, done.stdout.split())
    assert size == 100
    assert taken < 140
