"""The program's own account and the requests that waited, as the page shows them."""

from __future__ import annotations

import json
import re

import pytest

from coldstart_lab.recording import open_recording, read_manifest, write_manifest
from coldstart_lab.recording.artefacts import hash_file
from coldstart_lab.report import render_report

MS = 1_000_000


def keep(folder, kind, *lines):
    """Add an artefact of JSON lines to a start."""
    path = folder / f"{kind}.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    sha256, size = hash_file(path)
    manifest = read_manifest(folder)
    manifest["artefacts"].append(
        {"kind": kind, "path": path.name, "sha256": sha256, "size_bytes": size,
         "content_bytes": size}
    )  # fmt: skip
    write_manifest(folder, manifest)


def span(begin, name, start_ms, end_ms, *, own=None, parent=None, trace="ab" * 16):
    return {
        "traceId": trace, "spanId": own or f"{abs(hash((name, start_ms))) % 16**16:016x}",
        "parentSpanId": parent or "", "name": name,
        "startTimeUnixNano": str(begin + round(start_ms * MS)),
        "endTimeUnixNano": str(begin + round(end_ms * MS)),
    }  # fmt: skip


def traces(*spans):
    return {"resourceSpans": [{"scopeSpans": [{"spans": list(spans)}]}]}


def sent(at_ns, url, latency_ms, code=200):
    return {"url": url, "sent_realtime_ns": at_ns, "latency_ns": round(latency_ms * MS),
            "code": code}  # fmt: skip


def noted(at_ns, name, waited_ms, took_ms=1):
    return {"class": name, "secure": False, "arrived_realtime_ns": at_ns, "failed": False,
            "waited_ns": round(waited_ms * MS), "took_ns": round(took_ms * MS)}  # fmt: skip


@pytest.fixture
def begin(start):
    return int(start.segments["start_ns"].min())


@pytest.fixture
def folder(tmp_path, start, make_set, make_log):
    return make_set(tmp_path / "set", start, make_log(start))


@pytest.fixture
def page(folder, start, make_attribution, read_page):
    def render(**options):
        recording = open_recording(folder)
        html = render_report(recording, attribution=make_attribution(start), **options)
        made = read_page(html)
        assert made.faults == []
        return made

    return render


def sections(page):
    return [attrs["id"] for attrs in page.all("section")]


def test_a_start_without_spans_has_no_such_section(page):
    made = page()
    assert not {"account", "waits"} & set(sections(made))
    assert made.data["account"] is None
    assert made.data["waits"] is None


def test_parts_stand_longest_first_with_what_they_are_blamed_on(page, folder, begin, start):
    lines = [
        traces(span(begin, "start", 34, 1900, own="11" * 8)),
        traces(
            span(begin, "look up", 34, 97, parent="11" * 8),
            span(begin, "database", 236, 440, parent="11" * 8),
            span(begin, "cache later", 1400, 1880, parent="11" * 8),
        ),
        "damaged",
    ]
    keep(folder / "01-strace", "spans", *lines)
    made = page()
    order = sections(made)
    assert order.index("threads") < order.index("account") < order.index("milestones")
    parts = made.data["account"]["parts"]
    assert [part["name"] for part in parts] == ["start", "cache later", "database", "look up", None]
    assert parts[-1]["kind"] == "before"
    assert sum(part["path_ns"] for part in parts) == start.window_ns
    look_up = parts[3]
    assert look_up["path_ns"] == 63 * MS
    assert sum(cause["duration_ns"] for cause in look_up["causes"]) == 63 * MS
    assert look_up["causes"][0]["cause"] == "DNS lookup"
    assert re.search(r"look up 63\.0 ms 63\.0 ms DNS lookup \d+\.\d ms", made.shown)
    assert re.search(r"cache later 480 ms none", made.shown)
    assert "before its first span" in made.shown
    assert "start outside its own parts" in made.shown
    assert (
        "1 of the 4 parts that the program notes ran only after “ready”, the last until 1.88 s"
        in made.shown
    )
    assert "1 lines, spans or events of the artefact were not understood" in made.shown


def test_spans_of_later_requests_are_no_part_of_the_start(page, folder, begin, start):
    late = span(begin, "GET /pay", 5000, 5100, trace="cd" * 16)
    keep(folder / "01-strace", "spans", traces(span(begin, "init", 0, 900), late))
    made = page()
    assert made.data["account"]["left_out"] == 1
    assert "GET /pay" not in made.shown
    assert "the time from exec to 1.23 s" in made.shown


def test_rankings_that_differ_and_agree_are_told(page, folder, begin, start):
    keep(
        folder / "01-strace", "spans",
        traces(span(begin, "all the rest", 97, 1230), span(begin, "names", 30, 97)),
    )  # fmt: skip
    assert re.search(
        r"[89]\d\.\d % of the time is in the part that the spans say, and", page().shown
    )


