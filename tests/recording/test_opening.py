# ruff: noqa: E501 - lines of a log are as long as they are
import gzip
import json
import lzma
import re

import pytest

from coldstart_lab.errors import MissingEvidenceError, UnreadableInputError, UsageError
from coldstart_lab.recording import (
    milestone,
    new_manifest,
    new_set_manifest,
    open_recording,
    open_recording_set,
    store_artefact,
    write_manifest,
)
from coldstart_lab.tables import MEMBERS, MILESTONES

T0 = 1_795_432_617


def log_text(ready_ms=500, *, secret="hunter22"):
    """A start that is ready so long after its exec, at T0 + 1 s."""
    at = 1000 + ready_ms
    return (
        f'100 {T0}.990000 execve("/srv/x", ["x"], 0x7ffd /* 2 vars */) = -1 ENOENT (No such file) <0.000010>\n'
        f'100 {T0 + 1}.000000 execve("/srv/coldstart/x", ["x", "--password", "{secret}"], 0x7ffd /* 2 vars */) = 0 <0.000500>\n'
        f"100 {T0 + 1}.100000 listen(3<TCP:[127.0.0.1:8080]>, 4096) = 0 <0.000020>\n"
        f'100 {T0 + at // 1000}.{at % 1000:03}000 write(1<pipe:[1]>, "<b>up</b> \\33[31m\\n", 10) = 10 <0.000050>\n'
        f"100 {T0 + 9}.000000 exit_group(0) = ?\n"
        f"100 {T0 + 9}.000100 +++ exited with 0 +++\n"
    ).encode()


def write_start(folder, *, ready_ms, traced=True, variant="static", artefacts=None):
    began_ns = T0 * 10**9 + 600_000_000 * traced
    exec_ns = (T0 + 1) * 10**9 if traced else began_ns
    milestones = [milestone("exec", began_ns, source="launcher")]
    if ready_ms is not None:
        ready_ns = exec_ns + ready_ms * 10**6 + 90_000
        milestones.append(milestone("ready", ready_ns, source="probe", detail="text:up"))
    stored = [store_artefact(folder, "stdout", b"up\n")]
    if traced:
        stored.append(store_artefact(folder, "strace", log_text(ready_ms or 500)))
    manifest = new_manifest(
        variant=variant,
        recording_id=f"{variant}-{folder.name}",
        observers=["strace"] if traced else [],
        milestones=milestones,
        outcome={"result": "timeout" if ready_ms is None else "ready", "exit_code": 0},
        program={
            "argv": ["x", "--password", "[redacted]", "</script><script>alert(1)"],
            "environment_names": ["PATH"],
            "binary": None,
        },
        machine={"kernel": "6.1", "cpu_model": "<i>cpu</i>"},
        artefacts=stored,
    )
    write_manifest(folder, manifest)
    member = {"path": folder.name, "recording_id": manifest["recording_id"]}
    return member | {"observers": manifest["observers"]}


@pytest.fixture
def a_set(tmp_path):
    folder = tmp_path / "set"
    starts = [(700, True), (50, False), (300, True), (60, False), (500, True), (None, True)]
    members = [
        write_start(folder / f"{number:02}-{'strace' if traced else 'none'}", ready_ms=ready_ms, traced=traced)
        for number, (ready_ms, traced) in enumerate(starts, start=1)
    ]  # fmt: skip
    write_manifest(folder, new_set_manifest(variant="static", members=members))
    return folder


def test_a_set_opens_with_all_its_starts(a_set):
    recordings = open_recording_set(a_set)
    members = recordings.members
    MEMBERS.validate(members)
    assert list(members["order"]) == [1, 2, 3, 4, 5, 6]
    assert list(members["observers"]) == ["strace", "none", "strace", "none", "strace", "strace"]
    assert list(members["outcome"]) == ["ready"] * 5 + ["timeout"]
    # counted from the program's own exec, not from when its tracer was started
    ready_ms = [round(value / 10**6, 2) for value in members["ready_ns"].dropna()]
    assert ready_ms == [700.09, 50.09, 300.09, 60.09, 500.09]
    assert [recording.path.name for recording in recordings.untraced] == ["02-none", "04-none"]
    assert len(recordings) == 6
    assert len(recordings.traced) == 4


