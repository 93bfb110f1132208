"""What perf script prints in any of its forms reads back; no damage makes the reader fail."""

from __future__ import annotations

import gzip
import re
import subprocess
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coldstart_lab.errors import ColdStartError, UnreadableInputError
from coldstart_lab.readers import find_reader
from coldstart_lab.readers.perf_script import read_perf_script, sniff_perf_script
from coldstart_lab.tables.perf_script import (
    PERF_FRAMES,
    PERF_LOSSES,
    PERF_SAMPLES,
    PERF_SUMMARY,
    PERF_SWITCHES,
    PERF_TASKS,
    PERF_WAKEUPS,
)

CHAINS = b"""\
# ========
# captured on    : Mon Nov 23 10:00:00 2026
#
app 4711 [001] 12345.678901:     250000 cpu-clock:pppH: 
\tffffffff8104f45a native_write_msr+0xa ([kernel.kallsyms])
\t          4a2b3c main.(*Server).Run(int) const+0x1f (/srv/coldstart/app)
\t          4a2b00 helper (inlined)
\t    7f0011223344 [unknown] (/memfd:jit (deleted))
\t               0 [unknown] ([unknown])

a 7 [000] 9 b:c 4712/4713 [002] 12345.678901234:          1 page-faults:u: 
\t          4a2b3c operator()+0x10 (/srv/with blank/app)

"""  # noqa: W291
FLAT = b"""\
             app  4711 12345.678901:     250000   cycles:  ffffffff8104f45a native_write_msr+0xa ([kernel.kallsyms])
         swapper     0 [003]   5.000001: page-faults:u:      7f00aabb00           4a2b3c bad+0x1 (/srv/a)
              :9    -1     5.000002:  cpu/mem-loads,ldlat=30/P:   7f00aabb01 5668100142 |OP LOAD|LVL L1 hit|LCK No|BLK  N/A      12      4a2b3c f+0x2 (/srv/a)
             app  4711     6.000000:        1 raw_syscalls:sys_enter: NR 0 (3, 7ffe, 1, 0, 0, 0)
             app  4711     7.000000:        1 faults:           4a2b3c bad (/srv/a)
"""  # noqa: E501
SCHED = b"""\
app 10 [001] 1.000001: sched:sched_switch: prev_comm=app prev_pid=10 prev_prio=120 prev_state=S ==> next_comm=a b prev_pid=3 next_pid=11 next_prio=120
app 10 [001] 1.000002: sched:sched_switch: a:b:10 [120] R+ ==> swapper/1:0 [120]
app 10 [001] 1.000003: sched:sched_waking: comm=b pid=4 pid=12 prio=120 target_cpu=003
app 10 [001] 1.000004: sched:sched_wakeup: b:12 [120] success=1 CPU:003
app 10 [001] 1.000005: sched:sched_wakeup_new: comm=b pid=13 prio=120 success=1 target_cpu=000
app 10 [001] 1.000006: sched:sched_migrate_task: comm=b pid=12 prio=120 orig_cpu=3 dest_cpu=1
app 10 [001] 1.000007: sched:sched_process_fork: comm=app pid=10 child_comm=app child_pid=14
app 14 [001] 1.000008: sched:sched_process_exec: filename=/srv/a pid=b pid=14 old_pid=14
app 14 [001] 1.000009: sched:sched_process_exit: comm=a pid=14 prio=120 group_dead=true
"""  # noqa: E501


def read(tmp_path, text):
    path = tmp_path / "perf.txt"
    path.write_bytes(text)
    return read_perf_script(path)


def rows(frame, *names):
    frame = frame[list(names)] if names else frame
    cells = frame.astype(object).where(frame.notna(), None)
    return list(map(tuple, cells.to_numpy().tolist()))


HEADS = ("line", "time_ns", "comm", "pid", "tid", "cpu", "event", "period")
FRAME = ("sample", "depth", "address", "symbol", "symbol_offset", "dso", "inlined")


def test_call_chains_are_read(tmp_path):
    found = read(tmp_path, CHAINS)
    assert rows(found.samples, *HEADS) == [
        (4, 12345_678_901_000, "app", None, 4711, 1, "cpu-clock:pppH", 250000),
        (11, 12345_678_901_234, "a 7 [000] 9 b:c", 4712, 4713, 2, "page-faults:u", 1),
    ]
    assert rows(found.frames, *FRAME) == [
        (0, 0, 0xFFFFFFFF8104F45A, "native_write_msr", 10, "[kernel.kallsyms]", False),
        (0, 1, 0x4A2B3C, "main.(*Server).Run(int) const", 31, "/srv/coldstart/app", False),
        (0, 2, 0x4A2B00, "helper", None, None, True),
        (0, 3, 0x7F0011223344, None, None, "/memfd:jit (deleted)", False),
        (0, 4, 0, None, None, None, False),
        (1, 0, 0x4A2B3C, "operator()", 16, "/srv/with blank/app", False),
    ]
    assert found.samples["text"].isna().all()
    assert found.count("lines: comments") == 3
    assert found.losses.empty


