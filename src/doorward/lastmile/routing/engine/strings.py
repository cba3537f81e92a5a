"""Ruin and recreate: slack induction by string removals (Christiaens, Vanden Berghe 2020, Transportation Science 54).

Strings of stops are taken out of routes near one another and put back greedily, each where it costs least but for
blinks; worse plans are accepted by simulated annealing. Ours: insertion looks only beside near stops, nearest first,
and leaves out those that cannot be cheaper than what was found (by the triangle inequality); the threshold of
acceptance is drawn first, so that a change that is beyond it is given up half-way; all is undone from a journal of the
nodes that were touched. So an iteration costs O(removed x near) whatever the number of stops.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from doorward.lastmile.routing.engine.compiled import part
from doorward.lastmile.routing.engine.plane import (
    AFTER,
    BEFORE,
    DEMAND,
    NEXT,
    PREV,
    ROUTE,
    Ints,
    Plan,
    Reals,
    Small,
    far,
    link,
)
from doorward.lastmile.routing.kernel import draw

MEAN_REMOVED, LONGEST, SPLIT, STOP_SPLIT, BLINK = 10.0, 10.0, 0.5, 0.01, 0.01
"""Paper's c-bar, L-max, alpha, beta and blink rate."""
MOST_OUT, MOST_TOUCHED = 1024, 8192
FAR = 1 << 40
TOUCHED, USED, OUT, FREE, CHANGED, ROUTES, COST, BEST, BLINKS = range(9)
"""Places in `Search.at`: entries of the journal, of the routes' journal, stops out, empty routes, nodes changed since
the best; routes with stops; cost now and at best; positions until the next blink."""

Flags = NDArray[np.bool_]
Bits = NDArray[np.uint64]


class Search(NamedTuple):
    """Memory of a search. best (nodes, 3): NEXT, PREV and ROUTE of the best plan

    node_seen (nodes,), route_seen (routes,) iteration that touched each last; undo_* journals of this iteration
    out, key (MOST_OUT,) stops taken out; free empty routes, listed: whether one is among them
    changed (nodes,) those that differ from the best, differs: whether one is among them
    """

    at: Ints
    best: Small
    node_seen: Ints
    route_seen: Ints
    undo_row: Small
    undo_node: Small
    undo_route: Small
    undo_load: Ints
    undo_size: Small
    out: Small
    key: Reals
    free: Small
    listed: NDArray[np.bool_]
    changed: Small
    differs: NDArray[np.bool_]
    rng: NDArray[np.uint64]


def new_search(plan: Plan, cost: int, seed: int) -> Search:
    """A search that begins at a plan, which is the best so far."""
    nodes, routes = len(plan.node), len(plan.load)
    at = np.zeros(9, np.int64)
    at[ROUTES], at[COST], at[BEST], at[BLINKS] = int((plan.size > 0).sum()), cost, cost, 1
    none = np.flatnonzero(plan.size == 0)[::-1].astype(np.int32)
    free = np.zeros(4 * routes + 16, np.int32)
    free[: len(none)], at[FREE] = none, len(none)
    return Search(
        at, plan.node[:, :3].copy(), np.zeros(nodes, np.int64), np.zeros(routes, np.int64),
        np.zeros(MOST_TOUCHED, np.int32), np.zeros((MOST_TOUCHED, 8), np.int32), np.zeros(MOST_OUT, np.int32),
        np.zeros(MOST_OUT, np.int64), np.zeros(MOST_OUT, np.int32), np.zeros(MOST_OUT, np.int32), np.zeros(MOST_OUT),
        free, plan.size == 0, np.zeros(nodes, np.int32), np.zeros(nodes, np.bool_),
        np.array([seed % 2**63 + 88172645463325252], np.uint64),
    )  # fmt: skip


@part
def _keep(
    node: Small, sums: Ints, node_seen: Ints, undo_row: Small, undo_node: Small, i: int, now: int,
) -> None:  # pragma: no cover - compiled  # fmt: skip
    """Remember a node as it is, once an iteration."""
    if node_seen[i] != now:
        node_seen[i] = now
        k = sums[TOUCHED]
        undo_row[k] = i
        for c in range(8):
            undo_node[k, c] = node[i, c]
        sums[TOUCHED] = k + 1


