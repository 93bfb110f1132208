"""What the package promises to whoever installs or imports it."""

from __future__ import annotations

import importlib
import pkgutil
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

import coldstart_lab
from coldstart_lab.cli.main import main


@pytest.fixture(scope="module")
def pyproject(root):
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))


def modules():
    return [
        name
        for _, name, _ in pkgutil.walk_packages(coldstart_lab.__path__, "coldstart_lab.")
        if not name.endswith("__main__")
    ]


def test_every_public_name_resolves():
    for name in coldstart_lab.__all__:
        assert getattr(coldstart_lab, name) is not None
    assert dir(coldstart_lab) == sorted(coldstart_lab.__all__)
    assert set(coldstart_lab.__all__) == {"__version__", *coldstart_lab._HOME}


def test_a_name_that_is_not_public_is_an_attribute_error():
    with pytest.raises(AttributeError, match="nope"):
        _ = coldstart_lab.nope


def test_type_checkers_see_the_same_names():
    text = Path(coldstart_lab.__file__).read_text(encoding="utf-8")
    block = text.partition("if TYPE_CHECKING:")[2].partition("_HOME")[0]
    imported = set()
    for home, names in re.findall(r"from (\S+) import (\([^)]*\)|[^\n]+)", block):
        for name in re.findall(r"\w+", names):
            assert home == f"coldstart_lab.{coldstart_lab._HOME[name]}"
            imported.add(name)
    assert imported == set(coldstart_lab._HOME)


@pytest.mark.parametrize("name", modules())
def test_all_of_a_module_is_there(name):
    module = importlib.import_module(name)
    listed = getattr(module, "__all__", [])
    assert len(set(listed)) == len(listed)
    for public in listed:
        assert hasattr(module, public)


def test_the_version_is_one(pyproject, root, capsys):
    version = pyproject["project"]["version"]
    citation = yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))
    assert coldstart_lab.__version__ == citation["version"] == version
    assert main(["--version"]) == 0
    assert version in capsys.readouterr().out


def test_environment_yml_says_what_pyproject_says(pyproject, root):
    environment = yaml.safe_load((root / "environment.yml").read_text(encoding="utf-8"))
    wanted = pyproject["project"]
    assert environment["name"] == wanted["name"]
    assert environment["dependencies"] == [
        f"python{wanted['requires-python']}",
        "pip",
        {"pip": ["--editable .[notebook]"]},
    ]
    assert "notebook" in wanted["optional-dependencies"]


def test_the_command_is_installed():
    done = subprocess.run(
        [str(Path(sys.prefix) / "bin" / "coldstart"), "--version"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert coldstart_lab.__version__ in done.stdout


def test_the_wheel_holds_what_the_code_reads(pyproject, root):
    folder = root / "coldstart_lab"
    kept = pyproject["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert kept == ["coldstart_lab"]
    assert (folder / "py.typed").is_file()
    for room in (path for path in folder.iterdir() if any(path.glob("*.py"))):
        assert (room / "__init__.py").is_file(), room
