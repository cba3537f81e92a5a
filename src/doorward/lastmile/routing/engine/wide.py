"""One problem on several cores: routes are parted by where they lie, each part is searched by a process of its own, and
the parts are cut another way in the next round, so that every border lies inside a part sooner or later."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import NamedTuple

import numpy as np

from doorward.core.seed import child
from doorward.lastmile.routing.engine.check import cost
from doorward.lastmile.routing.engine.cooling import Found, Heat, Problem, Tell, mean_arc, solve
from doorward.lastmile.routing.engine.plane import Ints

ROUNDS = 12
"""Cuts in all."""


class Part(NamedTuple):
    """A piece of work: some stops, their routes, the stretch of cooling, and the budget."""

    problem: Problem
    routes: list[Ints]
    heat: Heat
    seed: int
    seconds: float
    iterations: int


def searched(part: Part, now: Callable[[], float]) -> Found:
    """Work on a part for its seconds by `now`, or its iterations where it has no seconds."""
    if part.seconds <= 0:
        most = part.iterations
        return solve(
            part.problem,
            lambda done: done / most if most else 1.0,
            part.seed,
            routes=part.routes,
            heat=part.heat,
        )
    begun = now()
    return solve(
        part.problem, lambda _: (now() - begun) / part.seconds, part.seed, routes=part.routes, heat=part.heat
    )


def parted(problem: Problem, routes: Sequence[Ints], parts: int, turn: int) -> list[list[Ints]]:
    """Routes in so many parts of about equally many stops, by their centres along a line that turns with each round."""
    centre = np.array([problem.xy[route].mean(axis=0) for route in routes])
    angle = np.pi * (turn * 0.6180339887498949 % 1.0)
    along = np.argsort(centre @ np.array([np.cos(angle), np.sin(angle)]), kind="stable")
    stops = np.cumsum([len(routes[r]) for r in along])
    cut = np.searchsorted(stops, stops[-1] * np.arange(1, parts) / parts)
    return [[routes[r] for r in piece] for piece in np.split(along, cut) if len(piece)]


def solve_wide(
    problem: Problem, seconds: float, iterations: int, seed: int, now: Callable[[], float], processes: int = 2,
    tell: Tell | None = None,
) -> Found:  # fmt: skip
    """As `solve`, by several processes. seconds of the wall clock, or (0) iterations in all.

    `now` must be a function of a module: the processes call it too.
    """
    begun = now()
    start = solve(problem, lambda _: 1.0, seed)
    arc = mean_arc(start.first, len(problem.demand), len(start.routes))
    routes, done = start.routes, 0
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        for turn in range(ROUNDS):
            used = (now() - begun) / seconds if seconds > 0 else turn / ROUNDS
            if used >= 1.0:
                break
            upto = (turn + 1) / ROUNDS
            heat = Heat(arc, used, upto)
            jobs = []
            for k, mine in enumerate(parted(problem, routes, processes, turn)):
                rows = np.concatenate(mine)
                place = np.zeros(len(problem.demand), np.int64)
                place[rows] = np.arange(len(rows))
                small = problem._replace(xy=problem.xy[rows], demand=problem.demand[rows])
                part = Part(
                    small, [place[route] for route in mine], heat, child(seed, "routing/part", turn, k),
                    max(0.0, (upto - used) * seconds), iterations // ROUNDS // processes,
                )  # fmt: skip
                jobs.append((rows, pool.submit(searched, part, now)))
            found = [(rows, job.result()) for rows, job in jobs]
            routes = [rows[route] for rows, each in found for route in each.routes]
            done += sum(each.iterations for _, each in found)
            if tell is not None:
                tell(sum(each.cost for _, each in found), len(routes), done, upto)
    total = cost(routes, problem.xy, problem.depot, problem.unit, problem.half)
    return Found(routes, total, start.first, done)
