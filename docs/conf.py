"""How Sphinx builds the documentation; it needs no network."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import generate

from coldstart_lab import __version__

project = "coldstart_lab"
author = "The coldstart_lab authors"
project_copyright = "The coldstart_lab authors"
version = release = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
autodoc_typehints = "none"
autodoc_member_order = "bysource"
napoleon_google_docstring = False
napoleon_use_ivar = True

html_theme = "alabaster"
html_theme_options = {
    "description": "Explain and shorten the cold start of services",
    "fixed_sidebar": True,
    "page_width": "1100px",
}


def setup(app: Any) -> None:
    """Write the generated pages before the sources are read."""
    app.connect("builder-inited", lambda _: generate.write_pages())