def test_samples_without_chains_are_read(tmp_path):
    found = read(tmp_path, FLAT)
    names = ("comm", "tid", "cpu", "event", "period", "address", "weight", "text")
    assert rows(found.samples, *names) == [
        ("app", 4711, None, "cycles", 250000, None, None, None),
        ("swapper", 0, 3, "page-faults:u", None, 0x7F00AABB00, None, None),
        (":9", None, None, "cpu/mem-loads,ldlat=30/P", None, 0x7F00AABB01, 12, None),
        ("app", 4711, None, "raw_syscalls:sys_enter", 1, None, None,
         "NR 0 (3, 7ffe, 1, 0, 0, 0)"),
        ("app", 4711, None, "faults", 1, None, None, None),
    ]  # fmt: skip
    assert rows(found.frames, "sample", "address", "symbol", "dso") == [
        (0, 0xFFFFFFFF8104F45A, "native_write_msr", "[kernel.kallsyms]"),
        (1, 0x4A2B3C, "bad", "/srv/a"),
        (2, 0x4A2B3C, "f", "/srv/a"),
        (4, 0x4A2B3C, "bad", "/srv/a"),
    ]
    assert found.losses.empty


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"app 7 cycles: \n\t 4a f+0x1 (/a)\n\n", (None, "app", 7, "cycles", None)),
        (b"app 7         12 cycles: \n\t 4a f+0x1 (/a)\n", (None, "app", 7, "cycles", 12)),
        (b"app 7      12 cycles: \n\t 4a f+0x1 (/a)\n", (None, "app 7", 12, "cycles", None)),
        (b"app 7 1.000002: \n\t 4a f (/a)\n", (1_000_002_000, "app", 7, None, None)),
        (b"      7 1.000002: cycles: \n\t 4a\n", (1_000_002_000, None, 7, "cycles", None)),
        (b"app 7 [001] U 1.000002: cycles: 4a\n", (1_000_002_000, "app", 7, "cycles", None)),
        (
            b"app 7 1.000002: cycles: \r\n\t 4a f (/a+0x3)\r\n",
            (1_000_002_000, "app", 7, "cycles", None),
        ),
    ],
)
def test_other_fields_are_read(tmp_path, text, expected):
    found = read(tmp_path, text)
    assert rows(found.samples, "time_ns", "comm", "tid", "event", "period") == [expected]
    assert found.frames["address"].tolist() == [0x4A]
    assert found.frames["dso"].dropna().isin(["/a"]).all()
    assert found.losses.empty


def test_without_events_a_number_before_a_chain_is_the_period(tmp_path):
    found = read(tmp_path, b"app 7 1.000002:     250000 \n\t 4a f+0x1 (/a)\n\napp 7 2.0: 9 \n\n")
    assert found.samples["period"].tolist() == [250000, 9]
    assert (len(found.frames), found.samples["address"].notna().any()) == (1, False)


def test_events_of_the_scheduler_without_their_text_are_samples_only(tmp_path):
    found = read(tmp_path, b"app 7 1.000002: sched:sched_switch: \n")
    assert (len(found.samples), len(found.switches), len(found.losses)) == (1, 0, 0)


def test_source_lines_below_frames_are_counted(tmp_path):
    text = b"app 7 1.000002: cycles: \n\t 4a f+0x1 (/a)\n  a.c:12\n\t 4b g (/a)\n  ??:0\n\n"
    found = read(tmp_path, text)
    assert (found.count("lines: source lines of frames"), len(found.frames)) == (2, 2)


def test_records_of_perf_itself_are_counted(tmp_path):
    text = b"app 7 1.000002: PERF_RECORD_COMM exec: app:7/7\nPERF_RECORD_LOST lost 3\n"
    found = read(tmp_path, text + FLAT)
    assert found.count("lines: records of perf itself") == 2
    assert len(found.samples) == 5


