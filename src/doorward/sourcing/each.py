"""The sequential part of sourcing: orders by urgency, each taking its units before the next; and looking again."""

from __future__ import annotations

from typing import NamedTuple

import numba as nb
import numpy as np
from numpy.typing import NDArray

from doorward.sourcing.divide import FAR, Basket, divide
from doorward.sourcing.kernel import Scratch, solve

Ints = NDArray[np.int64]

NEVER: int = 1 << 60
"""A time that does not come."""


class Baskets(NamedTuple):
    """Orders to be sourced, most urgent first: lines by pointer (n + 1,); sku (place in `free`), units, fc now (-1
    none), cost (line, fc) wherever stock lies; base (n, fc); wait_until_s (n,) how long an order may wait whole;
    partly (line,) what is there of it may be shipped before the rest."""

    pointer: Ints
    sku: Ints
    units: Ints
    fc: Ints
    cost: Ints
    base: Ints
    wait_until_s: Ints
    partly: NDArray[np.bool_]


class Inbound(NamedTuple):
    """What is on its way by sku, soonest first; `left` falls as waiting lines count on it."""

    pointer: Ints
    fc: Ints
    at_s: Ints
    left: Ints


class Sourced(NamedTuple):
    """Pieces: line, fc, units, those of a line together. By line: units still missing (rest), when they will be there
    (wait; NEVER no purchase brings them), how many no purchase brings (short). By order: cost (total)."""

    line: Ints
    fc: Ints
    units: Ints
    rest: Ints
    wait: Ints
    short: Ints
    total: Ints


@nb.njit(cache=True)
def _on_shelf(free: Ints, sku: int) -> int:  # pragma: no cover - compiled
    """Units that lie in all buildings together."""
    have = 0
    for f in range(free.shape[0]):
        have += max(0, free[f, sku])
    return have


@nb.njit(cache=True)
def _await(
    b: Baskets, j: int, free: Ints, inbound: Inbound, take: bool
) -> tuple[int, int]:  # pragma: no cover - compiled
    """When all buildings together will have the units of line j (NEVER if they will not), and how many stay short."""
    sku, soonest = b.sku[j], NEVER
    need = b.units[j] - _on_shelf(free, sku)
    have = 0
    for r in range(inbound.pointer[sku], inbound.pointer[sku + 1]):
        have += inbound.left[r]
        if have >= need:
            soonest = inbound.at_s[r]
            break
    short = max(0, need - have)
    if take and soonest < NEVER:
        for r in range(inbound.pointer[sku], inbound.pointer[sku + 1]):
            part = min(need, inbound.left[r])
            inbound.left[r] -= part
            need -= part
    return soonest, short


@nb.njit(cache=True)
def _look(
    b: Baskets, i: int, free: Ints, ready: Ints, rest: Ints
) -> tuple[bool, bool]:  # pragma: no cover - compiled
    """Units of each line that may be shipped now (`ready`, from one building: negative) and that are missing (`rest`).
    Returns whether anything may be shipped, whether a line must be divided."""
    some, divided = False, False
    for j in range(b.pointer[i], b.pointer[i + 1]):
        k = j - b.pointer[i]
        ready[k], rest[k] = 0, 0
        for f in range(free.shape[0]):
            if free[f, b.sku[j]] >= b.units[j]:
                ready[k] = -b.units[j]
        if ready[k] == 0:
            have = _on_shelf(free, b.sku[j])
            if have >= b.units[j] or b.partly[j]:
                ready[k] = min(have, b.units[j])
            rest[k] = b.units[j] - ready[k]
            divided = divided or ready[k] > 0
        some = some or ready[k] != 0
    return some, divided


@nb.njit(cache=True)
def _keep_whole(
    b: Baskets, i: int, free: Ints, inbound: Inbound, rest: Ints
) -> bool:  # pragma: no cover - compiled
    """Whether an order that misses units waits for them: all are inbound before the order must go."""
    last = 0
    for j in range(b.pointer[i], b.pointer[i + 1]):
        if rest[j - b.pointer[i]] > 0:
            at_s, _ = _await(b, j, free, inbound, False)
            last = max(last, at_s)
    return bool(0 < last <= b.wait_until_s[i])


@nb.njit(cache=True)
def _cover(
    b: Baskets, i: int, free: Ints, ready: Ints, divided: bool, give: Ints, s: Scratch
) -> int:  # pragma: no cover - compiled
    """Least cost of what is ready of order i; fills give (m, fc). Lines in one piece (ready < 0), else `divide`."""
    fcs, first = free.shape[0], b.pointer[i]
    row = np.flatnonzero(ready)
    m = len(row)
    cost, have = np.empty((m, fcs), np.int64), np.empty((m, fcs), np.int64)
    for k in range(m):
        j = first + row[k]
        for f in range(fcs):
            have[k, f] = max(0, free[f, b.sku[j]])
            cost[k, f] = b.cost[j, f] if have[k, f] >= b.units[j] else FAR
    if divided:
        pieces = np.empty((m, fcs), np.int64)
        unit = b.cost[first + row] // b.units[first + row].reshape(m, 1)
        total = divide(Basket(np.abs(ready[row]), unit, have, ready[row] < 0, b.base[i]), pieces)
        for k in range(m):
            give[row[k]] = pieces[k]
        return total
    assign, use = np.empty(m, np.int64), np.empty(fcs, np.int64)
    total = solve(cost, b.base[i], assign, use, s)
    for k in range(m):
        give[row[k], assign[k]] = b.units[first + row[k]]
    return total


