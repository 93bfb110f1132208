"""What the repository publishes is sound, and says nothing of the machine it was made on."""

from __future__ import annotations

import getpass
import gzip
import ipaddress
import json
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from coldstart_lab.recording import read_manifest
from coldstart_lab.recording.artefacts import check_artefact, read_artefact

ROOT = Path(__file__).parents[2]
DATA = ROOT / "data"
# files do not depend on the version of pandas
pytestmark = pytest.mark.slow

SETS = sorted(path.parent for path in DATA.glob("recordings/*/manifest.json"))
STARTS = sorted(path.parent for path in DATA.glob("recordings/*/*/manifest.json"))
LARGEST_SET = 1 << 20
LARGEST_GATEWAY_SET = 20 << 20
LARGEST_IN_ALL = 40 << 20
# by the program started: the mark of its first health answer, and whose spans there are
PROGRAMS = {
    "checkout": ("ready", {"checkout", "migrate"}),
    "entrypoint": ("health answered", {"entrypoint", "gateway"}),
    "gateway": ("health answered", {"gateway"}),
}

# what every lab has in common; a machine that happens to be called so tells nothing
# (and "vm" is a folder of /proc/sys)
NEUTRAL_NAMES = {"localhost", "lab", "root", "checkout", "backend", "vm"}
NEUTRAL_FOLDERS = {"/", "/tmp", "/srv", "/opt", "/usr", "/usr/local", "/var"}
LEAKS = {
    "a home folder": rb"/(?:root|home|Users)(?![\w.-])",
    "an e-mail address": rb"[\w.+-]+@[a-zA-Z0-9-]+\.[a-zA-Z]{2,}\b",
    "a private key": rb"PRIVATE KEY",
    "a token": rb"\b(?:gh[opsu]_\w{20,}|AKIA[0-9A-Z]{16}|eyJ[\w-]{10,}\.[\w-]{10,}|xox[abp]-\w{8,}"
    rb"|[Bb]earer [\w.~+/-]{8,})",
    "a password": rb"(?i)\b(?:password|passwd|secret|api_?key)\\?[\"']?\s*[:=]\s*\\?[\"']?\w",
    "a node name": rb'nodename="(?!lab")',
    "a control group": rb"[/-][0-9a-f]{32,}\b(?=[\\/\n])",
    "a mounted image": rb"overlay|lowerdir|/var/lib/docker",
}
IPV4 = re.compile(rb"(?<![\w.\\])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])")
IPV6 = re.compile(rb'(?:inet_pton\(AF_INET6, "|TCPv6:\[\[|UDPv6:\[\[)([0-9a-f:.]+)')
ALLOWED = [
    ipaddress.ip_network(text)
    for text in ("127.0.0.0/8", "0.0.0.0/32", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24",
                 "::1/128", "::/128", "::ffff:127.0.0.0/104", "2001:db8::/32")
]  # fmt: skip


def _here() -> dict[str, bytes]:
    """Give what names this machine, its user and the place of this repository."""
    folders = {
        "this repository's folder": ROOT,
        "its workplace": ROOT.parent,
        "this Python": Path(sys.prefix),
        "this user's folder": Path.home(),
    }
    words = {"this machine": socket.gethostname(), "this user": getpass.getuser()}
    names = {what: str(at) for what, at in folders.items() if str(at) not in NEUTRAL_FOLDERS}
    names |= {what: word for what, word in words.items() if word not in NEUTRAL_NAMES}
    return {
        what: rb"(?<![\w.-])" + re.escape(name.encode()) + rb"(?![\w-])"
        for what, name in names.items()
    }


def find_leaks(text: bytes) -> list[str]:
    """List what a text tells that it should not."""
    found = [
        f"{what}: {match[0]!r}"
        for what, pattern in {**LEAKS, **_here()}.items()
        for match in re.finditer(pattern, text)
    ]
    for address in [*IPV4.findall(text), *IPV6.findall(text)]:
        try:
            known = ipaddress.ip_address(address.decode())
        except ValueError:  # four numbers that are no address
            continue
        if not any(known in network for network in ALLOWED):
            found.append(f"an address: {known}")
    return found


def _published():
    for path in sorted(DATA.rglob("*")):
        generated = "assets/files/section" in path.as_posix() and path.suffix == ".gz"
        cached = any(part == "__pycache__" or part.endswith("_cache") for part in path.parts)
        if path.is_file() and not generated and not cached:
            yield path


def _content(path):
    content = read_artefact(path) if path.suffix == ".zst" else path.read_bytes()
    return gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content


def _is_chance(path, leak):
    """Say whether this is of lengths beside texts, which in binary files look like addresses."""
    binary = path.name.endswith(("trace.out.zst", ".pprof.zst"))
    return binary and leak.startswith("an e-mail address: b'")


