"""Traces in OTLP JSON: what exporters write, what is damaged, and what tries to do harm."""

from __future__ import annotations

import gzip
import json
import lzma

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coldstart_lab.errors import UnreadableInputError
from coldstart_lab.readers import find_reader, read
from coldstart_lab.readers.otlp import read_otlp, sniff_otlp
from coldstart_lab.tables import OTLP_LOSSES, OTLP_SPAN_EVENTS, OTLP_SPANS, OTLP_SUMMARY

T0 = 1_795_462_376_243_279_665
TRACE, ROOT, CHILD = "0ce8864105e057b20087968cf5b0a760", "9c2720e7ea5f8d66", "335411b3a595411f"


def span(name="init", **changes):
    base = {
        "traceId": TRACE,
        "spanId": CHILD,
        "parentSpanId": ROOT,
        "name": name,
        "kind": 1,
        "startTimeUnixNano": str(T0),
        "endTimeUnixNano": str(T0 + 250_000_001),
        "status": {},
    }
    return {key: value for key, value in (base | changes).items() if value is not None}


def request(*spans, service="payment_gateway", scope="example.com/gateway"):
    about = [{"key": "service.name", "value": {"stringValue": service}}]
    scoped = [{"scope": {"name": scope}, "spans": list(spans)}]
    return {"resourceSpans": [{"resource": {"attributes": about}, "scopeSpans": scoped}]}


def write(path, *documents):
    text = "".join(json.dumps(document) + "\n" for document in documents)
    path.write_text(text, encoding="utf-8")
    return path


def counts(traces):
    return dict(zip(traces.summary["item"], traces.summary["count"], strict=True))


def check_lines(traces):
    found = counts(traces)
    named = sum(count for item, count in found.items() if item.startswith("lines:"))
    assert named == found["lines"]
    for table, frame in (
        (OTLP_SPANS, traces.spans),
        (OTLP_SPAN_EVENTS, traces.span_events),
        (OTLP_SUMMARY, traces.summary),
        (OTLP_LOSSES, traces.losses),
    ):
        table.validate(frame)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "spans.otlp.jsonl"


def test_a_span_is_read_with_all_that_is_said_of_it(path):
    attributes = [
        {"key": "lane", "value": {"stringValue": "main"}},
        {"key": "cpu_ns", "value": {"intValue": "251265264"}},
        {"key": "share", "value": {"doubleValue": 0.5}},
        {"key": "cold", "value": {"boolValue": False}},
        {"key": "args", "value": {"arrayValue": {"values": [{"intValue": 1}, {}]}}},
        {"key": "of", "value": {"kvlistValue": {"values": [
            {"key": "id", "value": {"bytesValue": "AQI="}}]}}},
        {"key": "nothing"},
    ]  # fmt: skip
    events = [{"timeUnixNano": str(T0 + 5), "name": "listening",
               "attributes": [{"key": "port", "value": {"intValue": "8080"}}]}]  # fmt: skip
    status = {"code": 2, "message": "refused"}
    one = span(attributes=attributes, events=events, status=status, links=[{}, {}])
    root = span("start", spanId=ROOT, parentSpanId="", kind=2)
    traces = read_otlp(write(path, request(one), request(root, service="worker")))
    check_lines(traces)
    row = traces.spans.iloc[0]
    assert (row["trace_id"], row["span_id"], row["parent_id"]) == (TRACE, CHILD, ROOT)
    assert (row["start_ns"], row["end_ns"] - row["start_ns"]) == (T0, 250_000_001)
    assert (row["kind"], row["status"], row["status_message"]) == ("internal", "error", "refused")
    assert (row["service"], row["scope"]) == ("payment_gateway", "example.com/gateway")
    assert json.loads(row["attributes"]) == {
        "lane": "main",
        "cpu_ns": 251265264,
        "share": 0.5,
        "cold": False,
        "args": [1, None],
        "of": {"id": "AQI="},
        "nothing": None,
    }
    assert json.loads(row["resource"]) == {"service.name": "payment_gateway"}
    assert traces.spans["parent_id"].isna().tolist() == [False, True]
    assert traces.spans["line"].tolist() == [1, 2]
    (event,) = traces.span_events.to_dict("records")
    assert (event["name"], event["time_ns"], event["span_id"]) == ("listening", T0 + 5, CHILD)
    assert json.loads(event["attributes"]) == {"port": 8080}
    found = counts(traces)
    assert (found["spans"], found["traces"], found["services"]) == (2, 1, 2)
    assert found["span links (not kept)"] == 2
    assert traces.losses.empty


def test_writers_that_follow_protobuf_are_understood(path):
    other = {
        "trace_id": "DOiGQQXgV7IAh5aM9bCnYA==",
        "span_id": "M1QRs6WVQR8=",
        "name": "dial",
        "kind": "SPAN_KIND_CLIENT",
        "start_time_unix_nano": T0,
        "end_time_unix_nano": T0 + 1,
        "status": {"code": "STATUS_CODE_OK"},
    }
    old = {"instrumentationLibrarySpans": [{"spans": [span("old")]}]}
    document = {"resource_spans": [{"scope_spans": [{"spans": [other]}]}, old]}
    traces = read_otlp(write(path, document))
    row = traces.spans.iloc[0]
    assert (row["trace_id"], row["span_id"]) == (TRACE, CHILD)
    assert (row["kind"], row["status"], row["start_ns"]) == ("client", "ok", T0)
    assert traces.spans["name"].tolist() == ["dial", "old"]
    assert traces.spans["service"].isna().all()


def zstd(content):
    return pa.Codec("zstd").compress(content, asbytes=True)


