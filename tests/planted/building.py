"""Builds the programs into a folder, each source once."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from planted.programs import DEAD_FOLDERS, SOURCES, Library, Program

if TYPE_CHECKING:
    from collections.abc import Iterable

_CC = ("gcc", "-O1", "-Wall", "-Wextra", "-Werror", "-pthread")
# Nothing but the toolchain that is there, and none of the user's own settings
_GO = {"GOTOOLCHAIN": "local", "GOPROXY": "off", "GOFLAGS": "", "GOWORK": "off"}
_LARGE_PIECES = 32
_FOLDERS, _FILES = 20, 40


def build(programs: Iterable[Program], folder: Path) -> None:
    """Compile programs, and make the files they work on.

    Parameters
    ----------
    programs : iterable of Program
        Those to build.
    folder : Path
        Where all goes; it exists.

    Raises
    ------
    CalledProcessError
        If a compiler fails.
    """
    wanted = list(programs)
    _build_c([program for program in wanted if not program.is_go], folder)
    _build_go([program for program in wanted if program.is_go], folder)
    (folder / "resolv.conf").write_text("nameserver 127.0.0.1\n")
    for name, make in (("large", _make_large_file), ("tree", _make_tree)):
        if any(f"{{folder}}/{name}" in program.args for program in wanted):
            make(folder / name)


def _build_c(programs: list[Program], folder: Path) -> None:
    if not programs:
        return
    (folder / "c").mkdir(exist_ok=True)
    for number in range(DEAD_FOLDERS):
        (folder / "dead" / f"{number:03d}").mkdir(parents=True, exist_ok=True)
    _compile(folder / "c" / "relaunch", "c/relaunch.c")
    for program in programs:
        target = folder / program.binary
        if target.exists():
            continue
        for library in program.libraries:
            _build_library(library, folder)
        flags = [flag.replace("{folder}", str(folder)) for flag in program.flags]
        _compile(target, program.source, *flags, *_linked(program, folder))


def _compile(target: Path, *arguments: str) -> None:
    subprocess.run([*_CC, "-o", str(target), *arguments], cwd=SOURCES, check=True)


def _linked(program: Program, folder: Path) -> list[str]:
    if not program.linked:
        return []
    # nothing of them is used, so the linker would leave them out
    flags = ["-Wl,--no-as-needed"]
    for library in program.libraries:
        flags += [f"-L{folder / library.folder}", *(f"-l{name}" for name in library.names)]
    return flags


def _build_library(library: Library, folder: Path) -> None:
    place = folder / library.folder
    place.mkdir(exist_ok=True)
    first, *others = (place / f"lib{name}.so" for name in library.names)
    _compile(first, library.source, "-shared", "-fPIC")
    for other in others:
        shutil.copyfile(first, other)


def _build_go(programs: list[Program], folder: Path) -> None:
    for cgo in (False, True):
        packages = sorted({f"./{Path(one.source).name}" for one in programs if one.cgo == cgo})
        if packages:
            (folder / "go").mkdir(exist_ok=True)
            environment = {**_GO, "CGO_ENABLED": str(int(cgo))}
            go = ["go", "build", "-trimpath", "-buildvcs=false", "-o", f"{folder / 'go'}/"]
            subprocess.run(
                [*go, *packages], cwd=SOURCES / "go", env={**os.environ, **environment}, check=True
            )


def _make_large_file(path: Path) -> None:
    with path.open("wb") as file:
        for _ in range(_LARGE_PIECES):
            file.write(os.urandom(1 << 20))
        # pages that are not on the disk yet cannot be dropped from memory
        file.flush()
        os.fsync(file.fileno())


def _make_tree(root: Path) -> None:
    for folder in range(_FOLDERS):
        place = root / f"folder{folder:02d}"
        place.mkdir(parents=True, exist_ok=True)
        for file in range(_FILES):
            (place / f"file{file:02d}").touch()
