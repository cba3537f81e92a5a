"""Routes that exist made better: ruin and recreate from where they are, for as long as the caller gives.

The search works in rounds of fixed length. Before each the caller says which share of its budget is gone: of iterations
(then equal inputs give equal routes) or of seconds. The temperature follows that share; the best solution of all rounds
is kept, and it is never worse than the one that was handed in.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from doorward.lastmile.routing.kernel import insert, retime
from doorward.lastmile.routing.plan import AGAIN, COLD, HOT, worth
from doorward.lastmile.routing.problem import Routes, Task, new_routes
from doorward.lastmile.routing.search import anneal, fill, new_scratch

ROUND = 400
"""Iterations of a round: some 20 ms, by which a budget of seconds may be overdrawn."""
MOST_ROUNDS = 100_000
Share = Callable[[int], float]
"""share(iterations done): part of the budget that is gone; 1 or more ends the search."""


class Again(NamedTuple):
    """Routes after a search; what they cost before and after, penalties included, mc; iterations that were made."""

    routes: Routes
    before: float
    after: float
    iterations: int


def again(task: Task, routes: Routes, seed: int, share: Share) -> Again:
    """The best solution found from `routes`, which stay as they are. Held stops stay on their vehicle in their order.

    Deterministic if `share` is. Limits that `routes` keep are kept.
    """
    start, scratch = worth(task, routes), new_scratch(len(task.car), seed)
    (v, longest), n = routes.visit.shape, len(task.stop)
    now, best, least = _copy(routes), _copy(routes), start
    saved, found = (new_routes(n, v, longest - 2) for _ in range(2))
    hot, done = AGAIN * HOT * _drive_mc(task, routes), 0
    for _ in range(MOST_ROUNDS):
        gone = share(done)
        if gone >= 1.0:
            break
        scratch.stamp[:], scratch.dirty[:] = -1, True
        heat, here = hot * (COLD / AGAIN / HOT) ** max(0.0, gone), worth(task, now)
        gain = anneal(task, now, saved, found, scratch, ROUND, heat, heat)
        done += ROUND
        if here + gain < least - 1e-6:
            best, least = _timed(task, found), here + gain
    left = np.flatnonzero(best.where[:, 0] < 0)
    if done:
        fill(task, best, left[np.argsort(-task.stop["skip_mc"][left], kind="stable")])
    end = worth(task, best)
    if end >= start or not done:
        return Again(routes, start, start, done)
    return Again(best, start, end, done)


def _copy(routes: Routes) -> Routes:
    return Routes(routes.visit.copy(), routes.sum.copy(), routes.where.copy())


def _timed(task: Task, found: Routes) -> Routes:
    """The visits of a solution, timed from scratch."""
    (v, longest), n = found.visit.shape, len(task.stop)
    made = new_routes(n, v, longest - 2)
    for each in range(v):
        for p in range(int(found.sum["count"][each])):
            insert(task, made, each, p, int(found.visit["stop"][each, p]))
        retime(task, made, each, 0)
    return made


def _drive_mc(task: Task, routes: Routes) -> float:
    """Mean driving cost of a stop."""
    used = np.arange(routes.visit.shape[1]) <= routes.sum["count"][:, None]
    used &= routes.sum["count"][:, None] > 0
    drive = routes.visit["leg_s"] * task.car["second_mc"][:, None]
    drive = drive + routes.visit["leg_m"] * task.car["metre_mc"][:, None]
    return max(1.0, float(drive[used].sum())) / max(1, int(routes.sum["count"].sum()))
