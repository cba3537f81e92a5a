"""One edit at a time: what it does to runs and packages, what it answers, what is refused and with which number."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from doorward.core.errors import BadInput, Refused
from doorward.lastmile.board import commands
from doorward.lastmile.board.asked import Answer, Totals, Unfit
from doorward.lastmile.service import plan
from doorward.tables.board import Edits, EditState, Generations, Locks, OutOfService
from doorward.tables.fleet import Runs, RunStatus, Stops, Vehicles, withdrawn
from doorward.tables.journey import Status
from doorward.tables.packages import Packages
from doorward.tables.ways import Bills, Way, WayChosen, WayOpened
from tests.lastmile.board.day import HOUR, MIDNIGHT_S, PLAN_S, Day, planned


@pytest.fixture
def day(tmp_path: Path) -> Day:
    """Three planned runs of at most 25 doors, a fourth van in the yard, four packages for tomorrow in the pool."""
    return planned(tmp_path / "day", max_stops=25)


def smallest(day: Day) -> int:
    return min(day.open_runs(), key=lambda run: len(day.order_of(run)))


def largest(day: Day) -> int:
    return max(day.open_runs(), key=lambda run: len(day.order_of(run)))


def of_vehicle(day: Day, vehicle: int) -> int:
    """Its open run."""
    runs = day.table(Runs)
    return next(
        run for run in day.open_runs(RunStatus.PLANNED, RunStatus.LEFT) if runs.vehicle[run] == vehicle
    )


def told(day: Day, answer: Answer, run: int) -> Totals:
    return next(each.after for each in answer.runs if each.into == run)


def sums(day: Day, run: int) -> Totals:
    """A run's totals, reckoned from its rows one by one."""
    runs, stops, packages = day.table(Runs), day.table(Stops), day.table(Packages)
    rows = [k for k in range(len(stops)) if stops.run[k] == run]
    over: dict[int, int] = {}
    for k in rows:
        over[int(stops.seq[k])] = over.get(int(stops.seq[k]), int(stops.plan_s[k])) + int(stops.service_s[k])
    late = [
        max(0, over[q] - min(int(packages.due_s[stops.package[k]]) for k in rows if stops.seq[k] == q))
        for q in over
    ]
    vehicle = int(runs.vehicle[run])
    return Totals(
        doors=len(over), packages=len(rows), dist_m=int(runs.dist_m[run]),
        time_s=int(runs.back_s[run] - runs.depart_s[run]), late_s=sum(late), late_doors=sum(x > 0 for x in late),
        co2_mg=int(runs.dist_m[run]) * int(day.table(Vehicles).co2_ug_m[vehicle]) // 1000,
        cost_c=int(runs.cost_c[run]), volume_ml=sum(int(packages.volume_ml[stops.package[k]]) for k in rows),
        weight_g=sum(int(packages.packed_g[stops.package[k]]) for k in rows),
    )  # fmt: skip


def test_a_door_moves_to_another_run_at_the_place_asked_for(day: Day) -> None:
    source, target = largest(day), smallest(day)
    door, other = day.order_of(source)[4], day.order_of(target)
    vehicles = [int(day.table(Runs).vehicle[run]) for run in (source, target)]
    before = sums(day, source).plus(sums(day, target))
    answer = day.ask("board.move", packages=door, run=target, place=2)
    source, target = (of_vehicle(day, v) for v in vehicles)
    assert day.order_of(target) == [*other[:2], door, *other[2:]]
    assert door not in day.order_of(source)
    assert told(day, answer, target) == sums(day, target)
    assert answer.before == before
    assert answer.after.minus(answer.before) == sums(day, source).plus(sums(day, target)).minus(before)
    book, runs = day.table(Generations), day.table(Runs)
    assert [int(book.into[each.run]) for each in answer.runs] == [each.into for each in answer.runs]
    assert withdrawn(runs)[[each.run for each in answer.runs]].all()


def test_a_door_moves_inside_its_run(day: Day) -> None:
    run = largest(day)
    order, vehicle = day.order_of(run), int(day.table(Runs).vehicle[run])
    answer = day.ask("board.move", packages=order[7], run=run, place=0)
    assert day.order_of(of_vehicle(day, vehicle)) == [order[7], *order[:7], *order[8:]]
    assert answer.after.dist_m != answer.before.dist_m
    again = day.ask("board.move", packages=order[7], run=of_vehicle(day, vehicle), place=0)
    assert again.edit == -1  # nothing moves: no edit


