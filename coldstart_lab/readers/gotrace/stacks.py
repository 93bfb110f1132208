"""Reads the stacks of a trace; equal ones of different generations become one."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coldstart_lab.kernels import kernel
from coldstart_lab.readers.gotrace.clocks import masked
from coldstart_lab.readers.gotrace.frame import Batches
from coldstart_lab.readers.gotrace.texts import Keys, Texts, index_keys
from coldstart_lab.readers.gotrace.varints import read_varint
from coldstart_lab.readers.gotrace.wire import STACK, STACKS
from coldstart_lab.tables import GOTRACE_STACKS

_MOST_FRAMES = 1 << 10
_PC, _FUNCTION, _FILE, _LINE = range(4)
_FRAME_FIELDS = 4
_PRIME = 0x100000001B3  # of the hash FNV-1a


class Stacks(NamedTuple):
    """All stacks of a trace."""

    table: pd.DataFrame  # tables.GOTRACE_STACKS
    outermost: NDArray[np.int64]  # code of the outermost function of each stack, from stack 1
    keys: Keys
    to_stack: NDArray[np.int64]  # the stack of each row that keys finds
    total: int
    unusable: int
    unnamed: int  # frames whose function or file is missing
    broken: list[int]  # rows of batches that could not be read to their end

    def find(self, turn: Any, number: Any) -> NDArray[np.int64]:
        """Return the stack of each number of a generation: -1 for none, -2 for a missing one."""
        rows = self.keys.find(turn, number)
        stacks = rows.copy()
        stacks[rows >= 0] = self.to_stack[rows[rows >= 0]]
        return stacks

    def functions(self, stacks: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the code of the outermost function of each stack; -1 where there is none."""
        known = np.concatenate([[-1], self.outermost])
        functions: NDArray[np.int64] = known[np.maximum(stacks, 0)]
        return functions


def read_stacks(data: NDArray[np.uint8], batches: Batches, texts: Texts) -> Stacks:
    """Read all stacks of a trace."""
    rows = batches.rows(STACKS)
    start, stop = batches.start[rows], batches.stop[rows]
    bad = np.zeros(len(rows), dtype=np.int64)
    sizes = np.zeros(2, dtype=np.int64)
    none = np.empty((0, 4), dtype=np.int64)
    _read(data, start, stop, bad, none, none, sizes)
    found = np.empty((sizes[0], 4), dtype=np.int64)
    frames = np.empty((sizes[1], _FRAME_FIELDS), dtype=np.int64)
    _read(data, start, stop, bad, found, frames, sizes)
    batch, number, first, length = np.ascontiguousarray(found.T)
    turn = batches.turn[rows][batch]
    keys, unusable = index_keys(turn, number)
    turns = np.repeat(turn, length)
    for field in (_FUNCTION, _FILE):
        frames[:, field] = texts.find(turns, frames[:, field])
    unnamed = int((frames[:, [_FUNCTION, _FILE]] == -2).any(axis=1).sum())
    to_stack, kept = _merge(frames, first, length)
    return Stacks(
        table=_table(frames, first[kept], length[kept], texts),
        outermost=_outermost(frames, first[kept], length[kept]),
        keys=keys,
        to_stack=to_stack,
        total=int(sizes[0]),
        unusable=unusable,
        unnamed=unnamed,
        broken=rows[bad == 1].tolist(),
    )


def _merge(
    frames: NDArray[np.int64], first: NDArray[np.int64], length: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give stacks numbers from 1, equal ones the same; also return a row of each."""
    hashes = np.empty(len(first), dtype=np.int64)
    _hash(frames, first, length, hashes)
    codes, _ = pd.factorize(hashes)
    _, kept = np.unique(codes, return_index=True)
    apart = np.zeros(len(first), dtype=np.int64)
    _differ(frames, first, length, kept[codes], apart)
    other = np.flatnonzero(apart)  # a stack with the hash of another one stays by itself
    to_stack = codes + 1
    to_stack[other] = len(kept) + 1 + np.arange(len(other))
    return to_stack.astype(np.int64), np.concatenate([kept, other]).astype(np.int64)


def _table(
    frames: NDArray[np.int64], first: NDArray[np.int64], length: NDArray[np.int64], texts: Texts
) -> pd.DataFrame:
    stack = np.repeat(np.arange(len(first)), length)
    begins = np.cumsum(length) - length
    depth = np.arange(len(stack)) - begins[stack]
    rows = frames[first[stack] + depth]
    return GOTRACE_STACKS.frame(
        {
            "stack": stack + 1,
            "depth": depth,
            "function": texts.column(rows[:, _FUNCTION]),
            "file": texts.column(rows[:, _FILE]),
            "line": masked(rows[:, _LINE], rows[:, _LINE] <= 0),
            "pc": pd.array(rows[:, _PC].view(np.uint64), dtype="UInt64"),
        }
    )


def _outermost(
    frames: NDArray[np.int64], first: NDArray[np.int64], length: NDArray[np.int64]
) -> NDArray[np.int64]:
    functions = np.full(len(first), -1, dtype=np.int64)
    some = length > 0
    functions[some] = frames[first[some] + length[some] - 1, _FUNCTION]
    return functions


@kernel
def _read(
    data: Any, start: Any, stop: Any, bad: Any, found: Any, frames: Any, sizes: Any
) -> int:  # fmt: skip
    """Count stacks and frames, and write down as many as there are rows for."""
    rows, used = 0, 0
    for batch in range(len(start)):
        at, end = start[batch] + 1, stop[batch]
        while at < end and data[at] == STACK:
            number, after = read_varint(data, at + 1, end)
            length = -1
            if after >= 0:
                length, after = read_varint(data, after, end)
            if after < 0 or length < 0 or length > _MOST_FRAMES:
                break
            field = 0
            while after >= 0 and field < length * _FRAME_FIELDS:
                value, after = read_varint(data, after, end)
                row = used + field // _FRAME_FIELDS
                if row < len(frames):
                    frames[row, field % _FRAME_FIELDS] = value
                field += 1
            if after < 0:
                break
            if rows < len(found):
                found[rows, 0] = batch
                found[rows, 1] = number
                found[rows, 2] = used
                found[rows, 3] = length
            rows += 1
            used += length
            at = after
        if at < end:
            bad[batch] = 1
    sizes[0] = rows
    sizes[1] = used
    return 0


@kernel
def _hash(frames: Any, first: Any, length: Any, hashes: Any) -> int:
    for row in range(len(first)):
        value = length[row]
        for frame in range(first[row], first[row] + length[row]):
            for field in range(_FRAME_FIELDS):
                value = (value ^ frames[frame, field]) * _PRIME
                value ^= value >> 29
        hashes[row] = value
    return 0


@kernel
def _differ(frames: Any, first: Any, length: Any, other: Any, apart: Any) -> int:
    """Tell which stacks differ from another one, a row each."""
    for row in range(len(first)):
        base = first[other[row]]
        if length[row] != length[other[row]]:
            apart[row] = 1
            continue
        for frame in range(length[row]):
            for field in range(_FRAME_FIELDS):
                if frames[first[row] + frame, field] != frames[base + frame, field]:
                    apart[row] = 1
    return 0
