from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import matplotlib as mpl
import pytest

mpl.use("Agg")


def _load():
    name = "coldstart_lab_synthetic_start"
    if name not in sys.modules:
        path = Path(__file__).parent.parent / "synthetic_start.py"
        spec = importlib.util.spec_from_file_location(name, path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


@pytest.fixture(scope="session")
def synthetic():
    return _load()


@pytest.fixture(scope="session")
def start(synthetic):
    return synthetic.make_start()


@pytest.fixture(autouse=True)
def _closed_figures():
    yield
    import matplotlib.pyplot as plt

    plt.close("all")
