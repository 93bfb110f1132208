from __future__ import annotations

import io
import itertools
import time

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from coldstart_lab.plotting import plot_causes, plot_threads, plot_waterfall
from coldstart_lab.plotting.lanes import MOST_LANES, choose_lanes
from coldstart_lab.tables import CAUSES, MILESTONES, SEGMENTS, TILES
from coldstart_lab.units import format_ns

NASTY = [
    "$\\frac{1}{0}$ costs $5",
    "\\undefined \\x",
    "line\nend\rtab\t",
    "\x1b[31mred\x1b[0m\x07",
    "<script>alert(1)</script>",
    "long " * 60,
    "\u202eevil",
    "שלום עולם",
    "配置",
    "",
]


def draw(ax):
    """Render, as a save would: errors in text show only here."""
    for kind in ("png", "svg"):
        ax.figure.savefig(io.BytesIO(), format=kind)
    return ax


def texts(ax):
    return [text.get_text() for text in ax.texts]


def area(ax, prefix):
    """Sum width times height of all boxes of the artists whose gid begins so."""
    total = 0.0
    for patch in ax.patches:
        if (patch.get_gid() or "").startswith(prefix):
            box = patch.get_path().vertices.reshape(-1, 5, 2)
            total += float(((box[:, 2, 0] - box[:, 0, 0]) * abs(box[:, 1, 1] - box[:, 0, 1])).sum())
    return total


def test_waterfall_rows_are_causes_in_order_of_appearance(start):
    ax = draw(plot_waterfall(start.segments, milestones=start.milestones))
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert labels[0] == "library search"
    assert labels.index("DNS lookup") < labels.index("TLS handshake") < labels.index("user code")
    assert labels[-1] == "other (3 causes)"
    assert ax.get_xlim() == (0, start.window_ns)


def test_waterfall_bars_cover_the_window(start):
    ax = plot_waterfall(start.segments)
    assert area(ax, "bars-") / 0.66 == pytest.approx(start.window_ns, rel=0.03)


def test_waterfall_numbers_stand_beside_their_rows(start):
    ax = plot_waterfall(start.segments)
    row = [label.get_text() for label in ax.get_yticklabels()].index("TLS handshake")
    wanted = start.causes.set_index("cause").loc["TLS handshake", "duration_ns"]
    beside = [text.get_text() for text in ax.texts if getattr(text, "xy", (0, -9))[1] == row]
    assert format_ns(wanted) in beside
    assert "network" in beside


def test_waterfall_hatches_only_unresolved_time(start):
    ax = plot_waterfall(start.segments)
    hatched = {patch.get_gid() for patch in ax.patches if patch.get_hatch()}
    assert hatched == {gid for gid in hatched if gid.endswith("unresolved")}
    assert len(hatched) == 2
    assert "hatched: cause unresolved" in texts(ax)


def test_milestones_stand_inside_the_window_only(start):
    shown = list(texts(plot_waterfall(start.segments, milestones=start.milestones)))
    assert any(text.startswith("listening 1.20 s") for text in shown)
    assert not any(text.startswith("end ") for text in shown)


def test_phases_never_overlap(start):
    ax = plot_waterfall(start.segments)
    spans = []
    for patch in ax.patches:
        if (patch.get_gid() or "").startswith("phase-"):
            box = patch.get_path().vertices.reshape(-1, 5, 2)
            spans += list(zip(box[:, 0, 0], box[:, 2, 0], strict=True))
    spans.sort()
    assert all(a[1] <= b[0] + 1e-6 for a, b in itertools.pairwise(spans))
    assert sum(b - a for a, b in spans) == pytest.approx(start.window_ns, rel=1e-6)


def test_threads_lanes_cover_the_tiles(start):
    ax = draw(
        plot_threads(
            start.tiles, start.segments, threads=start.threads, milestones=start.milestones
        )
    )
    begin = int(start.segments["start_ns"].min())
    for state in ("running",):
        mine = start.tiles[start.tiles["state"] == state]
        inside = np.clip(mine["end_ns"] - begin, 0, start.window_ns) - np.clip(
            mine["start_ns"] - begin, 0, start.window_ns
        )
        # tiny heights are raised to be seen, so the area may only be larger
        assert area(ax, state) / 0.7 >= 0.97 * inside.sum()
        assert area(ax, state) / 0.7 <= 1.6 * inside.sum()
    assert "payment (4243) sysmon" in [label.get_text() for label in ax.get_yticklabels()]


def test_path_is_one_line_through_every_instant(start):
    ax = plot_threads(start.tiles, start.segments, threads=start.threads)
    (line,) = [line for line in ax.lines if line.get_gid() == "critical-path"]
    x, y = line.get_data()
    assert (np.diff(x) >= 0).all()
    assert (x[0], x[-1]) == (0, start.window_ns)
    moved = np.diff(y) != 0
    assert (np.diff(x)[moved] == 0).all()  # jumps take no time


def test_path_is_hollow_exactly_where_it_is_unresolved(start):
    ax = plot_threads(start.tiles, start.segments, threads=start.threads)
    (hollow,) = [lines for lines in ax.collections if lines.get_gid() == "unresolved-path"]
    drawn = sum(line[1, 0] - line[0, 0] for line in hollow.get_segments())
    assert drawn == pytest.approx(start.causes["unresolved_ns"].sum(), rel=0.03)
    sure = start.segments.assign(confidence="certain")
    ax = plot_threads(start.tiles, sure, threads=start.threads)
    assert not [lines for lines in ax.collections if lines.get_gid() == "unresolved-path"]


