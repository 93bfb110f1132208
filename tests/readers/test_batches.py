"""A log read in batches gives the tables that the whole log gives."""

import gzip
import io
import lzma
import os
import subprocess
import sys
import weakref
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import strace_logs
from hypothesis import given
from hypothesis import strategies as st

from coldstart_lab.errors import UnreadableInputError, UsageError
from coldstart_lab.readers.strace import batches as batches_module
from coldstart_lab.readers.strace import read_buffer, read_strace, read_strace_batches
from coldstart_lab.readers.strace import reading as reading_module


def joined(frames):
    """Batches' tables as one, categories as plain text, in the order of the log."""
    plain = [
        frame.astype({name: "string" for name in frame if frame[name].dtype == "category"})
        for frame in frames
    ]
    whole = pd.concat(plain, ignore_index=True)
    return whole.sort_values("line", kind="stable", ignore_index=True)


def check(log, size, *, lone=False):
    """Compare a log in batches of ``size`` with the same log at once."""
    whole = read_buffer(np.frombuffer(log, np.uint8), source="log")
    batches = list(read_strace_batches(io.BytesIO(log), batch_bytes=size))
    for name in ("events", "losses"):
        ours = joined([getattr(batch, name) for batch in batches])
        theirs = joined([getattr(whole, name)])
        if name == "events" and lone:
            # which process was alone at first, only a later batch could tell
            first = ours["pid"].notna().to_numpy().argmax()
            assert set(theirs["pid"].head(first)) <= {theirs["pid"].iloc[0]}
            ours.loc[: first - 1, "pid"] = theirs["pid"].iloc[0]
        pd.testing.assert_frame_equal(ours, theirs)
    counts = pd.concat([batch.summary for batch in batches]).groupby("item")["count"].sum()
    at_once = whole.summary.set_index("item")["count"].drop("threads")
    assert counts.drop("threads").to_dict() == at_once.to_dict()
    return batches


@given(strace_logs.logs(), st.integers(1, 2000))
def test_batches_hold_what_the_whole_holds(made, size):
    check(made[0], size)


@pytest.mark.needs("strace", "gcc")
@pytest.mark.parametrize(
    ("program", "flags", "to"),
    [
        ("storm", "-f -ttt -T -yy", "file"),
        ("storm", "-f -tt -T", "stderr"),
        ("pipeline", "-f -r -y", "stderr"),
        ("exec from a thread", "-f -ttt", "file"),
        ("storm", "-f -k", "file"),
        ("list", "-f -e read=all -T", "file"),
    ],
)
def test_real_logs_in_batches(recording, program, flags, to):
    log = recording(program, flags, to).read_bytes()
    batches = check(log, 4000, lone=to == "stderr")
    assert len(batches) > 2


EXEC_BY_A_THREAD = b"""\
execve("/a", ["a"], 0x1) = 0
strace: Process 8 attached
[pid     7] wait4(8,  <unfinished ...>
strace: Process 9 attached
[pid     9] execve("/b", ["b"], 0x1 <unfinished ...>
[pid     8] +++ superseded by execve in pid 9 +++
[pid     8] <... execve resumed>) = 0
[pid     8] exit_group(0) = ?
[pid     8] +++ exited with 0 +++
<... wait4 resumed>NULL, 0, NULL) = 8
getpid() = 7
exit_group(0) = ?
"""


@pytest.mark.parametrize("size", range(20, 200, 12))
def test_a_thread_that_an_exec_ended_lives_on_in_no_batch(size):
    check(EXEC_BY_A_THREAD, size, lone=True)


def test_a_small_log_is_one_batch(recorded_text):
    assert len(list(read_strace_batches(io.BytesIO(recorded_text)))) == 1


@pytest.fixture
def recorded_text():
    lines = [f"7 1700000000.{i:06d} read(3, {'x' * (i % 50)!r}, 9) = {i}\n" for i in range(5000)]
    return "".join(lines).encode()


PACKERS = {
    "plain": bytes,
    "gzip": gzip.compress,
    "xz": lzma.compress,
    "zstd": lambda text: pa.compress(text, "zstd", asbytes=True),
}


@pytest.mark.parametrize("packer", PACKERS.values(), ids=PACKERS)
def test_streams_are_unpacked_as_they_are_read(recorded_text, packer, tmp_path):
    packed = packer(recorded_text)
    path = tmp_path / "log"
    path.write_bytes(packed)
    with path.open("rb") as file:
        for source in (path, io.BytesIO(packed), file):
            batches = list(read_strace_batches(source, batch_bytes=70_000))
            assert sum(len(batch.events) for batch in batches) == 5000
            assert len(batches) > 2
    assert len(read_strace(io.BytesIO(packed)).events) == 5000


