from __future__ import annotations

import re

import pandas as pd
import pytest

from coldstart_lab.errors import UsageError
from coldstart_lab.report import render_report, write_report
from coldstart_lab.report.writing import MOST_BYTES
from coldstart_lab.units import format_ns, format_share


@pytest.fixture(scope="module")
def html(set_folder, start, make_attribution):
    from coldstart_lab.recording import open_recording

    return render_report(open_recording(set_folder), attribution=make_attribution(start))


@pytest.fixture(scope="module")
def page(html, read_page):
    return read_page(html)


def test_page_is_well_formed(page):
    assert page.faults == []
    assert page.open == []
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))


def test_page_points_nowhere_outside(page, html):
    outside = {"href", "src", "srcset", "action", "data", "poster", "background", "cite"}
    for tag, attrs in page.elements:
        for name in outside & attrs.keys():
            assert attrs[name].startswith(("#", "data:image/png;base64,")), (tag, attrs)
        assert not any(name.startswith("on") for name in attrs)
    assert not re.search(r"url\((?!#)", html)
    assert "@import" not in html
    policy = next(attrs for attrs in page.all("meta") if "http-equiv" in attrs)
    assert policy["content"].startswith("default-src 'none'")
    assert [attrs["type"] for attrs in page.all("script")] == ["application/json"]
    refs = set(re.findall(r'(?:url\(|href=")#([^")]+)', html))
    ids = {attrs["id"] for _, attrs in page.elements if "id" in attrs}
    assert refs <= ids


def test_verdict_comes_first_and_is_plain(page):
    assert page.shown.index("Ready 1.23 s after exec") < page.shown.index("What was recorded")
    assert (
        "21.3 % went into user code (unresolved), 20.3 % into back-off sleep and 16.6 % into "
        "database set-up; in all 24.3 % is unresolved." in page.shown
    )


def test_sections_stand_in_the_order_of_reading(page):
    assert [attrs["id"] for attrs in page.all("section")] == [
        "verdict",
        "provenance",
        "completeness",
        "waterfall",
        "causes",
        "threads",
        "milestones",
        "runs",
    ]


def test_provenance_and_completeness_say_what_the_numbers_rest_on(page):
    for text in ("Linux 6.12.9", "AMD EPYC 7543", "6.13 -f -ttt -T -yy", "16.0 GiB memory"):
        assert text in page.shown
    assert "All 6,380 lines were understood" in page.shown
    assert "Under strace the median start took 1.34 times as long" in page.shown
    assert re.search(r"untraced 2 916 ms 902 ms 931 ms", page.shown)
    assert "payment (4245) 310 ms" in page.shown


def test_numbers_in_the_table_add_up(page, start):
    rows = page.data["causes"]
    assert sum(row["duration_ns"] for row in rows) == page.data["window"]["duration_ns"]
    assert sum(row["unresolved_ns"] for row in rows) == page.data["window"]["unresolved_ns"]
    assert sum(row["segments"] for row in rows) == page.data["segments"]["count"]
    assert page.data["window"]["duration_ns"] == start.window_ns
    for row in rows:
        shown = f"{format_share(row['share'])} {format_ns(row['duration_ns'])}"
        assert shown in page.shown, row["cause"]
    assert f"all of it 100.0 % {format_ns(start.window_ns)}" in page.shown


def test_evidence_is_the_line_of_the_log(page, set_folder, start):
    from coldstart_lab.recording import open_recording, read_artefact

    log = read_artefact(open_recording(set_folder).artefact("strace")).decode().split("\n")
    row = next(row for row in page.data["causes"] if row["cause"] == "TLS handshake")
    assert len(row["lines"]) == 5
    for line in row["lines"]:
        assert line["text"] == log[line["line"] - 1]
        assert line["text"] in page.shown
    lengths = [line["duration_ns"] for line in row["lines"]]
    assert lengths == sorted(lengths, reverse=True)


