from __future__ import annotations

import importlib.util
import json
import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import matplotlib as mpl
import pandas as pd
import pytest

from coldstart_lab.recording import (
    milestone,
    new_manifest,
    new_set_manifest,
    open_recording,
    store_artefact,
    write_manifest,
)

mpl.use("Agg")


def _load():
    name = "coldstart_lab_synthetic_start"
    if name not in sys.modules:
        path = Path(__file__).parent.parent / "synthetic_start.py"
        spec = importlib.util.spec_from_file_location(name, path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


@pytest.fixture(scope="session")
def synthetic():
    return _load()


@pytest.fixture(scope="session")
def start(synthetic):
    return synthetic.make_start()


def log_of(start, *, text=None):
    """Write a log in which line n shows the segment that points to line n."""
    rows = {int(row.line): row for row in start.segments.itertuples()}
    first = int(start.segments["start_ns"].iloc[0])
    lines = []
    for number in range(1, max(rows) + 1):
        row = rows.get(number)
        at = first + number if row is None else int(row.start_ns)
        took = 0.000011 if row is None else row.duration_ns / 1e9
        call = "getpid()" if row is None or text is None else f'write(2</dev/null>, "{text}", 9)'
        if text is None and row is not None and not pd.isna(row.syscall):
            call = f'{row.syscall}(3</srv/coldstart/x>, "{row.subject}", 64)'
        if number == 1:
            call = 'execve("/srv/coldstart/payment", ["payment"], 0x7ffd /* 7 vars */)'
        lines.append(f"4242 {at // 10**9}.{at % 10**9:09d} {call} = 0 <{took:.9f}>")
    return ("\n".join(lines) + "\n").encode("utf-8", "surrogateescape")


def attribution_of(start, **changes):
    values = {
        "segments": start.segments,
        "causes": start.causes,
        "threads": start.threads,
        "tiles": start.tiles,
        "milestones": start.milestones,
        "window_ns": start.window_ns,
        "start_ns": int(start.segments["start_ns"].min()),
        "end_ns": int(start.segments["end_ns"].max()),
        "until": "ready",
        "unresolved_ns": int(start.causes["unresolved_ns"].sum()),
        "after": pd.DataFrame(
            {"pid": [4245, 4244], "comm": ["payment"] * 2, "duration_ns": [310_000_000, 8_000_000]}
        ),
        "notes": ["Goroutines are not seen: the wake-ups are those of threads."],
    }
    return SimpleNamespace(**(values | changes))


MACHINE = {
    "kernel": "Linux 6.12.9",
    "architecture": "x86_64",
    "cpu_model": "AMD EPYC 7543",
    "cpus_online": 8,
    "cpus_usable": 2,
    "memory_bytes": 16 << 30,
    "limits": {"NOFILE": [1024, 524288]},
    "cgroup": {"cpu_max": 2.0, "memory_max": None},
}


def write_set(folder, start, log, *, argv=("/srv/coldstart/payment", "--port", "8080")):
    first = int(start.segments["start_ns"].min())
    ready = {
        "01-strace": 1231,
        "02-none": 902,
        "03-strace": 1310,
        "04-none": 931,
        "05-strace": 1190,
    }
    members = []
    for name, ms in ready.items():
        traced = name.endswith("strace")
        own = folder / name
        entries = [store_artefact(own, "strace", log)] if traced else []
        end = first + (start.window_ns if name == "01-strace" else ms * 1_000_000)
        manifest = new_manifest(
            variant="static",
            recording_id=f"static-{name}",
            created="2026-11-23T13:00:00Z",
            program={
                "argv": list(argv),
                "environment_names": ["HOME", "PATH"],
                "binary": {"path": argv[0], "sha256": "ab" * 32, "size_bytes": 9_400_000},
            },
            observers=["strace"] if traced else [],
            strace={"version": "6.13", "arguments": ["-f", "-ttt", "-T", "-yy"]}
            if traced
            else None,
            machine=MACHINE,
            tools={"strace": "6.13", "coldstart_lab": "0.1.0"},
            milestones=[
                milestone("exec", first, source="launcher", uncertainty_ns=0),
                milestone(
                    "ready",
                    end,
                    source="probe",
                    uncertainty_ns=5_000_000,
                    detail="GET http://127.0.0.1:8080/healthz -> 200 from 127.0.0.1:45678",
                ),
            ],
            outcome={"result": "ready", "exit_code": 0, "signal_sent": "SIGTERM", "seconds": 2.0},
            artefacts=entries,
        )
        write_manifest(own, manifest)
        observers = manifest["observers"]
        members.append(
            {"path": name, "recording_id": manifest["recording_id"], "observers": observers}
        )
    write_manifest(folder, new_set_manifest(variant="static", members=members))
    return folder


@pytest.fixture(scope="session")
def set_folder(start, tmp_path_factory):
    return write_set(tmp_path_factory.mktemp("set"), start, log_of(start))


@pytest.fixture
def recording(set_folder):
    return open_recording(set_folder)


@pytest.fixture(scope="session")
def make_log():
    return log_of


@pytest.fixture(scope="session")
def make_attribution():
    return attribution_of


@pytest.fixture(scope="session")
def make_set():
    return write_set


class Page(HTMLParser):
    """What a browser would see of a page."""

    VOID = frozenset({"meta", "link", "img", "br", "input", "path", "use", "image", "rect"})

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.elements, self.open, self.faults = [], [], []
        self.text, self._script = [], None
        self.scripts = {}
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)
        if tag == "script":
            self._script = dict(attrs).get("id")

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag in self.VOID:
            return
        if not self.open or self.open[-1] != tag:
            self.faults.append((tag, list(self.open)))
        else:
            self.open.pop()

    def handle_data(self, data):
        if self.open and self.open[-1] == "script":
            self.scripts[self._script] = data
        elif self.open and self.open[-1] != "style":
            self.text.append(data)

    @property
    def shown(self):
        return re.sub(r"\s+", " ", " ".join(self.text))

    @property
    def data(self):
        return json.loads(self.scripts["coldstart-data"])

    def all(self, tag):
        return [attrs for found, attrs in self.elements if found == tag]


@pytest.fixture(scope="session")
def read_page():
    return Page
