"""Why a stop is not on any route: the vehicle nearest to taking it, the limit that bound there and by how much."""

from __future__ import annotations

import numba as nb
import numpy as np

from doorward.lastmile.routing.kernel import before, behind, hop, insert, remove
from doorward.lastmile.routing.problem import SLOT_S, SLOTS, Ints, Reals, Routes, Small, Task

VOLUME, WEIGHT, STOPS, TIME, RANGE, WINDOW, BARRED, DEAR, NONE = range(9)
"""Which limit bound; DEAR: none, but leaving it costs less than driving there; NONE: there is no vehicle."""


@nb.njit(cache=True, nogil=True)
def binding(
    task: Task, routes: Routes, stops: Small
) -> tuple[Ints, Ints, Ints]:  # pragma: no cover - compiled
    """(limit, vehicle, short) of each unserved stop; short in ml, g, stops, seconds, metres, seconds, access bits, mc.

    The vehicle and the place in its route are those that break the fewest limits by estimate, of these the cheapest; a
    vehicle that is barred from the door is named only if all are.
    There the stop is put in, timed and taken out again, so `short` is what the route really lacks.
    """
    m = len(stops)
    limit, vehicle, short = np.full(m, NONE, np.int64), np.full(m, -1, np.int64), np.full(m, -1, np.int64)
    over = np.empty(7)
    for i in range(m):
        c = stops[i]
        v, p = _nearest(task, routes, c, over)
        if v < 0:
            continue
        paid = routes.sum[v].cost
        insert(task, routes, v, p, c)
        _exceeded(task, routes, v, over)
        limit[i], vehicle[i] = DEAR, v
        short[i] = int(max(0.0, np.ceil(routes.sum[v].cost - paid - task.stop[c].skip_mc)))
        for k in range(7):
            if over[k] > 0.0:
                limit[i], short[i] = k, int(np.ceil(over[k]))
                break
        remove(task, routes, v, p, 1, 1, 0)
    return limit, vehicle, short


@nb.njit(cache=True)
def _nearest(task: Task, routes: Routes, c: int, over: Reals) -> tuple[int, int]:  # pragma: no cover
    """Vehicle and position with the fewest limits broken by stop c, then the least cost; -1 there is no vehicle."""
    stop, fewest, best, v_best, p_best = task.stop[c], 99, np.inf, -1, -1
    for v in range(len(task.car)):
        car, total = task.car[v], routes.sum[v]
        used = total.count > 0
        over[0] = total.volume + stop.volume - car.volume
        over[1] = total.weight + stop.weight - car.weight
        over[2] = total.count + 1 - car.stops
        shut = 10 if car.barred & stop.access else 0
        for p in range(total.count + 1):
            here = routes.visit[v, p]
            s1, m1 = hop(task.node, task.travel, before(task, routes, v, p), c)
            s2, m2 = hop(task.node, task.travel, c, behind(task, routes, v, p))
            clock = routes.visit[v, p - 1].out if p > 0 else car.depart
            pace = task.pace[min(max(clock // SLOT_S, 0), SLOTS - 1)]
            far = m1 + m2 - (here.leg_m if used else 0.0)
            long = (s1 + s2 - (here.leg_s if used else 0.0)) * pace + stop.service
            cost = car.second_mc * long + car.metre_mc * far + (0.0 if used else car.fixed_mc)
            over[3] = (total.end if used else car.depart) + long - car.until
            over[4] = (total.dist if used else 0.0) + far - car.range_m
            over[5] = clock + s1 * pace - stop.hi if stop.hard else 0.0
            broken = shut
            for k in range(6):
                broken += over[k] > 0.0
            if broken < fewest or (broken == fewest and cost < best):
                fewest, best, v_best, p_best = broken, cost, v, p
    return v_best, p_best


@nb.njit(cache=True)
def _exceeded(task: Task, routes: Routes, v: int, over: Reals) -> None:  # pragma: no cover - compiled
    """By how much vehicle v, as it is timed, is beyond each of its limits."""
    car, total = task.car[v], routes.sum[v]
    over[0], over[1], over[2] = total.volume - car.volume, total.weight - car.weight, total.count - car.stops
    over[3], over[4], over[5], over[6] = total.end - car.until, total.dist - car.range_m, 0.0, 0.0
    for k in range(total.count):
        stop = task.stop[routes.visit[v, k].stop]
        over[6] = max(over[6], float(car.barred & stop.access))
        if stop.hard:
            over[5] = max(over[5], float(routes.visit[v, k].at - stop.hi))