@part
def _keep_route(
    loads: Ints, sizes: Small, sums: Ints, route_seen: Ints, undo_route: Small, undo_load: Ints,
    undo_size: Small, r: int, now: int,
) -> None:  # pragma: no cover - compiled  # fmt: skip
    """Remember a route's sums, once an iteration."""
    if route_seen[r] != now:
        route_seen[r] = now
        k = sums[USED]
        undo_route[k], undo_load[k], undo_size[k] = r, loads[r], sizes[r]
        sums[USED] = k + 1


@part
def _list(sums: Ints, free: Small, listed: Flags, r: int) -> None:  # pragma: no cover - compiled
    """A route is empty now."""
    if not listed[r]:
        listed[r] = True
        free[sums[FREE]] = r
        sums[FREE] += 1


@part
def _wait(rng: Bits) -> int:  # pragma: no cover - compiled
    """Positions to look at until one is overlooked: geometric."""
    return int(np.log(draw(rng) + 1e-18) / np.log(1.0 - BLINK)) + 1


@part
def _span(n: int, node: Small, rng: Bits, c: int, size: int) -> int:  # pragma: no cover - compiled
    """First stop of a string of `size` stops around c, at random among those that there are."""
    back, ahead, p = 0, 0, c
    while back < size - 1 and node[p, PREV] < n:
        p = node[p, PREV]
        back += 1
    p = c
    while ahead < size - 1 and node[p, NEXT] < n:
        p = node[p, NEXT]
        ahead += 1
    least = max(0, size - 1 - ahead)
    p = c
    for _ in range(least + int(draw(rng) * (back - least + 1))):
        p = node[p, PREV]
    return p


@part
def _cut(
    unit: float, half: float, n: int, node: Small, loads: Ints, sizes: Small, sums: Ints, node_seen: Ints,
    route_seen: Ints, undo_row: Small, undo_node: Small, undo_route: Small, undo_load: Ints, undo_size: Small,
    outs: Small, free: Small, listed: Flags, rng: Bits, c: int, longest: float, now: int,
) -> int:  # pragma: no cover - compiled  # fmt: skip
    """Take a string around stop c out of its route, perhaps not its middle; returns what that changes."""
    r = node[c, ROUTE]
    _keep_route(loads, sizes, sums, route_seen, undo_route, undo_load, undo_size, r, now)
    size = min(sizes[r], int(1 + draw(rng) * min(float(sizes[r]), longest)))
    stay = 0
    if 1 < size < sizes[r] and draw(rng) < SPLIT:
        stay = 1
        while size + stay < sizes[r] and draw(rng) > STOP_SPLIT:
            stay += 1
    p = _span(n, node, rng, c, size + stay)
    first = 1 + int(draw(rng) * (size - 1)) if stay else size
    a, gap, change = node[p, PREV], False, 0
    for t in range(size + stay):
        ahead = node[p, NEXT]
        if first <= t < first + stay:
            if gap:
                _keep(node, sums, node_seen, undo_row, undo_node, p, now)
                change += link(unit, half, node, a, p)
                gap = False
            a = p
        else:
            if not gap:
                _keep(node, sums, node_seen, undo_row, undo_node, a, now)
                change -= node[a, AFTER]
                gap = True
            _keep(node, sums, node_seen, undo_row, undo_node, p, now)
            change -= node[p, AFTER]
            node[p, ROUTE] = -1
            loads[r] -= node[p, DEMAND]
            sizes[r] -= 1
            outs[sums[OUT]] = p
            sums[OUT] += 1
        p = ahead
    if gap:
        _keep(node, sums, node_seen, undo_row, undo_node, p, now)
        change += link(unit, half, node, a, p)
    if sizes[r] == 0:
        sums[ROUTES] -= 1
        _list(sums, free, listed, r)
    return change


