"""From the first plan to the best one found within a budget: how hot, how long, where."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from doorward.lastmile.routing.engine.annealing import anneal
from doorward.lastmile.routing.engine.near import along_curve, nearest
from doorward.lastmile.routing.engine.plane import Ints, Net, Plan, Reals, Small, laid, length, routes_of
from doorward.lastmile.routing.engine.savings import by_savings
from doorward.lastmile.routing.engine.strings import BEST, ROUTES, new_search

HOT, COLD = 0.5, 0.02
"""Temperatures in mean arcs of the first plan."""
NEAR, LOOK = 100, 40
"""Near stops that are known of each, and beside how many of them it may be put."""
CROSSES = 10
"""Exchanges proposed after each iteration of strings."""
SLICES, FIRST_SLICE = 300, 2_000
"""The temperature is set so many times; iterations until the first time. The others follow from the share they take."""
WINDOW, TURNS = 3_000, 5
"""Many stops are searched a stretch of the curve at a time, so that all it touches stays in the processor's cache:
stops of a stretch, and iterations for each of them until the next one."""
GOLDEN = 0.6180339887498949

Share = Callable[[int], float]
"""Share of the budget that is used after so many iterations: 1 or more, it is over."""
Tell = Callable[[int, int, int, float], None]
"""Told now and then: cost of the best plan, its routes, iterations, share of the budget."""


class Problem(NamedTuple):
    """Stops with one demand each, a depot, vehicles all alike and as many as are needed.

    xy (n, 2) places in whole units, demand (n,); a distance is the whole part of `unit` times the straight line, plus
    `half`
    """

    xy: Ints
    demand: Ints
    depot: tuple[int, int]
    capacity: int
    unit: float = 1.0
    half: float = 0.5


class Heat(NamedTuple):
    """A stretch of the cooling: from its share `begin` to `end`; arc: the mean arc that temperatures are told in."""

    arc: float
    begin: float = 0.0
    end: float = 1.0

    def at(self, used: float) -> float:
        """Temperature when a share of the budget is used."""
        share = self.begin + min(1.0, used) * (self.end - self.begin)
        return float(self.arc * HOT * (COLD / HOT) ** share)


class Found(NamedTuple):
    """routes: rows of stops in order; cost the sum of distances; first the cost of the plan begun with."""

    routes: list[Ints]
    cost: int
    first: int
    iterations: int


def solve(
    problem: Problem, share: Share, seed: int, tell: Tell | None = None, *, routes: Sequence[Ints] | None = None,
    heat: Heat | None = None,
) -> Found:  # fmt: skip
    """The best plan found within a budget; equal budgets in iterations give equal plans. O(n log n) + O(iterations).

    routes  a plan to begin with, of all stops; none: by savings
    """
    order, net, plan = prepared(problem, routes)
    first = length(plan)
    search = new_search(plan, first, seed)
    heat = heat or Heat(mean_arc(first, len(order), int(search.at[ROUTES])))
    span, most = (net.stops, 1 << 30) if net.stops <= 4 * WINDOW else (WINDOW, TURNS * WINDOW)
    look, done, slice_, turn, used = min(LOOK, net.near.shape[1]), 0, FIRST_SLICE, 0, share(0)
    while used < 1.0:
        start = int(turn * GOLDEN % 1.0 * net.stops) if span < net.stops else 0
        hot, cold = heat.at(used), heat.at(used + 1 / SLICES)
        anneal(net, plan, search, done, slice_, hot, cold, start, span, look, CROSSES)
        done, turn = done + slice_, turn + 1
        before, used = used, share(done)
        if tell is not None:
            tell(int(search.at[BEST]), int(search.at[ROUTES]), done, min(1.0, used))
        fits = slice_ / SLICES / max(used - before, 1e-9)
        slice_ = max(1, min(most, int(np.clip(fits, 0.5 * slice_, 2.0 * slice_))))
    found = [order[route] for route in routes_of(net, search.best)]
    return Found(found, int(search.at[BEST]), first, done)


def mean_arc(cost: int, stops: int, routes: int) -> float:
    """Of a plan."""
    return max(cost / max(1, stops + routes), 0.01)


def prepared(problem: Problem, routes: Sequence[Ints] | None = None) -> tuple[Ints, Net, Plan]:
    """(rows of stops as they are numbered, the net, a plan to begin with)."""
    places: Reals = problem.xy.astype(np.float64)
    order = along_curve(places)
    near = nearest(places[order], NEAR, problem.unit, problem.half)
    net = Net(near, problem.unit, problem.half, problem.capacity, len(order))
    xy: Small = problem.xy[order].astype(np.int32)
    demand: Small = problem.demand[order].astype(np.int32)
    if routes is None:
        return order, net, by_savings(net, xy, demand, problem.depot, NEAR)
    number = np.empty(len(order), np.int64)
    number[order] = np.arange(len(order))
    return order, net, laid(net, xy, demand, problem.depot, [number[route] for route in routes])
