from __future__ import annotations

import sys
from pathlib import Path

import pytest

# the modules beside the tests: the reference reader and what records logs for it
sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def recording(tmp_path_factory):
    """Logs recorded once a session: ``recording(program, flags)``."""
    import recorded

    home = tmp_path_factory.mktemp("recorded")
    programs = recorded.commands(home)
    logs = {}

    def get(program, flags, to="file"):
        if program not in programs:
            pytest.skip("gcc is not installed")
        key = program, flags, to
        if key not in logs:
            folder = home / str(len(logs))
            logs[key] = recorded.record(folder, flags, programs[program], to=to)
        return logs[key]

    return get
