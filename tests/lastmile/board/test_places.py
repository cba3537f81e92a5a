"""The best place is the best of all places, by a slow reckoning of every one that shares nothing with the kernels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from doorward.core.geo import crow_m
from doorward.core.travel import RUSH, drive
from doorward.lastmile.board.asked import Unfit
from doorward.lastmile.routing.problem import SLOT_S, pace_table
from doorward.tables.fleet import Runs, Vehicles
from doorward.tables.orders import Orders
from doorward.tables.packages import Packages
from tests.lastmile.board.day import MIDNIGHT_S, RULES, Day, planned
from tests.modes import LAT, LON

PACE = pace_table(RUSH, np.zeros(24))


def slow_cost(day: Day, vehicle: int, depart_s: int, doors: list[list[int]]) -> float:
    """Cents of one run, door by door: hours without the break, kilometres, broken promises. inf: it breaks a limit."""
    vehicles, packages, orders = day.table(Vehicles), day.table(Packages), day.table(Orders)
    if len(doors) > int(vehicles.max_stops[vehicle]):
        return float("inf")
    clock, metres, late, rested, here = float(depart_s), 0.0, 0.0, False, (LAT, LON)
    for door in [*doors, []]:
        if not rested and clock - depart_s >= RULES.break_after_s:
            clock, rested = clock + int(vehicles.break_s[vehicle]), True
        there = (LAT, LON)
        if door:
            order = int(packages.order[door[0]])
            there = int(orders.lat_udeg[order]), int(orders.lon_udeg[order])
        far, seconds = drive(float(crow_m(*here, *there)))
        clock += float(seconds) * PACE[int(clock - MIDNIGHT_S) // SLOT_S]
        metres, here = metres + float(far), there
        if door:
            assert len(door) == 1  # one package a door in this world
            over = clock + RULES.stop_s + RULES.access_unknown_s - int(packages.due_s[door[0]])
            late += (RULES.late_c + RULES.late_c_h * over / 3600) if over > 0 else 0.0
            clock += RULES.stop_s + RULES.access_unknown_s
    if clock > MIDNIGHT_S + int(vehicles.shift_hi_s[vehicle]) or metres > int(vehicles.range_m[vehicle]):
        return float("inf")
    paid = clock - depart_s - (int(vehicles.break_s[vehicle]) if rested else 0)
    cost = int(vehicles.fixed_c[vehicle]) + int(vehicles.hour_c[vehicle]) * paid / 3600
    return cost + int(vehicles.km_mc[vehicle]) * metres / 1000 + late


def all_places(day: Day, package: int) -> dict[tuple[int, int], float]:
    """What the package costs more at every place of every run that has not left."""
    runs, found = day.table(Runs), {}
    for run in day.open_runs():
        v, depart, doors = int(runs.vehicle[run]), int(runs.depart_s[run]), day.order_of(run)
        base = slow_cost(day, v, depart, doors)
        for p in range(len(doors) + 1):
            found[v, p] = slow_cost(day, v, depart, [*doors[:p], [package], *doors[p:]]) - base
    return found


@pytest.mark.parametrize("seed", range(6))
def test_it_is_the_best_of_all_places(tmp_path: Path, seed: int) -> None:
    late = seed % 2  # promises that close while vans are out
    day = planned(
        tmp_path / "day", n=36, vans=4, seed=seed, max_stops=14, hours=(10, 12) if late else (19, 21)
    )
    runs = day.open_runs()
    package = day.order_of(runs[seed % len(runs)])[seed][0]
    day.ask("board.take_off", packages=[package])
    slow = all_places(day, package)
    best = min(slow.values())
    answer = day.ask("board.put", packages=[package], force=True)
    (change,) = answer.runs
    place = next(k for k, visit in enumerate(change.visits) if package in visit.packages)
    clean = not change.broken  # a place that breaks nobody's promise goes before a cheaper one that does
    assert slow[change.vehicle, place] == pytest.approx(best, abs=2.0) or (clean and late)
    paid = change.after.cost_c - change.before.cost_c
    if not late:
        assert paid == pytest.approx(best, abs=3.0)


def test_where_no_place_is_left_every_vehicle_says_why(tmp_path: Path) -> None:
    day = planned(tmp_path / "day", n=30, vans=2, seed=1, waits=0, max_stops=30)
    package = day.order_of(day.open_runs()[0])[0][0]
    answer = day.ask("board.take_off", packages=[package])
    for run in day.open_runs():
        vehicle = int(day.table(Runs).vehicle[run])
        day.state.put(Vehicles, np.array([vehicle]), max_stops=len(day.order_of(run)))
    assert min(all_places(day, package).values()) == float("inf")
    with pytest.raises(Unfit) as refused:
        day.ask("board.put", packages=answer.pool)
    assert {(each.limit, each.short) for each in refused.value.misfits} == {("NO_STOPS", 1)}
