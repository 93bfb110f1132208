from __future__ import annotations

import subprocess

import numpy as np
import pytest
from PIL import Image

from coldstart_lab.report import render_report

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-logging=stderr",
    "--v=0",
    "--hide-scrollbars",
)


@pytest.mark.needs("chromium")
@pytest.mark.parametrize("log_lines", [True, False])
def test_page_opens_without_complaint(
    recording, start, make_attribution, tmp_path, tool, log_lines
):
    page, picture = tmp_path / "report.html", tmp_path / "page.png"
    html = render_report(recording, attribution=make_attribution(start), log_lines=log_lines)
    page.write_text(html, encoding="utf-8")
    done = subprocess.run(
        [
            tool("chromium"),
            *FLAGS,
            f"--user-data-dir={tmp_path / 'profile'}",
            "--window-size=1280,2400",
            f"--screenshot={picture}",
            page.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    complaints = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    assert complaints == []
    pixels = np.asarray(Image.open(picture).convert("L"), dtype=float)
    assert pixels.shape == (2400, 1280)
    # text, figures and white: a page that failed to draw is all one grey
    assert 0.03 < (pixels < 200).mean() < 0.5
    thirds = np.array_split(pixels, 3)
    assert all(third.std() > 10 for third in thirds)
