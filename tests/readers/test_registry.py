"""Files are told apart by what is in them; plugins add kinds."""

from __future__ import annotations

import json
import os
import sys
import textwrap

import pytest

from coldstart_lab.errors import ColdStartError, UnreadableInputError
from coldstart_lab.readers import find_reader, read, readers
from coldstart_lab.readers.strace import StraceLog, read_strace, sniff_strace

FOREIGN = {
    "main.go": 'package main\n\nfunc main() {\n\tread(3, x)\n\tfmt.Println("x")\n}\n' * 5,
    "calls.py": "import os\n\nread(3)\nprint(open('x').read())\nx = f(3)\nassert f(x) == 2\n",
    "page.html": "<!doctype html><script>read(3); write(4) </script>\n<p>x</p>\n" * 20,
    "main.jl": "f(x) = x^2\ng(x, y) = x + y\nh() = pi\n",
    "table.csv": "time,name\n1700000000.1,read(3)\n" * 4,
    "log.json": json.dumps({"read(3)": 1}),
    "service.log": "1700000000.123 INFO read(3) = ok\n2026-11-23 12:00:00 listening\n" * 3,
    "ps.txt": "  PID TTY          TIME CMD\n  123 pts/0    00:00:01 read(3)\n",
    "empty": "",
    "blank": "\n\n\n",
    "zeros": "\0" * 5000,
}


@pytest.mark.parametrize("name", FOREIGN)
def test_other_files_are_no_logs(tmp_path, name):
    path = tmp_path / name
    path.write_text(FOREIGN[name])
    assert not sniff_strace(path)
    with pytest.raises(UnreadableInputError, match="no kind that can be read"):
        read(path)


def test_programs_packed_profiles_and_sources_are_no_logs(tmp_path):
    import gzip

    import numpy as np

    profile = tmp_path / "cpu.pprof"
    profile.write_bytes(gzip.compress(bytes(range(256)) * 50))
    assert not sniff_strace(profile)
    assert not any(sniff_strace(path) for path in (tmp_path, type(tmp_path)(sys.executable)))
    for source in type(tmp_path)(np.__file__).parent.glob("lib/*.py"):
        assert not sniff_strace(source), source


@pytest.mark.needs("strace", "gcc")
@pytest.mark.parametrize("program", ["list", "pipeline", "python", "exec from a thread"])
@pytest.mark.parametrize("flags", ["-f -ttt -T -yy", "", "-f -r", "-f -k", "-f -n -i -t", "-f -Y"])
def test_logs_are_recognised(recording, program, flags):
    log = recording(program, flags)
    assert find_reader(log).name == "strace"
    assert isinstance(read(log), StraceLog)


@pytest.mark.needs("strace", "gcc")
def test_logs_from_stderr_and_folders_are_recognised(recording):
    assert isinstance(read(recording("storm", "-f", "stderr")), StraceLog)
    assert isinstance(read(recording("storm", "-ff -ttt").parent), StraceLog)


def test_a_log_that_begins_with_a_very_long_line_is_recognised(tmp_path):
    path = tmp_path / "log"
    path.write_text(f'1 write(1, "{"x" * 300_000}", 5) = 5\n1 getpid() = 1\n')
    assert sniff_strace(path)


def test_a_log_stays_one_where_the_program_writes_more_than_strace(tmp_path):
    path = tmp_path / "log"
    path.write_text('execve("/a", ["a"], 0x1) = 0\n' + "what a program writes\n" * 190)
    assert sniff_strace(path)
    path.write_text("what a program writes\n" * 190 + 'execve("/a", ["a"], 0x1) = 0\n')
    assert not sniff_strace(path)


def test_a_pipe_is_not_looked_at(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(UnreadableInputError, match="read only once"):
        read(pipe)
    assert not sniff_strace(pipe)


def test_what_is_not_there_is_told(tmp_path):
    for path in (tmp_path / "none", tmp_path / ("x" * 300)):
        with pytest.raises(UnreadableInputError):
            read(path)
    with pytest.raises(ColdStartError):
        read(tmp_path)


@pytest.fixture
def plugin(tmp_path, monkeypatch):
    """Install a package with a reader, as far as importlib can tell; returns its folder."""

    def install(source):
        site = tmp_path / "site"
        info = site / "cold_plugin-1.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: cold_plugin\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(
            "[coldstart_lab.readers]\nnotes = cold_plugin:READER\n"
        )
        (site / "cold_plugin.py").write_text(textwrap.dedent(source))
        monkeypatch.syspath_prepend(str(site))
        readers.cache_clear()

    yield install
    readers.cache_clear()
    sys.modules.pop("cold_plugin", None)


def test_a_plugin_adds_a_reader(tmp_path, plugin):
    plugin(
        """
        from coldstart_lab.readers import Reader
        READER = Reader("notes", lambda path: path.suffix == ".notes",
                        lambda path, loud=False: path.read_text().upper() if loud else "")
        """
    )
    path = tmp_path / "a.notes"
    path.write_text("hello")
    assert [reader.name for reader in readers()][-1] == "notes"
    assert read(path, loud=True) == "HELLO"


@pytest.mark.parametrize("source", ["import no_such_module", "x = 1", "READER = 3"])
def test_a_plugin_that_cannot_be_loaded_is_told_by_name(tmp_path, plugin, source):
    plugin(source)
    with pytest.raises(ColdStartError, match="notes"):
        read(tmp_path)


def test_options_reach_the_reader(tmp_path):
    path = tmp_path / "log"
    path.write_text("getpid() = 1\n")
    assert read(path, threads=1).events.equals(read_strace(path).events)
