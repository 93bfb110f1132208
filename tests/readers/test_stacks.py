"""Stack frames of -k and -kk, against the symbols and lines that binutils find in the program."""

from __future__ import annotations

import subprocess

import pandas as pd
import pytest
from annexed import build, read, trace
from hypothesis import given
from hypothesis import strategies as st

from coldstart_lab.readers.strace import read_strace
from coldstart_lab.tables import STRACE_STACKS

# strace 7.2 -f -kk, built with libdw; paths shortened
SOURCES = """\
20701 write(1, "hello (world)\\n", 14)   = 14
 > /usr/lib/x86_64-linux-gnu/libc.so.6(__write+0x10) [0xf8350] ../sysdeps/unix/sysv/linux/write.c:26
 > /srv/s(1) [0x2](inner+0x19) [0x11a2] /srv/a.c:5
 > /srv/s(1) [0x2](_start+0x20) [0x10c0]
20707 exit_group(3 <unfinished ...>
20701 exit_group(0)                     = ?
20701 +++ exited with 0 +++
 > /usr/lib/x86_64-linux-gnu/libc.so.6(_exit+0x29) [0xd4409] ../sysdeps/unix/sysv/linux/_exit.c:30
20707 <... exit_group resumed>)         = ?
20707 +++ exited with 3 +++
 > /usr/lib/x86_64-linux-gnu/libc.so.6(_exit+0x29) [0xd4409] ../sysdeps/unix/sysv/linux/_exit.c:30
 > /srv/s(1) [0x2](main+0x74) [0x122a] /srv/a.c:7
"""
# strace 7.2 -kk --stack-trace-frame-limit=2
LIMITED = """\
--- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=20733, si_uid=0, si_status=3} ---
 > /usr/lib/x86_64-linux-gnu/libc.so.6(_Fork+0x23) [0xd4353] ../sysdeps/unix/sysv/linux/arch-fork.h:52
 > too many stack frames
getppid()                               = 20730
 > /srv/s(1) [0x2](main+0x51) [0x1207] /srv/a.c:7
"""  # noqa: E501
# a line of each form in unwind.c, with paths that hold what separates its parts
FORMS = {
    "/bin/x() [0x1139]": ("/bin/x", None, None, 0x1139, None, None, None),
    "/a(b) [0x1](f+0x2) [0x3]": ("/a(b) [0x1]", "f", 2, 3, None, None, None),
    "/a)b(f+0x2) [0x3]": ("/a)b", "f", 2, 3, None, None, None),
    "/a(b(f+0x2) [0x3]": ("/a(b", "f", 2, 3, None, None, None),
    r"/a\012b(f+0x2) [0x3]": (r"/a\012b", "f", 2, 3, None, None, None),
    "/x (deleted)(f+0x2) [0x3]": ("/x (deleted)", "f", 2, 3, None, None, None),
    "/x(f(int, g::h()) const+0x2) [0x3]": ("/x", "f(int, g::h()) const", 2, 3, None, None, None),
    "/x(operator()(int)+0x2) [0x3]": ("/x", "operator()(int)", 2, 3, None, None, None),
    "/x(+0x0) [0x0]": ("/x", None, 0, 0, None, None, None),
    "[vsyscall](t+0x2) [0xffffffffff600007]": (
        "[vsyscall]", "t", 2, 0xFFFFFFFFFF600007, None, None, None,
    ),
    "/x(f+0x2) [0x3] /s (1) [0x4].c:7": ("/x", "f", 2, 3, "/s (1) [0x4].c", 7, None),
    "/x(f+0x2) [0x3] /s:9.c:7": ("/x", "f", 2, 3, "/s:9.c", 7, None),
    "unexpected_backtracing_error [0x7f5]": (
        None, None, None, 0x7F5, None, None, "unexpected_backtracing_error",
    ),
    "too many stack frames": (None, None, None, None, None, None, "too many stack frames"),
    "BUG IN print_call_cb": (None, None, None, None, None, None, "BUG IN print_call_cb"),
    "/x(f+0x2) [0x3": (None, None, None, None, None, None, "/x(f+0x2) [0x3"),
    "/x(f+0x12345678901234567) [0x3]": (
        None, None, None, 3, None, None, "/x(f+0x12345678901234567)",
    ),
}  # fmt: skip
PARTS = [*"([)]x0+: 19\n", " > ", "+0x1f", ") [0x1f]", "(f", "getppid() = 1\n", " <\xff"]


def rows(frame, *names):
    plain = frame[list(names)].astype(object)
    return list(plain.where(frame[list(names)].notna(), None).itertuples(index=False, name=None))


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_frame_is_taken_apart(form):
    log = read(f"getppid() = 1\n > {form}\n")
    STRACE_STACKS.validate(log.stacks)
    assert rows(log.stacks, *STRACE_STACKS.names[3:]) == [FORMS[form]]
    assert rows(log.stacks, "line", "event_line", "depth") == [(2, 1, 0)]
    assert log.losses.empty


def test_frames_belong_to_the_call_even_where_it_ended_in_another_line():
    stacks = read(SOURCES).stacks
    assert stacks["event_line"].tolist() == [1, 1, 1, 6, 5, 5]
    assert stacks["depth"].tolist() == [0, 1, 2, 0, 0, 1]
    assert rows(stacks, "source_file", "source_line")[1:4] == [
        ("/srv/a.c", 5),
        (None, None),
        ("../sysdeps/unix/sysv/linux/_exit.c", 30),
    ]


