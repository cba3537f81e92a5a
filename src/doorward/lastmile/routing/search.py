"""Ruin and recreate: slack induction by string removals (Christiaens, Vanden Berghe 2020, Transportation Science 54).

Strings of visits are taken out of routes near one another and put back greedily with blinks; worse solutions are
accepted by simulated annealing. Insertion looks only next to near stops and at empty vehicles, so an iteration costs
O(removed (K + route length)) whatever n is. Every solution on the way keeps all hard limits.
"""

from __future__ import annotations

from typing import NamedTuple

import numba as nb
import numpy as np
from numpy.typing import NDArray

from doorward.lastmile.routing.kernel import copy_route, draw, has_room, insert, inserting, remove
from doorward.lastmile.routing.problem import FREE, LEAD, Ints, Reals, Records, Routes, Small, Task

MEAN_REMOVED, LONGEST_STRING = 10.0, 10.0
"""Paper's c-bar and L-max."""
SPLIT, KEEP_ON, BLINK = 0.5, 0.99, 0.01
"""Paper's alpha, 1 - beta and blink rate."""
NEAR = 24
"""Insertion looks next to this many near stops."""
MOST_OUT = 512
"""Most stops taken out at once."""
WHOLE = 0.002
"""Share of iterations that empty a whole small route: the way to fewer vehicles."""


class Scratch(NamedTuple):
    """Memory of the search: routes touched in this iteration, stops taken out, routes changed since the best.

    counts (2,) touched, out; missed (1,) penalties of those that were unserved before this iteration
    """

    stamp: Ints
    touched: Small
    dirty: NDArray[np.bool_]
    out: Small
    key: Reals
    counts: Ints
    missed: Reals
    rng: NDArray[np.uint64]


def new_scratch(vehicles: int, seed: int) -> Scratch:
    """Fresh memory."""
    return Scratch(
        np.full(vehicles, -1, np.int64), np.zeros(vehicles, np.int32), np.ones(vehicles, np.bool_),
        np.zeros(MOST_OUT, np.int32), np.zeros(MOST_OUT), np.zeros(2, np.int64), np.zeros(1),
        np.array([seed % 2**63 + 88172645463325252], np.uint64),
    )  # fmt: skip


@nb.njit(cache=True)
def _touch(
    routes: Routes, saved: Routes, scratch: Scratch, v: int, now: int
) -> None:  # pragma: no cover - compiled
    """Remember vehicle v as it is, once an iteration."""
    if scratch.stamp[v] != now:
        scratch.stamp[v] = now
        scratch.touched[scratch.counts[0]] = v
        scratch.counts[0] += 1
        copy_route(routes, saved, v)


@nb.njit(cache=True)
def _take_loose(
    task: Task, routes: Routes, scratch: Scratch, v: int, p: int, total: int, keep_from: int, keep: int
) -> None:  # pragma: no cover - compiled
    """As kernel.remove, and held stops stay too: parts between those that stay, the last first."""
    end = p + total
    for k in range(p + total - 1, p - 2, -1):
        c = routes.visit[v, k].stop if k >= p else -1
        if c < 0 or task.stop[c].fixed != FREE or p + keep_from <= k < p + keep_from + keep:
            if end > k + 1:
                remove(task, routes, v, k + 1, end - k - 1, end - k - 1, 0)
            end = k
            continue
        scratch.out[scratch.counts[1]] = c
        scratch.counts[1] += 1


@nb.njit(cache=True)
def _take_string(
    task: Task, routes: Routes, scratch: Scratch, c: int, most: float
) -> None:  # pragma: no cover
    """Take a string (or a split string) that holds stop c out of its route, but for stops in it that are held."""
    v, rng = routes.where[c, 0], scratch.rng
    m = routes.sum[v].count
    long = min(m, int(1.0 + draw(rng) * min(float(m), most)))
    keep = 0
    if 1 < long < m and draw(rng) < SPLIT:
        keep = 1
        while long + keep < m and draw(rng) < KEEP_ON:
            if draw(rng) < 0.5:
                break
            keep += 1
    total = long + keep
    here = routes.where[c, 1]
    lo, hi = max(0, here - total + 1), min(here, m - total)
    p = lo + int(draw(rng) * (hi - lo + 1))
    keep_from = 1 + int(draw(rng) * (long - 1)) if keep else total
    if task.car[v].fixed > 0:
        _take_loose(task, routes, scratch, v, p, total, keep_from, keep)
        return
    for k in range(p, p + total):
        if not (p + keep_from <= k < p + keep_from + keep):
            scratch.out[scratch.counts[1]] = routes.visit[v, k].stop
            scratch.counts[1] += 1
    remove(task, routes, v, p, total, keep_from, keep)


@nb.njit(cache=True)
def _led(stops: Records, cars: Records, visit: Records, v: int) -> bool:  # pragma: no cover - compiled
    """Whether nothing may come before the first stop of vehicle v."""
    return bool(cars[v].fixed > 0 and stops[visit[v, 0].stop].fixed == LEAD)


