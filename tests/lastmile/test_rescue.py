"""A rescue costs what the best of all ways to do it costs, keeps every limit, and loses nothing."""

from __future__ import annotations

from itertools import pairwise, permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.core.seed import generator
from doorward.core.units import DAY_S, HOUR_S
from doorward.lastmile.rescue.approach import Scene, approaches, drive_through, paid_mc
from doorward.lastmile.rescue.gather import stay_c
from doorward.lastmile.rescue.lint import lint_promises, lint_rescue
from doorward.lastmile.rescue.plan import Case, plan_rescue
from doorward.lastmile.routing.doors import Cars, Parcels
from doorward.lastmile.rules import LastmileRules
from doorward.tables.fleet import RunsPlanned, StopsPlanned
from doorward.tables.remarks import Reason, Remarks
from tests.lastmile.world import LAT, LON, MIDNIGHT_S, cars, depot, parcels

RULES = LastmileRules()
NOW_S = MIDNIGHT_S + 12 * HOUR_S
Plan = tuple[RunsPlanned, StopsPlanned, Remarks]


def case(
    stranded: int, own: tuple[int, ...], seed: int, *, yard: int = 0, skip_c: int = 5_000, **columns: int
) -> Case:
    """A van broke down among its doors; helpers with `own` doors each are at their first, yard vans at home."""
    rng = generator(seed, "rescue", stranded)
    p = parcels(stranded + sum(own), seed, skip_c=skip_c)
    order = rng.permutation(len(p))
    usual = {"depart_s": NOW_S + 900, "rest_s": RULES.break_after_s, **columns}
    c = cars(yard + len(own), **usual)
    owner = np.repeat(yard + np.arange(len(own)), own)
    mine = p.take(np.sort(order[stranded:]))
    first = np.array([int(np.argmax(owner == v)) for v in range(yard, len(c))], np.int64)
    lat, lon = c.lat_udeg.copy(), c.lon_udeg.copy()
    lat[yard:], lon[yard:] = mine.lat_udeg[first], mine.lon_udeg[first]
    fixed = np.where(np.arange(len(c)) < yard, c.fixed_c, 0)
    depart = np.where(np.arange(len(c)) < yard, c.depart_s, NOW_S + 120)
    there = p.take(order[:1])
    return Case(
        stranded=p.take(np.sort(order[:stranded])),
        cars=c.replace(lat_udeg=lat, lon_udeg=lon, fixed_c=fixed, depart_s=depart),
        before=np.r_[np.full(yard, -1), 40 + np.arange(len(own))].astype(np.int64),
        own=mine,
        owner=owner,
        scene=Scene(int(there.lat_udeg[0]), int(there.lon_udeg[0]), NOW_S, NOW_S + 7_200),
        depot=depot(rush=False),
    )


def rescued(made: Case, rules: LastmileRules = RULES, seed: int = 1) -> Plan:
    """A plan that the linter has passed."""
    plan = plan_rescue(made, rules, seed=seed, now_s=NOW_S)
    lint_rescue(*plan, made, rules)
    return plan


def alone(made: Case, rules: LastmileRules = RULES) -> tuple[list[float], dict[int, int]]:
    """What each helper costs without helping, and when each own package would be brought."""
    cost, at = [], {}
    for c in range(len(made.cars)):
        car, mine = made.cars.take(slice(c, c + 1)), np.flatnonzero(made.owner == c)
        if not len(mine):
            cost.append(0.0)
            continue
        lat, lon = np.r_[made.own.lat_udeg[mine], LAT], np.r_[made.own.lon_udeg[mine], LON]
        service, lo = np.r_[np.full(len(mine), rules.stop_s), 0], np.r_[made.own.lo_s[mine], 0]
        course = drive_through(car, lat, lon, service, lo, made.depot, rules)
        over = course.at_s[:-1] - made.own.due_s[mine]
        late = float(
            (over > 0).sum() * rules.late_c * 1000 + np.maximum(0, over).sum() * rules.late_c_h / 3.6
        )
        took = int(course.at_s[-1] - car.depart_s[0])
        cost.append(paid_mc(car, took, int(course.leg_m.sum()), bool(course.rested[-1])) + late)
        at.update(zip(made.own.package[mine].tolist(), course.at_s.tolist(), strict=False))
    return cost, at


