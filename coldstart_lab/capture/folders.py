"""A folder that is written whole or not at all, and never over something else."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from coldstart_lab.errors import CaptureError, UsageError


def refuse_existing(out: Path, *, force: bool) -> None:
    """Refuse to write where something is, unless it may be replaced and is a recording.

    Raises
    ------
    UsageError
        If something is there that must stay.
    """
    if not (out.exists() or out.is_symlink()):
        return
    if out.is_dir() and not out.is_symlink() and not any(out.iterdir()):
        return
    if not force:
        raise UsageError("exists already", path=out, hint="--force replaces a recording")
    if out.is_symlink() or not (out / "manifest.json").is_file():
        raise UsageError("is no recording, so it is not replaced", path=out)


@contextlib.contextmanager
def new_folder(out: Path, *, force: bool) -> Iterator[Path]:
    """Give a folder to fill; it is moved to its place when all went well, else removed.

    Raises
    ------
    UsageError
        If something is at the place that must stay.
    CaptureError
        If the folder cannot be written.
    """
    refuse_existing(out, force=force)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    except OSError as error:
        raise CaptureError(f"cannot be written: {error.strerror}", path=out) from error
    try:
        yield partial
        partial.chmod(0o777 & ~_umask())
        _replace(partial, out)
    except OSError as error:
        raise CaptureError(f"cannot be written: {error.strerror}", path=out) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _replace(partial: Path, out: Path) -> None:
    if not out.exists():
        partial.rename(out)
        return
    with tempfile.TemporaryDirectory(prefix=f".{out.name}.old.", dir=out.parent) as old:
        kept = Path(old) / out.name
        out.rename(kept)
        try:
            partial.rename(out)
        except OSError:
            kept.rename(out)
            raise


def _umask() -> int:
    # the only way to read it is to set it
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