def test_signals_have_stacks_and_a_limit_shows():
    stacks = read(LIMITED).stacks
    assert stacks["event_line"].tolist() == [1, 1, 4]
    assert stacks["error"].tolist()[1] == "too many stack frames"


def test_frames_below_what_was_not_understood_belong_to_no_event():
    stacks = read("getppid() = 1\nwhat is this\n > /x() [0x1]\nread(0 <unfinished ...>\n").stacks
    assert stacks["event_line"].isna().all()


def test_names_that_repeat_are_kept_once():
    stacks = read("getppid() = 1\n > /x(f+0x1) [0x2]\n > /x(f+0x3) [0x4]\n" * 500).stacks
    assert len(stacks) == 1000
    assert stacks["module"].cat.categories.tolist() == ["/x"]
    assert stacks["depth"].tolist() == [0, 1] * 500


def unwinds():
    shown = subprocess.run(["strace", "-V"], capture_output=True, text=True, check=True).stdout
    return "stack-trace=" in shown or "stack-unwind" in shown


@pytest.mark.needs("strace", "gcc", "nm", "addr2line")
@pytest.mark.parametrize("flags", ["-k", "-f -k -ttt -T"])
def test_symbols_and_addresses_are_those_of_the_program(tmp_path, flags):
    if not unwinds():
        pytest.skip("strace without stack traces")
    program = build("frames.c", tmp_path / "a(b) [0x1] c)")
    log = read_strace(trace(tmp_path, flags, program))
    ours = log.stacks[log.stacks["module"] == str(program.resolve())]
    listed = subprocess.run(["nm", program], capture_output=True, text=True, check=True).stdout
    symbols = {name: int(at, 16) for at, kind, name in map(str.split, _of_three(listed))}
    named = ours[ours["symbol"].isin(["innermost", "main"])]
    begins = (named["address"] - named["symbol_offset"]).astype("int64")
    assert begins.tolist() == named["symbol"].astype(str).map(symbols).tolist()
    for frame in named.itertuples():
        inside = hex(int(frame.address) - 1)  # the address is the one returned to
        found = subprocess.run(
            ["addr2line", "-f", "-e", program, inside], capture_output=True, text=True, check=True
        ).stdout
        assert found.splitlines()[0] == frame.symbol
    calls = log.events[log.events["syscall"] == "getppid"]
    chains = [
        ours.loc[ours["event_line"] == line, "symbol"].astype(str).tolist()[:3]
        for line in calls["line"]
    ]
    assert [chain[0] for chain in chains] == ["innermost", "innermost"]
    assert chains[0][1] in ("shelf::put(int, double)", "_ZN5shelf3putEid")
    assert (chains[0][2], chains[1][1]) == ("main", "main")
    exits = log.events.loc[log.events["syscall"] == "exit_group", "line"]
    assert set(exits) <= set(log.stacks["event_line"])
    assert log.stacks["error"].isna().all()
    assert log.losses.empty


def _of_three(listed):
    return [line for line in listed.splitlines() if len(line.split()) == 3]


@pytest.mark.needs("strace", "gcc")
def test_every_frame_of_threads_belongs_to_a_call_or_signal(tmp_path):
    if not unwinds():
        pytest.skip("strace without stack traces")
    log = read_strace(trace(tmp_path, "-f -k -ttt", build("storm.c", tmp_path / "storm")))
    found = log.stacks.merge(log.events, left_on="event_line", right_on="line", how="left")
    assert found["kind"].isin(["syscall", "signal"]).all()
    per_event = log.stacks.groupby("event_line")["depth"]
    assert (per_event.max() + 1 == per_event.size()).all()
    assert log.losses.empty


@pytest.mark.needs("strace", "gcc")
def test_frames_of_a_merged_folder_stay_with_their_calls(tmp_path):
    if not unwinds():
        pytest.skip("strace without stack traces")
    program = build("storm.c", tmp_path / "storm")
    folder = trace(tmp_path, "-ff -k -ttt", program).parent / "parts"
    folder.mkdir()
    for part in tmp_path.glob("log.*"):
        part.rename(folder / part.name)
    merged = joined(read_strace(folder))
    parts = {int(part.suffix[1:]): joined(read_strace(part)) for part in folder.iterdir()}
    assert len(parts) > 1
    for pid, alone in parts.items():
        own = merged[merged["pid"] == pid]
        for name in ("syscall", "depth", "symbol", "address"):
            assert own[name].astype(object).tolist() == alone[name].astype(object).tolist()
    assert len(merged) == sum(map(len, parts.values()))


def joined(log):
    """The frames with their events; an execve of a thread may end in the file of another."""
    found = log.stacks.merge(log.events, left_on="event_line", right_on="line")
    return found[(found["syscall"] != "execve").to_numpy()].dropna(subset=["address", "symbol"])


@given(st.lists(st.sampled_from(PARTS), max_size=30).map("".join))
def test_any_text_of_a_frame_is_read(text):
    stacks = read("getppid() = 1\n > " + text).stacks
    STRACE_STACKS.validate(stacks)
    for row in stacks.itertuples():
        assert pd.isna(row.module) or pd.isna(row.error)
        assert pd.isna(row.symbol) or not pd.isna(row.symbol_offset)
        assert pd.isna(row.source_line) or not pd.isna(row.address)
