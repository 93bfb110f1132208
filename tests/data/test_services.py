"""The services that are recorded: their sources are in order, and they start."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

SERVICES = Path(__file__).parents[2] / "data" / "services"
GO = {"GOTOOLCHAIN": "local", "GOPROXY": "off", "GOFLAGS": "-buildvcs=false"}


@pytest.mark.needs("go", "gcc")
@pytest.mark.parametrize("service", ["checkout", "backend"])
@pytest.mark.parametrize("cgo", ["0", "1"])
def test_sources_are_formatted_and_vetted(service, cgo):
    folder = SERVICES / service
    assert subprocess.check_output(["gofmt", "-l", "."], cwd=folder) == b""
    environment = {**os.environ, **GO, "CGO_ENABLED": cgo}
    subprocess.run(["go", "vet", "./..."], cwd=folder, env=environment, check=True)


@pytest.mark.needs("go")
@pytest.mark.parametrize(
    "folder",
    [SERVICES / "payment_gateway", SERVICES.parent / "lab" / "tools"],
    ids=lambda at: at.name,
)
def test_sources_whose_modules_are_not_at_hand_are_formatted(folder):
    assert subprocess.check_output(["gofmt", "-l", "."], cwd=folder) == b""


@pytest.mark.needs("go")
def test_marks_are_formatted_vetted_and_right():
    folder = SERVICES / "marks"
    assert subprocess.check_output(["gofmt", "-l", "."], cwd=folder) == b""
    for command in ("vet", "test"):
        subprocess.run(["go", command, "./..."], cwd=folder, env={**os.environ, **GO}, check=True)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    sources = tmp_path_factory.mktemp("services")
    shutil.copytree(SERVICES, sources, dirs_exist_ok=True)
    prefix = tmp_path_factory.mktemp("built")
    subprocess.run([sources / "build.sh", prefix], check=True)
    return prefix


@pytest.fixture
def ports():
    """Give a free port of loopback by name: the real ones are not for everybody to bind."""
    names = ("dns", "keys", "database", "control", "plain", "secure")
    kinds = [socket.SOCK_DGRAM if name == "dns" else socket.SOCK_STREAM for name in names]
    open_sockets = [socket.socket(socket.AF_INET, kind) for kind in kinds]
    for one in open_sockets:
        one.bind(("127.0.0.1", 0))
    found = {name: one.getsockname()[1] for name, one in zip(names, open_sockets, strict=True)}
    for one in open_sockets:
        one.close()
    return found


@pytest.fixture
def backend(built, ports, tmp_path):
    at = {name: f"127.0.0.1:{port}" for name, port in ports.items()}
    argv = [built / "backend" / "backend", "-ca", tmp_path / "ca.pem", "-dns", at["dns"]]
    argv += ["-upstream", at["keys"], "-database", at["database"], "-control", at["control"]]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout.readline() == "backend ready\n"
            yield tmp_path / "ca.pem"
        finally:
            process.terminate()
    assert process.returncode == 0


def _configure(root, ports, ca):
    for name, changes in {
        "upstream.json": {
            "port": ports["keys"],
            "ca_file": str(ca),
            "migration_url": f"http://127.0.0.1:{ports['control']}/migrate",
        },
        "database.json": {"port": ports["database"]},
    }.items():
        path = root / "config" / name
        path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def _healthy(url):
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return answer.status
        except urllib.error.URLError:
            time.sleep(0.02)
    return None


@pytest.mark.needs("go", "gcc")
@pytest.mark.parametrize("variant", ["static", "cgo"])
def test_the_service_starts_and_marks_its_parts(variant, built, backend, ports, tmp_path):
    root, marks = built / "checkout" / variant, tmp_path / "{pid}.jsonl"
    _configure(root, ports, backend)
    argv = [root / "checkout", "serve", "-root", root, "-marks", marks]
    argv += ["-dns", f"127.0.0.1:{ports['dns']}", "-listen", f"127.0.0.1:{ports['plain']}"]
    argv += ["-listen-tls", f"127.0.0.1:{ports['secure']}"]
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        assert _healthy(f"http://127.0.0.1:{ports['plain']}/healthz") == 200
    finally:
        process.terminate()
        said, _ = process.communicate(timeout=30)
    assert process.returncode == 0, said
    lines = (tmp_path / f"{process.pid}.jsonl").read_text().splitlines()
    names = {mark.get("name") for mark in map(json.loads, lines)}
    assert {"init rules", "assets unpack", "migrate apply", "listening", "ready", "warm"} <= names
    searched = {f"payments search {name}" for name in ("cards", "wallets", "vouchers")}
    assert (searched <= names) == (variant == "cgo")
