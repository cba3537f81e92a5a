"""Many visits laid out at once, and every place of a route tried for one more stop: exact times, nothing estimated."""

from __future__ import annotations

import numba as nb
import numpy as np

from doorward.lastmile.routing.kernel import has_room, insert, remove
from doorward.lastmile.routing.problem import Ints, Reals, Routes, Small, Task


@nb.njit(cache=True)
def lay(task: Task, routes: Routes, car: Ints) -> None:  # pragma: no cover - compiled
    """Put stop c at the end of vehicle car[c], one after the other; -1 stays out."""
    for c in range(len(car)):
        if car[c] >= 0:
            insert(task, routes, car[c], routes.sum[car[c]].count, c)


@nb.njit(cache=True)
def late_stops(task: Task, routes: Routes, v: int) -> int:  # pragma: no cover - compiled
    """Stops of vehicle v whose promise is broken that was open when the first vehicle left."""
    late = 0
    for k in range(routes.sum[v].count):
        stop = task.stop[routes.visit[v, k].stop]
        if routes.visit[v, k].at > stop.hi and (stop.step_mc > 0.0 or stop.hard != 0):
            late += 1
    return late


@nb.njit(cache=True)
def places(task: Task, routes: Routes, c: int, lead: Ints) -> tuple[Reals, Small]:  # pragma: no cover
    """What stop c costs most cheaply on each vehicle: (cost, place), (v, 2) each.

    Column 0: where every limit is kept and no other promise is broken (its own may be, if it can be kept nowhere);
    column 1: where every limit is kept. inf, -1: nowhere. The first lead[v] visits of a vehicle stay where they are; a
    negative lead: nothing may be put on it. Ties go to the first place.
    """
    n = len(task.car)
    cost, place = np.full((n, 2), np.inf), np.full((n, 2), -1, np.int32)
    for v in range(n):
        if lead[v] < 0 or not has_room(task, routes, v, c):
            continue
        paid, late = routes.sum[v].cost, late_stops(task, routes, v)
        for p in range(lead[v], routes.sum[v].count + 1):
            good = insert(task, routes, v, p, c)
            more = routes.sum[v].cost - paid
            if good and more < cost[v, 1]:
                cost[v, 1], place[v, 1] = more, p
            if good and more < cost[v, 0] and late_stops(task, routes, v) <= late:
                cost[v, 0], place[v, 0] = more, p
            remove(task, routes, v, p, 1, 1, 0)
    return cost, place


@nb.njit(cache=True)
def exceeded(task: Task, routes: Routes, v: int, over: Reals) -> None:  # pragma: no cover - compiled
    """By how much vehicle v, as it is timed, is beyond each limit, in the order of routing.why; negative: to spare."""
    car, total = task.car[v], routes.sum[v]
    over[0], over[1], over[2] = total.volume - car.volume, total.weight - car.weight, total.count - car.stops
    end = total.end if total.count > 0 else car.depart
    over[3], over[4], over[5], over[6] = end - car.until, total.dist - car.range_m, 0.0, 0.0
    for k in range(total.count):
        stop = task.stop[routes.visit[v, k].stop]
        over[6] = max(over[6], float(car.barred & stop.access))
        if stop.hard:
            over[5] = max(over[5], float(routes.visit[v, k].at - stop.hi))


@nb.njit(cache=True)
def closest(task: Task, routes: Routes, c: int, lead: Ints) -> Reals:  # pragma: no cover - compiled
    """For each vehicle the place where stop c breaks the fewest limits, of these the cheapest: (v, 10).

    Columns: limits broken, cost, place, then by how much each limit is exceeded there (`exceeded`). inf: not allowed.
    """
    n = len(task.car)
    found, over = np.full((n, 10), np.inf), np.empty(7)
    for v in range(n):
        if lead[v] < 0:
            continue
        paid = routes.sum[v].cost
        for p in range(lead[v], routes.sum[v].count + 1):
            insert(task, routes, v, p, c)
            more, broken = routes.sum[v].cost - paid, 0
            exceeded(task, routes, v, over)
            for k in range(7):
                broken += over[k] > 0.0
            if broken < found[v, 0] or (broken == found[v, 0] and more < found[v, 1]):
                found[v, 0], found[v, 1], found[v, 2] = broken, more, p
                found[v, 3:] = over
            remove(task, routes, v, p, 1, 1, 0)
    return found