def test_opening_a_set_gives_its_typical_traced_start(a_set):
    recording = open_recording(a_set)
    assert recording.path.name == "05-strace"
    assert len(recording.siblings) == 6
    assert open_recording(a_set / "01-strace").siblings is None
    assert open_recording(a_set / "manifest.json").path.name == "05-strace"


def test_of_two_the_faster_is_typical_and_of_none_ready_the_first(tmp_path):
    for name, times in (("two", (700, 300)), ("never", (None, None))):
        members = [write_start(tmp_path / name / f"{n}", ready_ms=ms) for n, ms in enumerate(times)]
        write_manifest(tmp_path / name, new_set_manifest(variant="static", members=members))
    assert open_recording(tmp_path / "two").path.name == "1"
    assert open_recording(tmp_path / "never").path.name == "0"


def test_a_set_without_traced_starts_says_so(tmp_path):
    members = [write_start(tmp_path / "01", ready_ms=5, traced=False)]
    write_manifest(tmp_path, new_set_manifest(variant="static", members=members))
    with pytest.raises(MissingEvidenceError, match="no start of this set"):
        open_recording(tmp_path)


def test_milestones_of_a_recording(a_set):
    recording = open_recording(a_set / "05-strace")
    milestones = recording.milestones
    MILESTONES.validate(milestones)
    assert list(milestones["name"]) == ["exec", "listening", "answered", "ready", "end"]
    assert milestones["time_ns"][0] == (T0 + 1) * 10**9
    assert list(milestones["line"].fillna(0)) == [2, 3, 4, 0, 6]
    assert recording.ready_milestone == "ready"
    milestones.loc[:, "name"] = "spoilt"
    assert recording.ready_milestone == "ready"
    assert recording.strace is recording.strace


def test_the_best_milestone_known_is_taken(a_set, tmp_path):
    assert open_recording(a_set / "06-strace").ready_milestone == "listening"
    log = tmp_path / "bare.log"
    log.write_bytes(b"".join(log_text().splitlines(keepends=True)[:2]))
    assert open_recording(log).ready_milestone == "end"
    log.write_bytes(re.sub(rb"\d+\.\d{6} ", b"", log_text()))
    with pytest.raises(MissingEvidenceError, match="no times"):
        _ = open_recording(log).ready_milestone


def test_a_log_of_another_clock_does_not_mix_with_the_manifest(tmp_path):
    write_start(tmp_path, ready_ms=500)
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    text = re.sub(rb"1795432(\d{3})\.", rb"10:00:0\1.", log_text())
    text = re.sub(rb"10:00:0\d(\d)(\d)", rb"10:00:0\2", text)
    entry = store_artefact(tmp_path, "strace", text)
    manifest["artefacts"] = [entry]
    write_manifest(tmp_path, manifest)
    recording = open_recording(tmp_path)
    assert recording.strace.clock == "time-of-day"
    assert "ready" not in set(recording.milestones["name"])
    assert "common clock" in recording._repr_html_()


@pytest.mark.parametrize("form", ["plain", "gz", "xz", "zst"])
def test_bare_logs_open_as_they_are(tmp_path, form):
    path = tmp_path / "trace.log"
    if form == "zst":
        path = tmp_path / store_artefact(tmp_path, "strace", log_text())["path"]
    else:
        pack = {"plain": bytes, "gz": gzip.compress, "xz": lzma.compress}[form]
        path.write_bytes(pack(log_text()))
    recording = open_recording(path)
    assert recording.artefact("strace") == path
    assert recording.observers == ("strace",)
    assert list(recording.milestones["name"]) == ["exec", "listening", "end"]
    assert recording.verify() == []
    assert recording.ready_ns is None
    with pytest.raises(MissingEvidenceError, match="no stdout"):
        recording.artefact("stdout")


