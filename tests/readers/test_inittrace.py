"""Lines of the Go runtime are read out of any stderr; the program's own are not taken for them."""

from __future__ import annotations

import gzip

import go_inits
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coldstart_lab.errors import ColdStartError, UnreadableInputError
from coldstart_lab.readers import find_reader
from coldstart_lab.readers.inittrace import find_inits, read_inittrace, sniff_inittrace
from coldstart_lab.tables.inittrace import (
    INITTRACE_GCS,
    INITTRACE_INITS,
    INITTRACE_LOSSES,
    INITTRACE_SCHEDS,
    INITTRACE_SUMMARY,
)

MS = 1_000_000
GC_1_26 = (
    b"gc 3 @0.512s 2%: 0.026+0.39+0.10 ms clock, 0.21+0.88/12/0+0.84 ms cpu, 7->8->4 MB, "
    b"9 MB goal, 1 MB stacks, 2 MB globals, 8 P"
)
GC_1_16 = (
    b"gc 1 @12.004s 0%: 0+10+0.005 ms clock, 0+0/0/0+0 ms cpu, 4->4->0 MB, 5 MB goal, 2 P (forced)"
)
SCHED = (
    b"SCHED 1004ms: gomaxprocs=2 idleprocs=1 threads=5 spinningthreads=0 needspinning=0 "
    b"idlethreads=3 runqueue=7 [ 1 2 ] schedticks=[ 5 6 ]"
)
PROGRAM = b"""\
starting
init errors @0.002 ms, 0 ms clock, 0 bytes, 0 allocs
{"level":"info","msg":"hello"}
init gopkg.in/yaml%2ev3 @9.9 ms, 15 ms clock, 10485760 bytes, 12345 allocs
loading ... init net/http @25 ms, 0.12 ms clock, 16 bytes, 1 allocs
"""


def read(tmp_path, text):
    path = tmp_path / "stderr.txt"
    path.write_bytes(text)
    return read_inittrace(path)


def rows(frame):
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


def test_lines_of_inits_are_read(tmp_path):
    found = read(tmp_path, PROGRAM)
    first, second, third = rows(found.inits)
    assert first == {
        "line": 2, "package": "errors", "start_ns": 2_000, "start_resolution_ns": 1_000,
        "duration_ns": 0, "duration_resolution_ns": 1_000, "heap_bytes": 0, "allocations": 0,
        "broken": False,
    }  # fmt: skip
    assert second["package"] == "gopkg.in/yaml.v3"
    assert (second["start_ns"], second["start_resolution_ns"]) == (9_900_000, 100_000)
    assert (second["duration_ns"], second["duration_resolution_ns"]) == (15 * MS, MS)
    assert (second["heap_bytes"], second["allocations"]) == (10_485_760, 12_345)
    assert (third["line"], third["duration_resolution_ns"]) == (5, 10_000)
    assert found.count("lines") == 5
    assert found.count("lines: inits") == 3
    assert found.count("lines: of the program and others") == 2
    assert found.losses.empty


def test_lines_of_collections_and_of_the_scheduler_are_read(tmp_path):
    found = read(tmp_path, b"\n".join((GC_1_26, b"x", GC_1_16, b"xy" + SCHED, b"")))
    newer, older = rows(found.gcs)
    assert list(newer.values()) == [
        1, 3, 512 * MS, 2, 26_000, 390_000, 100_000, 210_000, 880_000, 12 * MS, 0, 840_000,
        7 << 20, 8 << 20, 4 << 20, 9 << 20, 1 << 20, 2 << 20, 8, False,
    ]  # fmt: skip
    assert (older["start_ns"], older["mark_ns"], older["forced"]) == (12_004 * MS, 10 * MS, True)
    assert older["stacks_bytes"] is None
    assert list(rows(found.scheds)[0].values()) == [4, 1004 * MS, 2, 1, 5, 0, 3, 7, 3]
    assert found.losses.empty


@pytest.mark.parametrize("line", [GC_1_26, GC_1_16, SCHED])
def test_a_collection_or_the_scheduler_alone_is_enough(tmp_path, line):
    path = tmp_path / "stderr.txt.gz"
    path.write_bytes(gzip.compress(b"x\n" + line + b"\n"))
    assert find_reader(path).name == "inittrace"
    assert len(read_inittrace(path).summary)