@part
def _ruin(
    near: Small, unit: float, half: float, n: int, node: Small, loads: Ints, sizes: Small, sums: Ints,
    node_seen: Ints, route_seen: Ints, undo_row: Small, undo_node: Small, undo_route: Small, undo_load: Ints,
    undo_size: Small, outs: Small, free: Small, listed: Flags, rng: Bits, seed: int, now: int,
) -> int:  # pragma: no cover - compiled  # fmt: skip
    """Take strings out of routes that pass near a stop; returns what that changes."""
    mean = n / max(1, sums[ROUTES])
    longest = min(LONGEST, mean)
    strings = int(1 + draw(rng) * (4.0 * MEAN_REMOVED / (1.0 + longest) - 1.0))
    change, cuts, k = 0, 0, -1
    while k < near.shape[1] and cuts < strings:
        c = seed if k < 0 else near[seed, k, 0]
        k += 1
        r = node[c, ROUTE]
        if r >= 0 and route_seen[r] != now:
            change += _cut(
                unit, half, n, node, loads, sizes, sums, node_seen, route_seen, undo_row, undo_node, undo_route,
                undo_load, undo_size, outs, free, listed, rng, c, longest, now,
            )  # fmt: skip
            cuts += 1
    return change


@part
def _sort(
    unit: float, half: float, n: int, node: Small, sums: Ints, outs: Small, keys: Reals, rng: Bits,
) -> None:  # pragma: no cover - compiled  # fmt: skip
    """Order of putting back: at random, by demand, farthest or nearest first, by weights 4, 4, 2, 1."""
    out, key = outs, keys
    by = draw(rng) * 11.0
    for t in range(sums[OUT]):
        c = out[t]
        if by < 4:
            value = draw(rng)
        elif by < 8:
            value = -float(node[c, DEMAND])
        else:
            value = float(far(unit, half, node, c, n))
            if by < 10:
                value = -value
        u = t - 1
        while u >= 0 and key[u] > value:
            key[u + 1], out[u + 1] = (key[u], out[u])
            u -= 1
        key[u + 1], out[u + 1] = (value, c)


@part
def _place(
    near: Small, unit: float, half: float, capacity: int, n: int, node: Small, loads: Ints, sizes: Small,
    sums: Ints, free: Small, listed: Flags, rng: Bits, c: int, look: int,
) -> tuple[int, int]:  # pragma: no cover - compiled  # fmt: skip
    """(cost, node to follow) of the cheapest place for a stop, (FAR, -1) none."""
    room = capacity - node[c, DEMAND]
    best, at, blinks = FAR, -1, int(sums[BLINKS])
    for k in range(look):
        j, d = near[c, k, 0], np.int64(near[c, k, 1])
        r = node[j, ROUTE]
        after, before = node[j, AFTER], node[j, BEFORE]
        if r < 0 or 2 * d - max(after, before) >= best or loads[r] > room:
            continue
        if 2 * d - after < best:
            blinks -= 1
            if blinks <= 0:
                blinks = _wait(rng)
            else:
                cost = d + far(unit, half, node, c, node[j, NEXT]) - after
                if cost < best:
                    best, at = cost, j
        if 2 * d - before < best:
            blinks -= 1
            if blinks <= 0:
                blinks = _wait(rng)
            else:
                cost = d + far(unit, half, node, c, node[j, PREV]) - before
                if cost < best:
                    best, at = cost, node[j, PREV]
    sums[BLINKS] = blinks
    alone = 2 * far(unit, half, node, c, n)
    if alone < best:
        while sums[FREE] > 0 and sizes[free[sums[FREE] - 1]] > 0:
            sums[FREE] -= 1
            listed[free[sums[FREE]]] = False
        if sums[FREE] > 0:
            best, at = alone, n + free[sums[FREE] - 1]
    return best, at