def test_taken_off_it_waits_in_the_pool_and_the_next_plan_takes_it(day: Day) -> None:
    door = day.order_of(smallest(day))[0]
    answer = day.ask("board.take_off", packages=door)
    assert answer.pool == door
    assert set(door) <= set(day.pool())
    day.now_s = MIDNIGHT_S + 48_600  # 13:30
    day.work(plan)
    assert not set(door) & set(day.pool())


def test_taking_the_last_door_off_dissolves_the_run(day: Day) -> None:
    run = smallest(day)
    vehicle = int(day.table(Runs).vehicle[run])
    answer = day.ask("board.take_off", packages=[door[0] for door in day.order_of(run)])
    assert [each.into for each in answer.runs] == [-1]
    opened = day.ask("board.open", vehicle=vehicle, packages=answer.pool)  # it stands in the yard again
    assert opened.runs[0].after.packages == len(answer.pool)


def test_what_is_for_tomorrow_fits_nowhere_and_the_answer_says_by_how_much(day: Day) -> None:
    with pytest.raises(Unfit) as refused:
        day.ask("board.put", packages=[day.pool()[0]])
    found = refused.value.misfits
    assert {each.vehicle for each in found} == set(day.table(Runs).vehicle[day.open_runs()].tolist())
    opens = int(day.table(Packages).due_lo_s[day.pool()[0]])
    ends = MIDNIGHT_S + 19 * HOUR
    for each in found:
        if each.limit == "NO_TIME":
            assert each.short * 60 > opens - ends
    assert "min too few" in str(refused.value)


def test_more_doors_than_a_van_may_make_are_refused_with_the_number(day: Day) -> None:
    full = largest(day)
    assert len(day.order_of(full)) == 25
    doors = [door[0] for door in day.order_of(smallest(day))[:3]]
    before = day.board()
    with pytest.raises(Unfit) as refused:
        day.ask("board.move", packages=doors, run=full, place=0)
    assert [(each.limit, each.short) for each in refused.value.misfits] == [("NO_STOPS", 3)]
    assert day.board() == before


