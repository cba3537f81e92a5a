"""What is told of a package that stays is true: with that much more, its vehicle could have taken it."""

from __future__ import annotations

from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.core.geo import crow_m
from doorward.core.travel import CURVE, drive
from doorward.core.units import DAY_S, HOUR_S
from doorward.lastmile.plan import closed, must_go_before, parcels_of, waiting
from doorward.lastmile.routing.doors import Cars, Parcels, consolidate
from doorward.lastmile.routing.kernel import insert, remove
from doorward.lastmile.routing.plan import PER, REASONS, make_task, plan_routes, solve
from doorward.lastmile.routing.problem import Routes, Task
from doorward.lastmile.routing.why import DEAR, RANGE, STOPS, TIME, VOLUME, WEIGHT, WINDOW, binding
from doorward.lastmile.rules import LastmileRules
from doorward.tables.journey import Event
from doorward.tables.orders import Orders
from doorward.tables.packages import Packages, Scans
from doorward.tables.remarks import Reason
from doorward.tables.sites import Sites
from doorward.tables.ways import Bills, Way
from tests.lastmile.world import LAT, LON, MIDNIGHT_S, cars, depot, parcels
from tests.modes import station_state

RULES = LastmileRules()
TIGHT = {
    "volume": {"volume_ml": 120_000},
    "weight": {"weight_g": 40_000},
    "stops": {"max_stops": 4},
    "time": {"until_s": MIDNIGHT_S + 10 * HOUR_S},
    "range": {"range_m": 22_000},
}
COLUMN = {VOLUME: "volume", WEIGHT: "weight", STOPS: "stops", TIME: "until", RANGE: "range_m"}


def world(p: Parcels, c: Cars, rules: LastmileRules, seed: int) -> tuple[Task, Routes]:
    task = make_task(consolidate(p, 10**9, rules), p, c, depot(), rules, CURVE)
    return task, solve(task, seed, 300)


def places(task: Task, routes: Routes, c: int, v: int) -> list[float]:
    """What stop c adds to the cost of vehicle v at each place where it keeps all limits."""
    added, paid, keeps = [], float(routes.sum["cost"][v]), True
    for name, total in (("volume", "volume"), ("weight", "weight"), ("stops", "count")):
        more = 1 if name == "stops" else task.stop[name][c]
        keeps &= bool(routes.sum[total][v] + more <= task.car[name][v])
    for p in range(int(routes.sum["count"][v]) + 1):
        if insert(task, routes, v, p, c) and keeps:
            added.append(float(routes.sum["cost"][v]) - paid)
        remove(task, routes, v, p, 1, 1, 0)
    return added


@settings(max_examples=20)
@given(seed=st.integers(0, 10**6), v=st.integers(1, 3), limit=st.sampled_from(sorted(TIGHT)))
def test_with_that_much_more_it_fits(seed: int, v: int, limit: str) -> None:
    p, c = parcels(40, seed, skip_c=90_000), cars(v, **TIGHT[limit])
    task, routes = world(p, c, RULES, seed)
    left = np.flatnonzero(routes.where[:, 0] < 0)
    which, vehicle, short = binding(task, routes, left.astype(np.int32))
    assert (routes.where[left] == -1).all()
    single = 0
    for stop, bound, at, lack in zip(left, which, vehicle, short, strict=True):
        assert bound in COLUMN
        assert lack > 0
        assert not any(places(task, routes, stop, each) for each in range(v))
        wide = task.car.copy()
        wide[COLUMN[bound]][at] += lack
        single += bool(places(task._replace(car=wide), routes, stop, at))
    assert single == len(left)


@settings(max_examples=10)
@given(seed=st.integers(0, 10**6), skip_c=st.integers(100, 3_000))
def test_what_is_left_for_cost_would_have_cost_that_much_more(seed: int, skip_c: int) -> None:
    task, routes = world(parcels(15, seed, skip_c=skip_c), cars(2), RULES, seed)
    left = np.flatnonzero(routes.where[:, 0] < 0)
    which, vehicle, short = binding(task, routes, left.astype(np.int32))
    assert (which == DEAR).all()
    for stop, at, more in zip(left, vehicle, short, strict=True):
        least = min(places(task, routes, stop, at)) - skip_c * 1000
        assert more > 0
        assert least <= more + 1


def test_a_hard_window_says_how_many_minutes_too_late() -> None:
    rules = LastmileRules(hard_windows=True)
    p = parcels(1, 3, skip_c=90_000).replace(due_s=[MIDNIGHT_S + 9 * HOUR_S + 60])
    task, routes = world(p, cars(1), rules, 1)
    which, _, short = binding(task, routes, np.zeros(1, np.int32))
    assert which.tolist() == [WINDOW]
    wait = p.replace(due_s=p.due_s + short)
    assert world(wait, cars(1), rules, 1)[1].where[0, 0] == 0
    assert world(wait.replace(due_s=wait.due_s - 2), cars(1), rules, 1)[1].where[0, 0] == -1


