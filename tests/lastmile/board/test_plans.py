"""Better plans: proposed, taken, dropped, void; what is locked or on the way stays, and nothing is lost or worse."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from doorward.core.errors import BadInput, Refused, Stale
from doorward.lastmile.board.asked import Plan, Surveyed, Weights
from doorward.lastmile.board.better import doors_to_be, job_of, searched, shifts, unserved
from doorward.lastmile.board.common import tables
from doorward.lastmile.board.proposals import surveyed_where
from doorward.lastmile.board.sheet import Board, Sheet
from doorward.lastmile.routing.doors import Cars
from doorward.lastmile.routing.problem import FREE, HELD, LEAD
from doorward.ledger.ledger import Ledger
from doorward.tables.board import Locks, Proposals, ProposedRuns, ProposedStops
from doorward.tables.fleet import Runs, RunStatus
from doorward.tables.packages import Packages
from tests.lastmile.board.day import FOLDS, HOUR, MIDNIGHT_S, RULES, Day, planned
from tests.lastmile.board.test_places import slow_cost
from tests.lastmile.board.test_properties import nothing_lost, same_tables, seen, within_limits


def proposed(day: Day, iterations: int = 1_600, weights: Weights | None = None, **selection: Any) -> Plan:
    """A plan of the station, searched as a server does."""
    found, weights = day.ask("board.survey", station=1, **selection), weights or Weights()
    assert isinstance(found, Surveyed)
    at = surveyed_where(tables(day.desk()), found, RULES)
    job = job_of(found.runs, found.pool, at, day.table(Locks), weights)
    best = searched(job, found.seed, lambda done: done / iterations)
    made = day.ask(
        "board.propose", station=1, runs=found.runs, done=found.done,
        doors=[[list(door) for door in doors] for doors in doors_to_be(job, best)], unassigned=unserved(job, best, at),
        seed=found.seed, iterations=best.again.iterations, before_c=round(best.again.before / 1000),
        after_c=round(best.again.after / 1000), weights=weights,
    )  # fmt: skip
    assert isinstance(made, Plan)
    return made


def spoilt(tmp_path: Path, seed: int = 3, **more: Any) -> Day:
    """A day with runs that are worse than they could be: doors of two runs exchanged."""
    day = planned(tmp_path / "day", 60, 4, seed, **({"max_stops": 30} | more))
    for k in range(1, 4):
        one, two = (day.order_of(run) for run in day.open_runs()[:2])
        day.ask("board.take_off", packages=one[k] + two[-k])
        first, second = (
            next(run for run in day.open_runs() if day.order_of(run)[0] == order[0]) for order in (one, two)
        )
        day.ask("board.put", packages=one[k], run=second, place=k, force=True)
        day.ask("board.put", packages=two[-k], run=first, place=k, force=True)
    return day


def test_a_plan_is_better_and_taken_as_one_edit_that_is_undone(tmp_path: Path) -> None:
    day = spoilt(tmp_path)
    before = seen(day)
    plan = proposed(day)
    assert seen(day) == before, "nothing is changed by a proposal"
    assert plan.after_c < plan.before_c and plan.after.dist_m < plan.before.dist_m and plan.moved
    assert plan.after.packages == plan.before.packages
    places = {
        p: (run, i) for run in day.open_runs() for i, door in enumerate(day.order_of(run)) for p in door
    }
    for each in plan.moved:
        assert places[each.packages[0]] == (each.run, each.place)
    answer = day.ask("board.accept", proposal=plan.proposal)
    assert (answer.after, answer.before) == (plan.after, plan.before)
    into = {change.run: change.into for change in answer.runs}
    for each in plan.moved:
        assert day.order_of(into[each.to_run])[each.to_place] == each.packages
    nothing_lost(day)
    within_limits(day)
    with pytest.raises(Refused, match="accepted"):
        day.ask("board.accept", proposal=plan.proposal)
    after = seen(day)
    day.ask("board.undo", station=1)
    assert seen(day) == before
    day.ask("board.redo", station=1)
    assert seen(day) == after
    with Ledger.open(day.folder, FOLDS, day.tables, read_only=True) as replayed:
        same_tables(day, replayed)
        for kind in (Proposals, ProposedRuns, ProposedStops):
            assert day.table(kind).equals(replayed.table(kind))


@pytest.mark.parametrize("seed", range(4))
def test_one_run_gets_the_best_of_all_orders(tmp_path: Path, seed: int) -> None:
    day = planned(tmp_path / "day", 6, 1, seed, waits=0, hours=(10, 12) if seed % 2 else (19, 21))
    (run,) = day.open_runs()
    vehicle, depart, old = (
        int(day.table(Runs).vehicle[run]),
        int(day.table(Runs).depart_s[run]),
        day.order_of(run),
    )
    for _ in range(3):
        day.ask(
            "board.move",
            packages=day.order_of(day.open_runs()[0])[-1],
            run=day.open_runs()[0],
            place=1,
            force=True,
        )
    held = day.order_of(day.open_runs()[0])[2:4]
    day.ask("board.lock", packages=[p for door in held for p in door])
    plan = proposed(day, whole_pool=True)
    day.ask("board.accept", proposal=plan.proposal) if plan.runs else None
    new = day.order_of(day.open_runs()[0])
    late = {p for change in plan.runs for v in change.visits if v.late_s for p in v.packages}
    costs = [
        slow_cost(day, vehicle, depart, list(order))
        for order in permutations(old)
        if [door for door in order if door in held] == held
    ]
    assert [door for door in new if door in held] == held
    assert slow_cost(day, vehicle, depart, new) == pytest.approx(min(costs), abs=2.0) or late


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_locked_or_under_way_stays_while_the_day_goes_on(tmp_path: Path, seed: int) -> None:
    day = spoilt(tmp_path, seed, hours=(14, 17) if seed else (19, 21))
    rng = np.random.default_rng(seed)
    for _ in range(5):
        runs = day.open_runs(RunStatus.PLANNED, RunStatus.LEFT)
        if not runs:
            break
        doors = [door for run in runs for door in day.order_of(run)]
        day.ask("board.lock", packages=doors[int(rng.integers(len(doors)))])
        on = set(np.flatnonzero(day.table(Locks).on).tolist())
        held = {run: [door for door in day.order_of(run) if set(door) & on] for run in runs}
        lead = {run: day.order_of(run)[0] for run in day.open_runs(RunStatus.LEFT)}
        aboard = {run: sorted(p for door in day.order_of(run) for p in door) for run in lead}
        plan = proposed(day, 800, runs=runs, whole_pool=True)
        assert plan.after_c <= plan.before_c
        assert plan.after.packages == plan.before.packages + len(plan.assigned)
        if plan.runs:
            into = {run: run for run in runs}
            into |= {
                change.run: change.into for change in day.ask("board.accept", proposal=plan.proposal).runs
            }
            for run in runs:
                order = day.order_of(into[run]) if into[run] >= 0 else []
                assert [door for door in order if set(door) & on] == held[run]
                if run in lead:
                    assert order[0] == lead[run] and sorted(p for door in order for p in door) == aboard[run]
        nothing_lost(day)
        within_limits(day)
        day.until(day.now_s + 2_700)
    day.until(MIDNIGHT_S + 22 * HOUR)
    nothing_lost(day)


def test_what_a_plan_would_move_stays_once_it_is_locked(tmp_path: Path) -> None:
    day = spoilt(tmp_path)
    moved = [each.packages for each in proposed(day).moved if each.run != each.to_run]
    assert moved
    day.ask("board.lock", packages=[package for door in moved for package in door])
    plan = proposed(day)
    assert plan.after_c <= plan.before_c
    assert not [each for each in plan.moved if each.packages in moved and each.run != each.to_run]


def test_vans_on_the_road_and_locked_runs_are_held_in_the_search(tmp_path: Path) -> None:
    day = planned(tmp_path / "day", 60, 4, 5, max_stops=20)
    locked = day.open_runs()[-1]
    day.ask("board.lock", runs=[locked])
    day.until(MIDNIGHT_S + 9 * HOUR + 1_200)
    runs = [*day.open_runs(RunStatus.LEFT), *day.open_runs()]
    found = day.ask("board.survey", station=1, runs=runs)
    at = surveyed_where(tables(day.desk()), found, RULES)
    job = job_of(runs, [], at, day.table(Locks), Weights())
    fixed, owner = job.task.stop["fixed"], job.routes.where[:, 0]
    assert day.open_runs(RunStatus.LEFT)
    for v, run in enumerate(runs):
        mine = fixed[owner == v].tolist()
        if day.table(Runs).status[run] == RunStatus.LEFT:
            rest = HELD if run == locked else FREE
            assert mine == [LEAD] + [rest] * (len(mine) - 1)
            assert (job.task.stop["car"][owner == v] == v).all()
        assert int(job.task.car["fixed"][v]) == sum(each != FREE for each in mine)
    bits = job.task.stop["access"][:, None] & job.task.car["barred"]
    for v, run in enumerate(runs):  # nothing of others may come aboard
        if day.table(Runs).status[run] == RunStatus.LEFT or run == locked:
            assert (bits[job.task.stop["car"] < 0, v] != 0).all()


def test_a_plan_is_void_when_its_runs_have_changed(tmp_path: Path) -> None:
    day = spoilt(tmp_path)
    plan = proposed(day)
    run = plan.runs[0].run
    day.ask("board.start", run=run, start_s=day.now_s + 3_600, force=True)
    with pytest.raises(Stale, match=f"run {run} was edited since: run"):
        day.ask("board.accept", proposal=plan.proposal)
    plan = proposed(day)
    package = next(each for each in plan.moved if each.run != each.to_run).packages
    day.ask("board.lock", packages=package)
    with pytest.raises(Stale, match="locked since"):
        day.ask("board.accept", proposal=plan.proposal)
    day.ask("board.lock", packages=package, on=False)
    day.now_s += RULES.board.expires_s
    with pytest.raises(Stale, match="was void from"):
        day.ask("board.accept", proposal=plan.proposal)


def test_a_plan_is_void_when_a_van_has_passed_a_stop(tmp_path: Path) -> None:
    day = planned(tmp_path / "day", 40, 2, 5, max_stops=30)
    day.until(MIDNIGHT_S + 10 * HOUR)
    run = day.open_runs(RunStatus.LEFT)[0]
    order = day.order_of(run)
    day.ask("board.move", packages=order[4], run=run, place=len(order) - 1, force=True)
    run = next(r for r in day.open_runs(RunStatus.LEFT, RunStatus.PLANNED) if order[4] in day.order_of(r))
    plan = proposed(day, runs=[run])
    assert [each.run for each in plan.runs] == [run]
    before = seen(day)
    day.until(day.now_s + 1_500)
    now = seen(day)
    with pytest.raises(Stale, match=f"run {run} has done"):
        day.ask("board.accept", proposal=plan.proposal)
    assert seen(day) == now != before


def test_a_plan_is_void_when_a_van_has_left(tmp_path: Path) -> None:
    day = spoilt(tmp_path)
    day.until(MIDNIGHT_S + 9 * HOUR - 300)
    plan = proposed(day)
    run = next(each.run for each in plan.moved if 0 <= each.run != each.to_run)
    while day.table(Runs).left_s[run] < 0:
        day.until(day.now_s + 300)
    before = seen(day)
    with pytest.raises(Stale, match=r"run .* (left at|is on its way)"):
        day.ask("board.accept", proposal=plan.proposal)
    assert seen(day) == before
    nothing_lost(day)


def test_who_asks_anew_drops_the_former_and_what_is_dropped_is_gone(tmp_path: Path) -> None:
    day = spoilt(tmp_path)
    one, two = proposed(day), proposed(day)
    with pytest.raises(Refused, match="discarded"):
        day.ask("board.accept", proposal=one.proposal)
    day.ask("board.discard", proposal=two.proposal)
    with pytest.raises(Refused, match="discarded"):
        day.ask("board.accept", proposal=two.proposal)
    with pytest.raises(BadInput):
        day.ask("board.accept", proposal=99)
    with pytest.raises(BadInput):
        day.ask("board.survey", station=1, runs=list(range(500)))


def test_a_package_of_the_pool_is_put_on_or_told_why_not(tmp_path: Path) -> None:
    day = planned(tmp_path / "day", 24, 2, 1, waits=0, max_stops=14)
    package = day.order_of(day.open_runs()[0])[3][0]
    day.ask("board.take_off", packages=[package])
    plan = proposed(day, pool=[package])
    assert plan.assigned == [package] and not plan.unassigned
    assert [each.run for each in plan.moved if each.packages == [package]] == [-1]
    packages = day.table(Packages)
    day.state.put(Packages, np.array([package]), volume_ml=int(packages.volume_ml[package]) + 9_000_000)
    plan = proposed(day, pool=[package])
    (left,) = plan.unassigned
    assert (
        left.packages == [package] and left.limit == "NO_VOLUME" and left.short > 0 and "room" in left.words
    )


def test_weights_are_what_is_minimised(tmp_path: Path) -> None:
    day = spoilt(tmp_path)
    for weights in (Weights(hours=0.0), Weights(co2_c_kg=10_000.0), Weights(km=0.0, lateness=3.0)):
        plan = proposed(day, weights=weights)
        assert plan.after_c <= plan.before_c and plan.weights == weights
        if weights.km:
            assert plan.after.dist_m < plan.before.dist_m


@pytest.mark.parametrize("seed", range(3))
def test_what_is_in_time_stays_so_even_where_lateness_costs_nothing(tmp_path: Path, seed: int) -> None:
    day = planned(tmp_path / "day", 40, 3, seed, max_stops=30, hours=(10, 12))
    plan = proposed(day, weights=Weights(lateness=0.0))
    assert not [each for change in plan.runs for each in change.broken]
    if plan.runs:
        assert not [
            each for change in day.ask("board.accept", proposal=plan.proposal).runs for each in change.broken
        ]


def test_moved_doors_are_the_fewest_that_explain_the_difference() -> None:
    def board(*doors: list[int]) -> Board:
        sheets = [Sheet(r, -1, 0, tuple((d,) for d in each), 0, 0, False) for r, each in enumerate(doors)]
        return Board(sheets, Cars.fill(len(sheets)))

    old, new = board([1, 2, 3, 4, 5], [6, 7]), board([5, 1, 2, 4], [6, 3, 7, 8])
    found = [
        (each.packages[0], each.run, each.place, each.to_run, each.to_place) for each in shifts(old, new)
    ]
    assert found == [(5, 0, 4, 0, 0), (3, 0, 2, 1, 1), (8, -1, -1, 1, 3)]
