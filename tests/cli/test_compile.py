"""After ``coldstart compile`` no command compiles anything."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

RECORDING = Path(__file__).parents[2] / "data" / "recordings" / "checkout_static"
MISSES = """
import sys
from numba.core.dispatcher import Dispatcher
from coldstart_lab.cli.main import main
assert main(sys.argv[1:]) == 0
kernels = {
    name: found
    for module in list(sys.modules.values()) if module.__name__.startswith("coldstart_lab")
    for name, found in vars(module).items() if isinstance(found, Dispatcher) and found.signatures
}
hits = [name for name, kernel in kernels.items() if kernel.stats.cache_hits]
misses = [name for name, kernel in kernels.items() if kernel.stats.cache_misses]
print(len(hits), misses, file=sys.stderr)
"""


@pytest.mark.slow
def test_what_is_compiled_ahead_is_all_that_commands_need(tmp_path):
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "kernels")}

    def run(code, *arguments):
        command = [sys.executable, "-c", code, *map(str, arguments)]
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, check=True
        ).stderr.split(maxsplit=1)

    main = "import sys; from coldstart_lab.cli.main import main; sys.exit(main(sys.argv[1:]))"
    run(main, "compile")
    for command in ("read", "attribute", "report"):
        more = ("-o", tmp_path / "report.html") if command == "report" else ()
        hits, misses = run(MISSES, command, RECORDING, *more)
        assert int(hits) >= 5
        assert misses.strip() == "[]"