@pytest.mark.parametrize("column", ["volume_ml", "weight_g", "range_m"])
def test_room_payload_and_range_are_kept(tmp_path: Path, column: str) -> None:
    day = planned(tmp_path / "day", max_stops=25)
    source, target = largest(day), smallest(day)
    runs, vehicle = day.table(Runs), int(day.table(Runs).vehicle[target])
    has = {"volume_ml": -(-int(runs.volume_ml[target]) * 1000 // 850), "weight_g": int(runs.weight_g[target])}
    limit = has.get(column, int(runs.dist_m[target]) + 10)
    day.state.put(Vehicles, np.array([vehicle]), **{column: limit})
    far = [door[0] for door in day.order_of(source)[:3]]
    with pytest.raises(Unfit) as refused:
        day.ask("board.move", packages=far, run=target, place=0, force=True)
    (misfit,) = refused.value.misfits
    day.state.put(Vehicles, np.array([vehicle]), **{column: limit + misfit.short})
    moved = day.ask("board.move", packages=far, run=target, place=0)
    assert moved.after.packages > 0  # with what was missing it fits; and with one less it does not
    day.ask("board.undo", station=1)
    day.state.put(Vehicles, np.array([vehicle]), **{column: limit + misfit.short - 2})
    with pytest.raises(Unfit):
        day.ask("board.move", packages=far, run=of_vehicle(day, vehicle), place=0)


def test_a_shift_too_short_names_the_minutes_and_a_start_that_would_do(day: Day) -> None:
    source, target = largest(day), smallest(day)
    vehicle = int(day.table(Runs).vehicle[target])
    late = PLAN_S + 3 * HOUR
    day.ask("board.start", run=target, start_s=late)
    target = of_vehicle(day, vehicle)
    back = int(day.table(Runs).back_s[target]) - MIDNIGHT_S
    day.state.put(Vehicles, np.array([vehicle]), shift_hi_s=back + 60)
    door = day.order_of(source)[0]
    with pytest.raises(Unfit) as refused:
        day.ask("board.move", packages=door, run=target, force=False, place=0)
    (misfit,) = refused.value.misfits
    assert misfit.limit == "NO_TIME"
    assert PLAN_S <= misfit.start_s < late
    clock = (misfit.start_s - MIDNIGHT_S) // 60
    assert f"a start at {clock // 60:02d}:{clock % 60:02d} would do" in str(refused.value)
    day.ask("board.start", run=target, start_s=misfit.start_s)
    day.ask("board.move", packages=door, run=of_vehicle(day, vehicle), place=0)


def test_a_promise_is_broken_only_by_force(day: Day) -> None:
    run = largest(day)
    order, runs = day.order_of(run), day.table(Runs)
    vehicle = int(runs.vehicle[run])
    last = order[-1][0]
    stops = day.table(Stops)
    row = int(day.table(Packages).stop[last])
    kept_until = int(stops.plan_s[row] + stops.service_s[row]) + 30
    day.state.put(Packages, np.array([last]), due_s=kept_until)
    door = day.order_of(smallest(day))[0]
    day.ask("board.take_off", packages=order[0])  # room for one stop
    run = of_vehicle(day, vehicle)
    with pytest.raises(Unfit) as refused:
        day.ask("board.move", packages=door, run=run, place=0)
    (misfit,) = refused.value.misfits
    assert misfit.soft and misfit.package == last and "forced, it would be done" in str(refused.value)
    answer = day.ask("board.move", packages=door, run=run, place=0, force=True)
    run = of_vehicle(day, vehicle)
    assert told(day, answer, run).late_doors == sums(day, run).late_doors == 1
    assert -(-told(day, answer, run).late_s // 60) == misfit.short
    assert [each.package for run_ in answer.runs for each in run_.broken] == [last]


def test_barred_vans_do_not_go_there(day: Day) -> None:
    source, target = largest(day), smallest(day)
    from doorward.tables.orders import Access, Orders

    door = day.order_of(source)[0]
    day.state.put(Orders, day.table(Packages).order[door], access=int(Access.HEIGHT_LIMIT))
    day.state.put(Vehicles, day.table(Runs).vehicle[[target]], barred=int(Access.HEIGHT_LIMIT))
    with pytest.raises(Unfit, match="barred"):
        day.ask("board.move", packages=door, run=target, place=0, force=True)


def test_vehicles_are_exchanged_and_the_stops_stay(day: Day) -> None:
    a, b = day.open_runs()[:2]
    orders = [day.order_of(a), day.order_of(b)]
    va, vb = (int(day.table(Runs).vehicle[run]) for run in (a, b))
    day.ask("board.swap", run=a, other=b)
    assert [day.order_of(of_vehicle(day, v)) for v in (vb, va)] == orders


def test_out_of_service_no_planner_uses_it_until_it_is_back(day: Day) -> None:
    run = smallest(day)
    vehicle = int(day.table(Runs).vehicle[run])
    with pytest.raises(Refused, match="is to leave on run"):
        day.ask("board.service", vehicle=vehicle)
    answer = day.ask("board.service", vehicle=vehicle, release=True)
    assert sorted(answer.pool) == sorted(set(day.pool()) - {56, 57, 58, 59})
    for free in range(4):
        if free not in day.table(Runs).vehicle[day.open_runs()] and free != vehicle:
            day.ask("board.service", vehicle=free)
    first = len(day.table(Runs))
    day.work(plan)
    assert len(day.table(Runs)) == first
    day.ask("board.service", vehicle=vehicle, out=False)
    assert int(day.table(Vehicles).max_stops[vehicle]) == 25
    assert int(day.table(OutOfService).since_s[vehicle]) == -1
    day.work(plan)
    assert day.table(Runs).vehicle[first:].tolist() == [vehicle]


def test_locks_are_kept_through_edits(day: Day) -> None:
    a, b = day.open_runs()[:2]
    vehicles = [int(day.table(Runs).vehicle[run]) for run in (a, b)]
    door = day.order_of(a)[3]
    day.ask("board.lock", runs=[b], packages=door)
    day.ask("board.swap", run=a, other=b)
    a, b = (of_vehicle(day, v) for v in reversed(vehicles))
    book, locks = day.table(Generations), day.table(Locks)
    assert (int(book.locked[a]), int(book.locked[b])) == (0, 1)
    assert locks.on[door].tolist() == [1] * len(door)
    assert day.ask("board.lock", runs=[b]).edit == -1  # it is locked already
    day.ask("board.lock", runs=[b], packages=door, on=False)
    assert int(day.table(Generations).locked[b]) == 0 and not day.table(Locks).on.any()


def test_another_way_is_chosen_only_for_what_stands_on_no_run(day: Day) -> None:
    package = day.order_of(day.open_runs()[0])[0][0]
    with pytest.raises(Refused, match="take it off first"):
        day.ask("package.rechoose", packages=[package])
    package = day.pool()[0]
    before = way_of(day, package)
    day.ask("package.rechoose", packages=[package])
    assert int(day.table(Packages).way[package]) == -1
    with pytest.raises(Refused, match="waits for its way already"):
        day.ask("package.rechoose", packages=[package])
    day.ask("board.undo", station=1)
    assert way_of(day, package) == before
    day.ask("board.redo", station=1)
    assert int(day.table(Packages).way[package]) == -1


def test_a_way_comes_back_though_another_was_chosen(day: Day) -> None:
    package, other = day.pool()[:2]
    before = way_of(day, package)
    day.ask("package.rechoose", packages=[package, other])
    chosen = WayChosen.fill(1, package=package, way=int(Way.POST), carrier=0, station=1, bill_c=700, gates=0)
    day.ledger.post("carriers.choose", day.now_s, [chosen])
    assert way_of(day, package)["way"] == Way.POST
    day.ask("board.undo", station=1)
    assert way_of(day, package) == before
    day.ask("board.redo", station=1)
    day.ask("board.undo", station=1)


def test_a_way_does_not_come_back_once_its_place_is_gone(day: Day) -> None:
    package = day.pool()[0]
    room = WayOpened.fill(1, opening=0, way=int(Way.POST), station=1, day=0, limit=1)
    taken = WayChosen.fill(1, package=package, way=int(Way.POST), carrier=0, station=1, gates=0, opening=0)
    day.ledger.post("carriers", day.now_s, [room, taken])
    day.ask("package.rechoose", packages=[package])
    day.ledger.post("carriers", day.now_s, [taken.replace(way=[int(Way.OWN)], opening=[-1])])
    day.ledger.post("carriers", day.now_s, [taken.replace(package=[day.pool()[1]])])
    with pytest.raises(Refused, match="its place was given to another"):
        day.ask("board.undo", station=1)
    assert int(day.table(Packages).way[package]) == Way.OWN


def way_of(day: Day, package: int) -> dict[str, int]:
    """What was chosen for a package, with its bill."""
    packages, bills = day.table(Packages), day.table(Bills)
    found = {
        name: int(getattr(packages, name)[package])
        for name in ("way", "carrier", "station", "locker", "next_site", "leave_s", "bill_c", "co2_mg")
    }
    row = bills.take(np.array([package])) if package < len(bills) else Bills.fill(1, gates=0)
    return found | {name: int(getattr(row, name)[0]) for name in Bills.columns}


@pytest.mark.parametrize(
    ("name", "fields", "words"),
    [
        ("board.move", {"packages": [], "run": 0}, "1 to 500 at once"),
        ("board.move", {"packages": [10**6], "run": 0}, "there is no package 1000000"),
        ("board.move", {"packages": [0], "run": 99}, "there is no run 99"),
        ("board.move", {"packages": [0], "run": 0, "place": 99}, "has places 0 to"),
        ("board.put", {"packages": [0]}, "it stands on run"),
        ("board.take_off", {"packages": [57]}, "has no stop"),
        ("board.open", {"vehicle": 0, "packages": [57]}, "is on run"),
        ("board.open", {"vehicle": 77, "packages": [57]}, "there is no vehicle 77"),
        ("board.swap", {"run": 0, "other": 0}, "run 0 twice"),
        ("board.undo", {"station": 1}, "nothing to undo"),
        ("board.undo", {"station": 0}, "no delivery station"),
        ("board.lock", {}, "no package and no run"),
        ("board.start", {"run": 0, "start_s": MIDNIGHT_S}, "is the earliest"),
    ],
)
def test_what_cannot_be_is_refused_in_words(day: Day, name: str, fields: dict[str, Any], words: str) -> None:
    before = day.board()
    with pytest.raises((BadInput, Refused), match=words):
        day.ask(name, **fields)
    assert day.board() == before


def on_the_road(day: Day) -> int:
    """Drive on until some run has done a few doors and has some left."""
    while day.now_s < MIDNIGHT_S + 12 * HOUR:
        day.until(day.now_s + 300)
        for run in day.open_runs(RunStatus.LEFT):
            stops = day.table(Stops)
            if (stops.done_s[stops.run == run] >= 0).sum() >= 2 and len(day.order_of(run)) >= 6:
                return run
    raise AssertionError("no run left")


def test_on_the_road_what_is_to_do_changes_its_order_and_nothing_hops(day: Day) -> None:
    day.ask("board.start", run=smallest(day), start_s=PLAN_S + 6 * HOUR)
    run = on_the_road(day)
    yard = day.open_runs()[0]
    order, vehicle = day.order_of(run), int(day.table(Runs).vehicle[run])
    with pytest.raises(Refused, match=f"aboard run {run}, on the road"):
        day.ask("board.move", packages=order[2], run=yard)
    with pytest.raises(Refused, match=f"aboard run {run}, on the road"):
        day.ask("board.take_off", packages=order[2])
    with pytest.raises(Refused, match="is not aboard"):
        day.ask("board.move", packages=day.order_of(yard)[0], run=run)
    with pytest.raises(Refused, match="on its way there"):
        day.ask("board.move", packages=order[0], run=run, place=2)
    with pytest.raises(BadInput, match="stays its next"):
        day.ask("board.move", packages=order[3], run=run, place=0)
    with pytest.raises(Refused, match="has no stop that is still to do"):
        done = day.table(Stops).package[(day.table(Stops).run == run) & (day.table(Stops).done_s >= 0)]
        day.ask("board.take_off", packages=[int(done[0])])
    delivered = int((day.table(Packages).status == Status.DELIVERED).sum())
    day.ask("board.move", packages=order[4], run=run, place=1)
    new = of_vehicle(day, vehicle)
    wanted = [order[0], order[4], *order[1:4], *order[5:]]
    assert day.order_of(new) == wanted
    assert int(day.table(Runs).before[new]) == run
    assert (day.table(Packages).holder[[p for door in wanted for p in door]] == new).all()
    day.ask("board.move", packages=order[5], run=new, place=1)  # again before the next door is reached
    wanted = [order[0], order[5], order[4], *order[1:4], *order[6:]]
    assert day.order_of(of_vehicle(day, vehicle)) == wanted
    day.ask("board.undo", station=1)
    day.ask("board.redo", station=1)
    assert day.order_of(of_vehicle(day, vehicle)) == wanted
    day.until(MIDNIGHT_S + 21 * HOUR)
    stops = day.table(Stops)
    rows = np.flatnonzero(np.isin(stops.package, [p for door in wanted for p in door]) & (stops.done_s >= 0))
    driven = stops.package[rows[np.lexsort((rows, stops.done_s[rows]))]].tolist()
    assert driven == [p for door in wanted for p in door]  # the twin drives it as it was rewritten
    assert int((day.table(Packages).status == Status.DELIVERED).sum()) > delivered


def test_an_undo_is_refused_with_what_has_happened_since(day: Day) -> None:
    a, b = largest(day), smallest(day)
    day.ask("board.move", packages=day.order_of(a)[0], run=b, place=0)
    day.until(MIDNIGHT_S + 9 * HOUR + 1_800)
    with pytest.raises(Refused, match=r"run \d+ left at 09:"):
        day.ask("board.undo", station=1)
    assert int(day.table(Edits).state[0]) == EditState.DONE


def test_what_was_undone_is_final_once_something_else_is_done(day: Day) -> None:
    a, b = day.open_runs()[:2]
    day.ask("board.swap", run=a, other=b)
    day.ask("board.undo", station=1)
    day.ask("board.lock", packages=day.order_of(smallest(day))[0])
    assert day.table(Edits).state.tolist() == [EditState.GONE, EditState.DONE, EditState.DONE]
    with pytest.raises(Refused, match="nothing to redo"):
        day.ask("board.redo", station=1)


def test_a_van_of_another_station_takes_nothing_from_this_one(
    day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = day.order_of(day.open_runs()[0])[0][0]
    free = next(v for v in range(4) if v not in day.table(Runs).vehicle[day.open_runs()])
    seen, vehicles = commands.tables, day.table(Vehicles)
    away = vehicles.replace(station=np.where(np.arange(len(vehicles)) == free, 99, vehicles.station))
    monkeypatch.setattr(commands, "tables", lambda desk: seen(desk)._replace(vehicles=away))
    with pytest.raises(Refused, match="stands at station 99"):
        day.ask("board.open", vehicle=free, packages=[package])
