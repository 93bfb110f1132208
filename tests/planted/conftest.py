from __future__ import annotations

import sys
from pathlib import Path

import pytest

# this folder is the package "planted", for its own tests and for those of the attribution
sys.path.insert(0, str(Path(__file__).parent.parent))

from planted.running import build_once


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The folder with all the programs that can be built here."""
    return build_once(tmp_path_factory.getbasetemp())