def test_events_of_the_scheduler_are_read(tmp_path):
    found = read(tmp_path, SCHED)
    names = ("time_ns", "cpu", "prev_tid", "prev_comm", "prev_state", "next_tid", "next_comm")
    assert rows(found.switches, *names) == [
        (1_000_001_000, 1, 10, "app", "S", 11, "a b prev_pid=3"),
        (1_000_002_000, 1, 10, "a:b", "R+", 0, "swapper/1"),
    ]
    assert rows(found.wakeups, "kind", "waker_tid", "woken_tid", "woken_comm", "cpu") == [
        ("waking", 10, 12, "b pid=4", 3),
        ("wakeup", 10, 12, "b", 3),
        ("wakeup_new", 10, 13, "b", 0),
    ]
    assert rows(found.tasks, "kind", "tid", "child_tid", "filename", "from_cpu", "to_cpu") == [
        ("migrate", 12, None, None, 3, 1),
        ("fork", 10, 14, None, None, None),
        ("exec", 14, None, "/srv/a pid=b", None, None),
        ("exit", 14, None, None, None, None),
    ]
    assert len(found.samples) == 9
    assert found.losses.empty


def test_what_is_not_understood_is_told(tmp_path):
    text = CHAINS.replace(b"app 4711 [001]", b"app [001]").replace(
        b"\n\t          4a2b00", b"\n\tx"
    )
    found = read(tmp_path, b"\t 4a f\nwhat is this\n" + text + SCHED.replace(b" next_pid", b""))
    assert found.losses["line"].tolist() == [1, 2, 6, 7, 8, 9, 10, 11, 16]
    assert found.losses["text"].iloc[1] == "what is this"
    assert found.losses["reason"].nunique() == 2
    assert found.frames["sample"].tolist() == [0]


@pytest.mark.parametrize("text", [CHAINS, FLAT, SCHED, CHAINS.replace(b"\n", b"\r\n")])
def test_its_kind_is_recognised(tmp_path, text):
    path = tmp_path / "perf.txt.gz"
    path.write_bytes(gzip.compress(text))
    assert find_reader(path).name == "perf"


@pytest.mark.parametrize(
    "text",
    [
        b"", b"\n", b"12 1.000000 read(3) = 1\n", b"[    1.234567] usb 1-1: new\n" * 5,
        b"app-7 [001] d..2. 123.456789: sched_switch: prev_comm=a\n" * 5,
        b"Nov 23 10:00:00 srv app[7]: up\n" * 5, b"app 7 cycles: x\n" * 5, b"\t 4a f\n" * 5,
        b"a b 3: c\n1.5: d\n" * 5,
    ],
)  # fmt: skip
def test_other_text_is_not(tmp_path, text):
    path = tmp_path / "perf.txt"
    path.write_bytes(text)
    assert not sniff_perf_script(path)


def test_what_holds_no_sample_is_refused(tmp_path):
    for text in (b"", b"hello\n", b"\t 4a f\n"):
        with pytest.raises(UnreadableInputError):
            read(tmp_path, text)


# Names of threads: anything but what ends a line, and blanks at their ends
COMMS = st.text("ab :/[]0.-", min_size=1, max_size=15).map(str.strip).filter(bool)
EVENTS = st.sampled_from(["cycles", "cpu-clock:pppH", "cpu/a=1,b/u", "sched:sched_stat_wait"])
SYMBOLS = st.sampled_from(["f", "a::b(int, c<d>)", "operator()", "x y", "add", "go.(*T).f-fm"])
DSOS = st.sampled_from(["/a", "[kernel.kallsyms]", "/x (deleted)", "/b c/d", "[vdso]"])
FRAMES = st.tuples(st.integers(0, 2**64 - 1), SYMBOLS, st.none() | st.integers(0, 9999), DSOS)


@st.composite
def scripts(draw):
    """The text of some samples, and what it says."""
    wide, ns = draw(st.booleans()), draw(st.booleans())
    fields = {name: draw(st.booleans()) for name in ("comm", "pid", "cpu", "period", "chain")}
    lines, samples, frames = [], [], []
    for number in range(draw(st.integers(1, 5))):
        comm, event = draw(COMMS), draw(EVENTS)
        pid, tid, cpu = (
            draw(st.integers(0, 99999)),
            draw(st.integers(0, 4194304)),
            draw(st.integers(0, 200)),
        )
        time, period = draw(st.integers(0, 10**15)), draw(st.integers(0, 10**12))
        time -= 0 if ns else time % 1000
        digits = f"{time // 10**9:5d}.{time % 10**9:09d}"
        head = (f"{comm:>16} " if wide else f"{comm} ") if fields["comm"] else ""
        head += f"{pid:7d}/{tid:<7d} " if fields["pid"] else f"{tid:7d} "
        head += f"[{cpu:03d}] " if fields["cpu"] else ""
        head += (digits if ns else digits[:-3]).rjust(12) + ": "
        head += f"{period:10d} " if fields["period"] else ""
        chain = draw(
            st.lists(FRAMES, min_size=not fields["chain"], max_size=4 if fields["chain"] else 1)
        )
        shown = [
            f"{address:16x} {symbol}" + ("" if offset is None else f"+0x{offset:x}") + f" ({dso})"
            for address, symbol, offset, dso in chain
        ]
        between = ["", *(f"\t{one}" for one in shown), ""] if fields["chain"] else [*shown]
        lines.append(f"{head}{event:>20}: " + "\n".join(between))
        samples.append((
            time, comm if fields["comm"] else None, pid if fields["pid"] else None, tid,
            cpu if fields["cpu"] else None, event, period if fields["period"] else None,
        ))  # fmt: skip
        frames += [(number, depth, *frame) for depth, frame in enumerate(chain)]
    return "\n".join([*lines, ""]).encode(), samples, frames


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("perf")