@nb.njit(cache=True)
def source_each(
    b: Baskets, free: Ints, inbound: Inbound, s: Scratch
) -> Sourced:  # pragma: no cover - compiled
    """Source order after order; `free` (fc, sku) falls. A line is divided only if no building has all of it."""
    lines, fcs = b.cost.shape
    wait, short, left = np.zeros(lines, np.int64), np.zeros(lines, np.int64), np.zeros(lines, np.int64)
    total, most, longest = np.zeros(len(b.base), np.int64), 0, 1
    for j in range(lines):
        most += min(b.units[j], fcs)
    for i in range(len(b.base)):
        longest = max(longest, b.pointer[i + 1] - b.pointer[i])
    piece, count = np.empty((3, most), np.int64), 0
    ready, rest, give = (
        np.empty(longest, np.int64),
        np.empty(longest, np.int64),
        np.empty((longest, fcs), np.int64),
    )
    for i in range(len(b.base)):
        first, m = b.pointer[i], b.pointer[i + 1] - b.pointer[i]
        some, divided = _look(b, i, free, ready, rest)
        whole = some and _keep_whole(b, i, free, inbound, rest[:m])
        for k in range(m):
            if rest[k] > 0:
                left[first + k] = b.units[first + k] if whole else rest[k]
                wait[first + k], short[first + k] = _await(b, first + k, free, inbound, True)
        if whole or not some:
            continue
        give[:m] = 0
        total[i] = _cover(b, i, free, ready[:m], divided, give[:m], s)
        for k in range(m):
            fits = True
            for f in range(fcs):
                fits = fits and give[k, f] <= max(0, free[f, b.sku[first + k]])
            if not fits:  # a second line of the same SKU: it waits one turn
                left[first + k] = 0
                continue
            for f in range(fcs):
                if give[k, f] > 0:
                    free[f, b.sku[first + k]] -= give[k, f]
                    piece[0, count], piece[1, count], piece[2, count] = first + k, f, give[k, f]
                    count += 1
    return Sourced(piece[0, :count], piece[1, :count], piece[2, :count], left, wait, short, total)


@nb.njit(cache=True)
def move_each(
    b: Baskets, free: Ints, gain: int, s: Scratch
) -> tuple[Ints, Ints]:  # pragma: no cover - compiled
    """Solve sourced orders again with the free stock and their own units; keep what saves more than `gain`.

    Returns fc by line (as before where nothing moved) and what was saved by order.
    """
    fcs = b.cost.shape[1]
    fc, saved = b.fc.copy(), np.zeros(len(b.base), np.int64)
    longest = 1
    for i in range(len(b.base)):
        longest = max(longest, b.pointer[i + 1] - b.pointer[i])
    cost, used = np.empty((longest, fcs), np.int64), np.empty(fcs, np.bool_)
    assign, use = np.empty(longest, np.int64), np.empty(fcs, np.int64)
    for i in range(len(b.base)):
        first, last = b.pointer[i], b.pointer[i + 1]
        for j in range(first, last):
            free[b.fc[j], b.sku[j]] += b.units[j]
        used[:] = False
        now = 0
        for j in range(first, last):
            for f in range(fcs):
                own = f == b.fc[j]
                cost[j - first, f] = b.cost[j, f] if own or free[f, b.sku[j]] >= b.units[j] else FAR
            now += b.cost[j, b.fc[j]] + (0 if used[b.fc[j]] else b.base[i, b.fc[j]])
            used[b.fc[j]] = True
        total = solve(cost[: last - first], b.base[i], assign, use, s)
        fits = now - total > gain
        if fits:
            for j in range(first, last):
                free[assign[j - first], b.sku[j]] -= b.units[j]
            # Looked at when all have claimed theirs: two lines of one SKU may have seen the same last unit.
            for j in range(first, last):
                fits = fits and (assign[j - first] == b.fc[j] or free[assign[j - first], b.sku[j]] >= 0)
            if not fits:
                for j in range(first, last):
                    free[assign[j - first], b.sku[j]] += b.units[j]
        if fits:
            saved[i] = now - total
            fc[first:last] = assign[: last - first]
            continue
        for j in range(first, last):
            free[b.fc[j], b.sku[j]] -= b.units[j]
    return fc, saved
