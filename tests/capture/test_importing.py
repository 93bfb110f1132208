# ruff: noqa: E501 - lines of a log are as long as they are
import gzip
import lzma
import re
import shutil
import subprocess

import pyarrow as pa
import pytest

from coldstart_lab import import_logs, open_recording, read_strace
from coldstart_lab.capture import describe_import
from coldstart_lab.errors import MissingEvidenceError, UnreadableInputError, UsageError
from coldstart_lab.recording import read_artefact

T0 = 1_795_432_617
LOG = rf"""
100 {T0}.000000 execve("/srv/coldstart/x", ["x", "--token", "hunter22", "-v"], 0x7ffd /* 2 vars */) = 0 <0.000500>
100 {T0}.100000 openat(AT_FDCWD</srv>, "/etc/x.conf", O_RDONLY) = -1 ENOENT (No such file or directory) <0.000020>
100 {T0}.200000 read(3</etc/x>,  <unfinished ...>
101 {T0}.250000 write(1<pipe:[9]>, "warming\n", 8) = 8 <0.000010>
100 {T0}.300000 <... read resumed>"a", 1) = 1 <0.100000>
100 {T0}.400000 listen(3<TCP:[127.0.0.1:8080]>, 128) = 0 <0.000020>
101 {T0}.500000 write(1<pipe:[9]>, "serving on :8080\n", 17) = 17 <0.000030>
100 {T0}.900000 +++ exited with 0 +++
""".lstrip().encode()


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "trace.log"
    path.write_bytes(LOG)
    return path


def ready_of(recording):
    row = recording.milestones.set_index("name").loc["ready"]
    return (int(row["time_ns"]) - T0 * 10**9) / 10**6


def test_an_imported_log_is_a_sound_recording(log, tmp_path):
    recording = import_logs(log, tmp_path / "out")
    again = open_recording(tmp_path / "out")
    assert recording.recording_id == again.recording_id
    assert read_artefact(again.artefact("strace")) == LOG
    assert again.verify() == []
    assert again.variant == "x"
    assert again.manifest["program"]["argv"] == ["x", "--token", "[redacted]", "-v"]
    assert again.manifest["clock"] == "unix"
    assert again.observers == ("strace",)
    assert list(again.milestones["name"]) == ["exec", "listening", "end"]
    assert again.ready_milestone == "listening"
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "manifest.json",
        "strace.log.zst",
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "trace.log"]


def test_the_same_log_gets_the_same_name(log, tmp_path):
    first = import_logs(log, tmp_path / "one")
    second = import_logs([log], tmp_path / "two", variant="y")
    assert first.recording_id.removeprefix("x-") == second.recording_id.removeprefix("y-")


@pytest.mark.parametrize("form", ["gz", "xz", "zst"])
def test_compressed_logs_are_imported_unpacked(tmp_path, form):
    pack = {
        "gz": gzip.compress,
        "xz": lzma.compress,
        "zst": lambda data: pa.compress(data, "zstd", asbytes=True),
    }[form]
    (tmp_path / f"log.{form}").write_bytes(pack(LOG))
    recording = import_logs(tmp_path / f"log.{form}", tmp_path / "out")
    assert read_artefact(recording.artefact("strace")) == LOG


def test_a_log_cut_off_in_its_compression_is_read_as_far_as_it_goes(tmp_path):
    (tmp_path / "log.gz").write_bytes(gzip.compress(LOG * 50, mtime=0)[:-120])
    recording = import_logs(tmp_path / "log.gz", tmp_path / "out")
    assert len(recording.strace.events) > 5
    assert "damaged" in recording.manifest["notes"][0]
    assert "damaged when it was imported" in recording._repr_html_()


@pytest.mark.parametrize(
    ("spec", "ready_ms"),
    [
        ("listening", 400.02),
        ("text:serving", 500.03),
        (r"text:^serving on :\d+$", 500.03),
        ("line:2", 100.02),
        ("line:3", 300.0),
        ("line:8", 900.0),
        (f"time:{T0}.25", 250.0),
        (f"time:{T0}.000000001", 0.000001),
        ("after:0.7", 700.0),
        ("after:0", 0.0),
    ],
)
def test_when_it_was_ready(log, tmp_path, spec, ready_ms):
    recording = import_logs(log, tmp_path / "out", ready=spec)
    assert ready_of(recording) == pytest.approx(ready_ms, abs=1e-9)
    assert recording.ready_milestone == "ready"
    row = recording.milestones.set_index("name").loc["ready"]
    assert (row["source"], row["detail"]) == ("user", spec)
    assert recording.ready_ns == round(ready_ms * 10**6)