def plan_mc(made: Case, plan: Plan, rules: LastmileRules = RULES) -> float:
    """What a plan costs beyond what would be driven anyway: told costs, lateness, who stays."""
    runs, stops, left = plan
    every = Parcels.concat([made.stranded, made.own])
    row = np.searchsorted(np.sort(every.package), stops.package)
    due = every.due_s[np.argsort(every.package)][row]
    over = np.maximum(0, stops.plan_s - due)
    late = (over > 0).sum() * rules.late_c * 1000 + over.sum() * rules.late_c_h / 3.6
    stays = made.stranded.skip_c[np.isin(made.stranded.package, left.row)].sum() * 1000
    cost, _ = alone(made, rules)
    used = [int(np.flatnonzero(made.cars.vehicle == v)[0]) for v in runs.vehicle]
    return float(runs.cost_c.sum() * 1000 + late + stays - sum(cost[c] for c in used))


def exhaustive_mc(made: Case, rules: LastmileRules = RULES) -> float:
    """The least cost over all shares of the stranded doors, ways to the scene and orders after it."""
    cost, at = alone(made, rules)
    due = dict(zip(made.own.package.tolist(), made.own.due_s.tolist(), strict=True))
    handing = rules.transfer_s + rules.transfer_package_s * len(made.stranded)
    least: list[dict[frozenset[int], float]] = []
    for c in range(len(made.cars)):
        mine, by = np.flatnonzero(made.owner == c).tolist(), {frozenset[int](): 0.0}
        for k in range(1 if mine else 0, len(mine) + 1):
            for bits in range(1, 2 ** len(made.stranded)):
                taken = [i for i in range(len(made.stranded)) if bits >> i & 1]
                for rest in permutations([*(("own", i) for i in mine[k:]), *(("new", i) for i in taken)]):
                    told = _one_way(made, c, mine[:k], list(rest), handing, at, due, rules)
                    if told is not None:
                        key = frozenset(taken)
                        by[key] = min(by.get(key, np.inf), told - cost[c])
        least.append(by)
    stay, best = made.stranded.skip_c.tolist(), np.inf
    for shares in product(*least):
        if sum(len(each) for each in shares) == len(frozenset().union(*shares)):
            left = set(range(len(stay))) - set().union(*shares)
            told = sum(by[each] for by, each in zip(least, shares, strict=True))
            best = min(best, told + 1000 * sum(stay[i] for i in left))
    return best


def _one_way(
    made: Case, c: int, head: list[int], rest: list[tuple[str, int]], handing: int,
    at: dict[int, int], due: dict[int, int], rules: LastmileRules,
) -> float | None:  # fmt: skip
    """Cost of one vehicle: own doors, the scene, then the rest in this order; None if a limit is broken."""
    stop = [("own", i) for i in head] + [("scene", 0)] + rest
    of = {"own": made.own, "new": made.stranded}
    lat = [made.scene.lat_udeg if w == "scene" else int(of[w].lat_udeg[i]) for w, i in stop] + [LAT]
    lon = [made.scene.lon_udeg if w == "scene" else int(of[w].lon_udeg[i]) for w, i in stop] + [LON]
    service = [handing if w == "scene" else rules.stop_s for w, i in stop] + [0]
    lo = [made.scene.ready_s if w == "scene" else int(of[w].lo_s[i]) for w, i in stop] + [0]
    car = made.cars.take(slice(c, c + 1))
    course = drive_through(
        car, np.array(lat), np.array(lon), np.array(service), np.array(lo), made.depot, rules
    )
    late, volume, weight = 0.0, 0, 0
    for (w, i), when in zip(stop, course.at_s.tolist(), strict=False):
        if w == "scene":
            if when > made.scene.within_s:
                return None
            continue
        over = when - int(of[w].due_s[i])
        package = int(of[w].package[i])
        if w == "own" and at[package] <= due[package] < when:
            return None
        late += rules.late_c * 1000 + over * rules.late_c_h / 3.6 if over > 0 else 0.0
        volume, weight = volume + int(of[w].volume_ml[i]), weight + int(of[w].weight_g[i])
    fits = volume <= car.volume_ml[0] * rules.volume_fill_pm // 1000 and weight <= car.weight_g[0]
    fits &= len(stop) - 1 <= car.max_stops[0] and int(course.leg_m.sum()) <= car.range_m[0]
    if not fits or course.at_s[-1] > car.until_s[0]:
        return None
    took = int(course.at_s[-1] - car.depart_s[0])
    paid = paid_mc(car, took, int(course.leg_m.sum()), bool(course.rested[-1]))
    return paid + late + 1000 * int(car.fixed_c[0])


