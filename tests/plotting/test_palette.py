from __future__ import annotations

import itertools

import numpy as np
import pytest

from coldstart_lab.plotting.palette import (
    CATEGORY_COLORS,
    INK,
    MUTED,
    PAPER,
    PATH_COLOR,
    PHASE_COLORS,
    STATE_COLORS,
    by_lightness,
    category_color,
    hatch_color,
    lightness,
    relative_luminance,
)

# Machado, Oliveira and Fernandes 2009, full severity, on linear RGB
DEUTERANOPIA = np.array(
    [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ]
)
XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
WHITE = np.array([0.95047, 1.0, 1.08883])


def linear(color: str) -> np.ndarray:
    channel = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(channel <= 0.04045, channel / 12.92, ((channel + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    ratio = XYZ @ np.clip(rgb, 0, 1) / WHITE
    f = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def contrast(one: str, other: str) -> float:
    light, dark = sorted((relative_luminance(one), relative_luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_categories_differ_in_grey():
    for one, other in itertools.combinations(CATEGORY_COLORS.values(), 2):
        assert abs(lightness(one) - lightness(other)) > 5.5, (one, other)


def test_categories_differ_for_deuteranopes():
    seen = [lab(DEUTERANOPIA @ linear(color)) for color in CATEGORY_COLORS.values()]
    for one, other in itertools.combinations(seen, 2):
        assert np.linalg.norm(one - other) > 12  # five times the just noticeable


def test_lightness_agrees_with_the_lab_formula():
    for color in CATEGORY_COLORS.values():
        assert lightness(color) == pytest.approx(lab(linear(color))[0], abs=0.05)


def test_states_and_path_differ_in_grey_and_for_deuteranopes():
    marks = [*STATE_COLORS.values(), PATH_COLOR]
    for one, other in itertools.combinations(marks, 2):
        grey = abs(lightness(one) - lightness(other))
        seen = np.linalg.norm(lab(DEUTERANOPIA @ linear(one)) - lab(DEUTERANOPIA @ linear(other)))
        assert grey > 5
        assert seen > 20
    assert all(contrast(PATH_COLOR, color) > 3 for color in STATE_COLORS.values())


def test_text_can_be_read():
    assert contrast(INK, PAPER) > 7
    assert contrast(MUTED, PAPER) > 4.5
    assert all(contrast(INK, fill) > 7 for fill in PHASE_COLORS)


def test_hatching_shows_on_every_category():
    for name, color in CATEGORY_COLORS.items():
        assert contrast(hatch_color(name), color) > 3, name


def test_unknown_categories_look_like_other():
    assert category_color("made up") == CATEGORY_COLORS["other"]
    assert by_lightness(["timer", "cpu", "timer"]) == ["cpu", "timer"]
