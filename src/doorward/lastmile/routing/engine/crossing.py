"""Exchanges that strings cannot make: ends of two routes are swapped, or a stretch is turned round (2-opt* and 2-opt).

Proposed at random between near stops and accepted by the same annealing as strings are. What one would change is known
from four distances; loads are added up, by walking, only for those few that would be accepted (Potvin and Rousseau
1995, JORS 46; Croes 1958, Operations Research 6).
"""

from __future__ import annotations

import numpy as np

from doorward.lastmile.routing.engine.compiled import part
from doorward.lastmile.routing.engine.plane import (
    AFTER,
    BEFORE,
    DEMAND,
    NEXT,
    PREV,
    ROUTE,
    Ints,
    Small,
    far,
    link,
)
from doorward.lastmile.routing.engine.strings import COST, FREE, ROUTES, Bits, Flags, mark, note_best
from doorward.lastmile.routing.kernel import draw


@part
def _tail(n: int, node: Small, i: int) -> tuple[int, int, int]:  # pragma: no cover - compiled
    """(load, stops, last stop) after node i on its route; the last is i's depot or i itself where nothing follows."""
    load, size, last, p = 0, 0, i, node[i, NEXT]
    while p < n:
        load += node[p, DEMAND]
        size += 1
        last = p
        p = node[p, NEXT]
    return load, size, last


@part
def _turn(node: Small, a: int, b: int) -> None:  # pragma: no cover - compiled
    """Turn the stretch from a to b round; its outer arcs are for the caller to link."""
    p = a
    while True:
        ahead = node[p, NEXT]
        node[p, NEXT], node[p, PREV] = node[p, PREV], node[p, NEXT]
        node[p, AFTER], node[p, BEFORE] = node[p, BEFORE], node[p, AFTER]
        if p == b:
            break
        p = ahead


@part
def _give(
    n: int, node: Small, sums: Ints, changed: Small, differs: Flags, p: int, r: int,
) -> None:  # pragma: no cover - compiled  # fmt: skip
    """All from p on are of route r from now on."""
    while p < n:
        node[p, ROUTE] = r
        mark(sums, changed, differs, p)
        p = node[p, NEXT]


@part
def _sums(
    n: int, loads: Ints, sizes: Small, sums: Ints, free: Small, listed: Flags, changed: Small, differs: Flags,
    a: int, load: int, size: int, b: int,
) -> None:  # pragma: no cover - compiled  # fmt: skip
    """Route a has this load and size now, b what is left of both."""
    all_load, all_size = loads[a] + loads[b], sizes[a] + sizes[b]
    loads[a], sizes[a] = load, size
    loads[b], sizes[b] = all_load - load, all_size - size
    for r in (a, b):
        mark(sums, changed, differs, n + r)
        if sizes[r] == 0:
            sums[ROUTES] -= 1
            if not listed[r]:
                listed[r] = True
                free[sums[FREE]] = r
                sums[FREE] += 1


@part
def _swap_ends(
    unit: float, half: float, capacity: int, n: int, node: Small, loads: Ints, sizes: Small, sums: Ints,
    free: Small, listed: Flags, changed: Small, differs: Flags, i: int, j: int,
) -> bool:  # pragma: no cover - compiled  # fmt: skip
    """Let j and all after it follow i, and what followed i the stop before j; False where a vehicle has no room."""
    a, b = node[i, ROUTE], node[j, ROUTE]
    x, y = node[i, NEXT], node[j, PREV]
    load_a, size_a, last_a = _tail(n, node, i)
    load_b, size_b, last_b = _tail(n, node, y)
    load = loads[a] - load_a + load_b
    if load > capacity or loads[b] - load_b + load_a > capacity:
        return False
    mark(sums, changed, differs, i)
    mark(sums, changed, differs, y)
    _give(n, node, sums, changed, differs, j, a)
    _give(n, node, sums, changed, differs, x, b)
    _sums(n, loads, sizes, sums, free, listed, changed, differs, a, load, sizes[a] - size_a + size_b, b)
    link(unit, half, node, i, j)
    link(unit, half, node, last_b, n + a)
    if x < n:
        link(unit, half, node, y, x)
        link(unit, half, node, last_a, n + b)
    else:
        link(unit, half, node, y, n + b)
    return True


