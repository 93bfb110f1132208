"""The notebooks run from top to bottom and show their figures."""

from __future__ import annotations

from pathlib import Path

import pytest

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(path, root, tmp_path, monkeypatch):
    import nbformat
    from nbclient import NotebookClient

    for variable in ("IPYTHONDIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR"):
        monkeypatch.setenv(variable, str(tmp_path / variable.lower()))
    # A notebook chooses its own backend; Agg would leave its figures out
    monkeypatch.delenv("MPLBACKEND")
    monkeypatch.setenv("PYTHONWARNINGS", "default")
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=300,
        kernel_name="python3",
        resources={"metadata": {"path": str(root)}},
    )
    client.execute()
    shown = 0
    for cell in notebook.cells:
        outputs = cell.get("outputs", [])
        for output in outputs:
            assert output.get("name") != "stderr", output.text
        images = sum("image/png" in output.get("data", {}) for output in outputs)
        assert images == cell.source.count("cl.plot_"), cell.source
        shown += images
    assert shown or "cl.plot_" not in str(notebook)
