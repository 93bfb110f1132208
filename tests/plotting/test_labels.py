from __future__ import annotations

import itertools
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coldstart_lab.plotting.labels import fit, plain, spread, text_width


def test_plain_makes_control_and_bidi_characters_visible():
    assert plain("a\x1b[31mb\nc\t d") == "a\\x1b[31mb c d"
    assert plain("x\u202eexe.txt") == "x\\u202eexe.txt"
    assert plain("\x00") == "\\x00"
    assert plain("\udcff") == "\\udcff"


def test_plain_replaces_what_the_font_lacks():
    assert plain("配置.yaml") == "□□.yaml"
    assert plain("שלום") == "שלום"


@pytest.mark.parametrize("value", [None, float("nan"), 3])
def test_plain_of_no_text(value):
    assert plain(value) == "?"


@given(st.text(max_size=600))
def test_any_text_can_be_measured_and_fitted(text):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        label = plain(text)
        assert len(label) <= 400
        cut = fit(label, 120.0, 9.5)
        assert text_width(cut, 9.5) <= 120.0 or len(cut) <= 3


def test_fit_keeps_both_ends():
    cut = fit("/srv/coldstart/a/very/long/path/to/some/directory/config.yaml", 150.0, 9.5)
    assert cut.startswith("/srv/cold")
    assert cut.endswith("fig.yaml")
    assert "…" in cut


@given(st.lists(st.tuples(st.floats(0, 500), st.floats(1, 60)), min_size=1, max_size=6).map(sorted))
def test_spread_keeps_labels_apart_and_inside(labels):
    centers, widths = [c for c, _ in labels], [w for _, w in labels]
    placed = spread(centers, widths, 0.0, 500.0, gap=5.0)
    edges = [(x - w / 2, x + w / 2) for x, w in zip(placed, widths, strict=True)]
    assert all(a[1] <= b[0] + 1e-6 for a, b in itertools.pairwise(edges))
    assert edges[0][0] >= -1e-6
    assert edges[-1][1] <= 500 + 1e-6
