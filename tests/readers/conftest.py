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
    logs = {}

    def get(program, flags, to="file"):
        key = program, flags, to
        if key not in logs:
            folder = home / str(len(logs))
            logs[key] = recorded.record(folder, flags, recorded.command(program, home), to=to)
        return logs[key]

    return get


@pytest.fixture(scope="session")
def reading(recording):
    """The same logs read, once a session: ``reading(program, flags)``."""
    from coldstart_lab.readers.strace import read_strace

    read = {}

    def get(program, flags, to="file"):
        key = program, flags, to
        if key not in read:
            read[key] = read_strace(recording(*key))
        return read[key]

    return get