OWN = (
    b"init done", b"init x @", b"init x @host", b"init example.com/x @0.1 ms, 0.2 ms clock",
    b"init x @1 ms, 2 ms clock, 3 bytes, 4 allocs are what we saw", b"gc 1 @0.1s",
    b"init a b @1 ms, 2 ms clock, 3 bytes, 4 allocs", b"init x @1 s, 2 ms clock, 3 bytes, 4 allocs",
    b"init x @-1 ms, 2 ms clock, 3 bytes, 4 allocs", b"init x @1 ms, 2 ms, 3 bytes, 4 allocs",
    b'"init x @1 ms, 2 ms clock, 3 bytes, 4 allocs"', b"initx @1 ms, 2 ms clock, 3 bytes, 4 allocs",
    b"init x @1.2345 ms, 2 ms clock, 3 bytes, 4 allocs",
    b"INIT x @1 ms, 2 ms clock, 3 bytes, 4 allocs",
    b"init x @1 ms, 2 ms clock, 3 bytes, 99999999999999999999 allocs",
)  # fmt: skip


@pytest.mark.parametrize("line", OWN)
def test_lines_of_the_program_are_no_inits(line):
    assert list(find_inits(line + b"\n")) == []
    assert list(find_inits(b"\n".join(OWN) + b"\n" + line)) == []


@given(st.lists(st.sampled_from([*OWN, b"", b"2026/11/23 10:00:00 up", b"{}"]), max_size=8))
def test_nor_are_they_together(lines):
    assert list(find_inits(b"\n".join(lines))) == []


@pytest.mark.parametrize("text", [b"", b"\n", b"hello\n", b"init done\n" * 9, b"\0" * 99])
def test_what_holds_none_is_refused(tmp_path, text):
    path = tmp_path / "stderr.txt"
    path.write_bytes(text)
    assert not sniff_inittrace(path)
    with pytest.raises(UnreadableInputError):
        read_inittrace(path)


def test_what_is_cut_is_told(tmp_path):
    for cut in (b"init a/b @0.1 ms, 0.2 m", b"init a/b @0.", GC_1_26[:40]):
        found = read(tmp_path, PROGRAM + cut)
        assert len(found.inits) == 3
        assert found.losses["text"].tolist() == [cut.decode()]
        assert found.losses["line"].tolist() == [6]
    tail = b"3 ms clock, 1 bytes, 2 allocs\n"
    assert read(tmp_path, tail + PROGRAM).losses["line"].tolist() == [1]