def test_stops_are_a_limit_of_their_own_and_volume_is_told_as_a_vehicles() -> None:
    p = parcels(12, 1, skip_c=90_000)
    _, _, left = plan_routes(p, cars(1, max_stops=5), depot(), RULES, seed=1, now_s=0)
    assert set(left.reason.tolist()) == {Reason.NO_STOPS}
    assert set(left.short.tolist()) == {1}
    assert len(REASONS) == len(PER)
    one = p.take(slice(0, 1)).replace(volume_ml=[30_000])
    _, _, left = plan_routes(one, cars(1, volume_ml=20_000), depot(), RULES, seed=1, now_s=0)
    more = cars(1, volume_ml=20_000 + int(left.short[0]))
    runs, _, none = plan_routes(one, more, depot(), RULES, seed=1, now_s=0)
    assert (len(runs), len(none)) == (1, 0)


@pytest.mark.parametrize("seed", range(3))
def test_two_vans_and_six_doors_equal_the_best_of_all_plans(seed: int) -> None:
    p, c = parcels(6, seed, skip_c=90_000), cars(2, break_s=0, max_stops=4)
    task = make_task(consolidate(p, 10**9, RULES), p, c, depot(rush=False), RULES, CURVE)
    lat, lon = np.r_[LAT, p.lat_udeg], np.r_[LON, p.lon_udeg]
    metres, seconds = drive(crow_m(lat[:, None], lon[:, None], lat, lon))
    leg = 25 * metres + 800 * (seconds + RULES.stop_s)

    def route(order: tuple[int, ...]) -> float:
        return sum(leg[a, b] for a, b in pairwise((0, *order, 0))) - 800 * RULES.stop_s + 6_000_000

    best = min(
        route(order[:cut]) + route(order[cut:]) for order in permutations(range(1, 7)) for cut in (2, 3, 4)
    )
    assert solve(task, seed, 2_000).sum["cost"].sum() == pytest.approx(best, rel=2e-3)


def test_lateness_that_is_past_does_not_make_waiting_cheaper() -> None:
    state = station_state(3, Way.OWN, 3, spread_m=5_000)
    now = MIDNIGHT_S + 9 * HOUR_S
    due = np.array([now - 2 * DAY_S, now + HOUR_S, now + 2 * DAY_S])
    state.put(Packages, np.arange(3), due_s=due)
    horizon = must_go_before(MIDNIGHT_S, RULES)
    p = parcels_of(
        state.table(Packages), state.table(Orders), state.table(Sites), np.arange(3), RULES, horizon, now
    )
    assert p.due_s.tolist() == [now, now + HOUR_S, now + 2 * DAY_S]
    assert p.skip_c.tolist() == [RULES.skip_c + 2 * RULES.overdue_c, RULES.skip_c, RULES.wait_c]


@pytest.mark.parametrize("seed", range(4))
def test_an_overdue_package_gets_a_van_of_its_own_within_two_days(seed: int) -> None:
    went = []
    for days in (0, 1, 2):
        skip_c = RULES.skip_c + days * RULES.overdue_c
        p = parcels(1, seed).replace(due_s=[MIDNIGHT_S + 9 * HOUR_S], skip_c=[skip_c])
        went.append(len(plan_routes(p, cars(1), depot(), RULES, seed=1, now_s=0)[0]))
    assert went == sorted(went)
    assert went[-1] == 1


def test_nobody_waits_whose_promise_tomorrows_first_vans_cannot_keep() -> None:
    first = MIDNIGHT_S + DAY_S + min(RULES.plan_s) + RULES.load_s
    assert must_go_before(MIDNIGHT_S, RULES) - first == RULES.wait_least_s
    assert must_go_before(MIDNIGHT_S, RULES) <= MIDNIGHT_S + DAY_S + 21 * HOUR_S


def test_whose_window_opens_tomorrow_is_not_planned_today() -> None:
    state = station_state(3, Way.OWN, 3, spread_m=5_000)
    state.put(Packages, np.arange(3), stop=-1, last_scan=0, due_lo_s=MIDNIGHT_S + DAY_S * np.arange(3))
    state.append(Scans.fill(1, package=0, at_s=MIDNIGHT_S, event=int(Event.INDUCTED)))
    packages, scans, orders = state.table(Packages), state.table(Scans), state.table(Orders)
    assert waiting(packages, scans, orders, MIDNIGHT_S, (Way.OWN,)).tolist() == [0]
    assert waiting(packages, scans, orders, MIDNIGHT_S + DAY_S, (Way.OWN,)).tolist() == [0, 1]


def test_a_way_that_is_the_last_resort_is_not_dropped_a_second_time() -> None:
    bills = Bills.fill(3, gates=[0, 1 << Way.FLEX, (1 << Way.OWN) | (1 << Way.DRONE)])
    row = np.array([0, 1, 2, 7])
    assert closed(bills, row, Way.FLEX).tolist() == [False, True, False, False]
    assert closed(bills, row, Way.DRONE).tolist() == [False, False, True, False]
    assert not closed(Bills.empty(), row, Way.FLEX).any()
