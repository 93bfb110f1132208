"""The one decorator for code that numba compiles, and where the compiled code is kept.

numba's own cache looks at the file of one function only: after a change to what that function
calls, it would go on running the old code. So the compiled code is kept in a folder named after
the content of all files with kernels.
"""

from __future__ import annotations

import functools
import hashlib
import os
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import numba.extending

Function = TypeVar("Function", bound=Callable[..., object])

_PACKAGE = Path(__file__).resolve().parent


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
    settings.CACHE_DIR = str(cache_folder())
    try:
        return cast("Function", numba.njit(cache=True, nogil=True)(function))
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


@functools.cache
def cache_folder() -> Path:
    """Return the folder of the compiled code of this version of the kernels.

    ``NUMBA_CACHE_DIR`` where that is set, else beside the package's other compiled files, else
    the user's cache folder, else one for this process only.
    """
    name = f"kernels-{_content_of_kernels()}"
    given = os.environ.get("NUMBA_CACHE_DIR")
    home = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    places = [Path(given)] if given else []
    places += [_PACKAGE / "__pycache__", Path(home) / "coldstart_lab"]
    for place in places:
        try:
            (place / name).mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(place / name, os.W_OK):
            return place / name
    # a name that others could foresee would let them plant code
    return Path(tempfile.mkdtemp(prefix="coldstart_lab-"))


def _content_of_kernels() -> str:
    """Digest the files of all folders with kernels: constants are compiled in as well."""
    content = {path: path.read_bytes() for path in sorted(_PACKAGE.rglob("*.py"))}
    folders = {
        path.parent
        for path, text in content.items()
        if re.search(rb"^@(kernel|routine)$", text, re.M)
    }
    digest = hashlib.sha256(numba.__version__.encode())
    for path, text in content.items():
        if path.parent in folders:
            digest.update(path.relative_to(_PACKAGE).as_posix().encode() + b"\0" + text)
    return digest.hexdigest()[:16]
