"""Rules of the house that a linter does not know."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from coldstart_lab.errors import ColdStartError, ExitCode


@pytest.fixture(scope="module")
def tracked(root):
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, check=True)
    names = [os.fsdecode(name) for name in listed.stdout.split(b"\0") if name]
    return [root / name for name in names if (root / name).is_file()]


def text_of(path):
    content = path.read_bytes()
    return "" if b"\0" in content else content.decode("utf-8", errors="replace")


@pytest.mark.slow  # and import-linter is not there where the suite runs once more
def test_the_doors_between_rooms_hold(root):
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.needs("git")
def test_no_file_names_a_folder_of_somebodys_machine(tracked, root):
    # Written so that this file does not match itself
    words = "home|Users"
    personal = re.compile(rf"(?<![\w.])/(?:(?:{words})/(?!USER)\w+|root/\w)")
    found = [
        f"{path.relative_to(root)}: {match.group()}"
        for path in tracked
        for match in personal.finditer(text_of(path))
        if "tests" not in path.relative_to(root).parts
    ]
    assert found == []


@pytest.mark.needs("git")
def test_only_the_command_line_prints(tracked, root):
    printing = re.compile(r"^\s*print\(", re.MULTILINE)
    for path in tracked:
        parts = path.relative_to(root).parts
        if parts[0] == "coldstart_lab" and parts[1] != "cli" and path.suffix == ".py":
            assert not printing.search(text_of(path)), path


@pytest.mark.needs("git")
def test_notebooks_carry_no_outputs_and_use_top_level_names_only(tracked):
    import nbformat

    for path in (path for path in tracked if path.suffix == ".ipynb"):
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                assert cell.outputs == [], path
                assert cell.execution_count is None, path
                assert not re.search(r"coldstart_lab\.[a-z_]+\s+import|import coldstart_lab\.",
                                     cell.source), path  # fmt: skip


def subclasses(of):
    return {of}.union(*(subclasses(one) for one in of.__subclasses__()))


def test_every_error_has_an_exit_code_of_the_table():
    assert {error.exit_code for error in subclasses(ColdStartError)} <= set(ExitCode)
    assert [code.value for code in ExitCode] == [0, 1, 2, 3]


def test_an_error_says_where_and_what_to_do():
    error = ColdStartError("bad", path="a.log", line=3, hint="mend it")
    assert str(error) == "a.log:3: bad (mend it)"
    assert str(ColdStartError("bad", line=3)) == "line 3: bad"
    assert str(ColdStartError("bad")) == "bad"