@part
def _swap_heads(
    unit: float, half: float, capacity: int, n: int, node: Small, loads: Ints, sizes: Small, sums: Ints,
    free: Small, listed: Flags, changed: Small, differs: Flags, i: int, j: int,
) -> bool:  # pragma: no cover - compiled  # fmt: skip
    """Let i be followed by j and what came before it, turned round; and what followed i, turned round, by what
    followed j. False where a vehicle has no room."""
    a, b = node[i, ROUTE], node[j, ROUTE]
    x, y, head_b = node[i, NEXT], node[j, NEXT], node[n + b, NEXT]
    load_a, size_a, last_a = _tail(n, node, i)
    load_b, size_b, _ = _tail(n, node, j)
    load = loads[a] - load_a + loads[b] - load_b
    if load > capacity or load_a + load_b > capacity:
        return False
    mark(sums, changed, differs, i)
    if y < n:
        mark(sums, changed, differs, y)
    p = j
    while p < n:
        node[p, ROUTE] = a
        mark(sums, changed, differs, p)
        p = node[p, PREV]
    _give(n, node, sums, changed, differs, x, b)
    _sums(
        n, loads, sizes, sums, free, listed, changed, differs, a, load, sizes[a] - size_a + sizes[b] - size_b, b,
    )  # fmt: skip
    _turn(node, head_b, j)
    if x < n:
        _turn(node, x, last_a)
    link(unit, half, node, i, j)
    link(unit, half, node, head_b, n + a)
    if x < n:
        link(unit, half, node, n + b, last_a)
        link(unit, half, node, x, y)
    else:
        link(unit, half, node, n + b, y)
    return True


@part
def _turn_between(
    unit: float, half: float, n: int, node: Small, sums: Ints, changed: Small, differs: Flags, i: int, j: int,
) -> None:  # pragma: no cover - compiled  # fmt: skip
    """On one route: i is followed by j, what followed i by what followed j, the stretch between turned round."""
    p = i
    while p < n and p != j:
        p = node[p, NEXT]
    a, b = (i, j) if p == j else (j, i)
    x, y = node[a, NEXT], node[b, NEXT]
    p = x
    while p != y:
        mark(sums, changed, differs, p)
        p = node[p, NEXT]
    mark(sums, changed, differs, a)
    mark(sums, changed, differs, y)
    _turn(node, x, b)
    link(unit, half, node, a, b)
    link(unit, half, node, x, y)


@part
def cross(
    near: Small, unit: float, half: float, capacity: int, n: int, node: Small, loads: Ints, sizes: Small,
    sums: Ints, best_nodes: Small, free: Small, listed: Flags, changed: Small, differs: Flags, rng: Bits, i: int,
    look: int, temperature: float,
) -> None:  # pragma: no cover - compiled  # fmt: skip
    """Propose one exchange of the arcs behind stop i and at a near stop."""
    k = int(draw(rng) * look)
    j, d = near[i, k, 0], np.int64(near[i, k, 1])
    x = node[i, NEXT]
    gain = node[i, AFTER] - d
    one = node[i, ROUTE] == node[j, ROUTE]
    ends = not one and draw(rng) < 0.5
    gain += node[j, BEFORE] if ends else node[j, AFTER]
    limit = -temperature * np.log(draw(rng) + 1e-18)
    if gain + limit <= 0 or x == j or (one and node[j, NEXT] == i):
        return
    change = far(unit, half, node, x, node[j, PREV] if ends else node[j, NEXT]) - gain
    if change >= limit:
        return
    done = True
    if one:
        _turn_between(unit, half, n, node, sums, changed, differs, i, j)
    elif ends:
        done = _swap_ends(
            unit, half, capacity, n, node, loads, sizes, sums, free, listed, changed, differs, i, j,
        )  # fmt: skip
    else:
        done = _swap_heads(
            unit, half, capacity, n, node, loads, sizes, sums, free, listed, changed, differs, i, j,
        )  # fmt: skip
    if done:
        sums[COST] += change
        note_best(node, sums, best_nodes, changed, differs)