def test_damaged_packing_is_read_as_far_as_it_goes(tmp_path):
    path = tmp_path / "stderr.txt.gz"
    lines = b"".join(
        b"init p%d @%d ms, 0 ms clock, 0 bytes, 0 allocs\n" % (i, i) for i in range(9999)
    )
    packed = gzip.compress(lines)
    path.write_bytes(packed[: len(packed) // 2])
    found = read_inittrace(path)
    assert 100 < len(found.inits) < 9999
    assert "damaged" in found.losses["text"].iloc[-1]


def test_text_that_was_made_to_be_tried_for_ever_is_read():
    for line in (b"x init a @3\n12 ms, \n", b"x init {a\n b\n", b"x init 1 2 @\n"):
        assert list(find_inits(line * 20_000)) == []


# The pieces of a line, as the runtime writes them
WORDS = st.text("abz09-_~+", min_size=1, max_size=6)
PATHS = st.lists(WORDS, min_size=1, max_size=4).map("/".join)
TIMES = st.sampled_from(["0", "0.001", "0.099", "0.12", "1.0", "9.9", "10", "1234"])
NUMBERS = st.integers(0, 10**12).map(str)
LINES = st.sampled_from(["{}\n", '{"msg":"init x @1 ms"}\n', "[x] 3 ms, \n"])
OTHERS = LINES | st.just("(a)\n{b}\n")


@st.composite
def broken_lines(draw):
    """The pieces of some lines with whole lines of others between them, and what they say."""
    text, said = "", []
    for _ in range(draw(st.integers(1, 5))):
        path, at, clock, size, count = (
            draw(one) for one in (PATHS, TIMES, TIMES, NUMBERS, NUMBERS)
        )
        pieces = ["init ", path, " @", at, " ms, ", clock, " ms clock, ", size, " bytes, ", count,
                  " allocs", "\n"]  # fmt: skip
        border = draw(st.none() | st.integers(0, len(pieces) - 1))
        if border is not None:
            pieces.insert(border, draw(OTHERS if border < len(pieces) - 1 else LINES))
        text += "".join(pieces)
        said.append((path, int(float(at) * MS), int(float(clock) * MS), int(size), int(count)))
    return text.encode(), said


@given(broken_lines())
@example((b"init {}\na @1.0 ms, 0 ms clock, 0 bytes, 0 allocs\n", [("a", MS, 0, 0, 0)]))
def test_lines_that_others_wrote_into_are_put_together(made):
    text, said = made
    names = ("package", "at_ns", "clock_ns", "heap_bytes", "allocations")
    found = [tuple(getattr(line, name) for name in names) for line in find_inits(text)]
    assert found == said


PIECES = (
    b"init ", b"a/b", b" @", b"0", b"0.1", b"12", b" ms, ", b" ms clock, ", b" bytes, ", b" allocs",
    b"\n", b"\r\n", b"{}\n", b"\0", b"\xff", b"gc ", GC_1_26, SCHED, b"%41", b"%", b"9" * 30, b" ",
    b"init a @0.1 ms, 0.2 ms clock, 3 bytes, 4 allocs\n",
)  # fmt: skip


def check(path, text):
    path.write_bytes(text)
    try:
        found = read_inittrace(path)
    except ColdStartError:
        return
    counts = found.summary.set_index("item")["count"]
    lines = text.removesuffix(b"\n").split(b"\n")
    assert counts["lines"] == len(lines)
    assert counts[counts.index.str.startswith("lines: ")].sum() == len(lines)
    assert counts["lines: not understood"] == len(found.losses)
    for line, lost in zip(found.losses["line"], found.losses["text"], strict=True):
        assert lost == lines[line - 1][:4096].rstrip(b"\r").decode("utf-8", "backslashreplace")
    for table, frame in (
        (INITTRACE_INITS, found.inits),
        (INITTRACE_GCS, found.gcs),
        (INITTRACE_SCHEDS, found.scheds),
        (INITTRACE_SUMMARY, found.summary),
        (INITTRACE_LOSSES, found.losses),
    ):
        table.validate(frame)
        frame.to_csv()
    assert found._repr_html_().startswith("<div>")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("inittrace") / "stderr.txt"


@given(st.lists(st.sampled_from(PIECES), max_size=60).map(b"".join))
@example(b"")
def test_any_mixture_of_pieces_is_read_or_refused(place, text):
    check(place, text)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(place, text):
    check(place, PROGRAM + text)


@given(st.integers(0, len(PROGRAM)), st.integers(0, len(PROGRAM)))
def test_any_cut_and_splice_is_read_or_refused(place, first, second):
    check(place, PROGRAM[:first] + PROGRAM[second:])


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    return go_inits.build(tmp_path_factory.mktemp("go"))


def assert_true(inits, marks):
    """Hold inits against what the program measured inside them."""
    own = inits[inits["package"] != go_inits.IMITATION].reset_index(drop=True)
    of_program = own[own["package"].isin([mark["Package"] for mark in marks])]
    assert of_program["package"].tolist() == [mark["Package"] for mark in marks]
    longest = of_program["duration_ns"] + of_program["duration_resolution_ns"]
    for mark, ns, size in zip(marks, longest, of_program["heap_bytes"], strict=True):
        assert mark["LongNs"] < ns
        assert mark["Bytes"] <= size < 2 * mark["Bytes"] + (1 << 18)
    ends = own["start_ns"] + own["duration_ns"]
    assert (ends.shift(1) < own["start_ns"] + own["start_resolution_ns"]).iloc[1:].all()


@pytest.mark.needs("go")
def test_a_real_start_says_what_its_inits_measured(program, tmp_path):
    run = go_inits.run(program, tmp_path / "run", "inittrace=1,gctrace=1,schedtrace=2")
    assert find_reader(run.stderr).name == "inittrace"
    found = read_inittrace(run.stderr)
    assert_true(found.inits, run.marks)
    assert found.inits["package"].iloc[0] == "internal/bytealg"
    assert found.gcs["forced"].any()
    assert found.gcs["number"].tolist() == list(range(1, len(found.gcs) + 1))
    assert len(found.scheds)
    assert found.losses.empty


@pytest.mark.needs("go")
def test_a_real_start_that_writes_lines_of_its_own_all_the_time(program, tmp_path):
    quiet = go_inits.run(program, tmp_path / "quiet", "inittrace=1")
    loud = go_inits.run(program, tmp_path / "loud", "inittrace=1", chatter=True)
    every = read_inittrace(quiet.stderr).inits["package"]
    found = read_inittrace(loud.stderr)
    assert found.count("lines: of the program and others") > 10
    # others may write more lines into one than are skipped: then it is told as lost
    lost = found.losses["text"].str.cat(sep="\n")
    assert [name for name in every if name not in set(found.inits["package"])
            and f"init {name.replace('.v3', '%2ev3')} @" not in lost] == []  # fmt: skip
    assert len(found.inits) >= len(every) - len(found.losses)
