"""A first plan: the savings of joining near stops (Clarke and Wright 1964, Operations Research 12), largest first."""

from __future__ import annotations

import numba as nb
import numpy as np

from doorward.lastmile.routing.engine.plane import (
    DEMAND,
    ROUTE,
    SPARE,
    Ints,
    Net,
    Plan,
    Small,
    empty,
    far,
    link,
)


@nb.njit(cache=True)
def _pairs(net: Net, node: Small, k: int) -> tuple[Small, Small]:  # pragma: no cover - compiled
    """Pairs of near stops, each once, and what joining them saves, negative."""
    n, m = net.stops, 0
    pair = np.empty((n * k, 2), np.int32)
    saved = np.empty(n * k, np.int32)
    for i in range(n):
        for t in range(k):
            j = net.near[i, t, 0]
            again = False
            if j < i:
                for u in range(k):
                    again |= net.near[j, u, 0] == i
            if not again:
                pair[m, 0], pair[m, 1] = i, j
                saved[m] = (
                    net.near[i, t, 1]
                    - far(net.unit, net.half, node, i, n)
                    - far(net.unit, net.half, node, j, n)
                )
                m += 1
    return pair[:m], saved[:m]


@nb.njit(cache=True)
def _top(parent: Ints, i: int) -> int:  # pragma: no cover - compiled
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


@nb.njit(cache=True)
def _joined(net: Net, node: Small, pair: Small, order: Ints) -> Small:  # pragma: no cover - compiled
    """(stops, 2) the neighbours of each stop in its chain, -1 none."""
    n = net.stops
    parent, load = np.arange(n), node[:n, DEMAND].astype(np.int64)
    ends = np.full((n, 2), -1, np.int32)
    for e in order:
        i, j = pair[e, 0], pair[e, 1]
        if ends[i, 1] >= 0 or ends[j, 1] >= 0:
            continue
        a, b = _top(parent, i), _top(parent, j)
        if a == b or load[a] + load[b] > net.capacity:
            continue
        parent[b] = a
        load[a] += load[b]
        ends[i, 0 if ends[i, 0] < 0 else 1] = j
        ends[j, 0 if ends[j, 0] < 0 else 1] = i
    return ends


@nb.njit(cache=True)
def _laid(net: Net, plan: Plan, ends: Small) -> None:  # pragma: no cover - compiled
    """Each chain becomes a route."""
    node, n, r = plan.node, net.stops, 0
    for i in range(n):
        if node[i, ROUTE] >= 0 or ends[i, 1] >= 0:
            continue
        last, before, c = n + r, -1, i
        while c >= 0:
            link(net.unit, net.half, node, last, c)
            node[c, ROUTE] = r
            plan.load[r] += node[c, DEMAND]
            plan.size[r] += 1
            ahead = ends[c, 0] if ends[c, 0] != before else ends[c, 1]
            last, before, c = c, c, ahead
        link(net.unit, net.half, node, last, n + r)
        r += 1


def by_savings(net: Net, xy: Small, demand: Small, depot: tuple[int, int], k: int) -> Plan:
    """Every stop on a route, and some empty routes more; so many near stops of each are looked at. O(n k log n k).

    xy (stops, 2), demand (stops,) no more than the capacity.
    """
    node = empty(net, xy, demand, depot, 1).node
    pair, saved = _pairs(net, node, min(k, net.near.shape[1]))
    ends = _joined(net, node, pair, np.argsort(saved, kind="stable"))
    alone, end = (ends[:, 0] < 0).sum(), ((ends[:, 0] >= 0) & (ends[:, 1] < 0)).sum()
    chains = int(alone + end // 2)
    plan = empty(net, xy, demand, depot, chains + SPARE + chains // 10)
    _laid(net, plan, ends)
    return plan
