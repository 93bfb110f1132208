"""Every form that strace 4.5 to 7.2 writes reads as its corpus entry says."""

from __future__ import annotations

import pytest
import strace_corpus as corpus

from coldstart_lab.errors import UnreadableInputError
from coldstart_lab.readers import find_reader
from coldstart_lab.readers.strace import read_strace
from coldstart_lab.tables import STRACE_DETAILS, STRACE_EVENTS

DETAILS = [column.name for column in STRACE_DETAILS.columns]
KNOWN = {column.name for column in STRACE_EVENTS.columns}
EVENT_COLUMNS = [name for name in corpus.COLUMNS if name in KNOWN]


def rows_of(frame, columns):
    """The rows of a table without their NA cells."""
    cells = frame[columns].astype(object).where(frame[columns].notna(), None)
    return [
        {key: value for key, value in row.items() if value is not None}
        for row in cells.to_dict("records")
    ]


@pytest.mark.parametrize("name", corpus.names())
def test_an_entry_reads_as_it_says(name):
    expected = corpus.expected_of(name)
    log = read_strace(corpus.log_of(name))
    details = {row["line"]: row for row in rows_of(log.details, DETAILS)}
    events = [row | details.get(row["line"], {}) for row in rows_of(log.events, EVENT_COLUMNS)]
    for ours, theirs in zip(events, expected["events"], strict=True):
        assert ours == theirs
    assert log.clock == expected["clock"]
    assert sorted(log.losses["line"]) == sorted(expected["lost"])
    assert log.count("lines: messages of strace") == len(expected["messages"])
    assert log.count("lines: stack frames") == expected["stack_lines"]
    assert log.count("lines: dumps") == expected["dump_lines"]
    assert log.count("lines: tables of counts") == expected["count_lines"]


@pytest.mark.parametrize("name", sorted(set(corpus.names()) - {"written-none-of-strace"}))
def test_an_entry_is_found_to_be_a_log(name):
    assert find_reader(corpus.log_of(name)).name == "strace"


def test_what_a_shell_leaves_is_no_log():
    with pytest.raises(UnreadableInputError):
        find_reader(corpus.log_of("written-none-of-strace"))


@pytest.mark.parametrize("name", corpus.names())
def test_the_reference_agrees(name):
    expected = corpus.expected_of(name)
    found = corpus.reference_of(name)
    assert found == {key: expected[key] for key in found}


def test_every_log_has_its_rows():
    logs = {path.stem for path in corpus.HOME.glob("*.log")}
    logs |= {path.name for path in corpus.HOME.iterdir() if path.is_dir()}
    assert logs == set(corpus.names())
    assert len(logs) > 100


@pytest.mark.parametrize("name", ["separate", "separate-exec"])
def test_a_single_file_of_ff_has_its_thread_in_its_name(name):
    for part in corpus.log_of(name).iterdir():
        assert (read_strace(part).events["pid"] == int(part.suffix[1:])).all()


def test_a_number_behind_the_name_is_no_thread_if_the_calls_say_another(tmp_path):
    log = tmp_path / "start.2"
    log.write_text("set_tid_address(0x1) = 9\ngetpid() = 9\n")
    assert read_strace(log).events["pid"].isna().all()
