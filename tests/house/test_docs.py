"""The documentation says what the code does: pages equal to it, JSON forms, code that runs."""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from coldstart_lab.cli.main import COMMANDS, cli, main

# A damaged line, a thread that works on after listening, failures and a search in vain
LOG = """\
12 1795432617.100000 execve("/srv/coldstart/app", ["app"], 0x7ffe /* 9 vars */) = 0 <0.000400>
12 1795432617.100600 openat(AT_FDCWD, "/etc/a", O_RDONLY) = -1 ENOENT (No such file) <0.000020>
12 1795432617.106200 socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 4 <0.000020>
12 1795432617.106300 listen(4, 128) = 0 <0.000010>
not strace
12 1795432617.106400 close(9) = -1 EBADF (Bad file descriptor) <0.000010>
12 1795432617.107000 exit_group(0) = ?
12 1795432617.107100 +++ exited with 0 +++
"""
JSON_TYPES = {
    "number": (int, float),
    "string": str,
    "boolean": bool,
    "object": dict,
    "array": list,
    "null": type(None),
}


@pytest.fixture(scope="module")
def generate(root):
    spec = importlib.util.spec_from_file_location("generate", root / "docs" / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["tables.md", "rules.md"])
def test_a_generated_page_is_up_to_date(generate, name):
    page = (generate.REFERENCE / name).read_text(encoding="utf-8")
    assert page == generate.PAGES[name](), "python docs/generate.py brings it up to date"


def test_the_command_reference_names_every_option(generate):
    # Not compared as a whole: another release of click wraps its help in another way
    page = (generate.REFERENCE / "commands.md").read_text(encoding="utf-8")
    for name in COMMANDS:
        section = page.partition(f"## coldstart {name}\n")[2].partition("\n## ")[0]
        for parameter in cli.get_command(click.Context(cli), name).params:
            for option in parameter.opts if parameter.param_type_name == "option" else ():
                named = re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", section)
                assert named, f"{name} {option}: run python docs/generate.py"


def documented(root, heading):
    """Return the keys documented below a heading or the words before a table, with their types."""
    page = (root / "docs/reference/json.md").read_text(encoding="utf-8")
    table = page.split(f"\n{heading}\n")[1].partition("| --- | --- | --- |\n")[2]
    rows = table.partition("\n\n")[0].splitlines()
    cells = (re.fullmatch(r"\| `(\w+)` \| ([a-z ]+) \| .* \|", row).groups() for row in rows)
    return {key: kind.split(" or ") for key, kind in cells}


def holds(keys, value):
    assert list(value) == list(keys)
    for key, kinds in keys.items():
        assert isinstance(value[key], tuple(_types(kinds))), (key, value[key])
        assert isinstance(value[key], bool) == (kinds == ["boolean"])


def _types(kinds):
    for kind in kinds:
        found = JSON_TYPES[kind]
        yield from found if isinstance(found, tuple) else (found,)


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "app.log"
    path.write_text(LOG)
    return str(path)


def test_read_prints_the_documented_keys(root, log, capsys):
    assert main(["read", log, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    holds(documented(root, "## coldstart read --json"), document)
    for name in ("calls", "failures", "searches", "missing"):
        assert document[name], name
        for row in document[name]:
            holds(documented(root, f"Each of `{name}`:"), row)
    holds(documented(root, "`losses`:"), document["losses"])


def test_read_prints_the_documented_keys_of_other_artefacts(root, tmp_path, capsys):
    path = tmp_path / "spans.jsonl"
    path.write_text('{"resourceSpans": []}\n')
    assert main(["read", str(path), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    holds(documented(root, "## coldstart read --json on other artefacts"), document)


def test_attribute_prints_the_documented_keys(root, log, capsys):
    assert main(["attribute", log, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    holds(documented(root, "## coldstart attribute --json"), document)
    assert document["after"]
    for row in document["after"]:
        holds(documented(root, "Each of `after`:"), row)


def test_json_rows_of_tables_have_the_columns_of_the_tables(log, capsys):
    from coldstart_lab.tables import CAUSES, MILESTONES, STRACE_LOSSES

    assert main(["attribute", log, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert list(document["causes"][0]) == CAUSES.names
    assert list(document["milestones"][0]) == MILESTONES.names
    assert main(["read", log, "--json"]) == 0
    assert list(json.loads(capsys.readouterr().out)["losses"]["examples"][0]) == STRACE_LOSSES.names


def blocks(path, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", path.read_text(encoding="utf-8"),
                      re.MULTILINE | re.DOTALL)  # fmt: skip


@pytest.fixture
def workshop(root, tmp_path):
    """A folder like a clone to those who only read the data."""
    (tmp_path / "data").symlink_to(root / "data")
    return tmp_path


@pytest.mark.parametrize("page", ["README.md", "docs/quickstart.md"])
def test_the_python_of_a_page_runs(root, workshop, page):
    (code,) = blocks(root / page, "python")
    if page == "README.md":
        assert sum(bool(line.strip()) for line in code.splitlines()) == 5
    ast.parse(code)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=workshop,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    if page == "README.md":
        assert "duration_ns" in done.stdout
        assert (workshop / "waterfall.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
@pytest.mark.needs("strace", "bash")
def test_the_shell_of_the_readme_runs(root, workshop):
    make, shell = blocks(root / "README.md", "sh")
    assert re.findall(r"^make (\w+)", make, re.MULTILINE) == ["report", "test"]
    assert len(shell.splitlines()) == 5
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", shell],
        cwd=workshop,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads((workshop / "attribution.json").read_text())["kind"] == "attribution"
    assert (workshop / "segments.parquet").read_bytes().startswith(b"PAR1")
    assert "</html>" in (workshop / "my-start.html").read_text(encoding="utf-8")


def test_every_local_link_leads_somewhere(root):
    pages = [root / "README.md", *(root / "docs").rglob("*.md")]
    for page in pages:
        if "_build" in page.parts:
            continue
        text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
        for target in re.findall(r"\]\(([^)#\s]+)", text):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_makefile_has_the_targets_that_are_written_of(root):
    makefile = (root / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z0-9-]+):", makefile, re.MULTILINE))
    written = [root / "README.md", root / ".ci/run", *Path(root / "docs").glob("*.md")]
    for page in written:
        named = set(re.findall(r"(?:^|[`\" ])make ([a-z][a-z0-9-]*)", page.read_text(), re.M))
        assert named - {"and"} <= targets, page
    assert os.access(root / ".ci/run", os.X_OK)