@nb.njit(cache=True)
def _smallest(task: Task, routes: Routes) -> int:  # pragma: no cover - compiled
    """The used vehicle with the fewest stops, none of them held."""
    best = -1
    for v in range(len(routes.sum)):
        if task.car[v].fixed > 0:
            continue
        if routes.sum[v].count > 0 and (best < 0 or routes.sum[v].count < routes.sum[best].count):
            best = v
    return best


@nb.njit(cache=True)
def _ruin(task: Task, routes: Routes, saved: Routes, scratch: Scratch, now: int) -> None:  # pragma: no cover
    """Empty strings of routes around one stop; unserved stops around it join them."""
    n, rng = len(task.stop), scratch.rng
    seed = int(draw(rng) * n)
    served, used = 0, 0
    for v in range(len(task.car)):
        served += routes.sum[v].count
        used += routes.sum[v].count > 0
    most = min(LONGEST_STRING, served / max(1, used))
    strings = int(1.0 + draw(rng) * (4.0 * MEAN_REMOVED / (1.0 + most) - 1.0))
    if draw(rng) < WHOLE and used > 1:
        v = _smallest(task, routes)
        if v < 0 or routes.sum[v].count > MOST_OUT:
            return
        _touch(routes, saved, scratch, v, now)
        m = routes.sum[v].count
        for k in range(m):
            scratch.out[k] = routes.visit[v, k].stop
        scratch.counts[1] = m
        remove(task, routes, v, 0, m, m, 0)
        return
    absent = 0
    for k in range(-1, task.near.shape[1]):
        c = seed if k < 0 else task.near[seed, k]
        if c < 0:
            break
        v = routes.where[c, 0]
        if v >= 0:
            if strings > 0 and scratch.stamp[v] != now and task.stop[c].fixed == FREE:
                _touch(routes, saved, scratch, v, now)
                _take_string(task, routes, scratch, c, most)
                strings -= 1
        elif absent < 8 and not (scratch.out[: scratch.counts[1]] == c).any():
            scratch.out[scratch.counts[1]] = c
            scratch.counts[1] += 1
            scratch.missed[0] += task.stop[c].skip_mc
            absent += 1


@nb.njit(cache=True)
def _sort(task: Task, scratch: Scratch) -> None:  # pragma: no cover - compiled
    """Order of putting back: by luck, size, distance from the station, near first, due time or penalty."""
    rng, m = scratch.rng, scratch.counts[1]
    how = draw(rng) * 15.0
    for t in range(m):
        c = scratch.out[t]
        away = task.node[c, 0] ** 2 + task.node[c, 1] ** 2
        if how < 4.0:
            scratch.key[t] = draw(rng)
        elif how < 8.0:
            scratch.key[t] = -float(task.stop[c].volume)
        elif how < 10.0:
            scratch.key[t] = -away
        elif how < 11.0:
            scratch.key[t] = away
        elif how < 13.0:
            scratch.key[t] = float(task.stop[c].hi)
        else:
            scratch.key[t] = -task.stop[c].skip_mc
    order = np.argsort(scratch.key[:m], kind="mergesort")
    scratch.out[:m] = scratch.out[:m][order]


@nb.njit(cache=True)
def _best_place(
    task: Task, routes: Routes, c: int, rng: NDArray[np.uint64]
) -> tuple[int, int]:  # pragma: no cover
    """Vehicle and position next to near stops where stop c costs least by estimate; -1 none is worth its penalty."""
    node, stops, cars, near, travel, pace = task
    visit, totals, where = routes
    stop = stops[c]
    if stop.car >= 0:
        return _anywhere(task, routes, c, stop.car, stop.car + 1)
    bar, v_best, p_best = stop.skip_mc, -1, -1
    last_v, last_p = -1, -1
    for k in range(min(NEAR, near.shape[1])):
        j = near[c, k]
        if j < 0:
            break
        v, q = where[j, 0], where[j, 1]
        if v < 0 or totals[v].volume + stop.volume > cars[v].volume or totals[v].count >= cars[v].stops:
            continue
        if totals[v].weight + stop.weight > cars[v].weight or cars[v].barred & stop.access != 0:
            continue
        for p in range(q, q + 2):
            if (v == last_v and p == last_p) or draw(rng) < BLINK:
                continue
            if p == 0 and _led(stops, cars, visit, v):
                continue
            cost = inserting(node, travel, pace, stops, cars, visit, totals, v, p, c, bar)
            if cost < bar:
                bar, v_best, p_best = cost, v, p
        last_v, last_p = v, q + 1
    kind = -1
    for v in range(len(cars)):
        if totals[v].count == 0 and cars[v].kind != kind and cars[v].fixed_mc < bar:
            kind = cars[v].kind
            if has_room(task, routes, v, c):
                cost = inserting(node, travel, pace, stops, cars, visit, totals, v, 0, c, bar)
                if cost < bar:
                    bar, v_best, p_best = cost, v, 0
    if v_best < 0 and draw(rng) < 0.05:
        return _anywhere(task, routes, c, 0, len(cars))
    return v_best, p_best


