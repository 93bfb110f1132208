"""The programs do what their table says: the truth that attribution is judged by is sound."""

from __future__ import annotations

import re
import subprocess

import pytest

from planted.causes import CAUSES
from planted.programs import PROGRAMS, SOURCES
from planted.running import missing, run

# Those that need rights of their own are run where there are such rights, and not counted as skips
HERE = [
    pytest.param(program, marks=pytest.mark.needs(*program.needs), id=name)
    for name, program in PROGRAMS.items()
    if not program.private_network or missing(program) is None
]


def test_there_are_programs_for_all_that_has_to_be_told_apart():
    assert len(PROGRAMS) >= 40
    assert {cause for program in PROGRAMS.values() for cause in program.plants} == set(CAUSES)


def test_every_source_is_in_the_table():
    libraries = {library.source for one in PROGRAMS.values() for library in one.libraries}
    named = {program.source for program in PROGRAMS.values()} | libraries | {"c/relaunch.c"}
    sources = {f"c/{path.name}" for path in (SOURCES / "c").glob("*.c")}
    sources |= {f"go/{path.parent.name}" for path in (SOURCES / "go").glob("*/main.go")}
    assert named == sources


@pytest.mark.slow
@pytest.mark.parametrize("program", HERE)
def test_its_marks_are_what_the_table_says(program, built, tmp_path):
    marks = run(program, built, tmp_path, traced=False).marks
    assert set(marks.truth) == set(program.plants)
    for cause, least_ms in program.plants.items():
        assert marks.truth[cause] >= least_ms * 1_000_000, cause
    assert marks.unmarked_ns >= 0
    if not program.is_go:
        assert all(part.thread for part in marks.parts)


@pytest.mark.needs("strace", "gcc")
def test_the_peer_is_not_in_the_log(built, tmp_path):
    done = run(PROGRAMS["peer"], built, tmp_path, traced=True)
    threads = re.findall(r"^(\d+)<", done.log.read_text(), re.MULTILINE)
    assert set(map(int, threads)) == {part.thread for part in done.marks.parts}


@pytest.mark.needs("go")
def test_a_go_program_records_its_runtime_trace_where_that_is_asked_for(built, tmp_path):
    program = PROGRAMS["go_child"]
    assert run(program, built, tmp_path, traced=False).go_trace is None
    done = run(program, built, tmp_path, traced=False, go_trace=True)
    assert done.go_trace.read_bytes().startswith(b"go 1.")


@pytest.mark.needs("go", "gcc")
def test_go_sources_are_formatted_and_vetted():
    folder = SOURCES / "go"
    assert subprocess.check_output(["gofmt", "-l", "."], cwd=folder) == b""
    subprocess.run(["go", "vet", "./..."], cwd=folder, check=True)
