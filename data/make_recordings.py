"""Record the starts of the checkout service: `make recordings` builds it first, then runs this.

Each variant gives a set of traced and untraced starts in ``data/recordings``. The marks that the
service itself wrote during a start are kept beside its log, as an artefact of the kind ``marks``.
"""

from __future__ import annotations

import argparse
import contextlib
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import lab
from lab.keeping import first_instant, keep, pair_with_starts
from lab.versions import BUILD, versions

VARIANTS = ("static", "cgo")
HEALTH = "http://127.0.0.1:8080/healthz"
DATA = Path(__file__).resolve().parent


def main() -> None:
    """Record all variants."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--prefix", type=Path, default=Path("/srv/coldstart"))
    parser.add_argument("--runs", type=int, default=5, help="traced starts, and as many untraced")
    options = parser.parse_args()
    tools = versions(BUILD)
    lab.enter(options.prefix)
    with _backend(options.prefix / "backend"):
        for variant in VARIANTS:
            made = _record(options.prefix, variant, runs=options.runs)
            _keep_marks(made, options.prefix / "marks" / variant, tools)
            target = DATA / "recordings" / f"checkout_{variant}"
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(made, target)
            print(f"Wrote {target.relative_to(DATA.parent)}")


@contextlib.contextmanager
def _backend(folder: Path) -> Iterator[None]:
    argv = [str(folder / "backend"), "-ca", str(folder / "ca.pem")]
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, env=lab.ENVIRONMENT)
    try:
        if process.stdout is None or process.stdout.readline() != "backend ready\n":
            sys.exit("the backend did not start")
        yield
    finally:
        process.terminate()
        process.wait()


def _record(prefix: Path, variant: str, *, runs: int) -> Path:
    root, marks = prefix / "checkout" / variant, prefix / "marks" / variant
    out = prefix / "recordings" / f"checkout_{variant}"
    shutil.rmtree(marks, ignore_errors=True)
    marks.mkdir(parents=True)
    service = [str(root / "checkout"), "serve", "-root", str(root)]
    service += ["-marks", str(marks / "{pid}.jsonl")]
    coldstart = [str(Path(sys.executable).parent / "coldstart"), "record", "--ready-url", HEALTH]
    coldstart += ["--variant", variant, "--force"]
    # one start that is not kept, so that all that are find the files of the one before
    trial = ["-o", str(out), "--runs", "0", "--untraced", "1"]
    _run([*coldstart, *trial, "--", *service])
    for path in marks.iterdir():
        path.unlink()
    _run([*coldstart, "-o", str(out), "--runs", str(runs), "--", *service])
    return out


def _run(argv: list[str]) -> None:
    shown = shlex.join([f"{name}={value}" for name, value in lab.ENVIRONMENT.items()] + argv)
    print(f"$ env -i {shown}", flush=True)
    subprocess.run(argv, check=True, env=lab.ENVIRONMENT, cwd="/")


def _keep_marks(folder: Path, marks: Path, tools: dict[str, str]) -> None:
    """Give each start of a set the marks that were written during it."""
    written = [(first_instant(path), path) for path in marks.iterdir()]
    for place, path in pair_with_starts(folder, written):
        keep(place, {"marks": path.rename(path.with_name("marks.jsonl"))}, tools=tools)


if __name__ == "__main__":
    main()