def _id(path):
    return str(path.relative_to(DATA))


@pytest.mark.parametrize(
    "leak",
    [
        "open(/{}/.config)".format("root"),
        "/home/someone/x",
        "=/Users/someone",
        "mail to someone@example.org",
        "-----BEGIN RSA PRIVATE KEY-----",
        "Authorization: Bearer abcdefghijkl",
        '"password": "x"',
        'uname({sysname="Linux", nodename="host7", ...})',
        "4:memory:/api/7960f30be5d5a7a025bd5a5c1f2e2de6\\n",
        "connect(3, 10.1.2.3:80)",
        'inet_pton(AF_INET6, "2a00:1450::1"',
        str(ROOT / "data"),
        sys.prefix,
    ],
)
def test_the_search_finds_what_it_looks_for(leak):
    assert find_leaks(f"4242 {leak} = 0\n".encode())


def test_the_search_lets_pass_what_every_lab_has():
    assert not find_leaks(
        b'uname({sysname="Linux", nodename="lab"}) 127.0.0.53:53 [::1]:80 version 1.2.3.4.5 '
        b'openat("/srv/coldstart/checkout/static/config/service.json") sha256 0f25a5d6df5f571d5374'
    )


def test_there_are_sets_of_both_variants_with_traced_and_untraced_starts():
    for name in ("checkout_static", "checkout_cgo"):
        members = read_manifest(DATA / "recordings" / name)["members"]
        observers = ["+".join(member["observers"]) for member in members]
        assert observers.count("strace") >= 3
        assert observers.count("") >= 3


@pytest.mark.parametrize("folder", SETS, ids=_id)
def test_a_set_is_small_and_holds_what_its_manifest_names_and_no_more(folder):
    members = {member["path"] for member in read_manifest(folder)["members"]}
    assert {path.name for path in folder.iterdir()} == {*members, "manifest.json"}
    largest = LARGEST_GATEWAY_SET if folder.name.startswith("gateway") else LARGEST_SET
    assert _size(folder) <= largest


def test_all_recordings_are_small():
    assert _size(DATA / "recordings") <= LARGEST_IN_ALL


def _size(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("folder", STARTS, ids=_id)
def test_artefacts_are_what_the_manifest_says(folder):
    manifest = read_manifest(folder)
    entries = manifest["artefacts"]
    assert {path.name for path in folder.iterdir()} == {
        *(entry["path"] for entry in entries),
        "manifest.json",
    }
    for entry in entries:
        assert check_artefact(folder, entry, content=True) is None
        assert len(read_artefact(folder / entry["path"])) == entry["content_bytes"]
    assert manifest["outcome"]["result"] == "ready"


@pytest.mark.parametrize("path", list(_published()), ids=_id)
def test_nothing_published_names_its_makers(path):
    assert [leak for leak in find_leaks(_content(path)) if not _is_chance(path, leak)] == []
    assert find_leaks(_id(path).encode()) == []


@pytest.mark.parametrize("folder", STARTS, ids=_id)
def test_marks_are_of_this_start_and_both_clocks_agree(folder):
    manifest = read_manifest(folder)
    times = {entry["name"]: entry["time_ns"] for entry in manifest["milestones"]}
    lines = read_artefact(folder / "marks.jsonl.zst").splitlines()
    marks = [json.loads(line) for line in lines]
    answered, processes = PROGRAMS[Path(manifest["program"]["argv"][0]).name]
    service = {
        mark["name"]: mark["realtime_ns"]
        for mark in marks
        if mark["kind"] == "instant" and mark["process"] in ("checkout", "gateway")
    }
    order = [service[name] for name in ("first package init", "listening", answered, "warm")]
    assert order == sorted(order)
    assert times["exec"] < service["first package init"]
    # the probe sees the answer after the service gave it, or while it marks that it has
    assert abs(times["ready"] - service[answered]) < 20_000_000
    spans = [mark for mark in marks if mark["kind"] == "span"]
    assert {mark["process"] for mark in spans} == processes
    for mark in spans:
        monotonic = mark["end_monotonic_ns"] - mark["begin_monotonic_ns"]
        assert monotonic >= 0
        assert abs(monotonic - (mark["end_realtime_ns"] - mark["begin_realtime_ns"])) < 2_000_000


NAMED_IN_README = ("checkout_static", "checkout_cgo", "gateway_before", "gateway_after")


def test_the_tables_of_the_readme_are_what_the_marks_say():
    sets = [f"recordings/{name}" for name in NAMED_IN_README]
    said = subprocess.check_output([sys.executable, "summarise_marks.py", *sets], cwd=DATA)
    assert said.decode() in (DATA / "recordings" / "README.md").read_text()