@pytest.mark.parametrize("pack", [bytes, gzip.compress, lzma.compress, zstd])
def test_any_compression_is_unpacked(path, pack):
    write(path, *(request(span(f"part {i}")) for i in range(500)))
    content = path.read_bytes()
    path.write_bytes(pack(content))
    assert sniff_otlp(path)
    traces = read(path)
    assert len(traces.spans) == 500
    assert traces.count("bytes") == len(content)


def test_a_whole_document_is_read_however_it_is_laid_out(path):
    path.write_text(json.dumps(request(span(), span("b")), indent=2), encoding="utf-8")
    assert find_reader(path).name == "otlp"
    traces = read_otlp(path)
    check_lines(traces)
    assert traces.spans["name"].tolist() == ["init", "b"]
    assert traces.spans["line"].tolist() == [1, 1]
    path.write_text("")
    assert len(read_otlp(path).spans) == 0


def test_damage_costs_no_more_than_itself(path):
    good = json.dumps(request(span("good")))
    bad_spans = request(
        span("no begin", startTimeUnixNano=None),
        span("no number", endTimeUnixNano="soon"),
        span("too long", endTimeUnixNano=str(1 << 63)),
        span("a float", startTimeUnixNano=1.5e18),
        span("kind", kind=77),
        span("attributes", attributes={"not": "a list"}),
        span("infinite", attributes=[{"key": "x", "value": {"intValue": 1e999}}]),
        span("kept", events=[{"name": "no time"}, 7, {"name": "e", "timeUnixNano": 1}]),
        span("backwards", endTimeUnixNano=str(T0 - 5)),
    )
    lines = [
        good,
        good[:200],
        json.dumps(bad_spans),
        "",
        "not JSON at all",
        '{"resourceMetrics": []}',
        '{"resourceLogs": [{}]}',
        '{"spans": []}',
        "[1, 2]",
        '{"resourceSpans": {"not": "a list"}}',
        json.dumps({"resourceSpans": [{"resource": 3}, {"scopeSpans": [{"spans": 4}]}]}),
        "{}",
        '{"resourceSpans": []}',
        "[" * 100_000,
        good,
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    traces = read_otlp(path)
    check_lines(traces)
    assert traces.spans["name"].tolist() == ["good", "kept", "backwards", "good"]
    assert traces.span_events["name"].tolist() == ["e"]
    found = counts(traces)
    assert found["lines"] == 15
    assert found["lines: other signals"] == 2
    assert found["lines: not understood"] == 6
    assert found["lines: traces"] == 6
    assert found["spans and events not understood"] == 11
    assert found["spans that end before they begin"] == 1
    assert len(traces.losses) == 17
    text = path.read_bytes()
    for row in traces.losses[traces.losses["reason"].isin(["no JSON", "no OTLP"])].itertuples():
        line = text[row.offset :].split(b"\n")[0].decode()
        assert line == lines[row.line - 1]
        assert row.text == line[:4096]


def test_a_file_cut_off_is_read_as_far_as_it_goes(path):
    write(path, *(request(span(f"part {i * 7919}")) for i in range(2000)))
    packed = gzip.compress(path.read_bytes())
    path.write_bytes(packed[: len(packed) // 2])
    traces = read_otlp(path)
    assert 500 < len(traces.spans) < 1500
    assert "damaged file" in set(traces.losses["reason"])


def test_what_is_no_otlp_is_refused(path, tmp_path):
    for text in ("hello\n", '{"a": 1}\n', "\0" * 100):
        path.write_text(text)
        assert not sniff_otlp(path)
        with pytest.raises(UnreadableInputError, match="no line"):
            read_otlp(path)
    with pytest.raises(UnreadableInputError, match="cannot be read"):
        read_otlp(tmp_path / "none")
    assert not sniff_otlp(tmp_path)
    assert not sniff_otlp(tmp_path / "none")


def test_text_of_any_kind_can_be_written_as_utf_8(path):
    line = json.dumps(request(span("n\\ud800 \x1b[31m <b>", status={"message": "m"})))
    raw = line.replace("\\\\ud800", "\\ud800").encode() + b"\n"
    raw += json.dumps(request(span("NAME"))).encode().replace(b"NAME", b"\xff\xfe") + b"\n"
    path.write_bytes(raw)
    traces = read_otlp(path)
    assert traces.spans["name"].tolist() == ["n\\ud800 \x1b[31m <b>", "\\udcff\\udcfe"]
    for frame in traces.tables.values():
        frame.to_json(orient="records").encode("utf-8")


def test_the_card_counts_and_obeys_nothing(tmp_path):
    path = write(tmp_path / "<b>.jsonl", request(span()))
    traces = read_otlp(path)
    assert "1 spans of 1 traces and 1 services" in repr(traces)
    assert "&lt;b&gt;.jsonl" in traces._repr_html_()


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
KEYS = st.sampled_from(
    ["resourceSpans", "scopeSpans", "spans", "traceId", "name", "kind", "startTimeUnixNano",
     "endTimeUnixNano", "status", "attributes", "events", "links", "resource", "scope", "code"]
)  # fmt: skip


@given(changes=st.dictionaries(KEYS, VALUES, max_size=4), where=st.integers(0, 2))
def test_whatever_stands_in_a_field_is_a_loss_and_no_more(tmp_path_factory, changes, where):
    document = request(span())
    at = document["resourceSpans"][0]
    for step in ("scopeSpans", "spans")[:where]:
        at = at[step][0]
    at.update(changes)
    path = write(tmp_path_factory.mktemp("otlp") / "x.jsonl", request(span("first")), document)
    traces = read_otlp(path)
    check_lines(traces)
    assert traces.spans["name"].iloc[0] == "first"
