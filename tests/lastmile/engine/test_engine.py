"""The engine's plans: lawful, as costly as they say, on small problems the cheapest of all, the same every time."""

from __future__ import annotations

from functools import cache
from itertools import combinations, permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.adapters.vrplib import read, read_solution
from doorward.lastmile.routing.engine.annealing import anneal
from doorward.lastmile.routing.engine.check import cost, faults
from doorward.lastmile.routing.engine.cooling import Found, Problem, prepared, solve
from doorward.lastmile.routing.engine.near import along_curve, nearest
from doorward.lastmile.routing.engine.plane import (
    AFTER,
    BEFORE,
    DEMAND,
    NEXT,
    PREV,
    ROUTE,
    Net,
    Plan,
    length,
    routes_of,
)
from doorward.lastmile.routing.engine.strings import BEST, COST, ROUTES, Search, new_search
from doorward.lastmile.routing.engine.wide import parted, solve_wide
from doorward.ports.clock import cpu_s

DATA = Path(__file__).parents[4] / "shared" / "data" / "vrp"


def problem(seed: int, n: int, *, span: int = 1_000, capacity: int = 30) -> Problem:
    rng = np.random.default_rng(seed)
    xy = rng.integers(0, span, (n, 2))
    depot = (int(rng.integers(0, span)), int(rng.integers(0, span)))
    return Problem(xy, rng.integers(0, 11, n), depot, capacity)


def iterations(n: int):  # type: ignore[no-untyped-def]
    return lambda done: done / n if n else 1.0


def lawful(task: Problem, found: Found) -> None:
    assert faults(found.routes, task.xy, task.demand, task.depot, task.capacity) == []
    assert cost(found.routes, task.xy, task.depot, task.unit, task.half) == found.cost


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 60), st.integers(1, 1_000), st.integers(10, 80))
def test_every_plan_is_lawful_and_costs_what_it_says(seed: int, n: int, span: int, capacity: int) -> None:
    """Many stops in one place, one stop alone, vehicles for one stop: nothing is special."""
    task = problem(seed, n, span=span, capacity=capacity)
    found = solve(task, iterations(3_000), seed)
    lawful(task, found)
    assert found.cost <= found.first
    again = solve(task, iterations(3_000), seed)
    assert [route.tolist() for route in again.routes] == [route.tolist() for route in found.routes]


@pytest.mark.parametrize("seed", range(12))
def test_small_problems_are_solved_to_the_optimum(seed: int) -> None:
    task = problem(seed, 7, capacity=20)
    found = solve(task, iterations(20_000), seed)
    lawful(task, found)
    assert found.cost == optimum(task)


def optimum(task: Problem) -> int:
    """Cheapest of all partitions into routes, each in its cheapest order; slow and obvious."""
    stops = frozenset(range(len(task.demand)))

    @cache
    def alone(group: frozenset[int]) -> int:
        orders = permutations(sorted(group))
        return min(cost([np.array(order)], task.xy, task.depot) for order in orders)

    @cache
    def best(rest: frozenset[int]) -> int:
        if not rest:
            return 0
        first, others = min(rest), sorted(rest - {min(rest)})
        found = 1 << 60
        for size in range(len(others) + 1):
            for more in combinations(others, size):
                group = frozenset((first, *more))
                if sum(int(task.demand[stop]) for stop in group) <= task.capacity:
                    found = min(found, alone(group) + best(rest - group))
        return found

    return best(stops)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32), st.integers(2, 120), st.integers(1, 400))
def test_nothing_is_forgotten_on_the_way(seed: int, n: int, count: int) -> None:
    """After any number of iterations links, sums, costs and the best plan agree with one another."""
    task = problem(seed, n)
    _, net, plan = prepared(task)
    search = new_search(plan, length(plan), seed)
    anneal(net, plan, search, 0, count, 200.0, 20.0, 0, n, min(40, net.near.shape[1]), 10)
    whole(net, plan)
    assert length(plan) == search.at[COST] >= search.at[BEST]
    assert int((plan.size > 0).sum()) == search.at[ROUTES]
    best = [np.array(route) for route in routes_of(net, search.best)]
    xy = plan.node[:n, 4:6].astype(np.int64)
    assert faults(best, xy, plan.node[:n, DEMAND].astype(np.int64), task.depot, task.capacity) == []
    assert cost(best, xy, task.depot) == search.at[BEST]
    same(net, plan, search)


def whole(net: Net, plan: Plan) -> None:
    """Rings are rings, and sums are sums."""
    node, n = plan.node, net.stops
    for i in range(len(node)):
        assert node[node[i, NEXT], PREV] == i and node[node[i, NEXT], BEFORE] == node[i, AFTER]
        assert node[node[i, NEXT], ROUTE] == node[i, ROUTE] >= 0
    for r in range(len(plan.load)):
        mine = node[:n, ROUTE] == r
        assert plan.load[r] == node[:n, DEMAND][mine].sum() <= net.capacity and plan.size[r] == mine.sum()