def test_many_threads_and_tiles_stay_fast_and_small(synthetic):
    big = synthetic.make_start(tiles=1_000_000, n_threads=200)
    began = time.perf_counter()
    ax = plot_threads(big.tiles, big.segments, threads=big.threads)
    assert time.perf_counter() - began < 10
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert len(labels) == MOST_LANES + 1
    assert labels[-1] == "176 more threads, not drawn"
    out = io.BytesIO()
    ax.figure.savefig(out, format="svg")
    assert out.tell() < 600_000


def test_left_out_threads_keep_their_share_of_the_path(synthetic):
    big = synthetic.make_start(tiles=4000, n_threads=60)
    lanes = choose_lanes(big.tiles, big.segments, big.threads)
    assert sum(lanes.on_path_ns) == big.window_ns
    assert lanes.left_out == 60 - MOST_LANES


def test_causes_are_sorted_and_add_up(start):
    ax = draw(plot_causes(start.causes))
    known, unsure = ax.containers
    lengths = np.array([a.get_width() + b.get_width() for a, b in zip(known, unsure, strict=True)])
    assert lengths.tolist() == start.causes["duration_ns"].tolist()
    assert sum(bar.get_width() for bar in unsure) == start.causes["unresolved_ns"].sum()
    assert all(bar.get_hatch() for bar in unsure)


def test_many_causes_are_folded_without_loss(synthetic, start):
    many = pd.concat([start.segments] * 5, ignore_index=True)
    many["cause"] = pd.Categorical([f"cause {i % 90}" for i in range(len(many))])
    table = synthetic.causes_of(many)
    ax = plot_causes(table)
    known, unsure = ax.containers
    total = sum(a.get_width() + b.get_width() for a, b in zip(known, unsure, strict=True))
    assert total == table["duration_ns"].sum()
    assert ax.get_yticklabels()[-1].get_text() == "other (71 causes)"


@pytest.mark.parametrize("own_axes", [False, True])
def test_empty_tables_say_so(own_axes):
    for plot in (
        lambda ax: plot_waterfall(SEGMENTS.empty(), ax=ax, milestones=MILESTONES.empty()),
        lambda ax: plot_threads(TILES.empty(), SEGMENTS.empty(), ax=ax),
        lambda ax: plot_causes(CAUSES.empty(), ax=ax),
    ):
        ax = draw(plot(plt.figure().subplots() if own_axes else None))
        assert any("there is no time to show" in text for text in texts(ax))


@pytest.mark.parametrize("length", [0, 1, 10_000_000])
def test_one_row_of_any_length(synthetic, start, length):
    one = start.segments.iloc[[0]].copy()
    one["end_ns"] = one["start_ns"] + length
    one["duration_ns"] = length
    draw(plot_waterfall(one, milestones=start.milestones))
    draw(plot_threads(start.tiles, one, threads=start.threads))
    draw(plot_causes(synthetic.causes_of(one)))


@pytest.mark.parametrize("name", NASTY)
def test_untrusted_text_is_drawn_as_text(synthetic, start, name):
    segments = start.segments.copy()
    segments["cause"] = pd.Categorical([name] * len(segments))
    segments["comm"] = pd.array([name] * len(segments), dtype="string")
    threads = start.threads.assign(comm=pd.array([name] * len(start.threads), dtype="string"))
    milestones = start.milestones.assign(name=pd.array([name] * 5, dtype="string"))
    for ax in (
        plot_waterfall(segments, milestones=milestones),
        plot_threads(start.tiles, segments, threads=threads, milestones=milestones),
        plot_causes(synthetic.causes_of(segments)),
    ):
        draw(ax)
        drawn = [*ax.texts, *ax.get_yticklabels()]
        assert not any(text.get_parse_math() for text in drawn)
        assert not any(ord(char) < 32 for text in drawn for char in text.get_text())


def test_axes_of_the_caller_are_used_and_style_does_not_leak(start):
    before = dict(mpl.rcParams)
    figure = Figure(figsize=(12, 14))
    axes = figure.subplots(3)
    assert plot_waterfall(start.segments, ax=axes[0]) is axes[0]
    assert plot_threads(start.tiles, start.segments, ax=axes[1]) is axes[1]
    assert plot_causes(start.causes, ax=axes[2]) is axes[2]
    assert dict(mpl.rcParams) == before
    draw(axes[0])


def test_input_is_not_changed(start):
    segments, tiles, causes = start.segments.copy(), start.tiles.copy(), start.causes.copy()
    plot_waterfall(start.segments)
    plot_threads(start.tiles, start.segments)
    plot_causes(start.causes)
    pd.testing.assert_frame_equal(segments, start.segments)
    pd.testing.assert_frame_equal(tiles, start.tiles)
    pd.testing.assert_frame_equal(causes, start.causes)


def test_order_of_segments_does_not_matter(start):
    shuffled = start.segments.sample(frac=1, random_state=3)
    one, other = plot_waterfall(start.segments), plot_waterfall(shuffled)
    assert texts(one) == texts(other)
    assert area(one, "bars-") == pytest.approx(area(other, "bars-"))
