"""How right blame is: programs that know their own truth, recorded and attributed several times.

    python benchmarks/planted_blame.py [--only NAME ...] [--runs 3] [--json FILE] [--keep FOLDER]

The table's columns are explained in tests/planted/README.md. Needs strace, and gcc and go for the
programs in C and Go; some programs need the right to make a network namespace. What cannot run
here is listed with the reason.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from planted.building import build
from planted.programs import PROGRAMS, Program
from planted.running import missing, run
from planted.scoreboard import Scored, as_json, head, row, score_run, summary

FAILURES = (subprocess.SubprocessError, RuntimeError, ValueError)


def main() -> int:
    options = parse()
    if shutil.which("strace") is None:
        sys.exit("error: strace missing")
    chosen = [PROGRAMS[name] for name in options.only or PROGRAMS]
    reasons = {program.name: missing(program) for program in chosen}
    with tempfile.TemporaryDirectory() as temporary:
        out = options.keep or Path(temporary)
        built = Path(temporary) / "built"
        built.mkdir()
        able = [program for program in chosen if reasons[program.name] is None]
        build(able, built)
        results, failed = score_all(able, built, out, options)
    if results:
        print(summary(results))
    print(
        f"{options.runs} runs each; load average {os.getloadavg()[1]:.1f} on {os.cpu_count()} CPUs"
    )
    for name, reason in [*failed.items(), *((name, why) for name, why in reasons.items() if why)]:
        print(f"left out: {name}: {reason}")
    if options.json is not None:
        found = [as_json(PROGRAMS[name], runs) for name, runs in results.items()]
        options.json.write_text(json.dumps(found, indent=1) + "\n")
        print(f"Wrote {options.json}")
    return 1 if failed else 0


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=PROGRAMS, metavar="NAME", default=[])
    parser.add_argument("--runs", type=int, default=3, help="of each program (3)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep logs and marks there")
    parser.add_argument(
        "--go-trace", action="store_true", help="Go programs record runtime/trace in the same run"
    )
    options = parser.parse_args()
    if options.runs < 1:
        parser.error("--runs: at least 1")
    return options


def score_all(
    programs: list[Program], built: Path, out: Path, options: argparse.Namespace
) -> tuple[dict[str, list[Scored]], dict[str, str]]:
    results: dict[str, list[Scored]] = {}
    failed: dict[str, str] = {}
    print(head())
    for program in programs:
        runs = []
        try:
            for number in range(options.runs):
                place = out / f"run-{number + 1}"
                place.mkdir(parents=True, exist_ok=True)
                done = run(program, built, place, traced=True, go_trace=options.go_trace)
                runs.append(score_run(done))
        except FAILURES as error:
            failed[program.name] = str(error)
            continue
        results[program.name] = runs
        print(row(program, runs), flush=True)
    return results, failed


if __name__ == "__main__":
    sys.exit(main())
