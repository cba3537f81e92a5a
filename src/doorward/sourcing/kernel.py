"""The combinatorial part of sourcing: cover the lines of one order by parcels from buildings, at least cost.

Cost of an assignment = sum over buildings used of a parcel's base + sum over lines of their cost there (uncapacitated
facility location with a handful of clients). Four ways, the first three exact:

* one building, if it costs no more than any two could (two cheapest bases + every line at its cheapest);
* all sets of buildings, where these are fewer than sets of lines: O(2^F m F);
* dynamic program over sets of lines, building after building: O(2^m m F), at most `LINES` lines;
* local search on the set of open buildings (add, drop, swap until nothing helps) for what is left.

All costs are integers (thousandths of a cent), so "equal to the integer program" means equal.
"""

from __future__ import annotations

from typing import NamedTuple

import numba as nb
import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

LINES = 10
"""Most lines for the dynamic program."""
SETS = 10
"""Most buildings of which all sets are tried."""
FAR: int = 1 << 50
"""Cost of what cannot be."""
NEVER: int = 1 << 60
"""A time that does not come."""


class Scratch(NamedTuple):
    """Room to work in, kept from order to order: costs by set of lines, sets taken from each building."""

    best: Ints
    with_it: Ints
    took: NDArray[np.int16]
    set_: NDArray[np.int16]


def scratch(fcs: int) -> Scratch:
    """Room for `fcs` buildings; sets of buildings are bits of one integer, hence at most 60."""
    if fcs > 60:
        raise ValueError(f"sourcing compares at most 60 FCs, the network has {fcs}")
    size = 1 << LINES
    return Scratch(
        np.empty(size, np.int64), np.empty(size, np.int64), np.empty((fcs, size), np.int16), np.empty(size, np.int16)
    )  # fmt: skip


@nb.njit(cache=True)
def by_lines(
    cost: Ints, base: Ints, use: Ints, assign: Ints, s: Scratch
) -> int:  # pragma: no cover - compiled
    """Exact: dynamic program over sets of lines. cost (m, fc), base (fc,), use: buildings considered."""
    m = cost.shape[0]
    size = 1 << m
    best, with_it = s.best, s.with_it
    best[:size] = FAR
    best[0] = 0
    for n, f in enumerate(use):
        took = s.took[n]
        for k in range(size):
            with_it[k] = best[k] + base[f]
            took[k] = 0
        for i in range(m):
            c, bit = cost[i, f], 1 << i
            if c >= FAR:
                continue
            for high in range(0, size, 2 * bit):
                for k in range(high, high + bit):
                    v = with_it[k] + c
                    if v < with_it[k + bit]:
                        with_it[k + bit] = v
                        took[k + bit] = took[k] | bit
        for k in range(size):
            if took[k] != 0 and with_it[k] < best[k]:
                best[k] = with_it[k]
            else:
                took[k] = 0
    k = size - 1
    for n in range(len(use) - 1, -1, -1):
        t = s.took[n, k]
        for i in range(m):
            if (t >> i) & 1:
                assign[i] = use[n]
        k ^= t
    return int(best[size - 1])


@nb.njit(cache=True)
def at_open(
    cost: Ints, base: Ints, use: Ints, open_: int, limit: int, assign: Ints
) -> int:  # pragma: no cover - compiled
    """Cost of shipping every line from its cheapest building of the set `open_` (bits of `use`); FAR beyond `limit`."""
    total = 0
    for n in range(len(use)):
        if (open_ >> n) & 1:
            total += base[use[n]]
    for i in range(cost.shape[0]):
        least, at = FAR, -1
        for n in range(len(use)):
            if (open_ >> n) & 1 and cost[i, use[n]] < least:
                least, at = cost[i, use[n]], use[n]
        total += least
        if total >= limit:
            return int(FAR)
        assign[i] = at
    return int(total)


@nb.njit(cache=True)
def by_sets(cost: Ints, base: Ints, use: Ints, assign: Ints) -> int:  # pragma: no cover - compiled
    """Exact: all sets of buildings."""
    best, best_set = FAR, 1
    for open_ in range(1, 1 << len(use)):
        total = at_open(cost, base, use, open_, best, assign)
        if total < best:
            best, best_set = total, open_
    at_open(cost, base, use, best_set, FAR, assign)
    return int(best)


