"""Requests as their sender and the service noted them."""

from __future__ import annotations

import gzip
import json

import pytest

from coldstart_lab.errors import UnreadableInputError
from coldstart_lab.readers.requests import read_requests
from coldstart_lab.tables import REQUEST_LOSSES, REQUESTS

SENT = {"url": "https://127.0.0.1:8443/quote?n=6", "sent_realtime_ns": 1_795_462_385_134_729_987,
        "latency_ns": 839_642, "code": 200}  # fmt: skip
NOTED = {"class": "pay", "secure": False, "arrived_realtime_ns": 1_795_462_385_135_299_818,
         "waited_ns": 3_665, "took_ns": 19_980, "failed": False}  # fmt: skip


def write(path, *lines):
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    path.write_bytes(gzip.compress(text.encode("utf-8", "surrogateescape")))
    return path


def test_both_forms_are_read(tmp_path):
    log = read_requests(write(tmp_path / "x", SENT, NOTED, SENT | {"code": 0}))
    REQUESTS.validate(log.requests)
    assert log.losses.empty
    assert log.requests["name"].tolist() == ["quote over TLS", "pay", "quote over TLS"]
    assert log.requests["side"].tolist() == ["client", "service", "client"]
    assert log.requests["failed"].tolist() == [False, False, True]
    assert log.requests["waited_ns"].isna().tolist() == [True, False, True]
    assert log.requests["start_ns"].iloc[0] == SENT["sent_realtime_ns"]


def test_what_is_no_request_is_kept_apart(tmp_path):
    bad = ["", "x", "[]", "{}", SENT | {"latency_ns": 1.5}, SENT | {"sent_realtime_ns": -1},
           NOTED | {"took_ns": 1 << 63}, SENT | {"url": "http://[::1"}, "\udcff"]  # fmt: skip
    log = read_requests(write(tmp_path / "x", *bad, NOTED))
    REQUEST_LOSSES.validate(log.losses)
    assert log.requests["line"].tolist() == [10]
    assert log.losses["line"].tolist() == [2, 3, 4, 5, 6, 7, 8, 9]
    assert read_requests(write(tmp_path / "y")).requests.empty
    with pytest.raises(UnreadableInputError):
        read_requests(tmp_path / "none")