@pytest.mark.parametrize(
    "spec",
    ["", "ready", "listening:", "text:", "text:(", "line:0", "line:x", "line:-1", "time:", "time:now",
     "time:1e9", "after:-1", "after:1.0000000001", "after:x", "port:8080"],
)  # fmt: skip
def test_what_is_no_ready_form_is_refused_before_anything_is_read(tmp_path, spec):
    with pytest.raises(UsageError):
        import_logs(tmp_path / "nothing", tmp_path / "out", ready=spec)


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("text:ready", "no write of this log matches 'ready'"),
        ("line:5", "no event begins at line 5 of this log (the one before begins at line 4)"),
        ("line:999", "no event begins at line 999"),
        (f"time:{T0}.95", "lies outside the start"),
        ("time:12.5", "lies outside the start"),
        ("after:30", "lies outside the start"),
    ],
)
def test_where_nothing_matches_the_forms_are_named_and_nothing_is_written(
    log, tmp_path, spec, said
):
    with pytest.raises(MissingEvidenceError) as caught:
        import_logs(log, tmp_path / "out", ready=spec)
    assert said in caught.value.message
    assert "after:SECONDS" in caught.value.hint
    assert [path.name for path in tmp_path.iterdir()] == ["trace.log"]


def test_buffers_that_strace_cut_are_named_as_the_reason(tmp_path):
    (tmp_path / "log").write_bytes(LOG.replace(b'"warming\\n"', b'"warm"...'))
    with pytest.raises(MissingEvidenceError, match="strace cut what was written"):
        import_logs(tmp_path / "log", tmp_path / "out", ready="text:ready")


def without(pattern):
    return re.sub(pattern, b"", LOG, flags=re.MULTILINE)


def test_a_log_without_times_is_imported_and_no_time_is_made_up(tmp_path):
    (tmp_path / "log").write_bytes(
        re.sub(rb" <\d\.\d+>$", b"", without(rb"1795432617\.\d+ "), flags=re.MULTILINE)
    )
    recording = import_logs(tmp_path / "log", tmp_path / "out")
    assert recording.milestones.empty
    assert recording.manifest["clock"] == "none"
    assert recording.manifest["program"]["argv"][0] == "x"
    known, missing = describe_import(recording)
    text = "\n".join(known)
    assert "6 calls" in text
    assert "1 call failed: ENOENT 1" in text
    assert "2 calls looked for files; 1 found nothing, at 1 path" in text
    assert "no time is made up" in text
    assert [flag for flag in ("-ttt", "-T") if any(flag in line for line in missing)] == [
        "-ttt",
        "-T",
    ]
    with pytest.raises(MissingEvidenceError, match="holds no times"):
        import_logs(tmp_path / "log", tmp_path / "other", ready="listening")


def test_a_log_without_durations_says_which_flag_gives_them(tmp_path):
    (tmp_path / "log").write_bytes(re.sub(rb" <\d\.\d+>$", b"", LOG, flags=re.MULTILINE))
    recording = import_logs(tmp_path / "log", tmp_path / "out", ready="listening")
    assert ready_of(recording) == 400.0
    known, missing = describe_import(recording)
    assert "without the time spent in each call" in known[-1]
    assert any("strace -T" in line for line in missing)


def test_dates_are_not_found_in_times_of_the_day(tmp_path):
    text = re.sub(rb"17954326(\d\d)\.", rb"23:59:\1.", LOG).replace(b"23:59:17", b"23:59:59")
    (tmp_path / "log").write_bytes(text)
    with pytest.raises(MissingEvidenceError, match="no date"):
        import_logs(tmp_path / "log", tmp_path / "out", ready=f"time:{T0}.2")
    recording = import_logs(tmp_path / "log", tmp_path / "out", ready="after:0.2")
    assert recording.ready_ns == 200_000_000


def write_parts(folder):
    folder.mkdir()
    for pid in (100, 101):
        lines = [line for line in LOG.splitlines(keepends=True) if line.startswith(b"%d" % pid)]
        joined = [line for line in lines if b"unfinished" not in line]
        (folder / f"log.{pid}").write_bytes(b"".join(line[4:] for line in joined))
    return folder


def test_the_files_of_ff_are_merged_by_time(tmp_path):
    folder = write_parts(tmp_path / "ff")
    whole = import_logs(folder, tmp_path / "one", ready="text:serving")
    files = import_logs(sorted(folder.iterdir()), tmp_path / "two", ready="text:serving")
    assert whole.recording_id == files.recording_id
    assert ready_of(whole) == pytest.approx(500.03)
    events = whole.strace.events
    assert events["start_ns"].is_monotonic_increasing
    assert set(events["pid"]) == {100, 101}
    assert "merged log" in whole.manifest["notes"][0]


