"""Buffers that -e read= and -e write= dump, against what a program wrote."""

from __future__ import annotations

import pytest
from annexed import build, read, trace
from hypothesis import given
from hypothesis import strategies as st

from coldstart_lab.readers.strace import read_strace
from coldstart_lab.tables import STRACE_DUMPS

CALL = "7 writev(1, [], 2) = 22\n"
# strace 4.20 to 7.2 write the same; 4.6 has a wider gap in the text
OLD = (
    "write(1, x, 17) = 17\n"
    " | 00000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  01234567 89abcdef |\n"
    " | 00010  7c                                                |                 |\n"
)
# strace 4.5.20, the last line of a megabyte
OLD_END = (
    "write(1, x, 1048581) = 1048581\n"
    " | 100000 02 09 10 17 1e                                    .....             |\n"
)
# from util.c: memory that went away while strace read it
NOT_FETCHED = (
    "write(1, x, 65540) = 65540\n * 65540 bytes in buffer 0\n"
    " | 00000  61 62 63 64 65 66 67 68  69 6a 6b 6c 6d 6e 6f 70  abcdefghijklmnop |\n"
    " | <Cannot fetch 4 bytes from pid 7 @0x7f0010000>\n"
)


def shown(content, *, digits=5):
    """The lines strace writes for a buffer."""
    lines = []
    for at in range(0, len(content), 16):
        part = content[at : at + 16]
        pairs = [f"{byte:02x}" for byte in part] + ["  "] * (16 - len(part))
        text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in part)
        halves = " ".join(pairs[:8]) + "  " + " ".join(pairs[8:])
        lines.append(f" | {at:0{digits}x}  {halves}  {text:<16} |\n")
    return "".join(lines)


def pattern(number, size, *, skip=0):
    return bytes((7 * i + number) & 255 for i in range(skip, skip + size))


@pytest.mark.needs("strace", "gcc")
def test_the_bytes_are_those_the_program_wrote_and_read(tmp_path):
    program = build("dumps.c", tmp_path / "dumps")
    log = read_strace(trace(tmp_path, "-f -e read=all -e write=all", program))
    dumps = log.dumps.merge(log.events, left_on="event_line", right_on="line")
    last = dumps[dumps["syscall"].isin(["pwrite64", "writev", "sendmmsg", "recvmmsg"])]
    found = [
        (row.syscall, row.message, row.buffer, row.size_bytes)
        for row in last.astype(object).where(last.notna(), None).itertuples()
    ]
    large = (1 << 20) + 5
    assert found == [
        ("pwrite64", None, None, 1),
        ("pwrite64", None, None, 300),
        ("pwrite64", None, None, large),
        ("writev", None, 0, 3),
        ("writev", None, 1, 40),
        ("sendmmsg", 0, 0, 3),
        ("sendmmsg", 0, 1, 40),
        ("sendmmsg", 1, 0, 17),
        ("recvmmsg", 0, 0, 43),
        ("recvmmsg", 1, 0, 17),
    ]
    three, forty, last_one = pattern(3, 3), pattern(4, 40), pattern(5, 17)
    assert last["data"].tolist() == [
        pattern(0, 1), pattern(1, 300), pattern(2, large), three, forty,
        three, forty, last_one, three + forty, last_one,
    ]  # fmt: skip
    back = dumps.loc[(dumps["syscall"] == "pread64") & (dumps["size_bytes"] == 40), "data"]
    assert back.tolist() == [pattern(2, 40, skip=16)]
    assert (dumps["offset_bytes"] == 0).all()
    assert log.losses.empty


@given(
    st.lists(st.lists(st.binary(min_size=1, max_size=70), min_size=1, max_size=3), max_size=5),
    st.sampled_from([5, 6, 9]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_buffers_read_back_as_they_were_shown(calls, digits, newline):
    text, expected = "exit_group(0) = ?\n", []
    for buffers in calls:
        line = text.count("\n") + 1
        text += CALL
        for number, content in enumerate(buffers):
            expected.append((line, number, 0, len(content), content))
            text += f" * {len(content)} bytes in buffer {number}\n" + shown(content, digits=digits)
    log = read(text.replace("\n", newline))
    STRACE_DUMPS.validate(log.dumps)
    columns = ["event_line", "buffer", "offset_bytes", "size_bytes", "data"]
    assert list(log.dumps[columns].itertuples(index=False, name=None)) == expected
    assert log.losses.empty


def test_dumps_of_calls_in_a_row_do_not_run_together():
    text = CALL + shown(b"a" * 16) + CALL + shown(b"b" * 20) + "7 <... read resumed>) = 1\n"
    log = read(text + shown(b"c"))
    assert log.dumps["data"].tolist() == [b"a" * 16, b"b" * 20, b"c"]
    assert log.dumps["event_line"].tolist()[:2] == [1, 3]
    assert log.dumps["event_line"].isna().tolist() == [False, False, True]


def test_old_text_and_memory_that_went_away():
    assert read(OLD).dumps["data"].tolist() == [b"0123456789abcdef|"]
    end = read(OLD_END).dumps
    assert end["data"].tolist() == [b"\x02\x09\x10\x17\x1e"]
    assert end["offset_bytes"].tolist() == [1 << 20]
    gone = read(NOT_FETCHED)
    assert gone.dumps["data"].tolist() == [b"abcdefghijklmnop"]
    assert gone.dumps["size_bytes"].tolist() == [65540]
    assert gone.losses.empty


def test_a_missing_line_leaves_the_rest_at_its_place():
    lines = (CALL + " * 50 bytes in buffer 3\n" + shown(pattern(0, 50))).splitlines(keepends=True)
    del lines[3]
    dumps = read("".join(lines)).dumps
    assert dumps["offset_bytes"].tolist() == [0, 32]
    assert dumps["buffer"].tolist() == [3, 3]
    assert dumps["size_bytes"].tolist() == [50, 50]
    assert dumps["data"].tolist() == [pattern(0, 16), pattern(0, 18, skip=32)]


def test_a_log_cut_inside_a_dump_keeps_the_whole_bytes():
    log = read(CALL + " | 00000  7f 45 4")
    assert log.dumps["data"].tolist() == [b"\x7fE"]


@pytest.mark.parametrize(
    "line",
    [" | a table | of a program |", " * and a list", " = 3", " | 12 34 |", " | 00000  zz |",
     " | 00000  7f 45", " * 5 bytes in buffer 0 or so", " = 5 buffers in vector 99999999999"],
)  # fmt: skip
def test_what_only_looks_like_a_dump_is_a_loss(line):
    log = read(f"{CALL}{line}\n{CALL}")
    assert log.dumps.empty
    assert log.losses["text"].tolist() == [line]


PIECES = [
    CALL, shown(b"x"), shown(b"y" * 33), shown(b"z", digits=7), " | ", " * ", " = ", "\n", "|",
    " * 5 bytes in buffer 0\n", " = 2 buffers in vector 1\n", " | <Cannot fetch ", "00000  7f",
    " | fffffffffffffffff  00 |\n", " * 99999999999999999999 bytes in buffer 0\n", "\xff", "7f ",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_any_mixture_is_read(text):
    log = read(CALL + text)
    STRACE_DUMPS.validate(log.dumps)
    for dump in log.dumps.itertuples():
        assert dump.offset_bytes + len(dump.data) <= dump.size_bytes
    dumped = int(log.summary.set_index("item").loc["lines: dumps", "count"])
    assert len(log.dumps) <= dumped