def test_json_round_trips(page, start):
    data = page.data
    assert data["format"] == 1
    rows = pd.DataFrame(data["segments"]["rows"])
    assert rows["duration_ns"].sum() == start.window_ns
    assert rows["start_ns"].tolist() == start.segments["start_ns"].tolist()
    assert [row["name"] for row in data["milestones"]][:2] == ["exec", "listening"]
    assert data["completeness"]["tracer_cost"]["untraced"]["count"] == 2
    assert len(data["runs"]) == 5


def test_accessible(page, html):
    assert page.all("html") == [{"lang": "en"}]
    assert len(page.all("h1")) == 1
    figures = [attrs for tag, attrs in page.elements if attrs.get("class") == "plot"]
    assert len(figures) == 2
    for attrs in figures:
        assert len(attrs.get("aria-label") or attrs["alt"]) > 80
    assert len(page.all("figcaption")) == 2
    assert all("scope" in attrs for attrs in page.all("th"))
    headings = {attrs["id"] for tag, attrs in page.elements if tag in {"h1", "h2"}}
    assert {attrs["aria-labelledby"] for attrs in page.all("section")} == headings


def test_without_log_lines_nothing_of_the_log_remains(
    recording, start, make_attribution, read_page
):
    html = render_report(recording, attribution=make_attribution(start), log_lines=False)
    page = read_page(html)
    subjects = set(start.segments["subject"].dropna()) - {"/srv/coldstart/payment"}
    for text in {*subjects, "epoll_pwait(", "execve(", "payment (4245)", "getpid"}:
        assert text not in html, text
    assert "--no-log-lines" in page.shown
    assert "TLS handshake" in page.shown
    assert page.data["log_lines"] is False
    assert all(row["lines"] is None and row["subject"] is None for row in page.data["causes"])
    assert all(row["comm"] is None for row in page.data["segments"]["rows"])


def test_never_overwrites_unasked(recording, start, make_attribution, monkeypatch, tmp_path):
    from coldstart_lab.report import writing

    monkeypatch.setattr(writing, "_attribute", lambda *_: make_attribution(start))
    target = tmp_path / "report.html"
    assert write_report(recording, target) == target
    target.write_text("mine")
    with pytest.raises(UsageError, match="force"):
        write_report(recording, target)
    assert target.read_text() == "mine"
    write_report(recording, target, force=True)
    assert target.read_text().startswith("<!DOCTYPE html>")
    assert list(tmp_path.iterdir()) == [target]


def test_folder_that_is_not_there_is_a_usage_error(
    recording, start, make_attribution, monkeypatch, tmp_path
):
    from coldstart_lab.report import writing

    monkeypatch.setattr(writing, "_attribute", lambda *_: make_attribution(start))
    with pytest.raises(UsageError, match="cannot be written"):
        write_report(recording, tmp_path / "no" / "report.html")


def test_large_starts_stay_below_the_bound(
    set_folder, synthetic, make_attribution, read_page, tmp_path
):
    from coldstart_lab.recording import open_recording

    big = synthetic.make_start(tiles=300_000, n_threads=200)
    segments = pd.concat([big.segments] * 100, ignore_index=True)
    shift = (segments.index // len(big.segments)) * big.window_ns
    segments[["start_ns", "end_ns"]] = segments[["start_ns", "end_ns"]].add(shift, axis=0)
    names = [f"cause {'x' * 180} {i % 700}" for i in range(len(segments))]
    segments["cause"] = pd.Categorical(names)
    segments["subject"] = pd.array([f"{'s' * 5000} {i}" for i in range(len(segments))], "string")
    causes = synthetic.causes_of(segments)
    attribution = make_attribution(
        big,
        segments=segments,
        causes=causes,
        window_ns=int(segments["duration_ns"].sum()),
        end_ns=int(segments["end_ns"].max()),
    )
    html = render_report(open_recording(set_folder), attribution=attribution)
    assert len(html.encode()) < MOST_BYTES
    page = read_page(html)
    assert page.faults == []
    assert page.data["segments"]["count"] == len(segments)
    assert "640 more causes" in page.shown