@part
def _put(
    unit: float, half: float, node: Small, loads: Ints, sizes: Small, sums: Ints, node_seen: Ints,
    route_seen: Ints, undo_row: Small, undo_node: Small, undo_route: Small, undo_load: Ints, undo_size: Small,
    c: int, p: int, now: int,
) -> None:  # pragma: no cover - compiled  # fmt: skip
    """Let stop c follow node p."""
    r, x = node[p, ROUTE], node[p, NEXT]
    _keep_route(loads, sizes, sums, route_seen, undo_route, undo_load, undo_size, r, now)
    _keep(node, sums, node_seen, undo_row, undo_node, p, now)
    _keep(node, sums, node_seen, undo_row, undo_node, x, now)
    link(unit, half, node, p, c)
    link(unit, half, node, c, x)
    node[c, ROUTE] = r
    if sizes[r] == 0:
        sums[ROUTES] += 1
    loads[r] += node[c, DEMAND]
    sizes[r] += 1


@part
def _undo(
    node: Small, loads: Ints, sizes: Small, sums: Ints, undo_row: Small, undo_node: Small, undo_route: Small,
    undo_load: Ints, undo_size: Small, free: Small, listed: Flags,
) -> None:  # pragma: no cover - compiled  # fmt: skip
    """As before this iteration."""
    for k in range(sums[TOUCHED]):
        i = undo_row[k]
        for c in range(8):
            node[i, c] = undo_node[k, c]
    for k in range(sums[USED]):
        r = undo_route[k]
        loads[r], sizes[r] = undo_load[k], undo_size[k]
        if sizes[r] == 0:
            _list(sums, free, listed, r)


@part
def mark(sums: Ints, changed: Small, differs: Flags, i: int) -> None:  # pragma: no cover - compiled
    """A node is not as in the best plan any more."""
    if not differs[i]:
        differs[i] = True
        changed[sums[CHANGED]] = i
        sums[CHANGED] += 1


@part
def note_best(
    node: Small, sums: Ints, best_nodes: Small, changed: Small, differs: Flags,
) -> None:  # pragma: no cover - compiled  # fmt: skip
    """Where the plan is the best so far, remember it: only nodes that differ are copied."""
    if sums[COST] < sums[BEST]:
        sums[BEST] = sums[COST]
        for k in range(sums[CHANGED]):
            i = changed[k]
            best_nodes[i, 0], best_nodes[i, 1], best_nodes[i, 2] = (
                node[i, NEXT],
                node[i, PREV],
                node[i, ROUTE],
            )
            differs[i] = False
        sums[CHANGED] = 0


@part
def strung(
    near: Small, unit: float, half: float, capacity: int, n: int, node: Small, loads: Ints, sizes: Small,
    sums: Ints, best_nodes: Small, node_seen: Ints, route_seen: Ints, undo_row: Small, undo_node: Small,
    undo_route: Small, undo_load: Ints, undo_size: Small, outs: Small, keys: Reals, free: Small, listed: Flags,
    changed: Small, differs: Flags, rng: Bits, seed: int, now: int, temperature: float, look: int,
) -> None:  # pragma: no cover - compiled  # fmt: skip
    """One iteration: strings out near stop `seed`, and back in beside at most `look` near stops of each."""
    limit = -temperature * np.log(draw(rng) + 1e-18)
    sums[TOUCHED] = sums[USED] = sums[OUT] = 0
    routes = sums[ROUTES]
    change = _ruin(
        near, unit, half, n, node, loads, sizes, sums, node_seen, route_seen, undo_row, undo_node, undo_route,
        undo_load, undo_size, outs, free, listed, rng, seed, now,
    )  # fmt: skip
    _sort(unit, half, n, node, sums, outs, keys, rng)
    for t in range(sums[OUT]):
        cost, at = _place(
            near, unit, half, capacity, n, node, loads, sizes, sums, free, listed, rng, outs[t], look,
        )  # fmt: skip
        change += cost
        if change >= limit:
            _undo(
                node, loads, sizes, sums, undo_row, undo_node, undo_route, undo_load, undo_size, free, listed,
            )  # fmt: skip
            sums[ROUTES] = routes
            return
        _put(
            unit, half, node, loads, sizes, sums, node_seen, route_seen, undo_row, undo_node, undo_route,
            undo_load, undo_size, outs[t], at, now,
        )  # fmt: skip
    sums[COST] += change
    for k in range(sums[TOUCHED]):
        mark(sums, changed, differs, undo_row[k])
    note_best(node, sums, best_nodes, changed, differs)