def same(net: Net, plan: Plan, search: Search) -> None:
    """Nodes that are not marked are as in the best plan."""
    unmarked = ~search.differs
    assert (plan.node[unmarked][:, :3] == search.best[unmarked]).all()


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32), st.integers(2, 80))
def test_a_plan_is_begun_with_and_never_left_for_a_worse_one(seed: int, n: int) -> None:
    task = problem(seed, n)
    found = solve(task, iterations(500), seed)
    order, net, plan = prepared(task, found.routes)
    whole(net, plan)
    assert length(plan) == found.cost
    again = [sorted(order[route].tolist()) for route in routes_of(net, plan.node)]
    assert sorted(again) == sorted(sorted(route.tolist()) for route in found.routes)
    better = solve(task, iterations(500), seed + 1, routes=found.routes)
    lawful(task, better)
    assert better.first == found.cost >= better.cost


@pytest.mark.parametrize("parts", [2, 3])
def test_parts_have_every_route_once_and_about_as_many_stops(parts: int) -> None:
    task = problem(3, 400)
    found = solve(task, iterations(0), 3)
    for turn in range(5):
        pieces = parted(task, found.routes, parts, turn)
        assert len(pieces) == parts
        assert sorted(int(r[0]) for piece in pieces for r in piece) == sorted(int(r[0]) for r in found.routes)
        sizes = [sum(map(len, piece)) for piece in pieces]
        assert max(sizes) - min(sizes) < 0.2 * len(task.demand)


def test_several_processes_find_a_lawful_plan_and_the_same_each_time() -> None:
    task = problem(4, 300)
    found = [solve_wide(task, 0.0, 60_000, 7, cpu_s) for _ in range(2)]
    lawful(task, found[0])
    assert found[0].cost < 0.99 * found[0].first
    assert [r.tolist() for r in found[0].routes] == [r.tolist() for r in found[1].routes]


def test_near_stops_are_the_nearest() -> None:
    xy = np.random.default_rng(5).integers(0, 50, (200, 2)).astype(np.float64)
    near = nearest(xy, 15, 1.0, 0.5)
    far = np.hypot(*(xy[:, None, :] - xy[None, :, :]).transpose(2, 0, 1))
    np.fill_diagonal(far, np.inf)
    assert not (near[:, :, 0] == np.arange(200)[:, None]).any()
    assert (np.sort(far, axis=1)[:, :15] == far[np.arange(200)[:, None], near[:, :, 0]]).all()
    assert (near[:, :, 1] == np.floor(np.sort(far, axis=1)[:, :15] + 0.5)).all()


def test_the_curve_keeps_neighbours_together() -> None:
    xy = np.random.default_rng(6).random((4_000, 2))
    along = xy[along_curve(xy)]
    step = np.hypot(*(along[1:] - along[:-1]).T).mean()
    assert step < 0.1 * np.hypot(*(xy[1:] - xy[:-1]).T).mean()


def test_planted_faults_are_found() -> None:
    task = problem(1, 12, capacity=20)
    found = solve(task, iterations(1_000), 1)
    routes = [route.tolist() for route in found.routes]
    for broken, words in (
        ([*routes, [0]], "stop 0 is served 2 times"),
        ([*routes[:-1], routes[-1][1:]], "is served 0 times"),
        ([[stop for route in routes for stop in route]], "carries"),
        ([*routes, [99]], "no stop 99"),
        ([*routes, []], "has no stop"),
    ):
        told = faults(
            [np.array(r, np.int64) for r in broken], task.xy, task.demand, task.depot, task.capacity
        )
        assert any(words in each for each in told), (words, told)


@pytest.mark.skipif(not DATA.is_dir(), reason="the published instances are not there")
@pytest.mark.parametrize(("name", "within"), [("X-n106-k14", 1.5), ("X-n376-k94", 1.5)])
def test_published_instances(name: str, within: float) -> None:
    """A second comes within a percent or so of the best known."""
    file = read(DATA / "CVRP-X" / f"{name}.vrp")
    routes, known = read_solution(DATA / "CVRP-X" / f"{name}.sol")
    x, y = file.xy[file.depot].tolist()
    task = Problem(file.xy[file.customers], file.demand[file.customers], (x, y), file.capacity)
    best = [route - 1 for route in routes]
    assert faults(best, task.xy, task.demand, task.depot, task.capacity) == []
    assert cost(best, task.xy, task.depot) == known
    found = solve(task, iterations(80_000), 1)
    lawful(task, found)
    assert known <= found.cost <= known * (1 + within / 100)
