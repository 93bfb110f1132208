from __future__ import annotations

import sys
from pathlib import Path

import pytest

# what records traces, and what Go's own tools say of them
sys.path.insert(0, str(Path(__file__).parent))
# the package of the planted programs
sys.path.insert(0, str(Path(__file__).parents[2]))


@pytest.fixture(scope="session")
def trace(tmp_path_factory):
    """Traces recorded once a session: ``trace("busy")``, ``trace("planted go_mutex")``."""
    import go_programs

    home = tmp_path_factory.mktemp("traces")
    traces = {}

    def get(name):
        if name not in traces:
            traces[name] = go_programs.record(name, home, tmp_path_factory.getbasetemp())
        return traces[name]

    return get


@pytest.fixture(scope="session")
def reading(trace):
    """The same traces read, once a session."""
    from coldstart_lab.readers.gotrace.reading import read_gotrace

    read = {}

    def get(name):
        if name not in read:
            read[name] = read_gotrace(trace(name))
        return read[name]

    return get


@pytest.fixture(scope="session")
def parsed(trace):
    """What Go's own reader says of them, once a session."""
    import go_tool

    known = {}

    def get(name):
        if name not in known:
            known[name] = go_tool.parsed(trace(name))
        return known[name]

    return get