def test_nothing_is_overwritten_but_a_recording_by_force(log, tmp_path):
    out = tmp_path / "out"
    import_logs(log, out)
    with pytest.raises(UsageError, match="exists already"):
        import_logs(log, out, ready="listening")
    assert "ready" not in set(open_recording(out).milestones["name"])
    import_logs(log, out, ready="listening", force=True)
    assert "ready" in set(open_recording(out).milestones["name"])
    other = tmp_path / "other"
    other.mkdir()
    import_logs(log, other)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").write_text("precious")
    for force in (False, True):
        with pytest.raises(UsageError):
            import_logs(log, tmp_path / "mine", force=force)
        with pytest.raises(UsageError):
            import_logs(log, log, force=force)
    assert (tmp_path / "mine" / "file").read_text() == "precious"
    assert log.read_bytes() == LOG


def test_a_failed_import_leaves_the_old_recording(log, tmp_path):
    import_logs(log, tmp_path / "out")
    with pytest.raises(MissingEvidenceError):
        import_logs(log, tmp_path / "out", ready="text:never", force=True)
    assert open_recording(tmp_path / "out").verify() == []


def test_a_log_in_the_folder_to_write_is_not_lost(log, tmp_path):
    out = tmp_path / "out"
    import_logs(log, out)
    inside = shutil.copy(log, out / "copy.log")
    with pytest.raises(UsageError, match="lies in the folder to write"):
        import_logs(inside, out, force=True)


def test_what_is_no_log_is_refused(log, tmp_path):
    (tmp_path / "text").write_text("nothing of strace\n" * 20)
    (tmp_path / "folder").mkdir()
    out = tmp_path / "out"
    for path in ("nothing", "text", "folder"):
        with pytest.raises(UnreadableInputError) as caught:
            import_logs(tmp_path / path, out)
        assert caught.value.path == tmp_path / path
    with pytest.raises(UnreadableInputError, match="thread id"):
        import_logs([log, log], out)
    with pytest.raises(UsageError, match="each must be a file"):
        import_logs([log, tmp_path / "folder"], out)
    with pytest.raises(UsageError, match="no log to import"):
        import_logs([], out)
    made = import_logs(log, tmp_path / "made")
    with pytest.raises(UsageError, match="recording already"):
        import_logs(made.path, out)
    assert not out.exists()


def test_what_strace_cut_of_the_arguments_is_shown(tmp_path):
    (tmp_path / "log").write_bytes(LOG.replace(b'"-v"]', b'"-long"..., "two", ...]'))
    argv = import_logs(tmp_path / "log", tmp_path / "out").manifest["program"]["argv"]
    assert argv[:5] == ["x", "--token", "[redacted]", "-long...", "two"]


PROGRAM = [
    "sh",
    "-c",
    "cat /srv/coldstart/nothing; (sleep 0.05; echo up) & wait; echo ready to serve",
]


@pytest.mark.needs("strace")
@pytest.mark.parametrize(
    "flags", [["-f", "-ttt", "-T", "-yy"], ["-f", "-tt"], ["-f", "-r", "-T"], ["-ff", "-ttt", "-T"]], ids=" ".join
)  # fmt: skip
def test_fresh_logs_of_strace(tmp_path, flags):
    (tmp_path / "logs").mkdir()
    target = tmp_path / "logs" / "log"
    command = [shutil.which("strace"), *flags, "-o", target, *PROGRAM]
    subprocess.run(command, capture_output=True, check=True)
    source = target if target.exists() else target.parent
    recording = import_logs(source, tmp_path / "out", ready="text:^ready to serve")
    milestones = recording.milestones.set_index("name")["time_ns"]
    assert 40e6 < milestones["ready"] - milestones["exec"] < 5e9
    assert milestones["exec"] < milestones["ready"] <= milestones["end"]
    assert recording.variant == "sh"
    assert len(recording.strace.losses) == 0
    if target.exists():
        assert len(recording.strace.events) == len(read_strace(target).events)


@pytest.mark.needs("strace")
def test_a_fresh_log_of_some_calls_without_times(tmp_path):
    command = ["strace", "-f", "-e", "trace=connect,openat,stat", "-o", tmp_path / "log", *PROGRAM]
    subprocess.run(command, capture_output=True, check=True)
    recording = import_logs(tmp_path / "log", tmp_path / "out")
    known, missing = describe_import(recording)
    assert recording.milestones.empty
    assert any("ENOENT" in line for line in known)
    assert any("strace -ttt" in line for line in missing)
    assert any("execve" in line for line in missing)