def test_time_of_spans_at_once_is_told_and_ranks_nothing(page, folder, begin):
    keep(
        folder / "01-strace", "spans",
        traces(span(begin, "one", 100, 900), span(begin, "two", 100, 800)),
    )  # fmt: skip
    shown = page().shown
    assert "Several spans were open at once: 1.40 s, added up" in shown
    assert "700 ms shared" in shown
    assert "of the time is in the part" not in shown


@pytest.mark.parametrize(
    "attack",
    ['<script>alert("x")</script>', "\x1b[31mred\x00", "password=hunter2secret", "x" * 100_000,
     "{{ 7*7 }}"],
)  # fmt: skip
def test_names_of_spans_and_requests_are_text_and_no_more(
    attack, folder, page, begin, start, make_attribution, read_page
):
    keep(folder / "01-strace", "spans", traces(span(begin, attack, 10, 900)))
    keep(folder / "02-none", "requests", noted(begin + 10**9, attack, 5))
    html = render_report(open_recording(folder), attribution=make_attribution(start))
    made = read_page(html)
    assert made.faults == []
    assert "account" in sections(made)
    assert "waits" in sections(made)
    assert len(made.all("script")) == 1
    assert "\x1b" not in html
    assert "hunter2secret" not in html
    assert "x" * 100 not in html
    assert len(made.data["account"]["parts"][0]["name"]) <= 60
    plain = render_report(
        open_recording(folder), attribution=make_attribution(start), log_lines=False
    )
    assert "alert" not in plain
    assert "span 1" in read_page(plain).shown
    assert "class 1" in read_page(plain).shown


def test_who_waited_is_of_the_untraced_starts(page, folder, begin):
    for name, slow in (("02-none", 300), ("04-none", 100)):
        ready = begin + (902 if name == "02-none" else 931) * MS
        keep(
            folder / name, "load",
            *(sent(ready + i * 300 * MS, "http://127.0.0.1:8080/pay?n=1", slow if i == 0 else 5)
              for i in range(6)),
            sent(ready, "https://127.0.0.1:8443/quote", 7, code=503),
        )  # fmt: skip
        keep(
            folder / name, "requests", noted(ready + 2 * MS, "pay", slow - 10), noted(ready, "x", 0)
        )
    keep(folder / "01-strace", "load", sent(begin, "http://127.0.0.1:8080/traced", 9))
    made = page()
    waits = made.data["waits"]
    assert (waits["starts"], waits["traced"]) == (2, False)
    pay = waits["classes"][0]
    assert pay == {
        "name": "pay", "number": 12, "failed": 0, "early": 8, "first_ns": 200 * MS,
        "median_ns": 5 * MS, "p95_ns": pay["p95_ns"], "slowest_ns": 300 * MS, "noted": 2,
        "waited": 2, "longest_wait_ns": 290 * MS,
    }  # fmt: skip
    assert "2 of the 4 requests from the health answer on had to wait" in made.shown
    assert "for up to 290 ms" in made.shown
    assert re.search(r"quote over TLS 2 2 failed 2 7\.00 ms", made.shown)
    assert "traced" not in {row["name"] for row in waits["classes"]}


def test_a_single_start_tells_of_its_own_requests(
    folder, begin, start, make_attribution, read_page
):
    keep(folder / "01-strace", "requests", noted(begin + 1232 * MS, "page", 0))
    recording = open_recording(folder / "01-strace")
    made = read_page(render_report(recording, attribution=make_attribution(start)))
    assert "None of the 1 requests from the health answer on had to wait" in made.shown
    assert "this start, which ran under strace" in made.shown


def test_what_cannot_be_used_is_told_and_the_rest_shown(page, folder):
    keep(folder / "01-strace", "spans", "no", "spans")
    keep(folder / "02-none", "load", {})
    (folder / "02-none" / "load.jsonl").unlink()
    made = page()
    assert "waterfall" in sections(made)
    assert "The program's spans could not be used: no line of it is OTLP JSON" in made.shown
    assert (
        "The program's requests could not be used: the load artefact cannot be read" in made.shown
    )


def test_the_gateways_good_day_tells_what_was_moved_and_who_waited(root, read_page):
    folder = root / "data" / "recordings" / "gateway_after"
    if not folder.exists():
        pytest.skip("the gateway is not recorded")
    made = read_page(render_report(open_recording(folder)))
    assert made.faults == []
    assert re.search(
        r"\d+ of the \d+ parts that the program notes ran only after “ready”", made.shown
    )
    assert re.search(r"[\d,]+ of the [\d,]+ requests from the health answer on had to", made.shown)
    parts = {part["name"]: part for part in made.data["account"]["parts"]}
    assert parts["certificate"]["path_ns"] == 0
    assert parts["certificate"]["after_ns"] > 100 * MS
    assert made.data["waits"]["traced"] is False
    assert any(row["waited"] for row in made.data["waits"]["classes"])
