"""Libraries that a running program opens (dlopen): the calls, and the time between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from coldstart_lab.attribution.calls import Bools, Calls
from coldstart_lab.attribution.descriptors import InputOutput
from coldstart_lab.attribution.lives import Ints
from coldstart_lab.attribution.masks import contains
from coldstart_lab.attribution.waits import SHORT_NS

# What a call, or the time after it, is about, by code
SEARCH, LOAD = "library search", "library load"
KINDS = ("", SEARCH, LOAD)

_LOOKING = ("open", "openat", "openat2", "access", "faccessat", "faccessat2", "readlink",
            "readlinkat", "stat", "lstat", "newfstatat", "statx")  # fmt: skip
_MAPPING = ("read", "pread64", "fstat", "newfstatat", "mmap", "close")
# Between these, and after the last one, the loader asks for folders and memory
_BETWEEN = ("stat", "lstat", "newfstatat", "statx", "mmap", "munmap", "mprotect", "brk")
_LAST = ("mprotect", "munmap")
_LIBRARY = r'\.so(?:\.[0-9.]+)?[">]|/ld\.so\.(?:cache|preload)[">]'
_CACHE, _CACHE_PATH = "/ld.so.cache", "/etc/ld.so.cache"
_SUBJECT = r"\.so(?:\.[0-9.]+)?$|/ld\.so\.cache$"


@dataclass(frozen=True, eq=False)
class Loading:
    """What calls have to do with libraries; one entry a call.

    Attributes
    ----------
    kind : array of int8
        Code of ``KINDS``.
    goes_on : array of bool
        The time until the thread's next call is the loader's as well.
    """

    kind: Any
    goes_on: Bools


def find_loading(calls: Calls, io: InputOutput) -> Loading:
    """Find the calls by which libraries are looked for, mapped and relocated.

    Parameters
    ----------
    calls : Calls
        The calls.
    io : InputOutput
        Their descriptors.

    Returns
    -------
    Loading
        What each call has to do with libraries.

    Notes
    -----
    glibc's dlopen looks the library up folder by folder, asking for a folder's state after the
    first miss in it, then reads, maps and closes the file, and protects what it has relocated
    (elf/dl-load.c, elf/dl-reloc.c). What lies between these calls is its own, but for the time
    before the next library is looked up: constructors run there, so only what is short counts.
    """
    names = calls.frame["syscall"].cat
    codes = names.codes.to_numpy()
    looks, maps, between, last, protects = (
        np.append(names.categories.isin(of), False)[codes]
        for of in (_LOOKING, _MAPPING, _BETWEEN, _LAST, ("mprotect",))
    )
    library = _about_libraries(calls, io, np.flatnonzero(looks | maps))
    missed = library & calls.failed & looks
    opened = calls.frame["retval"].notna().to_numpy() & ~calls.failed
    looked = looks & ~_on_descriptors(calls, looks)
    before = np.append(-1, np.arange(len(calls) - 1))
    short = calls.start - calls.end[before] < SHORT_NS
    # a search goes on after a miss, or after the state of a folder; relocation ends in protection
    searching = looked & (calls.failed | between)[before] & looked[before]
    mapping = library & ~looked
    relocated = protects & (maps | protects)[before]
    member = library | between
    linked = member & member[before] & (calls.thread == calls.thread[before])
    linked &= short | searching | mapping | relocated
    linked[:1] = False
    run = np.cumsum(~linked)
    own = _trimmed(run, library, last)
    found = np.full(len(calls), -1, dtype=np.int64)
    at = np.flatnonzero(library)
    cached = contains(calls.args(at), _CACHE, regex=False)
    cached |= _subjects(io, at) == _CACHE_PATH
    found[at] = np.where(missed[at] | cached | (looked[at] & ~opened[at]), 1, 2)
    # what names no library belongs to the one named before
    seen = np.maximum.accumulate(np.where(found >= 0, np.arange(len(calls)), 0))
    kind = np.where(own, np.where(looked & between, 1, found[seen]), 0).astype(np.int8)
    goes_on = own & np.append(own[1:] & linked[1:], False)
    return Loading(kind, goes_on)


def _about_libraries(calls: Calls, io: InputOutput, places: Ints) -> Bools:
    """Mark the calls that name a library, by path or by descriptor."""
    out = np.zeros(len(calls), dtype=bool)
    args = calls.args(places)
    some = np.flatnonzero(contains(args, ".so", regex=False))
    out[places[some[contains(args.iloc[some], _LIBRARY)]]] = True
    subjects = pd.Series(io.subject.unique()).dropna()
    libraries = subjects[contains(subjects, _SUBJECT)]
    named = io.call[np.asarray(io.subject.isin(libraries), dtype=bool)]
    out[np.intersect1d(named, places)] = True
    return out


def _subjects(io: InputOutput, places: Ints) -> Any:
    row = io.row[places]
    return np.append(io.subject.to_numpy(dtype=object), np.array([None], dtype=object))[row]


def _on_descriptors(calls: Calls, looks: Bools) -> Bools:
    """Mark the calls that ask for the state of an open file, and look nothing up."""
    out = np.zeros(len(calls), dtype=bool)
    states = calls.named("newfstatat", "statx")
    out[states] = contains(calls.args(states), "AT_EMPTY_PATH", regex=False)
    return out & looks


def _trimmed(run: Ints, library: Bools, last: Bools) -> Bools:
    """Mark, in each run of calls, those from the first on a library to what ends the last one."""
    place = np.arange(len(run))
    first, final = np.full((2, int(run.max(initial=0)) + 1), -1)
    at = np.flatnonzero(library)
    final[run[at]] = at
    first[run[at[::-1]]] = at[::-1]
    after = (place > final[run]) & (first[run] >= 0)
    others = np.flatnonzero(after & ~last)
    stop = np.full(len(first), len(run))
    stop[run[others[::-1]]] = others[::-1]
    return (first[run] >= 0) & (place >= first[run]) & (place < stop[run])
