from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coldstart_lab.plotting.binning import COLUMNS, box_path, boxes, coverage, thin_line


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(-50, 5000), st.integers(0, 3000)), max_size=60
    )
)
def test_coverage_adds_up_to_the_time_inside(intervals):
    rows = np.array([row for row, _, _ in intervals], dtype=np.int64)
    starts = np.array([start for _, start, _ in intervals], dtype=np.float64)
    ends = starts + np.array([length for _, _, length in intervals], dtype=np.float64)
    covered = coverage(rows, starts, ends, n_rows=4, low=0.0, high=4321.0)
    inside = np.clip(ends, 0, 4321) - np.clip(starts, 0, 4321)
    step = 4321.0 / COLUMNS
    for row in range(4):
        assert covered[row].sum() * step == pytest.approx(inside[rows == row].sum(), abs=1e-4)
    assert (covered >= 0).all()


def test_boxes_join_equal_columns_and_show_what_is_tiny():
    covered = np.zeros((2, COLUMNS))
    covered[0, 10:20] = 1.0
    covered[1, 999] = 0.001
    rows, lefts, rights, heights = boxes(covered, low=0.0, high=1000.0, least=0.25)
    assert rows.tolist() == [0, 1]
    assert lefts.tolist() == [10.0, 999.0]
    assert rights.tolist() == [20.0, 1000.0]
    assert heights.tolist() == [1.0, 0.25]


def test_boxes_of_nothing():
    rows, *_ = boxes(np.zeros((3, COLUMNS)), low=0.0, high=1.0)
    assert len(rows) == 0


def test_box_path_has_five_vertices_a_box():
    one = np.array([1.0, 2.0])
    path = box_path(one, one + 0.5, one, one + 1)
    assert len(path.vertices) == 10
    assert path.get_extents().bounds == (1.0, 1.0, 1.5, 2.0)


def test_thin_line_keeps_extremes_and_ends():
    random = np.random.default_rng(0)
    x = np.sort(random.uniform(0, 1000, 50_000))
    y = random.integers(0, 20, 50_000).astype(float)
    thin_x, thin_y = thin_line(x, y, low=0.0, high=1000.0)
    assert len(thin_x) <= 4 * COLUMNS
    assert (thin_x[0], thin_y[0]) == (x[0], y[0])
    assert thin_y[-1] == y[-1]
    assert (np.diff(thin_x) >= 0).all()
    for column in (0, 500, 999):
        before = y[(x >= column) & (x < column + 1)]
        after = thin_y[(thin_x >= column) & (thin_x < column + 1)]
        assert (before.min(), before.max()) == (after.min(), after.max())