@given(scripts())
def test_what_is_written_reads_back(place, made):
    text, samples, frames = made
    found = read(place, text)
    assert rows(found.samples, *HEADS[1:]) == samples
    assert (
        rows(found.frames, "sample", "depth", "address", "symbol", "symbol_offset", "dso") == frames
    )
    assert found.losses.empty


PIECES = (
    *CHAINS.splitlines(keepends=True), *FLAT.splitlines(keepends=True), *SCHED.splitlines(),
    b"\n", b"\t", b"\r\n", b" ", b"app", b" 7 ", b"[001] ", b"1.000002:", b": ", b"cycles:",
    b"|OP|", b"+0x", b"f" * 18, b" ==> ", b"prev_pid=", b"(", b")", b"\0", b"\xff", b"9" * 30,
    b"PERF_RECORD_", b"-1", b"/", b"#",
)  # fmt: skip


def check(place, text):
    try:
        found = read(place, text)
    except ColdStartError:
        return
    lines = text.removesuffix(b"\n").split(b"\n")
    counts = found.summary.set_index("item")["count"]
    kinds = counts[counts.index.str.startswith("lines: ")]
    assert counts["lines"] == len(lines) == kinds.sum()
    assert counts["lines: begins of samples"] == len(found.samples)
    assert counts["lines: not understood"] <= len(found.losses)
    for line, lost in zip(found.losses["line"], found.losses["text"], strict=True):
        assert lost == lines[line - 1][:4096].decode("utf-8", "backslashreplace")
    for table, frame in (
        (PERF_SAMPLES, found.samples), (PERF_FRAMES, found.frames),
        (PERF_SWITCHES, found.switches), (PERF_WAKEUPS, found.wakeups), (PERF_TASKS, found.tasks),
        (PERF_SUMMARY, found.summary), (PERF_LOSSES, found.losses),
    ):  # fmt: skip
        table.validate(frame)
        frame.to_csv()
    assert found.frames["sample"].is_monotonic_increasing
    assert found.frames["sample"].between(0, len(found.samples) - 1).all()
    assert found._repr_html_().startswith("<div>")


@given(st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join))
@example(b"")
@example(b"\t")
@example(b"7 1.000002:")
@example(b"a 7 1.000002: sched:sched_switch:")
def test_any_mixture_of_pieces_is_read_or_refused(place, text):
    check(place, text)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(place, text):
    check(place, CHAINS + text)


@given(st.integers(0, len(CHAINS)), st.integers(0, len(SCHED)))
def test_any_cut_and_splice_is_read_or_refused(place, first, second):
    check(place, CHAINS[:first] + SCHED[second:])


# What perf may always record of one's own programs, and what it may only where that is allowed
OWN_EVENTS = "cpu-clock:u,page-faults:u"
SCHED_EVENTS = "sched:sched_switch,sched:sched_waking,sched:sched_wakeup"
FIELDS = (
    "-F comm,pid,tid,time,event,ip,sym,dso,trace", "-F tid,time,event,trace", "-F +misc", "-G",
    "-F comm,tid,time,period,event,ip,sym,symoff,dso", "-F comm,tid,event,ip,sym", "--header",
    "--show-task-events", "--reltime",
)  # fmt: skip


