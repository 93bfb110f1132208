"""The one decorator for code that numba compiles, and where the compiled code is kept.

numba's own cache looks at the file of one function only: after a change to what that function
calls, it would go on running the old code. So the compiled code of a module is kept in a folder
named after the content of all that the module imports of this package.
"""

from __future__ import annotations

import functools
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import numba.extending
from numba.core.caching import FunctionCache
from numba.core.runtime.nrt import rtsys

Function = TypeVar("Function", bound=Callable[..., object])

_PACKAGE = Path(__file__).resolve().parent
_VERSIONS_KEPT = 4
_IMPORT = re.compile(rb"^ *(?:from|import) (coldstart_lab[\w.]*)", re.M)


class _Kept(FunctionCache):
    """numba's cache; but what is there is loaded without all that compiling needs (0.4 s)."""

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        rtsys.initialize(target_context)
        guard: Any = self._guard_against_spurious_io_errors
        load: Any = self._load_overload
        with guard():
            return load(sig, target_context)


def kernel(function: Function) -> Function:
    """Compile a function on first use, to run without the interpreter's lock.

    Parameters
    ----------
    function : callable
        Plain Python over NumPy arrays and numbers.

    Returns
    -------
    callable
        The same, compiled; the compiled code is kept for later processes.
    """
    # numba reads this setting when it decorates; it is the user's at all other times
    settings: Any = numba.config
    theirs = settings.CACHE_DIR
    settings.CACHE_DIR = str(_folder_of(function.__module__))
    try:
        compiled: Any = numba.njit(cache=True, nogil=True)(function)
        kept: Any = _Kept
        compiled._cache = kept(function)
        return cast("Function", compiled)
    finally:
        settings.CACHE_DIR = theirs


def routine(function: Function) -> Function:
    """Compile a function that only kernels call, as a part of each of them.

    Parameters
    ----------
    function : callable
        Plain Python over NumPy arrays and numbers.

    Returns
    -------
    callable
        What kernels call; it has no entrance for the interpreter, which takes long to compile.
    """
    options: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    return cast("Function", numba.njit(nogil=True, **options)(function))


def instruction(function: Callable[..., Any]) -> Callable[..., Any]:
    """Let kernels call what a function generates for the compiler (numba's ``intrinsic``).

    Parameters
    ----------
    function : callable
        Takes the typing context and the types of the arguments; returns the signature and the
        function that generates the code.

    Returns
    -------
    callable
        What kernels call, without the typing context.
    """
    return cast("Callable[..., Any]", numba.extending.intrinsic(function))


def is_kept(module: str) -> bool:
    """Whether kernels of a module were compiled before, in this version."""
    folder = cache_folder() / _version(module)
    return folder.is_dir() and any(folder.iterdir())


@functools.cache
def cache_folder() -> Path:
    """Return the folder of the compiled code.

    ``NUMBA_CACHE_DIR`` where that is set, else beside the package's other compiled files, else
    the user's cache folder, else one for this process only.
    """
    given = os.environ.get("NUMBA_CACHE_DIR")
    home = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    places = [Path(given)] if given else []
    places += [_PACKAGE / "__pycache__", Path(home) / "coldstart_lab"]
    for place in places:
        folder = place / "kernels"
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return folder
    # a name that others could foresee would let them plant code
    return Path(tempfile.mkdtemp(prefix="coldstart_lab-"))


def _folder_of(module: str) -> Path:
    """Make the folder of the compiled code of a module; of older versions a few are left."""
    folder = cache_folder() / _version(module)
    if not folder.exists():
        folder.mkdir(exist_ok=True)
        older = sorted(cache_folder().glob(f"{module}-*"), key=lambda made: made.stat().st_mtime)
        for made in older[:-_VERSIONS_KEPT]:
            shutil.rmtree(made, ignore_errors=True)
    return folder


@functools.cache
def _version(module: str) -> str:
    """Name a module and the content of all it imports: what is compiled in may come from there."""
    digest = hashlib.sha256(numba.__version__.encode())
    seen = {module, __name__}
    left = sorted(seen)
    while left:
        for path in _files(left.pop()):
            content, imported = _content(path)
            digest.update(content)
            left += sorted(imported - seen)
            seen |= imported
    return f"{module}-{digest.hexdigest()[:16]}"


def _files(module: str) -> list[Path]:
    """Return the file of a module; of a package all files, for any may be imported from it."""
    path = _PACKAGE.parent.joinpath(*module.split("."))
    return sorted(path.glob("*.py")) if path.is_dir() else [path.with_suffix(".py")]


@functools.cache
def _content(path: Path) -> tuple[bytes, frozenset[str]]:
    """Digest a file, and name the modules of this package that it imports."""
    text = path.read_bytes() if path.exists() else b""
    imported = frozenset(name.decode() for name in _IMPORT.findall(text))
    return hashlib.sha256(text).digest(), imported
