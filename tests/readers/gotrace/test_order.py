"""Events are ordered by what causes what, however wrong the clocks of threads are."""

from __future__ import annotations

import random
import re
import subprocess
from pathlib import Path

import go_tool
import numpy as np
import pytest
from going import expected, moves_of, shown, spans_of
from wire_text import encode

from coldstart_lab.readers.gotrace.reading import read_bytes

END = """
EventBatch gen={0} m=18446744073709551615 time=0 size=0
Frequency freq=15625000
EventBatch gen={0} m=18446744073709551615 time=0 size=0
Stacks
EventBatch gen={0} m=18446744073709551615 time=0 size=0
Strings
String id=1
	data="a reason"
"""

# Each a trace of the first version, without the batches of END
MADE_UP = {
    "a goroutine runs on another thread before it was created, by the clocks": """
EventBatch gen=1 m=8 time=10 size=0
ProcStatus dt=1 p=1 pstatus=2
ProcStart dt=1 p=1 p_seq=1
GoStart dt=1 g=5 g_seq=1
GoDestroy dt=1
EventBatch gen=1 m=7 time=1000 size=0
ProcStatus dt=1 p=0 pstatus=1
GoStatus dt=1 g=1 m=7 gstatus=2
GoCreate dt=1 new_g=5 new_stack=0 stack=0
""",
    "a goroutine goes round three threads": """
EventBatch gen=1 m=7 time=500 size=0
ProcStatus dt=1 p=0 pstatus=1
GoStatus dt=1 g=1 m=7 gstatus=2
GoStop dt=1 reason_string=1 stack=0
GoStart dt=1 g=1 g_seq=4
EventBatch gen=1 m=8 time=10 size=0
ProcStatus dt=1 p=1 pstatus=1
GoStart dt=1 g=1 g_seq=2
GoBlock dt=1 reason_string=1 stack=0
EventBatch gen=1 m=9 time=5 size=0
ProcStatus dt=1 p=2 pstatus=1
GoStart dt=1 g=1 g_seq=1
GoStop dt=1 reason_string=1 stack=0
GoUnblock dt=1 g=1 g_seq=3 stack=0
""",
    "a processor is stolen from a call before that begins, by the clocks": """
EventBatch gen=1 m=7 time=900 size=0
ProcStatus dt=1 p=0 pstatus=1
GoStatus dt=1 g=1 m=7 gstatus=2
GoSyscallBegin dt=1 p_seq=1 stack=0
GoSyscallEndBlocked dt=1
ProcStatus dt=1 p=2 pstatus=2
ProcStart dt=1 p=2 p_seq=1
GoStart dt=1 g=1 g_seq=1
EventBatch gen=1 m=8 time=10 size=0
ProcStatus dt=1 p=1 pstatus=1
ProcSteal dt=1 p=0 p_seq=2 m=7
""",
    "a goroutine that has been in a call since before the trace": """
EventBatch gen=1 m=7 time=10 size=0
ProcStatus dt=1 p=0 pstatus=1
GoStatus dt=1 g=1 m=7 gstatus=2
GoStatus dt=1 g=2 m=9 gstatus=3
EventBatch gen=1 m=9 time=100 size=0
GoSyscallEndBlocked dt=1
ProcStatus dt=1 p=3 pstatus=2
ProcStart dt=1 p=3 p_seq=1
""",
    "a cycle of the collector ends elsewhere, by the clocks before it begins": """
EventBatch gen=1 m=7 time=800 size=0
ProcStatus dt=1 p=0 pstatus=1
GoStatus dt=1 g=1 m=7 gstatus=2
GCActive dt=1 gc_seq=3
GCEnd dt=1 gc_seq=4
GCBegin dt=1 gc_seq=5 stack=0
EventBatch gen=1 m=8 time=10 size=0
ProcStatus dt=1 p=1 pstatus=1
GoStatus dt=1 g=2 m=8 gstatus=2
GCEnd dt=1 gc_seq=6
""",
    "coroutines": """
EventBatch gen=1 m=7 time=100 size=0
ProcStatus dt=1 p=0 pstatus=1
GoStatus dt=1 g=1 m=7 gstatus=2
GoCreateBlocked dt=1 new_g=9 new_stack=0 stack=0
GoSwitch dt=1 g=9 g_seq=1
GoSwitch dt=1 g=1 g_seq=1
GoSwitch dt=0 g=9 g_seq=2
GoSwitchDestroy dt=0 g=1 g_seq=2
GoStop dt=0 reason_string=1 stack=0
""",
    "a callback from C, and its thread's number given to another": """
EventBatch gen=1 m=7 time=5 size=0
GoCreateSyscall dt=1 new_g=4
ProcStatus dt=1 p=0 pstatus=2
GoSyscallEndBlocked dt=1
ProcStart dt=1 p=0 p_seq=1
GoStart dt=1 g=4 g_seq=1
GoSyscallBegin dt=1 p_seq=2 stack=0
GoDestroySyscall dt=1
GoCreateSyscall dt=1 new_g=4
EventBatch gen=1 m=8 time=9 size=0
ProcStatus dt=1 p=1 pstatus=1
GoStatus dt=1 g=2 m=8 gstatus=2
ProcSteal dt=1 p=0 p_seq=3 m=7
""",
}
VERSIONS = {"coroutines": 23}