class Recorded:
    """A run of the program of tests/readers/programs/perf.c, as perf saw it."""

    def __init__(self, folder):
        self.data = folder / "perf.data"
        binary = folder / "program"
        source = Path(__file__).parent / "programs" / "perf.c"
        subprocess.run(["gcc", "-O1", "-g", "-pthread", "-o", binary, source], check=True)
        own = ["perf", "record", "-q", "-g", "-F", "5000", "-o", str(self.data)]
        every = [*own, "-e", f"{OWN_EVENTS},{SCHED_EVENTS}", "--", str(binary)]
        self.has_sched = subprocess.run(every, capture_output=True, check=False).returncode == 0
        if not self.has_sched:
            subprocess.run([*own, "-e", OWN_EVENTS, "--", str(binary)], check=True)

    def script(self, path, *flags):
        with path.open("wb") as file:
            subprocess.run(
                ["perf", "script", "-i", str(self.data), *flags],
                stdout=file, stderr=subprocess.DEVNULL, check=True,
            )  # fmt: skip
        return read_perf_script(path)

    def counts(self):
        """How many samples of each event perf itself counts."""
        said = subprocess.run(
            ["perf", "report", "-i", str(self.data), "--stats", "--stdio"],
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        found = re.findall(r"^(\S+) stats:\n\s+SAMPLE events: +(\d+)", said, re.MULTILINE)
        return {event: int(count) for event, count in found}


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    return Recorded(tmp_path_factory.mktemp("recorded"))


@pytest.mark.needs("perf", "gcc")
def test_what_perf_recorded_is_what_it_counts_itself(recorded, tmp_path):
    found = recorded.script(tmp_path / "perf.txt", "--ns")
    assert find_reader(tmp_path / "perf.txt").name == "perf"
    assert found.samples["event"].value_counts().to_dict() == recorded.counts()
    assert found.losses.empty
    assert found.samples["time_ns"].mod(1000).any()
    assert {"program", "wo rk:er 1"} <= set(found.samples["comm"])


@pytest.mark.needs("perf", "gcc")
def test_the_functions_that_ran_are_those_of_the_program(recorded, tmp_path):
    found = recorded.script(tmp_path / "perf.txt", "--ns")
    clock = found.samples[(found.samples["event"] == "cpu-clock:u").to_numpy()]
    frames = found.frames[found.frames["sample"].isin(clock.index)]
    own = frames[frames["depth"] == 0]
    assert (own["symbol"] == "burn").mean() > 0.5
    both = clock.loc[own.loc[(own["symbol"] == "burn").to_numpy(), "sample"], "comm"]
    assert {"program", "wo rk:er 1"} <= set(both)
    depths = found.frames.groupby("sample")["depth"].agg(["size", "max"])
    assert (depths["size"] == depths["max"] + 1).all()
    assert found.frames.loc[(found.frames["symbol"] == "burn").to_numpy(), "dso"].str.endswith(
        "/program"
    ).all()  # fmt: skip


@pytest.mark.needs("perf", "gcc")
def test_who_ran_and_who_woke_whom_is_told(recorded, tmp_path):
    found = recorded.script(tmp_path / "perf.txt", "--ns")
    if not recorded.has_sched:  # the kernel lets only the administrator see them
        assert found.switches.empty
        return
    switched = found.samples[(found.samples["event"] == "sched:sched_switch").to_numpy()]
    assert found.switches["prev_tid"].tolist() == switched["tid"].tolist()
    assert found.switches["prev_comm"].tolist() == switched["comm"].tolist()
    # a thread has the program's name until it takes its own, later than the first one
    main = found.samples.loc[(found.samples["comm"] == "program").to_numpy(), "tid"].iloc[0]
    woken = found.wakeups[(found.wakeups["woken_comm"] == "wo rk:er 1").to_numpy()]
    assert main in set(woken["waker_tid"])
    slept = found.switches[(found.switches["prev_comm"] == "wo rk:er 1").to_numpy()]
    assert "S" in set(slept["prev_state"])


@pytest.mark.needs("perf", "gcc")
@pytest.mark.parametrize("flags", FIELDS)
def test_other_fields_of_the_same_recording_say_the_same(recorded, tmp_path, flags):
    whole = recorded.script(tmp_path / "whole.txt")
    found = recorded.script(tmp_path / "perf.txt", *flags.split())
    assert found.losses.empty
    named = [name for name in ("event", "tid") if found.samples[name].notna().any()]
    for name in named:
        assert found.samples[name].tolist() == whole.samples[name].tolist()
    if "time," in flags or flags == "-G":
        assert found.samples["time_ns"].tolist() == whole.samples["time_ns"].tolist()
    if "trace" in flags:
        pd.testing.assert_frame_equal(
            found.switches.drop(columns=["line", "cpu"]),
            whole.switches.drop(columns=["line", "cpu"]),
        )
    if "ip" in flags:
        assert found.frames["address"].tolist() == whole.frames["address"].tolist()
