"""Inits put together from the writes in a strace log are where the program itself saw them."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from coldstart_lab.errors import MissingEvidenceError, UnreadableInputError
from coldstart_lab.readers.inittrace import read_inittrace
from coldstart_lab.readers.strace import read_buffer, read_strace
from coldstart_lab.recording import (
    new_manifest,
    open_recording,
    store_artefact,
    write_manifest,
)
from coldstart_lab.recording.init_clock import runtime_starts
from coldstart_lab.recording.inits import traced_inits
from coldstart_lab.tables.inittrace import RECORDING_INITS, RUNTIME_STARTS

sys.path.insert(0, str(Path(__file__).parent.parent / "readers"))
import go_inits

US = 1_000
SECOND = 1_700_000_000 * 10**9


def events_of(lines):
    text = "".join(f"{line}\n" for line in lines).encode()
    return read_buffer(np.frombuffer(text, dtype=np.uint8), source=Path("log")).events


def write(us, text, *, pid=7, fd="2</dev/pts/0>", took=10):
    seconds, rest = divmod(us, 10**6)
    shown = text.replace("\n", "\\n").replace('"', '\\"')
    return (
        f'{pid} {1_700_000_000 + seconds}.{rest:06d} write({fd}, "{shown}", {len(text)}) '
        f"= {len(text)} <0.{took:06d}>"
    )


def init(us, package, at, clock, **options):
    """The twelve writes of one line, 20 us apart."""
    pieces = ["init ", package, " @", at, " ms, ", clock, " ms clock, ", "16", " bytes, ", "3",
              " allocs", "\n"]  # fmt: skip
    return [write(us + 20 * place, piece, **options) for place, piece in enumerate(pieces)]


def test_the_first_write_is_the_end_and_the_clock_gives_the_begin():
    found = traced_inits(events_of(init(5_000, "a/b", "3.4", "0.12")))
    RECORDING_INITS.validate(found)
    (row,) = found.to_dict("records")
    assert row == {
        "line": 1, "pid": 7, "package": "a/b", "cut": False,
        "start_ns": SECOND + 4_770 * US, "uncertainty_ns": 110 * US, "end_ns": SECOND + 5_000 * US,
        "written_ns": SECOND + 5_230 * US, "clock_ns": 120 * US, "clock_resolution_ns": 10 * US,
        "since_runtime_ns": 3_400 * US, "since_runtime_resolution_ns": 100 * US,
        "heap_bytes": 16, "allocations": 3,
    }  # fmt: skip


def test_all_inits_together_narrow_where_each_began():
    lines = [*init(5_000, "a", "3.4", "0"), *init(49_230, "b", "3.9", "43")]
    found = traced_inits(events_of(lines))
    # b began after a's line was written, so that the clock began at 1.23 ms or later; a ended at
    # 5 ms, so that it began at 1.6 ms or earlier
    assert found["start_ns"].tolist() == [SECOND + 4_630 * US, SECOND + 5_230 * US]
    assert found["uncertainty_ns"].tolist() == [370 * US, 370 * US]
    (start,) = runtime_starts(found).to_dict("records")
    RUNTIME_STARTS.validate(runtime_starts(found))
    assert start["time_ns"] == SECOND + 1_415 * US
    assert (start["uncertainty_ns"], start["inits"]) == (185 * US, 2)


def test_a_program_that_executes_another_has_two_clocks():
    lines = [*init(5_000, "a", "3.4", "0"), *init(9_000, "b", "0.10", "0")]
    starts = runtime_starts(traced_inits(events_of(lines)))
    assert starts["inits"].tolist() == [1, 1]
    assert starts["pid"].tolist() == [7, 7]
    ends = starts["time_ns"] + starts["uncertainty_ns"] - SECOND
    assert ends.tolist() == [1_600 * US, 8_900 * US]


def test_other_threads_and_descriptors_may_write_in_between():
    mine, other = init(5_000, "a", "3.4", "0"), init(5_001, "b", "1.0", "0", pid=8)
    noise = [write(5_002, "{}\n", pid=9), write(5_003, "init ", fd="1")]
    lines = [line for both in zip(mine, other, noise * 6, strict=True) for line in both]
    found = traced_inits(events_of(lines))
    assert found["package"].tolist() == ["a", "b"]
    assert found["pid"].tolist() == [7, 8]


def test_what_the_program_writes_in_one_piece_is_no_init():
    line = "init a @1.0 ms, 2.0 ms clock, 3 bytes, 4 allocs\n"
    assert traced_inits(events_of([write(1, line), write(2, "init a"), write(3, line[6:])])).empty
    assert traced_inits(events_of(["7 getpid() = 7"])).empty
    assert traced_inits(events_of([*init(1, "a", "1", "2")[:9], *init(9, "b", "1", "2", pid=8)[9:]])
                        ).empty  # fmt: skip


def test_a_log_without_times_has_the_inits_all_the_same():
    lines = [line.split(" ", 2)[2].rsplit(" <", 1)[0] for line in init(1, "a", "1.0", "2.0")]
    (row,) = traced_inits(events_of(lines)).to_dict("records")
    assert (row["package"], row["clock_ns"]) == ("a", 2_000_000)
    assert runtime_starts(traced_inits(events_of(lines)))["time_ns"].isna().all()


def test_a_path_that_strace_cut_is_marked():
    lines = init(5_000, "github.com/a", "3.4", "0")
    lines[1] = lines[1].replace('github.com/a"', 'github.com/"...')
    found = traced_inits(events_of(lines))
    assert (found["package"].tolist(), found["cut"].tolist()) == (["github.com/"], [True])


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    return go_inits.build(tmp_path_factory.mktemp("go"))


@pytest.mark.needs("go", "strace")
@pytest.mark.parametrize("chatter", [False, True])
def test_a_traced_start_has_its_inits_where_the_program_saw_them(program, tmp_path, chatter):
    run = go_inits.run(
        program, tmp_path / "run", "inittrace=1,gctrace=1", strace=["-s", "256"], chatter=chatter
    )
    events = read_strace(run.log).events
    found = traced_inits(events)
    RECORDING_INITS.validate(found)
    assert not found["cut"].any()
    assert go_inits.IMITATION not in set(found["package"])
    own = found.set_index("package").loc[[mark["Package"] for mark in run.marks]]
    for mark, row in zip(run.marks, own.to_dict("records"), strict=True):
        begin, end = mark["BeginNs"], mark["BeginNs"] + mark["LongNs"]
        assert row["start_ns"] <= begin
        assert end <= row["end_ns"] <= row["written_ns"]
        latest = row["start_ns"] + row["uncertainty_ns"]
        assert latest <= row["end_ns"] - row["clock_ns"]
    assert (found["start_ns"] >= found["written_ns"].shift(1)).iloc[1:].all()
    assert found["pid"].nunique() == 1
    if not chatter:
        read = read_inittrace(run.stderr).inits
        read = read[read["package"] != go_inits.IMITATION]
        assert found["package"].tolist() == read["package"].tolist()
        assert found["clock_ns"].tolist() == read["duration_ns"].tolist()
    (start,) = runtime_starts(found).to_dict("records")
    exec_end = events.loc[events["syscall"] == "execve", ["start_ns", "duration_ns"]].sum(axis=1)
    assert exec_end.iloc[0] < start["time_ns"] + start["uncertainty_ns"]
    assert start["time_ns"] - start["uncertainty_ns"] <= found["start_ns"].iloc[0]


@pytest.mark.needs("go", "strace")
def test_a_log_with_short_strings_has_its_inits(program, tmp_path):
    run = go_inits.run(program, tmp_path / "run", "inittrace=1", strace=["-s", "16"])
    found = traced_inits(read_strace(run.log).events)
    assert len(found) == len(read_inittrace(run.stderr).inits) - 1
    long = found["package"][found["cut"]]
    assert "example.com/init" in set(long)
    assert (long.str.len() == 16).all()


def test_a_recording_gives_what_its_artefacts_hold(tmp_path):
    line = b"init a @3.4 ms, 0.12 ms clock, 16 bytes, 3 allocs\n"
    sources = {
        "strace": "".join(f"{one}\n" for one in init(5_000, "a", "3.4", "0.12")).encode(),
        "stderr": b"hello\n" + line,
        "perf": b"app 7 1.000002: cycles: \n\t 4a f+0x1 (/a)\n\n",
    }
    entries = [store_artefact(tmp_path, kind, source) for kind, source in sources.items()]
    manifest = new_manifest(variant="app", observers=["strace", "perf"], artefacts=entries)
    write_manifest(tmp_path, manifest)
    recording = open_recording(tmp_path)
    assert recording.inits["package"].tolist() == ["a"]
    assert recording.inittrace.inits["line"].tolist() == [2]
    assert recording.perf.samples["tid"].tolist() == [7]


def test_a_recording_says_what_it_does_not_hold(tmp_path):
    entries = [store_artefact(tmp_path, "stderr", b"hello\n")]
    write_manifest(tmp_path, new_manifest(variant="app", artefacts=entries))
    recording = open_recording(tmp_path)
    with pytest.raises(MissingEvidenceError):
        _ = recording.perf
    with pytest.raises(MissingEvidenceError):
        _ = recording.inits
    with pytest.raises(UnreadableInputError):
        _ = recording.inittrace
