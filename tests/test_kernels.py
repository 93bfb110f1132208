"""Compiled code is kept, and never used for another version of its sources."""

import os
import shutil
import subprocess
import sys

from coldstart_lab import kernels

SUM = """
from coldstart_lab.kernels import kernel
{constant}

@kernel
def answer():
    return inner() + OFFSET

@kernel
def inner():
    return {inner}
"""


def run(package, code: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(package.parent)}
    environment.pop("NUMBA_CACHE_DIR", None)
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True,
        cwd=package.parent,
    )  # fmt: skip
    return done.stdout.strip()


def copy_of_package(folder):
    package = folder / "coldstart_lab"
    package.mkdir()
    for name in ("__init__.py", "kernels.py"):
        shutil.copy(kernels._PACKAGE / name, package)
    return package


def test_a_change_below_a_kernel_is_compiled_in(tmp_path):
    package = copy_of_package(tmp_path)
    ask = "from coldstart_lab.sums import answer; print(answer())"
    for constant, inner in (("1", "1"), ("1", "2"), ("10", "2")):
        text = SUM.format(constant=f"from coldstart_lab.constants import {'OFFSET'}", inner=inner)
        (package / "constants.py").write_text(f"OFFSET = {constant}\n")
        (package / "sums.py").write_text(text)
        assert run(package, ask) == str(int(constant) + int(inner))


def test_code_is_kept_for_the_next_process(tmp_path):
    package = copy_of_package(tmp_path)
    (package / "constants.py").write_text("OFFSET = 1\n")
    (package / "sums.py").write_text(
        SUM.format(constant="from coldstart_lab.constants import OFFSET", inner="1")
    )
    ask = (
        "from coldstart_lab.sums import answer; answer(); "
        "print(sum(answer.stats.cache_hits.values()))"
    )
    assert run(package, ask) == "0"
    assert run(package, ask) == "1"


def test_the_setting_of_numba_stays_the_users():
    import numba

    before = numba.config.CACHE_DIR
    kernels.kernel(lambda: 1)
    assert before == numba.config.CACHE_DIR


def test_what_was_compiled_is_loaded_without_what_compiling_needs(tmp_path):
    log = tmp_path / "start.log"
    log.write_text(
        '7 1700000000.000000 execve("/srv/app", ["app"], 0x7ffe /* 9 vars */) = 0 <0.000400>\n'
        '7 1700000000.000500 read(3</srv/a>, "x", 1) = 1 <0.000020>\n'
        "7 1700000000.000900 listen(4<TCP:[127.0.0.1:80]>, 128) = 0 <0.000010>\n"
    )
    code = (
        "import sys; from coldstart_lab import attribute_startup, open_recording; "
        f"attribute_startup(open_recording({str(log)!r})); "
        "print(*sorted({'scipy.linalg', 'numba.np.linalg'} & set(sys.modules)))"
    )
    loaded = [
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.strip()
        for _ in range(2)  # the first one compiles what is not yet kept
    ]
    assert loaded[1] == ""
