"""A first solution: savings (Clarke and Wright 1964) over near stops, then the routes onto the vehicles."""

from __future__ import annotations

import numba as nb
import numpy as np

from doorward.lastmile.routing.kernel import has_room, hop, insert, remove, retime
from doorward.lastmile.routing.problem import Ints, Reals, Routes, Small, Task


@nb.njit(cache=True)
def _root(parent: Small, i: int) -> int:  # pragma: no cover - compiled
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


@nb.njit(cache=True)
def _pairs(
    task: Task, price_s: float, price_m: float
) -> tuple[Small, Small, Reals]:  # pragma: no cover - compiled
    """Near pairs i < j (or not mutual) with what joining them saves, mc."""
    n, k = task.near.shape
    one, two = np.empty(n * k, np.int32), np.empty(n * k, np.int32)
    gain = np.empty(n * k, np.float64)
    home = np.empty(n, np.float64)
    for i in range(n):
        s, m = hop(task.node, task.travel, i, n)
        home[i] = price_s * s + price_m * m
    count = 0
    for i in range(n):
        for j in task.near[i]:
            if j < 0 or (j < i and (task.near[j] == i).any()):
                continue
            s, m = hop(task.node, task.travel, i, j)
            one[count], two[count] = i, j
            gain[count] = home[i] + home[j] - price_s * s - price_m * m
            count += 1
    return one[:count], two[:count], gain[:count]


@nb.njit(cache=True)
def savings(task: Task, pace: float, price: Reals, room: Ints) -> Small:  # pragma: no cover - compiled
    """Chains of stops: (n, 2) neighbours in the chain, -1 none.

    price (2,) mc of a second and a metre of driving; room (4,) volume, weight, stops and seconds of a route
    """
    n = len(task.stop)
    one, two, gain = _pairs(task, price[0] * pace, price[1])
    order = np.argsort(-gain, kind="mergesort")
    parent = np.arange(n).astype(np.int32)
    side = np.full((n, 2), -1, np.int32)
    volume, weight, stops = np.empty(n, np.int64), np.empty(n, np.int64), np.ones(n, np.int64)
    long = np.empty(n, np.float64)
    for i in range(n):
        volume[i], weight[i] = task.stop[i].volume, task.stop[i].weight
        long[i] = 2.0 * hop(task.node, task.travel, i, n)[0] * pace + task.stop[i].service
    for e in order:
        i, j = one[e], two[e]
        if side[i, 1] >= 0 or side[j, 1] >= 0:
            continue
        a, b = _root(parent, i), _root(parent, j)
        if a == b or volume[a] + volume[b] > room[0] or weight[a] + weight[b] > room[1]:
            continue
        saved = (
            hop(task.node, task.travel, i, n)[0]
            + hop(task.node, task.travel, j, n)[0]
            - hop(task.node, task.travel, i, j)[0]
        ) * pace
        if stops[a] + stops[b] > room[2] or long[a] + long[b] - saved > room[3]:
            continue
        parent[b] = a
        volume[a] += volume[b]
        weight[a] += weight[b]
        stops[a] += stops[b]
        long[a] += long[b] - saved
        side[i, 1 if side[i, 0] >= 0 else 0] = j
        side[j, 1 if side[j, 0] >= 0 else 0] = i
    return side


@nb.njit(cache=True)
def _walk(side: Small) -> tuple[Small, Ints]:  # pragma: no cover - compiled
    """Stops chain after chain, and where each chain begins (with the end of the last behind it)."""
    n = len(side)
    stops, begins, seen = np.empty(n, np.int32), np.empty(n + 1, np.int64), np.zeros(n, np.bool_)
    done = chains = 0
    for i in range(n):
        if seen[i] or side[i, 1] >= 0:
            continue
        begins[chains] = done
        chains += 1
        last, here = -1, i
        while here >= 0:
            seen[here] = True
            stops[done] = here
            done += 1
            onward = side[here, 0] if side[here, 0] != last else side[here, 1]
            last, here = here, onward
    begins[chains] = done
    return stops, begins[: chains + 1]


@nb.njit(cache=True)
def construct(
    task: Task, routes: Routes, pace: float, price: Reals, room: Ints, order: Ints
) -> None:  # pragma: no cover - compiled
    """Fill empty `routes`: longest chains first onto vehicles in the given order, what does not fit stays out."""
    stops, begins = _walk(savings(task, pace, price, room))
    size = begins[1:] - begins[:-1]
    used = 0
    for chain in np.argsort(-size, kind="mergesort"):
        if used == len(order):
            break
        v = order[used]
        for k in range(begins[chain], begins[chain + 1]):
            c, m = stops[k], routes.sum[v].count
            if has_room(task, routes, v, c) and not insert(task, routes, v, m, c):
                remove(task, routes, v, m, 1, 1, 0)
        used += routes.sum[v].count > 0
    for v in order:
        retime(task, routes, v, 0)