def test_a_folder_of_ff_files_opens(tmp_path):
    for pid in (100, 101):
        lines = log_text().splitlines(keepends=True)[pid - 99 :]
        (tmp_path / f"log.{pid}").write_bytes(b"".join(line[4:] for line in lines))
    recording = open_recording(tmp_path)
    assert set(recording.strace.events["pid"]) == {100, 101}


def test_what_is_no_recording_is_refused(tmp_path, a_set):
    with pytest.raises(UnreadableInputError):
        open_recording(tmp_path / "nothing")
    (tmp_path / "text").write_text("just text\n" * 20)
    with pytest.raises(UnreadableInputError):
        open_recording(tmp_path / "text")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UnreadableInputError, match="empty folder"):
        open_recording(tmp_path / "empty")
    with pytest.raises(UsageError, match="not a set"):
        open_recording_set(a_set / "01-strace")


def test_damage_is_found_when_asked_for_and_a_size_at_once(a_set):
    recording = open_recording(a_set / "01-strace")
    assert recording.verify() == []
    log = a_set / "01-strace" / "strace.log.zst"
    good = log.read_bytes()
    log.write_bytes(good[:-4] + bytes(4))
    (damage,) = recording.verify()
    assert (damage.kind, damage.path) == ("strace", log)
    assert "SHA-256" in damage.problem
    log.write_bytes(good[:-4])
    with pytest.raises(UnreadableInputError, match="bytes where the manifest says"):
        _ = recording.strace
    log.unlink()
    assert "cannot be read" in recording.verify()[0].problem
    with pytest.raises(MissingEvidenceError, match="holds no strace"):
        _ = open_recording(a_set / "02-none").strace


@pytest.mark.parametrize("path", ["../outside", "/srv/outside", "link"])
def test_members_outside_the_set_are_refused(a_set, tmp_path, path):
    write_start(tmp_path / "outside", ready_ms=5)
    (a_set / "link").symlink_to(tmp_path / "outside")
    manifest = json.loads((a_set / "manifest.json").read_text())
    manifest["members"][0] |= {"path": path, "recording_id": "static-outside"}
    (a_set / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(UnreadableInputError):
        open_recording_set(a_set)


def test_exchanged_members_are_refused(a_set):
    (a_set / "01-strace").rename(a_set / "x")
    (a_set / "03-strace").rename(a_set / "01-strace")
    (a_set / "x").rename(a_set / "03-strace")
    with pytest.raises(UnreadableInputError, match="not the start the set names"):
        open_recording_set(a_set)


def test_cards_tell_what_is_there_and_missing_and_obey_nothing(a_set):
    card = open_recording(a_set)._repr_html_()
    for expected in ("static-05-strace", "500 ms", "answered", "strace.log.zst", "6.1"):
        assert expected in card
    assert "strace -yy" not in card
    assert "tracer cost" not in card
    for hostile in ("<script>", "<b>up", "<i>cpu", "\x1b", "hunter22"):
        assert hostile not in card
    assert "&lt;i&gt;cpu&lt;/i&gt;" in card
    lone = open_recording(a_set / "05-strace")._repr_html_()
    assert "tracer cost" in lone
    untraced = open_recording(a_set / "02-none")._repr_html_()
    assert "did not run under strace" in untraced
    whole = open_recording_set(a_set)._repr_html_()
    assert "6: 4 traced, 2 without any observer" in whole
    assert whole.count("<tr>") == 3 + 7


def test_a_card_of_a_bare_log_names_the_flags_that_would_have_helped(tmp_path):
    text = b'openat(AT_FDCWD, "/etc/x", O_RDONLY) = -1 ENOENT (No such file or directory)\n' * 5
    (tmp_path / "log").write_bytes(text)
    card = open_recording(tmp_path / "log")._repr_html_()
    for flag in ("-ttt", "-T", "-f", "-yy", "execve"):
        assert f"{flag}" in card
