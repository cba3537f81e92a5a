"""The shortest walk of a picker through one block of aisles, exactly, compiled.

Dynamic program over the aisles from left to right (Ratliff and Rosenthal 1983, "Order-picking in a rectangular
warehouse: a solvable case of the traveling salesman problem"). The depot stands in front of aisle 0; there is a front
and a back cross-aisle. Slots are numbered aisle * bays + bay; a bay lies `front + bay * pitch` into its aisle.
"""

from __future__ import annotations

import numba as nb
import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
FAR = 1 << 60
UNEVEN, TOP, BOTTOM, JOINED, APART = range(5)
"""State of the partial tour at the newest aisle: both ends odd; only the back end; only the front end; both ends even
and one component; both ends even and two components."""


@nb.njit(cache=True)
def _down_the_aisle(state: Ints, low: int, high: int, gap: int, length: int) -> Ints:  # pragma: no cover
    """States after the moves inside an aisle whose picks lie between low and high (low < 0: none)."""
    after = np.full(5, FAR)
    through, twice = length, 2 * length
    after[JOINED] = min(state[UNEVEN] + through, min(state[TOP], state[BOTTOM]) + twice, state[APART] + twice)
    after[UNEVEN] = min(min(state[TOP], state[BOTTOM]), min(state[JOINED], state[APART])) + through
    if low < 0:
        for k in range(5):
            after[k] = min(after[k], state[k])
        return after
    top, bottom, split = 2 * (length - low), 2 * high, 2 * (length - gap)
    any_way = min(top, bottom, split, twice)
    after[UNEVEN] = min(after[UNEVEN], state[UNEVEN] + any_way)
    after[JOINED] = min(after[JOINED], state[JOINED] + any_way)
    after[TOP] = state[TOP] + top
    after[BOTTOM] = state[BOTTOM] + bottom
    after[APART] = min(
        state[TOP] + min(bottom, split),
        state[BOTTOM] + min(top, split),
        state[APART] + min(top, bottom, split),
    )
    return after


@nb.njit(cache=True)
def _first_aisle(low: int, high: int, gap: int, length: int) -> Ints:  # pragma: no cover
    """States after aisle 0. TOP leaves the depot out: it is mended by front edges in `_along`; low < 0: no picks."""
    state = np.full(5, FAR)
    state[UNEVEN], state[JOINED] = length, 2 * length
    if low >= 0:
        state[TOP], state[BOTTOM] = 2 * (length - low), 2 * high
        state[APART] = 2 * (length - gap)
    else:
        state[BOTTOM] = 0
    return state


@nb.njit(cache=True)
def _along(state: Ints, width: int, first: bool) -> Ints:  # pragma: no cover
    """States after the moves along the cross-aisles to the next aisle."""
    after = np.full(5, FAR)
    after[UNEVEN] = state[UNEVEN] + 2 * width
    after[TOP] = min(FAR if first else state[TOP], state[JOINED]) + 2 * width
    after[BOTTOM] = min(state[BOTTOM], state[JOINED]) + 2 * width
    after[JOINED] = state[JOINED] + 4 * width
    after[APART] = min(state[APART], state[TOP], state[BOTTOM]) + 4 * width
    for k in range(5):
        after[k] = min(after[k], FAR)
    return after


@nb.njit(cache=True)
def tour(slots: Ints, count: int, bays: int, front: int, pitch: int, width: int) -> int:  # pragma: no cover
    """Length of the shortest walk from the depot through the first `count` of `slots` (ascending) and back."""
    if count == 0:
        return 0
    length = 2 * front + (bays - 1) * pitch
    last = slots[count - 1] // bays
    state = np.full(5, FAR)
    at = 0
    for aisle in range(last + 1):
        low, high, gap, before = -1, -1, 0, 0
        while at < count and slots[at] // bays == aisle:
            place = front + (slots[at] % bays) * pitch
            if low < 0:
                low = place
            gap = max(gap, place - before)
            before = high = place
            at += 1
        if low >= 0:
            gap = max(gap, length - before)
        first = aisle == 0
        after = (
            _first_aisle(low, high, gap, length) if first else _down_the_aisle(state, low, high, gap, length)
        )
        state = _along(after, width, first) if aisle < last else after
    best = min(state[JOINED], state[BOTTOM])
    if last > 0:
        best = min(best, state[TOP])
    return int(best)


@nb.njit(cache=True)
def s_shape(
    slots: Ints, count: int, bays: int, front: int, pitch: int, width: int
) -> int:  # pragma: no cover
    """Length of the S-shaped walk through the same slots: every aisle with picks is crossed, the last of an odd
    number of them is left where it was entered. The usual rule of thumb, kept as the ruler."""
    if count == 0:
        return 0
    length = 2 * front + (bays - 1) * pitch
    aisles, last = 0, -1
    for k in range(count):
        if slots[k] // bays != last:
            aisles += 1
            last = slots[k] // bays
    walk = 2 * width * last + aisles * length
    if aisles % 2 == 1:
        walk += 2 * (front + (slots[count - 1] % bays) * pitch) - length
    return walk
