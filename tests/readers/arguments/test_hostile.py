"""Numbers that no kernel gave out: nothing is read or written outside the tables of descriptors."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context

import asking
import pytest
import slow_arguments as slow
from hypothesis import example, given
from hypothesis import strategies as st

from coldstart_lab.readers.strace.arguments import signatures

# compiles all that looks into arguments anew
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def ask(tmp_path_factory):
    """Ask everything of a log in another process, which may die of it."""
    folder = tmp_path_factory.mktemp("checked")

    def new():
        context = get_context("spawn")
        return ProcessPoolExecutor(1, context, initializer=asking.prepare, initargs=(folder,))

    pool = new()

    def ask_it(log):
        nonlocal pool
        try:
            return pool.submit(asking.ask, slow.read(log)).result(timeout=120)
        except BrokenProcessPool:
            pool = new()
            raise

    yield ask_it
    pool.shutdown()


SMALL = (0, 1, 3, 40, 1000, (1 << 16) - 1)
LARGE = (1 << 16, (1 << 31) - 1, 1 << 31, (1 << 32) - 1, (1 << 62), (1 << 63) - 1, 1 << 63,
         (1 << 64) - 1, 10**30)  # fmt: skip
NUMBERS = [*map(str, SMALL + LARGE), "-1", "-100", "-2147483648", "-9223372036854775808",
           "0x7fffffffffffffff", "0xffffffffffffffff", "017777777777"]  # fmt: skip
WORDS = ["NULL", "AT_FDCWD", '"/x"', "O_CLOEXEC", "F_DUPFD", "F_SETFD", "FD_CLOEXEC",
         "CLOSE_RANGE_CLOEXEC", "CLOSE_RANGE_UNSHARE", "CLONE_FILES", "SCM_RIGHTS",
         "BPF_MAP_CREATE",
         "SECCOMP_FILTER_FLAG_NEW_LISTENER", "{u32=1, u64=18446744073709551615}"]  # fmt: skip
CALLS = sorted(
    {*signatures.USED, *signatures.USED_LISTS, *signatures.MADE, *signatures.MADE_LISTS,
     *signatures.PATHS, *signatures.VECTORS, *signatures.BUFFERS, *signatures.REQUESTED,
     "clone", "close_range", "execve", "fork", "getpeername", "unshare", "vfork"}
)  # fmt: skip
# closing and copying come often enough to meet tables that have something in them
OFTEN = ["close", "close_range", "dup", "dup2", "dup3", "fcntl", "open", "openat", "pipe2", "read"]

numbers = st.sampled_from(NUMBERS)
lists = st.lists(numbers, max_size=3).map(lambda found: f"[{', '.join(found)}]")
polled = numbers.map(lambda fd: f"[{{fd={fd}, events=POLLIN}}]")
fields = st.tuples(st.sampled_from(["iov_len=", "msg_len=", "cmsg_data=[", "pidfd=["]), numbers)
arguments = st.one_of(
    numbers, numbers, st.sampled_from(WORDS), lists, polled,
    fields.map(lambda parts: f"[{{{''.join(parts)}}}]"),
)  # fmt: skip
calls = st.tuples(
    st.sampled_from(["1", "2", "4194304"]), st.sampled_from(CALLS) | st.sampled_from(OFTEN),
    st.lists(arguments, max_size=5).map(", ".join),
    st.sampled_from(["0", "1", "2", "3", "40", *NUMBERS, "?", "-1 EBADF (Bad file descriptor)"]),
)  # fmt: skip
RANGES = [
    [("1", "open", '"/a", O_RDONLY', "3"), ("1", "open", '"/b", O_RDONLY', "40"),
     ("1", name, f"{(1 << 63) - 1}, 4294967295, {flags}", "0")]
    for name, flags in [("close_range", "0"), ("close_range", "CLOSE_RANGE_CLOEXEC")]
]  # fmt: skip


@given(calls=st.lists(calls, min_size=1, max_size=25))
@example(calls=RANGES[0])
@example(calls=RANGES[1])
def test_no_number_leads_outside_the_tables(ask, calls):
    ask("".join(f"{pid} {name}({args}) = {result}\n" for pid, name, args, result in calls))


def signed(number):
    """A number as 64 bits hold it."""
    return (number + (1 << 63)) % (1 << 64) - (1 << 63)


def modelled(steps):
    """What ``ask`` must answer: a table as Python keeps it, each step a line."""
    table, uses = {}, []
    for line, (what, first, second) in enumerate(steps, 1):
        if what != "open" and what != "close_range" and signed(first) >= 0:
            uses.append((line, first, False, table.get(first)))
        if what == "open":
            table[first] = line
            uses.append((line, first, True, line))
        elif what == "close":
            table.pop(first, None)
        elif what == "close_range" and signed(first) >= 0:
            for fd in [fd for fd in table if first <= fd <= signed(second)]:
                del table[fd]
        elif what == "dup2":
            if first != second:
                table.pop(second, None)
                if first in table:
                    table[second] = table[first]
            uses.append((line, second, True, table.get(second)))
    return uses


FORMS = {
    "open": 'open("/a", O_RDONLY) = {0}', "close": "close({0}) = 0", "read": 'read({0}, "", 9) = 0',
    "close_range": "close_range({0}, {1}, 0) = 0", "dup2": "dup2({0}, {1}) = {1}",
}  # fmt: skip
small, any_number = st.sampled_from(SMALL), st.sampled_from(SMALL + LARGE[:-1])
steps = st.one_of(
    st.tuples(st.just("open"), small, st.just(0)),
    st.tuples(st.sampled_from(["read", "close"]), any_number, st.just(0)),
    st.tuples(st.just("close_range"), any_number, any_number),
    st.tuples(st.just("dup2"), any_number, small),
)


@given(steps=st.lists(steps, min_size=1, max_size=40))
@example(steps=[("open", 3, 0), ("open", 40, 0), ("close_range", 4, 1 << 62), ("read", 3, 0),
                ("read", 40, 0), ("close_range", 0, (1 << 63) - 1), ("read", 3, 0)])  # fmt: skip
def test_tables_are_those_that_python_would_keep(ask, steps):
    log = "".join(FORMS[what].format(*numbers) + "\n" for what, *numbers in steps)
    expected = modelled(steps)
    found = [use for use in ask(log) if use[1] >= 0]
    assert found == expected