@nb.njit(cache=True)
def _climb(
    cost: Ints, base: Ints, use: Ints, open_: int, assign: Ints
) -> tuple[int, int]:  # pragma: no cover - compiled
    """Add, drop and swap buildings, always the best step, until none helps. Returns cost and set."""
    n = len(use)
    best = at_open(cost, base, use, open_, FAR, assign)
    while True:
        step_best, step = best, open_
        for a in range(n):
            one = open_ ^ (1 << a)
            total = at_open(cost, base, use, one, step_best, assign)
            if total < step_best:
                step_best, step = total, one
            for b in range(a):
                if ((open_ >> a) ^ (open_ >> b)) & 1:
                    two = one ^ (1 << b)
                    total = at_open(cost, base, use, two, step_best, assign)
                    if total < step_best:
                        step_best, step = total, two
        if step == open_:
            return best, open_
        open_, best = step, step_best


@nb.njit(cache=True)
def by_search(cost: Ints, base: Ints, use: Ints, assign: Ints) -> int:  # pragma: no cover - compiled
    """Heuristic: local search from all buildings and from the greedy cover (least cost a line first); the better."""
    n, m = len(use), cost.shape[0]
    covered, greedy, left = np.zeros(m, np.bool_), 0, m
    while left > 0:
        pick, least, most = -1, float(FAR), 0
        for k in range(n):
            total, lines = float(base[use[k]]), 0
            for i in range(m):
                if not covered[i] and cost[i, use[k]] < FAR:
                    total += cost[i, use[k]]
                    lines += 1
            if lines > 0 and total / lines < least:
                pick, least, most = k, total / lines, lines
        greedy |= 1 << pick
        left -= most
        for i in range(m):
            covered[i] = covered[i] or cost[i, use[pick]] < FAR
    best, best_set = _climb(cost, base, use, (1 << n) - 1, assign)
    total, set_ = _climb(cost, base, use, greedy, assign)
    if total < best:
        best, best_set = total, set_
    at_open(cost, base, use, best_set, FAR, assign)
    return best


@nb.njit(cache=True)
def solve(cost: Ints, base: Ints, assign: Ints, use: Ints, s: Scratch) -> int:  # pragma: no cover - compiled
    """Least cost of one order and the building of each line. Every line must have a building that can (cost < FAR)."""
    m, fcs = cost.shape
    n, one, at, base1, base2 = 0, FAR, -1, FAR, FAR
    for f in range(fcs):
        total, some = base[f], False
        for i in range(m):
            total += cost[i, f]
            some = some or cost[i, f] < FAR
        if not some:
            continue
        use[n] = f
        n += 1
        if total < one:
            one, at = total, f
        if base[f] < base1:
            base1, base2 = base[f], base1
        elif base[f] < base2:
            base2 = base[f]
    two = base1 + base2
    for i in range(m):
        least = FAR
        for k in range(n):
            least = min(least, cost[i, use[k]])
        two += least
    if one < FAR and (one <= two or m == 1):
        assign[:m] = at
        return int(one)
    if n <= min(m, SETS):
        return by_sets(cost, base, use[:n], assign)
    if m <= LINES:
        return by_lines(cost, base, use[:n], assign, s)
    return by_search(cost, base, use[:n], assign)


class Baskets(NamedTuple):
    """Orders to be sourced, most urgent first: lines by pointer (n + 1,); sku (place in `free`), units, fc now (-1
    none), cost (line, fc) wherever stock lies; base (n, fc); wait_until_s (n,) how long an order may wait whole."""

    pointer: Ints
    sku: Ints
    units: Ints
    fc: Ints
    cost: Ints
    base: Ints
    wait_until_s: Ints


class Inbound(NamedTuple):
    """What is on its way by sku, soonest first; `left` falls as waiting lines count on it."""

    pointer: Ints
    fc: Ints
    at_s: Ints
    left: Ints