@pytest.mark.parametrize(
    ("own", "yard", "columns"),
    [
        ((), 1, {}),
        ((3,), 0, {}),
        ((2,), 1, {}),
        ((2, 2), 0, {"volume_ml": 60_000}),
        ((2,), 1, {"max_stops": 4}),
        ((3,), 0, {"range_m": 24_000}),
        ((2, 2), 1, {"weight_g": 16_000}),
    ],
)
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("skip_c", [600, 5_000])
def test_a_rescue_costs_what_the_best_of_all_costs(
    own: tuple[int, ...], yard: int, columns: dict[str, int], seed: int, skip_c: int
) -> None:
    made = case(3, own, seed, yard=yard, skip_c=skip_c, break_s=0, **columns)
    assert plan_mc(made, rescued(made)) == pytest.approx(exhaustive_mc(made), rel=2e-3, abs=3_000)


@settings(max_examples=25)
@given(
    seed=st.integers(0, 10**6),
    stranded=st.integers(1, 50),
    own=st.lists(st.integers(1, 30), max_size=4),
    yard=st.integers(0, 2),
    volume=st.integers(60_000, 3_000_000),
    hours=st.integers(1, 7),
    skip_c=st.integers(300, 8_000),
)
def test_any_rescue_keeps_every_limit_and_accounts_for_every_package(
    seed: int, stranded: int, own: list[int], yard: int, volume: int, hours: int, skip_c: int
) -> None:
    made = case(
        stranded, tuple(own), seed, yard=yard, skip_c=skip_c, volume_ml=volume, weight_g=300_000, max_stops=60,
        range_m=90_000, until_s=NOW_S + hours * HOUR_S,
    )  # fmt: skip
    plan = rescued(made, LastmileRules(rescue_iterations=100))
    lint_promises(plan[1], made, alone(made)[1])
    again = plan_rescue(made, LastmileRules(rescue_iterations=100), seed=1, now_s=NOW_S)
    assert all(a.equals(b) for a, b in zip(plan, again, strict=True))


def test_who_stays_with_nobody_near_says_so_and_why() -> None:
    none = rescued(case(4, (), 1))
    assert set(none[2].reason.tolist()) == {Reason.NO_VEHICLE}
    dear = rescued(case(2, (), 1, yard=1, skip_c=400))
    assert set(dear[2].reason.tolist()) == {Reason.POSTPONED}
    assert (dear[2].short > 0).all()
    small = rescued(case(2, (2,), 1, volume_ml=2))
    assert set(small[2].reason.tolist()) == {Reason.NO_VOLUME}
    full = rescued(case(2, (2,), 1, max_stops=2))
    assert set(full[2].reason.tolist()) == {Reason.NO_STOPS}
    assert full[2].short.tolist() == [1, 1]
    late = rescued(case(2, (2,), 1, until_s=NOW_S + 1_800))
    assert set(late[2].reason.tolist()) <= {Reason.NO_TIME, Reason.NO_VEHICLE}


def test_a_rescue_that_costs_more_than_waiting_would_pay_with_that_much_more() -> None:
    made = case(2, (), 1, yard=1, skip_c=400)
    more = int(rescued(made)[2].short.max())
    worth = made.stranded.replace(skip_c=made.stranded.skip_c + more + 1)
    assert len(rescued(made._replace(stranded=worth))[0]) == 1