@nb.njit(cache=True)
def _anywhere(
    task: Task, routes: Routes, c: int, lo: int, hi: int
) -> tuple[int, int]:  # pragma: no cover - compiled
    """The same over all positions of vehicles lo..hi - 1, O(n): for stops whose neighbours have no room."""
    node, stops, cars, _, travel, pace = task
    visit, totals, _ = routes
    bar, v_best, p_best = stops[c].skip_mc, -1, -1
    for v in range(lo, hi):
        if has_room(task, routes, v, c):
            for p in range(int(_led(stops, cars, visit, v)), totals[v].count + 1):
                cost = inserting(node, travel, pace, stops, cars, visit, totals, v, p, c, bar)
                if cost < bar:
                    bar, v_best, p_best = cost, v, p
    return v_best, p_best


@nb.njit(cache=True)
def fill(task: Task, routes: Routes, stops: Ints) -> None:  # pragma: no cover - compiled
    """Put unserved stops, in this order, wherever they cost less than their penalty; O(stops n)."""
    for c in stops:
        v, p = _anywhere(task, routes, c, 0, len(task.car))
        if v >= 0:
            paid = routes.sum[v].cost
            good = insert(task, routes, v, p, c)
            if not good or routes.sum[v].cost - paid > task.stop[c].skip_mc:
                remove(task, routes, v, p, 1, 1, 0)


@nb.njit(cache=True)
def _recreate(
    task: Task, routes: Routes, saved: Routes, scratch: Scratch, now: int
) -> None:  # pragma: no cover
    """Put what is out back, greedily; what fits nowhere stays out."""
    for t in range(scratch.counts[1]):
        c = scratch.out[t]
        v, p = _best_place(task, routes, c, scratch.rng)
        if v >= 0:
            _touch(routes, saved, scratch, v, now)
            if not insert(task, routes, v, p, c):
                remove(task, routes, v, p, 1, 1, 0)


@nb.njit(cache=True)
def _undo(task: Task, routes: Routes, saved: Routes, scratch: Scratch) -> None:  # pragma: no cover - compiled
    """Back to the routes as they were touched."""
    for t in range(scratch.counts[1]):
        routes.where[scratch.out[t], 0], routes.where[scratch.out[t], 1] = -1, -1
    for t in range(scratch.counts[0]):
        v = scratch.touched[t]
        copy_route(saved, routes, v)
        for k in range(routes.sum[v].count):
            c = routes.visit[v, k].stop
            routes.where[c, 0], routes.where[c, 1] = v, k


@nb.njit(cache=True)
def _keep(routes: Routes, best: Routes, scratch: Scratch) -> None:  # pragma: no cover - compiled
    """Copy what changed since the best solution into it."""
    for v in range(len(scratch.dirty)):
        if scratch.dirty[v]:
            scratch.dirty[v] = False
            best.sum[v].count = routes.sum[v].count
            for k in range(routes.sum[v].count):
                best.visit[v, k].stop = routes.visit[v, k].stop


@nb.njit(cache=True, nogil=True)
def anneal(
    task: Task,
    routes: Routes,
    saved: Routes,
    best: Routes,
    scratch: Scratch,
    iterations: int,
    hot: float,
    cold: float,
) -> float:  # pragma: no cover - compiled
    """Improve `routes`; the best solution's visits stand in `best`, untimed. Returns its cost by estimate, mc.

    hot, cold: temperature at the first and the last iteration, geometric in between. Stops that are held stay on their
    vehicle in their order. Other threads go on meanwhile.
    """
    cool = (cold / hot) ** (1.0 / max(1, iterations))
    gone, least = 0.0, 0.0
    heat = hot
    _keep(routes, best, scratch)
    for now in range(iterations):
        heat *= cool
        scratch.counts[0] = scratch.counts[1] = 0
        scratch.missed[0] = 0.0
        _ruin(task, routes, saved, scratch, now)
        if scratch.counts[1] == 0:
            continue
        delta = -scratch.missed[0]
        _sort(task, scratch)
        _recreate(task, routes, saved, scratch, now)
        for t in range(scratch.counts[0]):
            v = scratch.touched[t]
            delta += routes.sum[v].cost - saved.sum[v].cost
        for t in range(scratch.counts[1]):
            if routes.where[scratch.out[t], 0] < 0:
                delta += task.stop[scratch.out[t]].skip_mc
        if delta < -heat * np.log(draw(scratch.rng) + 1e-300):
            gone += delta
            for t in range(scratch.counts[0]):
                scratch.dirty[scratch.touched[t]] = True
            if gone < least - 1e-6:
                least = gone
                _keep(routes, best, scratch)
        else:
            _undo(task, routes, saved, scratch)
    return least