@nb.njit(cache=True)
def _await(
    b: Baskets, j: int, free: Ints, inbound: Inbound, take: bool
) -> tuple[int, int]:  # pragma: no cover
    """When some FC will have the units of line j (NEVER if none will), and how many are short at the best of them."""
    sku, soonest, at, least = b.sku[j], NEVER, -1, NEVER
    for f in range(free.shape[0]):
        have = max(0, free[f, sku])
        for r in range(inbound.pointer[sku], inbound.pointer[sku + 1]):
            if inbound.fc[r] == f and have < b.units[j]:
                have += inbound.left[r]
                if have >= b.units[j] and inbound.at_s[r] < soonest:
                    soonest, at = inbound.at_s[r], f
        least = min(least, max(0, b.units[j] - have))
    if take and at >= 0:
        need = b.units[j] - max(0, free[at, sku])
        for r in range(inbound.pointer[sku], inbound.pointer[sku + 1]):
            if inbound.fc[r] == at:
                part = min(need, inbound.left[r])
                inbound.left[r] -= part
                need -= part
    return soonest, least


@nb.njit(cache=True)
def _keep_whole(
    b: Baskets, i: int, free: Ints, inbound: Inbound, here: NDArray[np.bool_]
) -> bool:  # pragma: no cover
    """Whether an order that misses lines waits for them: all are inbound before the order must go."""
    last = 0
    for j in range(b.pointer[i], b.pointer[i + 1]):
        if not here[j - b.pointer[i]]:
            at_s, _ = _await(b, j, free, inbound, False)
            last = max(last, at_s)
    return bool(0 < last <= b.wait_until_s[i])


@nb.njit(cache=True)
def source_each(
    b: Baskets, free: Ints, inbound: Inbound, s: Scratch
) -> tuple[Ints, Ints, Ints, Ints]:  # pragma: no cover - compiled
    """Source order after order; `free` (fc, sku) falls.

    Returns by line: fc (-1 none), when its units will be there (0 they are; NEVER no purchase brings them), units
    short; and by order its cost.
    """
    lines, fcs = b.cost.shape
    fc, wait, short = np.full(lines, -1, np.int64), np.zeros(lines, np.int64), np.zeros(lines, np.int64)
    total = np.zeros(len(b.base), np.int64)
    longest = 1
    for i in range(len(b.base)):
        longest = max(longest, b.pointer[i + 1] - b.pointer[i])
    cost, row = np.empty((longest, fcs), np.int64), np.empty(longest, np.int64)
    assign, use, here = np.empty(longest, np.int64), np.empty(fcs, np.int64), np.empty(longest, np.bool_)
    for i in range(len(b.base)):
        m, missing = 0, False
        for j in range(b.pointer[i], b.pointer[i + 1]):
            some = False
            for f in range(fcs):
                ok = free[f, b.sku[j]] >= b.units[j]
                cost[m, f] = b.cost[j, f] if ok else FAR
                some = some or ok
            here[j - b.pointer[i]] = some
            if some:
                row[m] = j
                m += 1
            else:
                missing = True
        whole = missing and m > 0 and _keep_whole(b, i, free, inbound, here)
        if missing:
            for j in range(b.pointer[i], b.pointer[i + 1]):
                if not here[j - b.pointer[i]]:
                    wait[j], short[j] = _await(b, j, free, inbound, True)
        if m == 0 or whole:
            continue
        total[i] = solve(cost[:m], b.base[i], assign, use, s)
        for k in range(m):
            j, f = row[k], assign[k]
            if (
                free[f, b.sku[j]] >= b.units[j]
            ):  # false only for a second line of the same SKU: it waits one turn
                free[f, b.sku[j]] -= b.units[j]
                fc[j] = f
    return fc, wait, short, total


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
        done = first
        if fits:
            for j in range(first, last):
                free[assign[j - first], b.sku[j]] -= b.units[j]
                done = j + 1
                if free[assign[j - first], b.sku[j]] < 0 and assign[j - first] != b.fc[j]:
                    fits = False
                    break
        if fits:
            saved[i] = now - total
            fc[first:last] = assign[: last - first]
            continue
        for j in range(first, done):
            free[assign[j - first], b.sku[j]] += b.units[j]
        for j in range(first, last):
            free[b.fc[j], b.sku[j]] -= b.units[j]
    return fc, saved