BREAKS = {
    "each stranded package is taken over or told of, once": lambda p: (
        p[0],
        p[1],
        Remarks.concat([p[2], p[2]]),
    ),
    "a helper goes on with its own run": lambda p: (p[0].replace(before=p[0].before + 1), p[1], p[2]),
}


@pytest.mark.parametrize("rule", BREAKS)
def test_the_linter_sees_what_is_told_wrongly(rule: str) -> None:
    made = case(6, (5,), 2, max_stops=9)
    plan = rescued(made)
    assert len(plan[2]) == 2
    with pytest.raises(ValueError, match=rule):
        lint_rescue(*BREAKS[rule](plan), made, RULES)


def test_the_linter_sees_goods_left_behind_and_goods_not_fetched() -> None:
    made = case(6, (5,), 2)
    runs, stops, left = rescued(made)
    other = made._replace(own=made.own.take(slice(0, 4)), owner=made.owner[:4])
    with pytest.raises(ValueError, match="only packages that wait are planned"):
        lint_rescue(runs, stops, left, other, RULES)
    nobody = made._replace(
        stranded=made.stranded.take(slice(0, 0)), own=Parcels.concat([made.own, made.stranded]),
        owner=np.zeros(11, np.int64),
    )  # fmt: skip
    with pytest.raises(ValueError, match="who takes nothing over stays on its route"):
        lint_rescue(runs, stops, left, nobody, RULES)
    more = made._replace(
        own=Parcels.concat([made.own, made.own.take(slice(0, 1)).replace(package=[999])]),
        owner=np.zeros(6, np.int64),
    )
    with pytest.raises(ValueError, match="a helper brings what it has aboard"):
        lint_rescue(runs, stops, left, more, RULES)
    far = made._replace(scene=made.scene._replace(ready_s=NOW_S + 5 * HOUR_S))
    with pytest.raises(ValueError, match="nobody brings what it has not fetched"):
        lint_rescue(runs, stops, left, far, RULES)
    away = made._replace(scene=made.scene._replace(lat_udeg=LAT + 3_000_000, ready_s=0))
    with pytest.raises(ValueError, match=r"nobody brings what it has not fetched|the way there is driven"):
        lint_rescue(runs, stops, left, away, RULES)
    due = {int(p): int(t) for p, t in zip(stops.package, stops.plan_s - 10, strict=True)}
    tight = made._replace(own=made.own.replace(due_s=np.array([due[int(p)] for p in made.own.package])))
    with pytest.raises(ValueError, match="breaks no promise"):
        lint_promises(stops, tight, {int(p): 0 for p in made.own.package})


def test_staying_costs_the_next_vans_that_can_have_it() -> None:
    due = np.array([NOW_S + 2 * DAY_S, MIDNIGHT_S + 21 * HOUR_S, NOW_S - HOUR_S])
    early = MIDNIGHT_S + 9 * HOUR_S
    door = MIDNIGHT_S + RULES.plan_s[1] + RULES.load_s + RULES.wait_least_s
    assert stay_c(due, RULES, early, MIDNIGHT_S).tolist()[:2] == [RULES.wait_c] * 2
    assert door == MIDNIGHT_S + 18 * HOUR_S
    door += DAY_S + RULES.plan_s[0] - RULES.plan_s[1]
    late_h = np.array([0.0, (door - due[1]) / HOUR_S, (door - NOW_S) / HOUR_S])
    told = RULES.wait_c + (RULES.late_c_h * late_h).astype(np.int64) + np.array([0, RULES.late_c, 0])
    assert stay_c(due, RULES, NOW_S, MIDNIGHT_S).tolist() == told.tolist()


def test_a_helper_turns_off_at_once_or_where_the_detour_is_least() -> None:
    made = case(1, (8,), 4)
    own, car = made.own, made.cars.take(slice(0, 1))
    service = np.full(8, RULES.stop_s)
    ways = approaches(
        car, own.lat_udeg.astype(np.int64), own.lon_udeg.astype(np.int64), service, own.lo_s, made.scene,
        made.depot, 600, RULES, 1,
    )  # fmt: skip
    assert 1 <= len(ways) <= 3
    assert ways[0].doors == 1
    assert all(a.there_s < b.there_s for a, b in pairwise(ways))
    assert isinstance(car, Cars)
