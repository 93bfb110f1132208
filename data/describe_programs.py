"""Describe the payment gateway's programs, which are too large to keep: `make programs`.

One JSON file tells of each build its size and hash, what it asks of the dynamic loader, its
sections, and what the go command says it was made of. `make lab-build` makes the files anew.
"""

from __future__ import annotations

import argparse
import json
import subprocess
from pathlib import Path
from typing import Any

from elftools.elf.dynamic import DynamicSection
from elftools.elf.elffile import ELFFile
from elftools.elf.segments import InterpSegment

from coldstart_lab.recording.artefacts import hash_file


def describe(path: Path) -> dict[str, Any]:
    """Return the facts of one program."""
    sha256, size_bytes = hash_file(path)
    with path.open("rb") as file:
        elf = ELFFile(file)
        sections = [
            {"name": at.name, "type": at["sh_type"], "size_bytes": at["sh_size"]}
            for at in elf.iter_sections()
        ]
        return {
            "path": str(path),
            "sha256": sha256,
            "size_bytes": size_bytes,
            "machine": elf.get_machine_arch(),
            "interpreter": _interpreter(elf),
            "needed": _needed(elf),
            "sections": sections,
            "made_of": _made_of(path),
        }


def _interpreter(elf: ELFFile) -> str | None:
    for segment in elf.iter_segments():
        if isinstance(segment, InterpSegment):
            return str(segment.get_interp_name())
    return None


def _needed(elf: ELFFile) -> list[str]:
    dynamic = elf.get_section_by_name(".dynamic")
    if not isinstance(dynamic, DynamicSection):
        return []
    return [str(vars(tag)["needed"]) for tag in dynamic.iter_tags("DT_NEEDED")]


def _made_of(path: Path) -> list[str]:
    text = subprocess.run(
        ["go", "version", "-m", str(path)], check=True, capture_output=True, text=True
    ).stdout
    # the first line names the file once more
    return [" ".join(line.split()) for line in text.splitlines()[1:]]


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--prefix", type=Path, default=Path("/srv/coldstart"))
    parser.add_argument("--out", type=Path, default=Path("recordings"))
    options = parser.parse_args()
    programs = sorted((options.prefix / "payment_gateway" / "bin").rglob("gateway"))
    target = options.out / "gateway_programs.json"
    found = {path.parent.name: describe(path) for path in programs}
    target.write_text(json.dumps(found, indent=1) + "\n")
    print(f"Wrote {target}")


if __name__ == "__main__":
    main()
