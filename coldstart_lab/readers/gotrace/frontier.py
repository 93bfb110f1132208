"""A heap of threads by the time of the next event of each."""

from __future__ import annotations

from typing import Any

from coldstart_lab.kernels import routine


@routine
def sift_up(heap: Any, keys: Any, at: int) -> int:
    """Move the entry at ``at`` towards the root as far as it must go; return where it is then."""
    while at > 0 and keys[heap[(at - 1) // 2]] > keys[heap[at]]:
        above = (at - 1) // 2
        heap[above], heap[at] = heap[at], heap[above]
        at = above
    return at


@routine
def sift_down(heap: Any, size: int, keys: Any, at: int) -> None:
    """Move the entry at ``at`` away from the root as far as it must go."""
    while at < size:
        least = at
        for child in range(2 * at + 1, min(2 * at + 3, size)):
            if keys[heap[child]] < keys[heap[least]]:
                least = child
        if least == at:
            return
        heap[least], heap[at] = heap[at], heap[least]
        at = least


@routine
def update(heap: Any, size: int, keys: Any, at: int) -> None:
    """Put the entry at ``at`` in its place after its key has changed."""
    if sift_up(heap, keys, at) == at:
        sift_down(heap, size, keys, at)


@routine
def remove(heap: Any, size: int, keys: Any, at: int) -> int:
    """Take the entry at ``at`` out; return how many are left."""
    while at > 0:
        above = (at - 1) // 2
        heap[above], heap[at] = heap[at], heap[above]
        at = above
    heap[0] = heap[size - 1]
    sift_down(heap, size - 1, keys, 0)
    return size - 1


@routine
def sort(heap: Any, size: int, keys: Any) -> None:
    """Sort the heap, which stays one; entries of one key keep their order."""
    for end in range(1, size):
        entry = heap[end]
        at = end
        while at > 0 and keys[heap[at - 1]] > keys[entry]:
            heap[at] = heap[at - 1]
            at -= 1
        heap[at] = entry
