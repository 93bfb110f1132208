"""``coldstart compile`` compiles all kernels, and after it nothing compiles anything."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RECORDING = ROOT / "data" / "recordings" / "checkout_static"
CORPUS = ROOT / "tests" / "readers" / "corpus"
FORMS = ("separate", "numbers-pointers.log", "relative.log", "secontext-full.log", "dumps.log",
         "stack-source.log", "stderr-mixed.log", "counts.log", "plain.log")  # fmt: skip
COMPILE = r"""
import importlib, sys
from pathlib import Path
import coldstart_lab
from numba.core.dispatcher import Dispatcher
from coldstart_lab.cli.main import main
assert main(["compile"]) == 0
home = Path(coldstart_lab.__file__).parent
for path in home.rglob("*.py"):
    if "\n@kernel\n" not in path.read_text("utf-8"):
        continue
    name = ".".join(path.relative_to(home.parent).with_suffix("").parts)
    for found in vars(importlib.import_module(name)).values():
        if isinstance(found, Dispatcher) and found.__module__ == name and not found.signatures:
            if not found.targetoptions.get("no_cpython_wrapper"):  # no routine
                print(f"{name}.{found.__name__}", file=sys.stderr)
"""
MISSES = """
from numba.core.dispatcher import Dispatcher
kernels = {
    name: found
    for module in list(sys.modules.values()) if module.__name__.startswith("coldstart_lab")
    for name, found in vars(module).items() if isinstance(found, Dispatcher) and found.signatures
}
hits = [name for name, kernel in kernels.items() if kernel.stats.cache_hits]
misses = [name for name, kernel in kernels.items() if kernel.stats.cache_misses]
print(len(hits), misses, file=sys.stderr)
"""
COMMAND = """
import sys
from coldstart_lab.cli.main import main
assert main(sys.argv[1:]) == 0
"""
READ = """
import sys
from coldstart_lab.readers import read
for path in sys.argv[1:]:
    read(path)
"""
ARGUMENTS = """
import sys
from coldstart_lab.readers.strace import read_strace
from coldstart_lab.readers.strace import arguments as of
events = read_strace(sys.argv[1]).events
for name in of.__all__:
    given = {"call_flags": ("O_",), "flag_columns": ("O_",), "has_flag": ("O_EXCL",)}.get(name, ())
    of_args = name in ("descriptors", "epoll_data", "leading_addresses")
    getattr(of, name)(events["args"] if of_args else events, *given)
"""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    """Run code where everything was compiled ahead; its stderr. Without code: of the compiling."""
    kernels = tmp_path_factory.mktemp("compiled")
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(kernels)}

    def run(code, *arguments):
        command = [sys.executable, "-c", code, *map(str, arguments)]
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, check=True
        ).stderr

    missed = run(COMPILE)
    return lambda code=None, *arguments: run(code + MISSES, *arguments) if code else missed


def test_all_kernels_are_compiled_ahead(compiled):
    assert compiled() == ""


@pytest.mark.parametrize("command", ["read", "attribute", "report"])
def test_commands_compile_nothing_more(compiled, command, tmp_path):
    more = ("-o", tmp_path / "report.html") if command == "report" else ()
    hits, misses = compiled(COMMAND, command, RECORDING, *more).split(maxsplit=1)
    assert int(hits) >= 5
    assert misses.strip() == "[]"


def test_logs_of_other_forms_compile_nothing_more(compiled):
    logs = [CORPUS / name for name in FORMS]
    assert compiled(READ, *logs).split(maxsplit=1)[1].strip() == "[]"


def test_looking_into_arguments_compiles_nothing_more(compiled):
    hits, misses = compiled(ARGUMENTS, CORPUS / "plain.log").split(maxsplit=1)
    assert int(hits) >= 10
    assert misses.strip() == "[]"
