"""Changing one route and knowing its times and its cost: forward in time, backward for slack, insert, remove."""

from __future__ import annotations

import numba as nb
import numpy as np
from numpy.typing import NDArray

from doorward.lastmile.routing.problem import SLOT_S, SLOTS, STEP_M, Reals, Records, Routes, Task

FAR_S = 1 << 30
"""More seconds than any slack."""
EASY_S = 7200
"""A route all of whose windows stay open this long after each visit needs no slack: one more stop breaks none."""


@nb.njit(cache=True)
def draw(rng: NDArray[np.uint64]) -> float:  # pragma: no cover - compiled
    """Uniform in [0, 1): xorshift64* (Vigna 2016, ACM TOMS 42)."""
    x = rng[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    rng[0] = x
    return float((x * np.uint64(2685821657736338717)) >> np.uint64(11)) * 1.1102230246251565e-16


@nb.njit(cache=True)
def hop(node: Reals, travel: Reals, a: int, b: int) -> tuple[float, float]:  # pragma: no cover - compiled
    """Free-flow seconds and metres between two nodes."""
    dx = node[a, 0] - node[b, 0]
    dy = node[a, 1] - node[b, 1]
    x = np.sqrt(dx * dx + dy * dy) / STEP_M
    last = len(travel) - 1
    if x >= last:
        return travel[last, 0] * x / last, travel[last, 1] * x / last
    k = int(x)
    f = x - k
    return (
        travel[k, 0] + f * (travel[k + 1, 0] - travel[k, 0]),
        travel[k, 1] + f * (travel[k + 1, 1] - travel[k, 1]),
    )


@nb.njit(cache=True)
def before(task: Task, routes: Routes, v: int, p: int) -> int:  # pragma: no cover - compiled
    """Node that stands before position p."""
    return int(routes.visit[v, p - 1].stop) if p > 0 else len(task.stop) + v


@nb.njit(cache=True)
def behind(task: Task, routes: Routes, v: int, p: int) -> int:  # pragma: no cover - compiled
    """Node that stands at position p, the vehicle's end after the last visit."""
    if p < routes.sum[v].count:
        return int(routes.visit[v, p].stop)
    return len(task.stop) + len(task.car) + v


@nb.njit(cache=True)
def retime(task: Task, routes: Routes, v: int, p: int) -> bool:  # pragma: no cover - compiled
    """Times, lateness and cost of vehicle v from position p on; True if it keeps every hard limit."""
    visit, pace, stop, where = routes.visit[v], task.pace, task.stop, routes.where
    car, total = task.car[v], routes.sum[v]
    m, start = total.count, car.depart
    if m == 0:
        total.end, total.dist, total.cost = start, 0.0, 0.0
        return True
    clock, late, far, rested, good, ease = start, 0.0, 0.0, 0, True, FAR_S
    if p > 0:
        last = visit[p - 1]
        clock, late, far, rested, ease = last.out, last.late, last.far, last.rested, last.ease
    factor, turns = 0.0, clock
    rest_at = start + car.rest_after if car.rest > 0 else FAR_S
    for k in range(p, m + 1):
        here = visit[k]
        if rested == 0 and clock >= rest_at:
            clock += car.rest
            rested = 1
        if clock >= turns:
            slot = min(max(clock // SLOT_S, 0), SLOTS - 1)
            factor, turns = pace[slot], (slot + 1) * SLOT_S if slot < SLOTS - 1 else FAR_S
        clock += int(here.leg_s * factor + 0.5)
        far += here.leg_m
        if k == m:
            break
        c = here.stop
        where[c, 1] = k
        clock = max(clock, stop[c].lo)
        here.at = clock
        over = clock - stop[c].hi
        ease = min(ease, -over)
        if over > 0:
            good = good and stop[c].hard == 0
            late += stop[c].step_mc + stop[c].late_mc * over
        clock += stop[c].service
        here.out, here.late, here.far, here.rested, here.ease = clock, late, far, rested, ease
    total.end, total.dist, total.ease = clock, far, ease
    paid = clock - start - (car.rest if rested else 0)
    total.cost = car.fixed_mc + car.second_mc * paid + car.metre_mc * far + late
    if ease < EASY_S:
        _slacken(task, routes, v)
    return bool(good and clock <= car.until and far <= car.range_m)


@nb.njit(cache=True)
def _slacken(task: Task, routes: Routes, v: int) -> None:  # pragma: no cover - compiled
    """What a delay before each visit would break, from the last visit to the first."""
    visit, stop = routes.visit[v], task.stop
    slack, tight, weight = FAR_S, 0.0, 0.0
    m = routes.sum[v].count
    for k in range(m, -1, -1):
        here = visit[k]
        if k < m:
            left = stop[here.stop].hi - here.at
            if left < 0:
                weight += stop[here.stop].late_mc
            elif left < slack:
                slack, tight = left, stop[here.stop].step_mc
        here.slack, here.tight, here.weight_late = slack, tight, weight


@nb.njit(cache=True)
def insert(task: Task, routes: Routes, v: int, p: int, c: int) -> bool:  # pragma: no cover - compiled
    """Put stop c at position p of vehicle v; True if the route keeps its limits."""
    visit, total = routes.visit[v], routes.sum[v]
    m = total.count
    a, b = before(task, routes, v, p), behind(task, routes, v, p)
    for k in range(m, p, -1):
        visit[k].stop = visit[k - 1].stop
        visit[k + 1].leg_s, visit[k + 1].leg_m = visit[k].leg_s, visit[k].leg_m
    visit[p].stop = c
    total.count = m + 1
    visit[p].leg_s, visit[p].leg_m = hop(task.node, task.travel, a, c)
    visit[p + 1].leg_s, visit[p + 1].leg_m = hop(task.node, task.travel, c, b)
    total.volume += task.stop[c].volume
    total.weight += task.stop[c].weight
    routes.where[c, 0] = v
    return retime(task, routes, v, p)


@nb.njit(cache=True)
def remove(
    task: Task, routes: Routes, v: int, p: int, total: int, keep_from: int, keep: int
) -> None:  # pragma: no cover - compiled
    """Take `total` visits from position p out of vehicle v, except the `keep` ones from p + keep_from on."""
    visit, totals, where = routes.visit[v], routes.sum[v], routes.where
    m = totals.count
    to = p
    for k in range(p, m):
        c = visit[k].stop
        if k < p + total and not (p + keep_from <= k < p + keep_from + keep):
            where[c, 0], where[c, 1] = -1, -1
            totals.volume -= task.stop[c].volume
            totals.weight -= task.stop[c].weight
            continue
        visit[to].stop = c
        visit[to].leg_s, visit[to].leg_m = visit[k].leg_s, visit[k].leg_m
        to += 1
    visit[to].leg_s, visit[to].leg_m = visit[m].leg_s, visit[m].leg_m
    totals.count = to
    for k in (p, p + keep):
        if k <= to:
            a, b = before(task, routes, v, k), behind(task, routes, v, k)
            visit[k].leg_s, visit[k].leg_m = hop(task.node, task.travel, a, b)
    retime(task, routes, v, p)


@nb.njit(cache=True)
def copy_route(source: Routes, to: Routes, v: int) -> None:  # pragma: no cover - compiled
    """Everything of one vehicle; `where` of its stops is the caller's."""
    here, there = source.visit[v], to.visit[v]
    for k in range(source.sum[v].count + 1):
        there[k] = here[k]
    to.sum[v] = source.sum[v]


@nb.njit(cache=True)
def has_room(task: Task, routes: Routes, v: int, c: int) -> bool:  # pragma: no cover - compiled
    """Volume, weight, stops and access of vehicle v allow stop c."""
    car, total, stop = task.car[v], routes.sum[v], task.stop[c]
    return bool(
        total.volume + stop.volume <= car.volume
        and total.weight + stop.weight <= car.weight
        and total.count < car.stops
        and car.barred & stop.access == 0
    )


@nb.njit(cache=True)
def inserting(
    node: Reals,
    travel: Reals,
    pace: Reals,
    stops: Records,
    cars: Records,
    visit: Records,
    totals: Records,
    v: int,
    p: int,
    c: int,
    bar: float,
) -> float:  # pragma: no cover - compiled
    """What putting stop c at position p of vehicle v adds to the cost; `bar` if it cannot or is as dear as that.

    Takes the arrays of Task and Routes one by one: taking them out of the tuples costs half of the time.
    """
    car, total, stop = cars[v], totals[v], stops[c]
    m, n = total.count, len(stops)
    a = visit[v, p - 1].stop if p > 0 else n + v
    here = visit[v, p]
    b = here.stop if p < m else n + len(cars) + v
    s1, m1 = hop(node, travel, a, c)
    s2, m2 = hop(node, travel, c, b)
    far, drive, cost, clock, end = m1 + m2, s1 + s2, car.fixed_mc, car.depart, car.depart
    if m > 0:
        far -= here.leg_m
        drive -= here.leg_s
        cost, end = 0.0, total.end
        if p > 0:
            clock = visit[v, p - 1].out
    factor = pace[min(max(clock // SLOT_S, 0), SLOTS - 1)]
    long = drive * factor + stop.service
    cost += car.second_mc * long + car.metre_mc * far
    if cost >= bar or total.dist + far > car.range_m or end + long > car.until:
        return bar
    over = clock + s1 * factor - stop.hi
    if over > 0.0:
        if stop.hard:
            return bar
        cost += stop.step_mc + stop.late_mc * over
    if m > 0 and total.ease < EASY_S:
        cost += here.weight_late * long
        if long > here.slack:
            cost += here.tight
    return float(min(cost, bar))
