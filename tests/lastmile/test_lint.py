"""The linter of routes passes what the planner makes and names every rule that is broken by hand."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable

import numpy as np
import pytest

import doorward.lastmile.lint as module
from doorward.lastmile.lint import lint
from doorward.lastmile.routing.doors import Cars, Parcels
from doorward.lastmile.routing.plan import plan_routes
from doorward.lastmile.rules import LastmileRules
from doorward.tables.fleet import RunsPlanned, StopsPlanned
from tests.lastmile.world import cars, depot, parcels

RULES = LastmileRules()
FIRST = 7
Plan = tuple[RunsPlanned, StopsPlanned, Parcels, Cars]
Change = Callable[[Plan], Plan]


def plan() -> Plan:
    """Two full routes, some doors with more than one package."""
    p, c = parcels(90, 5, doors=60, skip_c=90_000), cars(3, max_stops=34)
    runs, stops, left = plan_routes(p, c, depot(), RULES, seed=1, now_s=0, first_run=FIRST, iterations=400)
    assert len(runs) == 2
    assert len(left) == 0
    return runs, stops, p, c


def check(made: Plan) -> None:
    runs, stops, p, c = made
    lint(runs, stops, p, c, depot(), RULES, FIRST)


def test_a_plan_as_made_passes() -> None:
    check(plan())


def test_no_plan_at_all_passes_and_stops_without_runs_do_not() -> None:
    _, stops, p, c = plan()
    check((RunsPlanned.empty(), StopsPlanned.empty(), p, c))
    with pytest.raises(ValueError, match="stops belong to runs"):
        check((RunsPlanned.empty(), stops, p, c))


def _runs(**change: Callable[[RunsPlanned], object]) -> Change:
    """Columns of the runs exchanged."""
    return lambda made: (made[0].replace(**{n: f(made[0]) for n, f in change.items()}), *made[1:])


def _stops(**change: Callable[[StopsPlanned], object]) -> Change:
    """Columns of the stops exchanged."""
    return lambda made: (made[0], made[1].replace(**{n: f(made[1]) for n, f in change.items()}), *made[2:])


def _cars(**change: int) -> Change:
    """Vehicles that cannot do what they were planned for."""
    return lambda made: (
        *made[:3],
        made[3].replace(**{n: np.full(len(made[3]), x) for n, x in change.items()}),
    )


def _first(column: np.ndarray, value: int) -> np.ndarray:
    """The column with another first value."""
    return np.r_[value, column[1:]]


def _second_door(stops: StopsPlanned) -> int:
    """Row of the first package of the second door."""
    return int(np.argmax(stops.seq > 0))


def _shared_door(stops: StopsPlanned) -> int:
    """Row of a package that is not the first of its door."""
    same = (stops.seq[1:] == stops.seq[:-1]) & (stops.run[1:] == stops.run[:-1])
    return 1 + int(np.argmax(same))


def _later(stops: StopsPlanned, row: int, by_s: int) -> np.ndarray:
    """Planned times with one row moved."""
    return stops.plan_s + by_s * (np.arange(len(stops)) == row)


BROKEN: dict[str, Change] = {
    "runs are numbered on": _runs(run=lambda r: r.run + 1),
    "a package is on one run, once": _stops(package=lambda s: _first(s.package, int(s.package[1]))),
    "only packages that wait are planned": _stops(package=lambda s: _first(s.package, 10**6)),
    "a vehicle leaves once": _runs(vehicle=lambda r: np.full(len(r), r.vehicle[0])),
    "stops stand by run and sequence": _stops(seq=lambda s: s.seq[::-1]),
    "only vehicles in the yard are used": _runs(vehicle=lambda r: r.vehicle + 50),
    "volume fits the vehicle": _cars(volume_ml=100_000),
    "weight fits the vehicle": _cars(weight_g=50_000),
    "no more stops than the vehicle may make": _cars(max_stops=20),
    "counts are right": _runs(packages=lambda r: r.packages + 1),
    "loads are told as they are": _runs(weight_g=lambda r: r.weight_g - 1),
    "no leg is shorter than the crow flies": _stops(leg_m=lambda s: s.leg_m // 4),
    "no leg is faster than a van can be": _stops(leg_s=lambda s: s.leg_s // 40),
    "packages of one door are brought there together": _stops(
        plan_s=lambda s: _later(s, _shared_door(s), 60)
    ),
    "nobody arrives before driving there": _stops(
        plan_s=lambda s: s.plan_s - 100 * ((s.seq == s.seq[_second_door(s)]) & (s.run == s.run[0]))
    ),
    "the way back takes its time": _runs(back_s=lambda r: r.depart_s),
    "runs stay in the shift": _cars(until_s=1),
    "no vehicle goes where it is barred": lambda made: (
        *made[:2],
        made[2].replace(access=np.full(len(made[2]), 4)),
        made[3].replace(barred=np.full(len(made[3]), 4)),
    ),
    "runs stay in range": _cars(range_m=1_000),
    "the distance is that of all legs": _runs(dist_m=lambda r: r.dist_m // 3),
}


@pytest.mark.parametrize("rule", BROKEN)
def test_every_rule_can_be_broken(rule: str) -> None:
    with pytest.raises(ValueError, match=rule):
        check(BROKEN[rule](plan()))


def test_leaving_before_the_vehicle_may_is_outside_the_shift() -> None:
    with pytest.raises(ValueError, match="runs stay in the shift"):
        check(_cars(depart_s=2**40)(plan()))


def test_a_gig_block_leaves_once() -> None:
    made = plan()
    runs, c = (
        made[0].replace(vehicle=[-1, -1], block=[0, 0]),
        made[3].replace(vehicle=[-1] * 3, block=[0, 1, 2]),
    )
    with pytest.raises(ValueError, match="a gig block leaves once"):
        check((runs, made[1], made[2], c))


def test_a_break_that_was_not_taken_is_seen() -> None:
    p, c = parcels(150, 2, skip_c=90_000), cars(1)
    runs, stops, _ = plan_routes(p, c, depot(), RULES, seed=1, now_s=0, first_run=FIRST, iterations=50)
    check((runs, stops, p, c))
    with pytest.raises(ValueError, match="a long run has its break"):
        check((runs, stops, p, c.replace(break_s=[3_600])))


def test_a_window_that_was_promised_hard_is_kept() -> None:
    hard = LastmileRules(hard_windows=True)
    runs, stops, p, c = plan()
    lint(runs, stops, p, c, depot(), hard, FIRST)
    p = p.replace(due_s=np.full(len(p), int(stops.plan_s[5]) - 1))
    check((runs, stops, p, c))
    with pytest.raises(ValueError, match="windows that must be kept are kept"):
        lint(runs, stops, p, c, depot(), hard, FIRST)


def test_all_the_rules_are_broken_here() -> None:
    calls = [each for each in ast.walk(ast.parse(inspect.getsource(module))) if isinstance(each, ast.Call)]
    told = {
        each.args[1].value
        for each in calls
        if isinstance(each.func, ast.Name)
        and each.func.id == "_must"
        and isinstance(each.args[1], ast.Constant)
    }
    elsewhere = {
        "stops belong to runs", "a gig block leaves once", "a long run has its break",
        "windows that must be kept are kept",
    }  # fmt: skip
    assert told == elsewhere | set(BROKEN)
