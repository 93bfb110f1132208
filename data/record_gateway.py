"""Record the payment gateway: `make lab` builds it first, then runs this.

Each variant gives a set of traced and untraced starts, all under the same open-loop load from
the first health answer on; before and after also give one start under each of Go's own
observers. What the gateway and the load wrote during a start is kept beside its log, as
artefacts of the kinds ``marks``, ``spans``, ``requests`` and ``load``.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import lab
from lab.gateway import Recorder
from lab.network import NAMESERVER
from lab.variants import Variant, read_table, variants
from lab.world import world

DATA = Path(__file__).resolve().parent
OBSERVED = ("before", "after")


def main() -> None:
    """Record all variants, or those named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--prefix", type=Path, default=Path("/srv/coldstart"))
    parser.add_argument("--out", type=Path, default=DATA / "recordings")
    parser.add_argument("--only", nargs="+", help="record just these variants")
    parser.add_argument(
        "--runs",
        type=int,
        nargs=2,
        default=(10, 20),
        metavar=("TRACED", "UNTRACED"),
        help="starts of before and of after",
    )
    parser.add_argument(
        "--change-runs",
        type=int,
        nargs=2,
        default=(1, 5),
        metavar=("TRACED", "UNTRACED"),
        help="starts of each single change",
    )
    parser.add_argument(
        "--observers",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="also record before and after under each of Go's own observers",
    )
    options = parser.parse_args()
    out = options.out.resolve()
    table = read_table()
    lab.enter(options.prefix, nameserver=NAMESERVER)
    with world(options.prefix, table["delays_ms"]) as namespace:
        recorder = Recorder(options.prefix, namespace)
        for variant in variants(table):
            if options.only and variant.name not in options.only:
                continue
            main_one = variant.name in OBSERVED
            traced, untraced = options.runs if main_one else options.change_runs
            traced = 0 if variant.late else traced
            _publish(recorder.record(variant, traced=traced, untraced=untraced), out, variant)
            if main_one and options.observers:
                _publish(recorder.observe(variant), out, variant, suffix="_observed")


def _publish(made: Path, out: Path, variant: Variant, *, suffix: str = "") -> None:
    target = out / f"gateway_{variant.name}{suffix}"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(made, target)
    print(f"Wrote {target}", flush=True)


if __name__ == "__main__":
    main()
