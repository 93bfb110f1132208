"""Looks at many bytes in one step: words of 8 and blocks of 32, as the processor has them.

numba compiles a search byte by byte to a loop of single bytes. These few intrinsics give it the
wide loads; everything above them is plain Python again. None reads outside the buffer.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils

from coldstart_lab.kernels import instruction, routine

_BLOCK = 32
# The same bytes as _name_bytes tells, for the end of a buffer
NAME_BYTES = np.array(
    [chr(byte).isalnum() or chr(byte) in "_?" for byte in range(128)] + [False] * 128
)


def _pointer(context: Any, builder: Any, array_type: Any, array: Any, index: Any, of: Any) -> Any:
    data = context.make_array(array_type)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [index]), of.as_pointer())


def _load_block(context: Any, builder: Any, array_type: Any, array: Any, index: Any) -> Any:
    pointer = _pointer(context, builder, array_type, array, index, _constant(0).type)
    loaded = builder.load(pointer)
    loaded.align = 1
    return loaded


def _constant(byte: int) -> Any:
    return ir.Constant(ir.VectorType(ir.IntType(8), _BLOCK), [byte] * _BLOCK)


def _as_bits(builder: Any, truths: Any) -> Any:
    return builder.zext(builder.bitcast(truths, ir.IntType(_BLOCK)), ir.IntType(64))


@instruction
def _load_word(typing_context: Any, buf: Any, at: Any) -> Any:
    """Load the 8 bytes ``buf[at:at + 8]`` as a little-endian number."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array, index = arguments
        word = ir.IntType(64)
        pointer = _pointer(context, builder, signature.args[0], array, index, word)
        loaded = builder.load(pointer)
        loaded.align = 1
        return loaded

    return types.uint64(buf, types.intp), generate


@instruction
def _matches(typing_context: Any, buf: Any, at: Any, byte: Any) -> Any:
    """Compare ``buf[at:at + 32]`` with one byte: a number with a bit for each that is equal."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        block = _load_block(context, builder, signature.args[0], arguments[0], arguments[1])
        first = builder.insert_element(_constant(0), arguments[2], ir.Constant(ir.IntType(32), 0))
        order = ir.Constant(ir.VectorType(ir.IntType(32), _BLOCK), [0] * _BLOCK)
        everywhere = builder.shuffle_vector(first, _constant(0), order)
        return _as_bits(builder, builder.icmp_unsigned("==", block, everywhere))

    return types.int64(buf, types.intp, types.uint8), generate


@instruction
def _name_bytes(typing_context: Any, buf: Any, at: Any) -> Any:
    """Tell which of ``buf[at:at + 32]`` may be part of a name: letters, digits, ``_``, ``?``."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        block = _load_block(context, builder, signature.args[0], *arguments)

        def within(values: Any, low: str, high: str) -> Any:
            above = builder.sub(values, _constant(ord(low)))
            return builder.icmp_unsigned("<=", above, _constant(ord(high) - ord(low)))

        lower = builder.or_(block, _constant(0x20))
        letters = within(lower, "a", "z")
        digits = within(block, "0", "9")
        others = builder.or_(within(block, "_", "_"), within(block, "?", "?"))
        return _as_bits(builder, builder.or_(builder.or_(letters, digits), others))

    return types.int64(buf, types.intp), generate


@instruction
def _lowest(typing_context: Any, bits: Any) -> Any:
    """Return the number of the lowest bit set; ``bits`` is not 0."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], cgutils.true_bit)

    return types.int64(types.int64), generate


@instruction
def _leading_zeros(typing_context: Any, bits: Any) -> Any:
    """Return how many of the 64 bits above the highest one set are clear; ``bits`` is not 0."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ctlz(arguments[0], cgutils.true_bit)

    return types.int64(types.int64), generate


@instruction
def copy_bytes(
    typing_context: Any, to: Any, to_at: Any, buf: Any, at: Any, length: Any
) -> Any:  # fmt: skip
    """Copy ``buf[at:at + length]`` to ``to[to_at:]``; the two arrays do not overlap."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        target, target_at, source, source_at, count = arguments
        byte = ir.IntType(8)
        types_of = signature.args
        cgutils.raw_memcpy(  # type: ignore[no-untyped-call]
            builder,
            _pointer(context, builder, types_of[0], target, target_at, byte),
            _pointer(context, builder, types_of[2], source, source_at, byte),
            count,
            1,
        )
        return context.get_dummy_value()

    return types.void(to, types.intp, buf, types.intp, types.intp), generate


@routine
def find_byte(buf: Any, start: int, stop: int, byte: Any) -> int:
    """Return where ``byte`` first occurs in ``buf[start:stop]``; ``stop`` if nowhere."""
    i = start
    last = len(buf) - 32
    while i < stop and i <= last:
        bits = _matches(buf, i, byte)
        if bits:
            return int(min(i + _lowest(bits), stop))
        i += 32
    while i < stop and buf[i] != byte:
        i += 1
    return min(i, stop)


@routine
def find_last_byte(buf: Any, start: int, stop: int, byte: Any) -> int:
    """Return where ``byte`` last occurs in ``buf[start:stop]``; -1 if nowhere."""
    i = stop
    while i > start and i >= 32:
        bits = _matches(buf, i - 32, byte)
        if bits:
            found = i + 31 - _leading_zeros(bits)
            return found if found >= start else -1
        i -= 32
    i -= 1
    while i >= start and buf[i] != byte:
        i -= 1
    return i if i >= start else -1


@routine
def find_last_other(buf: Any, start: int, stop: int, byte: Any) -> int:
    """Return where a byte other than ``byte`` last occurs in ``buf[start:stop]``; -1 if nowhere."""
    i = stop
    while i > start and i >= 32:
        bits = ~_matches(buf, i - 32, byte) & 0xFFFFFFFF
        if bits:
            found = i + 31 - _leading_zeros(bits)
            return found if found >= start else -1
        i -= 32
    i -= 1
    while i >= start and buf[i] == byte:
        i -= 1
    return i if i >= start else -1


@routine
def name_end(buf: Any, start: int, stop: int) -> int:
    """Return the end of the letters, digits, ``_`` and ``?`` at ``start``."""
    i = start
    while i < stop and i + 32 <= len(buf):
        bits = ~_name_bytes(buf, i) & 0xFFFFFFFF
        if bits:
            return int(min(i + _lowest(bits), stop))
        i += 32
    while i < stop and NAME_BYTES[buf[i]]:
        i += 1
    return min(i, stop)


@routine
def word_at(buf: Any, start: int, stop: int) -> Any:
    """Return ``buf[start:stop]``, its first 8 bytes at the most, as a number."""
    length = stop - start
    if start + 8 <= len(buf):
        word = _load_word(buf, start)
        if length < 8:
            word &= (np.uint64(1) << np.uint64(8 * length)) - np.uint64(1)
        return word
    word = np.uint64(0)
    for i in range(min(length, 8)):
        word |= np.uint64(buf[start + i]) << np.uint64(8 * i)
    return word
