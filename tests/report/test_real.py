"""Reports on logs that strace wrote, attributed for real."""

from __future__ import annotations

import re
import subprocess

import pytest
from click.testing import CliRunner

from coldstart_lab.cli.report import command
from coldstart_lab.errors import MissingEvidenceError
from coldstart_lab.recording import open_recording
from coldstart_lab.report import render_report, write_report
from coldstart_lab.report.writing import MOST_BYTES

SETS = ("checkout_cgo", "checkout_static")
TIMELESS = """\
4242 execve("/srv/coldstart/app", ["app"], 0x7ffd /* 3 vars */) = 0
4242 openat(AT_FDCWD, "/opt/vendor/lib/libssl.so.3", O_RDONLY) = -1 ENOENT (No such file)
4242 openat(AT_FDCWD, "/usr/lib/libssl.so.3", O_RDONLY) = 3
4242 stat("/etc/app/<b>.yaml", 0x7ffd) = -1 ENOENT (No such file or directory)
4242 connect(4, {sa_family=AF_INET}, 16) = -1 ECONNREFUSED (Connection refused)
4242 exit_group(0) = ?
4242 +++ exited with 0 +++
"""


@pytest.fixture(params=SETS)
def folder(request, root):
    folder = root / "data" / "recordings" / request.param
    if not folder.exists():
        pytest.skip(f"{folder.name} is not recorded")
    return folder


def test_recorded_service(folder, read_page, tmp_path):
    written = write_report(folder, tmp_path / "report.html")
    html = written.read_text(encoding="utf-8")
    assert len(html.encode()) < MOST_BYTES
    page = read_page(html)
    assert page.faults == []
    data = page.data
    assert sum(row["duration_ns"] for row in data["causes"]) == data["window"]["duration_ns"]
    assert data["completeness"]["tracer_cost"]["traced"]["count"] >= 3
    with_lines = [row for row in data["causes"] if row["lines"]]
    assert len(with_lines) > 10
    assert all(line["text"] for row in with_lines for line in row["lines"])
    assert re.search(r"Ready [\d.]+ m?s after exec", page.shown)


def test_recorded_service_without_log_lines(folder, read_page):
    recording = open_recording(folder)
    whole = read_page(render_report(recording)).data
    html = render_report(recording, log_lines=False)
    data = read_page(html).data
    assert data["window"] == whole["window"]
    assert sum(row["duration_ns"] for row in data["causes"]) == data["window"]["duration_ns"]
    subjects = {row["subject"] for row in whole["causes"] if row["subject"]}
    files = {text for text in subjects if text.startswith("/") or ":" in text}
    told = " ".join(
        [*recording.manifest["program"]["argv"], *recording.milestones["detail"].dropna()]
    )
    assert len(files) > 8
    assert [text for text in files if text in html and text not in told] == []
    assert not any(re.search(r"\d+\.\d+\.\d+\.\d+|/", row["cause"]) for row in data["causes"]
                   if "/proc" not in row["cause"])  # fmt: skip


def test_log_without_times_gives_counts_and_no_time(tmp_path, read_page):
    log = tmp_path / "strace.log"
    log.write_text(TIMELESS)
    html = render_report(open_recording(log))
    page = read_page(html)
    assert page.faults == []
    assert "This log holds no times" in page.shown
    assert "-ttt" in page.shown
    assert "/opt/vendor/lib" in page.shown
    assert "ECONNREFUSED" in page.shown
    assert page.data["window"] is None
    assert page.data["causes"] == []
    # no number stands before a unit of time
    assert not re.search(r"\d (?:s|ms|µs|ns)\b", page.shown)
    assert "/opt/vendor/lib" not in render_report(open_recording(log), log_lines=False)


def test_milestone_in_a_log_without_times_is_refused(tmp_path):
    log = tmp_path / "strace.log"
    log.write_text(TIMELESS)
    with pytest.raises(MissingEvidenceError, match="no times"):
        render_report(open_recording(log), until="listening")


@pytest.mark.needs("strace")
def test_fresh_bare_log_by_the_command(tmp_path, read_page):
    log, out = tmp_path / "bare.log", tmp_path / "report.html"
    shell = "cat /dev/null; sleep 0.05; ls / >/dev/null"
    subprocess.run(
        ["strace", "-f", "-ttt", "-T", "-yy", "-o", str(log), "sh", "-c", shell], check=True
    )
    runner = CliRunner()
    done = runner.invoke(command, [str(log), "-o", str(out)], catch_exceptions=False)
    assert done.exit_code == 0
    assert done.output.splitlines()[-1] == f"Wrote {out}"
    page = read_page(out.read_text(encoding="utf-8"))
    assert page.faults == []
    assert "The log ends" in page.shown
    assert "No untraced start stands beside this one" in page.shown
    causes = {row["cause"]: row["duration_ns"] for row in page.data["causes"]}
    assert sum(causes.values()) == page.data["window"]["duration_ns"]
    assert any(row["category"] == "timer" and row["duration_ns"] > 40_000_000
               for row in page.data["causes"]), causes  # fmt: skip


def test_help_loads_neither_pandas_nor_matplotlib():
    import sys

    code = """if True:
        import sys
        from click.testing import CliRunner
        from coldstart_lab.cli.report import command
        assert CliRunner().invoke(command, ["--help"]).exit_code == 0
        sys.exit(bool({"pandas", "matplotlib", "numba"} & set(sys.modules)))
    """
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
