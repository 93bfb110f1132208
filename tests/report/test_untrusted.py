"""What a hostile log may try: none of it may reach a page as more than text."""

from __future__ import annotations

import pandas as pd
import pytest

from coldstart_lab.recording import open_recording
from coldstart_lab.report import render_report
from coldstart_lab.report.writing import MOST_BYTES

SECRETS = {
    "password=hunter2secret": "hunter2secret",
    "postgres://app:s3cr3tpw@10.1.4.7/db": "s3cr3tpw",
    "Authorization: Bearer abcDEF123456ghi": "abcDEF123456ghi",
    "-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBgkqh\\n-----END PRIVATE KEY-----": "MIIEvQIBADAN",
    "api_key=AKIAIOSFODNN7EXAMPLE": "AKIAIOSFODNN7EXAMPLE",
}
ATTACKS = [
    '<script>alert("xss")</script>',
    "</script><script>alert(1)</script>",
    "</title><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "{{ 7*7 }}{% raw %}",
    "<!--<script>",
    "\u2028\u2029&amp;&lt;",
    "]]>",
]


def build(folder, make_set, make_log, make_attribution, start, text, **changes):
    make_set(folder, start, make_log(start, text=text))
    recording = open_recording(folder)
    return render_report(recording, attribution=make_attribution(start, **changes))


def hostile(start, synthetic, text):
    """Put a text into every place that comes from a log."""
    count = len(start.segments)
    segments = start.segments.assign(
        cause=pd.Categorical([f"{text} {i % 3}" for i in range(count)]),
        subject=pd.array([text] * count, dtype="string"),
        comm=pd.array([text] * count, dtype="string"),
    )
    return {
        "segments": segments,
        "causes": synthetic.causes_of(segments),
        "threads": start.threads.assign(comm=pd.array([text] * len(start.threads), dtype="string")),
        "milestones": start.milestones.assign(detail=pd.array([text] * 5, dtype="string")),
        "after": pd.DataFrame({"pid": [1], "comm": [text], "duration_ns": [5]}),
        "notes": [text],
    }


@pytest.mark.parametrize("attack", ATTACKS)
def test_markup_stays_text(
    attack, start, synthetic, make_set, make_log, make_attribution, read_page, tmp_path
):
    changes = hostile(start, synthetic, attack)
    safe = attack.replace('"', '\\"')
    html = build(tmp_path, make_set, make_log, make_attribution, start, safe, **changes)
    page = read_page(html)
    assert page.faults == []
    assert len(page.all("script")) == 1
    assert page.all("img") == []
    assert not any(name.startswith("on") for _, attrs in page.elements for name in attrs)
    assert page.data["format"] == 1
    assert "49" not in page.data["causes"][0]["cause"].replace(attack, "")


@pytest.mark.parametrize("planted", SECRETS)
def test_secrets_do_not_survive(
    planted, start, synthetic, make_set, make_log, make_attribution, tmp_path
):
    changes = hostile(start, synthetic, planted)
    html = build(tmp_path, make_set, make_log, make_attribution, start, planted, **changes)
    assert SECRETS[planted] not in html


def test_arguments_of_the_program_are_redacted_again(
    start, make_set, make_log, make_attribution, tmp_path
):
    argv = ("/srv/coldstart/payment", "--db-password", "hunter2secret", "--token=t0ps3cr3tvalue")
    make_set(tmp_path, start, make_log(start), argv=argv)
    html = render_report(open_recording(tmp_path), attribution=make_attribution(start))
    assert "hunter2secret" not in html
    assert "t0ps3cr3tvalue" not in html
    assert "--db-password" in html


@pytest.mark.parametrize(
    "text",
    ["x" * 1_000_000, "\udcff\udcfe\udc80", "\x1b[31mred\x07\x00\x08", "\u202eevil", "$\\frac{1}$"],
    ids=["a megabyte", "invalid UTF-8", "terminal escapes", "bidi override", "formula"],
)
def test_strange_lines_are_shown_harmless_and_short(
    text, start, synthetic, make_set, make_log, make_attribution, read_page, tmp_path
):
    few = synthetic.Start(
        segments=start.segments.head(4),
        causes=synthetic.causes_of(start.segments.head(4)),
        threads=start.threads,
        tiles=start.tiles,
        milestones=start.milestones,
        window_ns=int(start.segments.head(4)["duration_ns"].sum()),
    )
    shown = text if not text.startswith("\udcff") else "\\udcff"
    changes = hostile(few, synthetic, shown[:20_000])
    html = build(tmp_path, make_set, make_log, make_attribution, few, text, **changes)
    assert len(html.encode("utf-8")) < MOST_BYTES
    page = read_page(html)
    assert page.faults == []
    assert not any(ord(char) < 32 and char not in "\n\t" for char in html)
    assert "\u202e" not in html


def test_secret_in_the_middle_of_a_megabyte_line(
    start, make_set, make_log, make_attribution, tmp_path
):
    text = "y" * 300 + " password=hunter2secret " + "x" * 1_000_000
    few_lines = start.segments.head(3)
    few = type(start)(
        few_lines, start.causes.head(0), start.threads, start.tiles, start.milestones, 1
    )
    make_set(tmp_path, few, make_log(few, text=text))
    html = render_report(open_recording(tmp_path), attribution=make_attribution(start))
    assert "hunter2secret" not in html