@pytest.mark.parametrize("packer", [PACKERS["gzip"], PACKERS["xz"], PACKERS["zstd"]])
def test_a_damaged_stream_is_read_as_far_as_it_goes(recorded_text, packer, tmp_path):
    packed = packer(recorded_text)
    path = tmp_path / "log"
    path.write_bytes(packed[: len(packed) * 3 // 4])
    at_once = read_strace(path)
    batches = list(read_strace_batches(path, batch_bytes=50_000))
    assert joined([batch.events for batch in batches])["line"].tolist() == (
        at_once.events["line"].tolist()
    )
    assert batches[-1].losses["reason"].tolist() == at_once.losses["reason"].tolist()
    assert "damaged" in batches[-1].losses["text"].iloc[-1]


def test_a_pipe_is_read(recorded_text):
    code = (
        "import sys; from coldstart_lab.readers.strace import read_strace;"
        "print(len(read_strace(sys.stdin.buffer).events))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=recorded_text, capture_output=True, check=True
    )
    assert int(done.stdout) == 5000


@pytest.mark.parametrize("packer", PACKERS.values(), ids=PACKERS)
def test_a_named_pipe_is_opened_once_and_read_whole(recorded_text, packer, tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    for reader in (read_strace, lambda path: next(read_strace_batches(path))):
        with ThreadPoolExecutor(1) as pool:
            written = pool.submit(path.write_bytes, packer(recorded_text))
            assert len(reader(path).events) == 5000
            written.result(10)


def test_short_lines_end_a_batch_too():
    log = b"getpid() = 1\n" + b"x\n" * 100_000
    batches = list(read_strace_batches(io.BytesIO(log), batch_bytes=64_000))
    assert max(batch.count("lines") for batch in batches) < 10_000
    assert sum(batch.count("lines") for batch in batches) == 100_001
    assert batches[-1].losses["line"].iloc[-1] == 100_001


def dumped(size):
    """A call that reads zeros, with its dump."""
    rows = (f" | {at:05x}  {'00 ' * 8} {'00 ' * 8} {'.' * 16} |\n" for at in range(0, size, 16))
    return f'read(3, "\\0"..., {size}) = {size}\n'.encode() + "".join(rows).encode()


def test_a_long_dump_is_not_torn():
    log = b"getpid() = 1\n" + dumped(200_000) + b"getpid() = 1\n"
    batches = list(read_strace_batches(io.BytesIO(log), batch_bytes=100_000))
    dumps = pd.concat([batch.dumps for batch in batches])
    assert dumps["event_line"].tolist() == [2]
    assert dumps["size_bytes"].tolist() == [200_000]
    assert [len(data) for data in dumps["data"]] == [200_000]


def test_annexes_without_end_do_not_fill_the_memory(monkeypatch):
    monkeypatch.setattr(batches_module, "_MOST_ANNEXES", 1000)
    log = b"getpid() = 1\n" + b" > /x() [0x1]\n" * 20_000
    batches = list(read_strace_batches(io.BytesIO(log), batch_bytes=1000))
    assert max(batch.count("lines") for batch in batches) < 5000
    assert sum(len(batch.stacks) for batch in batches) == 20_000


def test_a_line_without_end_ends_the_log(monkeypatch):
    monkeypatch.setattr(batches_module, "_LONGEST_LINE", 10_000)
    log = b"getpid() = 1\n" * 100 + b"x" * 50_000 + b"\ngetpid() = 1\n"
    batches = list(read_strace_batches(io.BytesIO(log), batch_bytes=1000))
    assert sum(len(batch.events) for batch in batches) == 100
    assert batches[-1].losses["text"].iloc[-1] == "a line has more than 10,000 bytes"


def test_a_batch_is_let_go_before_the_next_is_read(recorded_text):
    batches = read_strace_batches(io.BytesIO(recorded_text), batch_bytes=50_000)
    gone = weakref.ref(next(batches))
    next(batches)
    assert gone() is None


def test_absurdly_short_lines_are_refused_at_once(monkeypatch):
    monkeypatch.setattr(reading_module, "_MANY", 1 << 16)
    blank = b"getpid() = 1\n" * 100 + b"\n" * 200_000
    with pytest.raises(UnreadableInputError, match="200,100 lines are too short"):
        read_strace(io.BytesIO(blank))
    half = b"getpid() = 1\n" * 20_000 + b"\n" * 16_000
    assert len(read_strace(io.BytesIO(half)).events) == 20_000
    assert len(list(read_strace_batches(io.BytesIO(blank)))) == 1


def test_what_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(UnreadableInputError, match="cannot be read"):
        list(read_strace_batches(tmp_path / "none"))
    with pytest.raises(UnreadableInputError, match="no line"):
        list(read_strace_batches(io.BytesIO(b"what\n" * 1000), batch_bytes=100))
    with pytest.raises(UnreadableInputError, match="empty"):
        list(read_strace_batches(io.BytesIO(b"")))
    with pytest.raises(UsageError):
        list(read_strace_batches(io.BytesIO(b""), batch_bytes=0))