def made_up(name):
    return encode(f"Trace Go1.{VERSIONS.get(name, 22)}\n{MADE_UP[name]}{END.format(1)}")


def read(content):
    return read_bytes(np.frombuffer(content, dtype=np.uint8), source=Path("made-up"))


def same_as_go(content, path):
    path.write_bytes(content)
    log, truth = read(content), go_tool.parsed(path)
    assert shown(log) == expected(truth)
    assert spans_of(log) == moves_of(truth)
    assert log.losses.empty
    return log


@pytest.mark.needs("go")
@pytest.mark.parametrize("name", MADE_UP)
def test_made_up_traces_are_ordered_as_by_go(name, tmp_path):
    same_as_go(made_up(name), tmp_path / "made-up.trace")


def test_a_start_waits_for_the_creation():
    log = read(made_up("a goroutine runs on another thread before it was created, by the clocks"))
    kinds = log.events["kind"].astype(str).tolist()
    assert kinds.index("GoCreate") < kinds.index("GoStart") < kinds.index("GoDestroy")
    assert log.losses.empty
    assert (log.events["time_ns"].diff().dropna() > 0).all()


def test_an_event_whose_cause_is_missing_is_placed_by_its_time_and_counted():
    text = MADE_UP["a goroutine goes round three threads"].replace("GoStart dt=1 g=1 g_seq=1\n", "")
    log = read(encode(f"Trace Go1.22\n{text}{END.format(1)}"))
    assert log.losses["reason"].str.contains("should follow one that is missing").any()
    assert len(log.events) == 10


@pytest.mark.needs("go")
def test_the_cases_of_gos_own_tests_are_ordered_as_by_go(tmp_path):
    home = subprocess.run(["go", "env", "GOROOT"], capture_output=True, text=True, check=True)
    folder = Path(home.stdout.strip()) / "src/internal/trace/testdata/tests"
    for case in folder.glob("*.test"):
        outcome, text = re.fullmatch(
            r"-- expect --\n(.*)\n-- trace --\n(.*)", case.read_text(), re.DOTALL
        ).groups()
        if outcome == "SUCCESS":
            same_as_go(encode(text), tmp_path / case.name)
        else:
            assert not read(encode(text)).losses.empty


@pytest.mark.needs("go")
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("name", ["quick", "planted go_mutex"])
def test_wrong_clocks_of_threads_change_no_order_of_causes(seed, name, trace, tmp_path):
    chance = random.Random(seed)
    apart: dict[str, int] = {}

    def shift(found):
        offset = apart.setdefault(found[2], chance.randrange(30_000))
        return f"{found[1]}{int(found[3]) + offset}"

    content = trace(name).read_bytes()
    text = f"Trace Go{content[3:7].decode()}\n{go_tool.wire(trace(name))}"
    shifted = re.sub(r"(EventBatch gen=\d+ m=(\d+) time=)(\d+)", shift, text)
    assert read(encode(text)).events.equals(read(content).events)
    same_as_go(encode(shifted), tmp_path / "shifted.trace")
