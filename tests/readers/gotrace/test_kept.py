"""Traces of several releases of Go, kept so that they can be read where there is no Go."""

from __future__ import annotations

import gzip
import io
import lzma

import pytest
from small import KEPT, unpacked

import coldstart_lab
from coldstart_lab.errors import UnreadableInputError
from coldstart_lab.readers import find_reader, read
from coldstart_lab.readers.gotrace import sniff_gotrace
from coldstart_lab.readers.gotrace.reading import read_gotrace
from coldstart_lab.readers.gotrace.trace import GoTrace

kept = pytest.mark.parametrize("path", KEPT, ids=lambda path: path.name)


@kept
def test_a_kept_trace_shows_what_its_program_did(path):
    log = read(path)
    assert isinstance(log, GoTrace)
    assert log.losses.empty
    assert log.tasks["name"].astype(str).tolist() == ["start"]
    assert log.regions["name"].astype(str).tolist() == ["sending"]
    assert log.logs["message"].tolist() == ["got 0", "got 1", "got 2"]
    main = log.states[log.states["goroutine"] == 1]
    slept = main[main["reason"] == "sleep"]
    assert len(slept) == 3
    assert ((slept["end_ns"] - slept["start_ns"]) >= 1_000_000).all()
    woken = log.unblocks[log.unblocks["woken"] == 1]
    assert len(woken)
    assert (log.ranges["name"] == "stop the world").any()
    functions = log.goroutines["function"].astype(str)
    assert (functions == "main.main.func1").sum() == 1
    assert (functions == "main.main").sum() == 1


@kept
def test_a_sniffer_knows_it(path):
    assert sniff_gotrace(path)
    assert find_reader(path).name == "trace"


def test_the_kept_traces_are_of_several_versions():
    assert KEPT
    versions = {read_gotrace(path).version for path in KEPT}
    assert versions == {"1.22", "1.23", "1.25", "1.26"}


@pytest.mark.parametrize("pack", [bytes, gzip.compress, lzma.compress])
def test_plain_and_packed_files_and_streams_are_read_alike(pack, tmp_path):
    content = unpacked(KEPT[-1])
    path = tmp_path / "trace.out"
    path.write_bytes(pack(content))
    whole = read_gotrace(KEPT[-1])
    assert sniff_gotrace(path)
    for log in (
        read_gotrace(path),
        read_gotrace(str(path)),
        read_gotrace(io.BytesIO(pack(content))),
    ):
        assert log.events.equals(whole.events)
        assert log.summary.equals(whole.summary)
    with path.open("rb") as file:
        assert read_gotrace(file).source == path


def test_a_packed_trace_that_was_cut_off_is_read_up_to_there(tmp_path):
    content = unpacked(KEPT[-1])
    path = tmp_path / "trace.out.gz"
    path.write_bytes(gzip.compress(content)[:-200])
    log = read_gotrace(path)
    assert len(log.events)
    assert log.losses["reason"].str.contains("gzip data is damaged").any()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "header is missing"),
        (b"\x7fELF" * 10, "header is missing"),
        (b"go 1.21 trace\0\0\0\1\2\3", "format of Go 1.21"),
        (b"go 1.26 trace\0\0\0", "holds no events"),
        (b"go 1.22 trace\0\0\0\1\2\3", "holds no events"),
    ],
)
def test_what_cannot_be_read_is_told(content, why, tmp_path):
    path = tmp_path / "trace.out"
    path.write_bytes(content)
    with pytest.raises(UnreadableInputError, match=why):
        read_gotrace(path)
    with pytest.raises(UnreadableInputError):
        read_gotrace(tmp_path / "none")
    with pytest.raises(UnreadableInputError):
        read_gotrace(tmp_path)


def test_a_newer_version_is_read_and_told():
    content = unpacked(KEPT[-1]).replace(b"go 1.26", b"go 1.29", 1)
    log = read_gotrace(io.BytesIO(content))
    assert log.losses["reason"].str.contains("newer").sum() == 1
    assert len(log.events) == len(read_gotrace(KEPT[-1]).events)


def test_the_card_says_what_was_read_and_what_is_missing():
    log = coldstart_lab.read_gotrace(KEPT[-1])
    card = log._repr_html_()
    assert "Go execution trace" in card
    assert "CPU profile" in card
    assert log.highlights["time in states"]["duration_ns"].is_monotonic_decreasing
    assert f"{len(log.events):,} events" in repr(log)
    assert next(iter(log.tables)) == "events"
