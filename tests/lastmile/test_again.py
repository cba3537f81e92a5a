"""Routes made better from where they are: what is held stays, the best is found where that can be checked."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.core.travel import CURVE
from doorward.lastmile.routing.again import again
from doorward.lastmile.routing.doors import consolidate
from doorward.lastmile.routing.kernel import insert
from doorward.lastmile.routing.plan import make_task, worth
from doorward.lastmile.routing.problem import FREE, HELD, LEAD, Routes, Task, new_routes
from doorward.lastmile.rules import LastmileRules
from tests.lastmile.world import cars, depot, parcels

RULES = LastmileRules()
Order = list[list[int]]


def made(task: Task, order: Order) -> Routes:
    """Routes with these stops."""
    routes = new_routes(len(task.stop), len(order), len(task.stop))
    for v, stops in enumerate(order):
        for p, c in enumerate(stops):
            insert(task, routes, v, p, c)
    return routes


def order_of(routes: Routes) -> Order:
    return [routes.visit["stop"][v, :m].tolist() for v, m in enumerate(routes.sum["count"].tolist())]


def scene(order: Order, fixed: dict[int, int], seed: int, **van: int) -> tuple[Task, Routes]:
    """Vans with these stops, some of them held, and stops that stand on none."""
    n = 1 + max(c for stops in order for c in stops)
    p, c = parcels(n, seed, skip_c=90_000), cars(len(order), break_s=0, **van)
    task = make_task(consolidate(p, 10**9, RULES), p, c, depot(), RULES, CURVE)
    for stop, kind in fixed.items():
        task.stop["fixed"][stop] = kind
    task.car["fixed"] = [sum(task.stop["fixed"][c] != FREE for c in stops) for stops in order]
    return task, made(task, order)


def keeps(task: Task, old: Order, new: Order) -> bool:
    """Whether what is held stands on its vehicle in its order, and leads first."""
    held = [[c for c in stops if task.stop["fixed"][c] != FREE] for stops in (*old, *new)]
    leads = [
        c for c in np.flatnonzero(task.stop["fixed"] == LEAD).tolist() if c not in [s[0] for s in new if s]
    ]
    return held[: len(old)] == held[len(old) :] and not leads


FIXED: list[dict[int, int]] = [
    {}, {0: LEAD}, {0: LEAD, 3: LEAD}, {1: HELD, 0: HELD}, {0: LEAD, 4: HELD, 5: HELD}, {2: HELD}, {5: HELD, 3: LEAD},
]  # fmt: skip


@pytest.mark.parametrize("fixed", FIXED)
@pytest.mark.parametrize("seed", range(2))
def test_it_is_the_best_of_all_orders_that_keep_what_is_held(fixed: dict[int, int], seed: int) -> None:
    old = [[0, 1, 2], [3, 4, 5]]
    task, routes = scene(old, fixed, seed, fixed_c=500)
    best = np.inf
    for stops in permutations(range(6)):
        for cut in range(7):
            order = [list(stops[:cut]), list(stops[cut:])]
            if keeps(task, old, order):
                best = min(best, worth(task, made(task, order)))
    found = again(task, routes, seed, lambda done: done / 4_000)
    assert keeps(task, old, order_of(found.routes))
    assert found.after == pytest.approx(best, rel=1e-6)
    assert found.before == pytest.approx(worth(task, routes), rel=1e-12)


@settings(max_examples=25, deadline=None, derandomize=True, database=None)
@given(
    seed=st.integers(0, 10**6),
    n=st.integers(2, 60),
    v=st.integers(1, 4),
    part=st.floats(0, 1),
    out=st.integers(0, 9),
)
def test_what_is_held_stays_and_nothing_gets_worse(seed: int, n: int, v: int, part: float, out: int) -> None:
    rng = np.random.default_rng(seed)
    cut = np.sort(rng.integers(0, n + 1, v - 1))
    old = [each.tolist() for each in np.split(rng.permutation(n), cut)]
    if out < n - 1:  # some are of no vehicle yet
        old = [[c for c in stops if c >= out or c == n - 1] for stops in old]
    fixed = {c: HELD for stops in old for c in stops if rng.random() < part}
    fixed |= {stops[0]: LEAD for stops in old if stops and rng.random() < 0.5}
    task, routes = scene(old, fixed, seed, max_stops=n)
    one, two = (again(task, routes, seed, lambda done: done / 800) for _ in range(2))
    new = order_of(one.routes)
    assert order_of(routes) == old, "what was handed in stays as it is"
    assert new == order_of(two.routes) and one.iterations == 800
    assert keeps(task, old, new)
    planned = sorted(c for stops in new for c in stops)
    assert len(set(planned)) == len(planned) and set(planned) >= {c for stops in old for c in stops}
    assert worth(task, made(task, new)) == pytest.approx(one.after, rel=1e-6)
    assert one.after <= one.before == worth(task, routes)
    assert (one.routes.sum["end"] <= np.maximum(task.car["until"], routes.sum["end"])).all()


def test_no_budget_changes_nothing() -> None:
    task, routes = scene([[3, 1, 0], [2, 4]], {}, 1)
    found = again(task, routes, 1, lambda done: 1.0)
    assert found.routes is routes and found.iterations == 0 and found.after == found.before
