"""The combinatorial part of sourcing: cover the lines of one order by parcels from buildings, at least cost.

Cost of an assignment = sum over buildings used of a parcel's base + sum over lines of their cost there (uncapacitated
facility location with a handful of clients). Four ways, the first three exact:

* one building, if it costs no more than any two could (two cheapest bases + every line at its cheapest);
* all sets of buildings, where these are fewer than sets of lines: O(2^F m F);
* dynamic program over sets of lines, building after building: O(2^m m F), at most `LINES` lines;
* local search on the set of open buildings (add, drop, swap until nothing helps) for what is left.

Orders with a line that no building has whole are covered by divide.py; each.py takes order after order.

All costs are integers (thousandths of a cent), so "equal to the integer program" means equal.
"""

from __future__ import annotations

from typing import NamedTuple

import numba as nb
import numpy as np
from numpy.typing import NDArray

from doorward.sourcing.divide import FAR

Ints = NDArray[np.int64]

LINES = 10
"""Most lines for the dynamic program."""
SETS = 10
"""Most buildings of which all sets are tried."""


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
