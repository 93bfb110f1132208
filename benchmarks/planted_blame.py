"""How right blame is: every planted program, recorded and attributed several times.

    python benchmarks/planted_blame.py [--runs 3] [PROGRAM ...]

A program marks the parts of its own critical path. "misplaced" is the time within those parts that
was blamed on another kind of time than the part's, as a share of the window. Needs strace, gcc, go.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).parent.parent / "tests" / "attribution"


def main() -> None:
    sys.path.insert(0, str(TESTS))
    import test_planted as planted  # noqa: PLC0415 - it lies beside the tests

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("names", nargs="*", metavar="PROGRAM", default=[])
    options = parser.parse_args()
    print(f"{'program':12} runs   window  unmarked  misplaced: median    worst  unresolved")
    for name in options.names or planted.programs.PROGRAMS:
        with tempfile.TemporaryDirectory() as folder:
            planted.programs.build(name, Path(folder))
            runs = [planted.attribute_run(name, Path(folder)) for _ in range(options.runs)]
        scores = [planted.score(answer, marks) for answer, marks in runs]
        shares = [score.misplaced / score.window for score in scores]
        window = statistics.median(score.window for score in scores) / 1e6
        unmarked = statistics.median(score.unmarked for score in scores) / 1e6
        lost = statistics.median(answer.unresolved_ns / answer.window_ns for answer, _ in runs)
        print(
            f"{name:12} {len(runs):4} {window:5.1f} ms  {unmarked:5.2f} ms {'':9} "
            f"{statistics.median(shares):7.2%} {max(shares):8.2%} {lost:11.1%}",
            flush=True,
        )


if __name__ == "__main__":
    main()
