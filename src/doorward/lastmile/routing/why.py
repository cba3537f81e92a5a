"""Why a stop is not on any route: the cheapest vehicle for it, the limit that bound there and by how much."""

from __future__ import annotations

import numba as nb
import numpy as np

from doorward.lastmile.routing.kernel import before, behind, hop
from doorward.lastmile.routing.problem import SLOT_S, SLOTS, Ints, Routes, Small, Task

VOLUME, WEIGHT, STOPS, TIME, RANGE, WINDOW, DEAR, NONE = range(8)
"""Which limit bound; DEAR: none, but leaving it costs less than driving there; NONE: there is no vehicle."""


@nb.njit(cache=True)
def binding(
    task: Task, routes: Routes, stops: Small
) -> tuple[Ints, Ints, Ints]:  # pragma: no cover - compiled
    """(limit, vehicle, short) of each unserved stop; short in ml, g, stops, seconds, metres, seconds, mc."""
    m = len(stops)
    limit, vehicle, short = np.full(m, NONE, np.int64), np.full(m, -1, np.int64), np.full(m, -1, np.int64)
    for i in range(m):
        c = stops[i]
        best = np.inf
        stop = task.stop[c]
        for v in range(len(task.car)):
            car, total = task.car[v], routes.sum[v]
            used = total.count > 0
            for p in range(total.count + 1):
                here = routes.visit[v, p]
                s1, m1 = hop(task.node, task.travel, before(task, routes, v, p), c)
                s2, m2 = hop(task.node, task.travel, c, behind(task, routes, v, p))
                clock = routes.visit[v, p - 1].out if p > 0 else car.depart
                pace = task.pace[min(max(clock // SLOT_S, 0), SLOTS - 1)]
                far = m1 + m2 - (here.leg_m if used else 0.0)
                long = (s1 + s2 - (here.leg_s if used else 0.0)) * pace + stop.service
                cost = car.second_mc * long + car.metre_mc * far + (0.0 if used else car.fixed_mc)
                if cost >= best:
                    continue
                best = cost
                over = (
                    float(total.volume + stop.volume - car.volume),
                    float(total.weight + stop.weight - car.weight),
                    float(total.count + 1 - car.stops),
                    (total.end if used else car.depart) + long - car.until,
                    (total.dist if used else 0.0) + far - car.range_m,
                    (clock + s1 * pace - stop.hi) if stop.hard else 0.0,
                )
                limit[i], vehicle[i], short[i] = DEAR, v, int(max(0.0, cost - stop.skip_mc))
                for k in range(6):
                    if over[k] > 0.0:
                        limit[i], short[i] = k, int(np.ceil(over[k]))
                        break
    return limit, vehicle, short
