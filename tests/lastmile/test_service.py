"""The station's day: sort-in by rate, waves, gig drivers, breakdowns; every fact folds, nothing is planned twice."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from doorward.core.table import Table
from doorward.delivery.state import FOLDS as DELIVERY
from doorward.lastmile.plan import booked_later, cars_at, evening_ahead, hopeless, waiting
from doorward.lastmile.report import route_figures
from doorward.lastmile.rules import LastmileRules
from doorward.lastmile.service import induct, plan, rescue
from doorward.lastmile.state import FOLDS as LASTMILE
from doorward.lastmile.state import fold_runs
from doorward.ledger.desk import Desk
from doorward.ledger.state import State
from doorward.tables.doorstep import Outcome
from doorward.tables.fleet import (
    RunMoved,
    Runs,
    RunsPlanned,
    RunStatus,
    StopDone,
    Stops,
    StopsPlanned,
    Vehicles,
)
from doorward.tables.flex import Blocks, BlockStatus, Drivers
from doorward.tables.journey import Event, Holder, Status
from doorward.tables.orders import Orders
from doorward.tables.packages import Packages, Scanned, Scans
from doorward.tables.remarks import Reason, Remarks
from doorward.tables.sites import Sites
from doorward.tables.ways import Bills, Way, WayCapacity, WayDropped
from doorward.tracking.state import FOLDS as TRACKING
from tests.modes import MIDNIGHT_S, desk_at, fold_dropped, load_vehicles, station_state, weather

RULES = LastmileRules(iterations_least=300, iterations_stop=2)
HOUR = 3_600
WAVE_S = MIDNIGHT_S + RULES.plan_s[0]
FOLDS: dict[type[Table], Any] = {**LASTMILE, **DELIVERY, **TRACKING, WayDropped: fold_dropped}


def station(n: int = 120, vans: int = 3, way: Way = Way.OWN) -> State:
    """READY packages at a station with vans in the yard; each has been scanned in."""
    state = station_state(n, way, 3, spread_m=6_000, hours=(20, 21))
    load_vehicles(
        state, vans, Way.OWN, volume_ml=8_000_000, weight_g=1_200_000, max_stops=200, shift_lo_s=7 * HOUR,
        shift_hi_s=19 * HOUR, break_s=1_800, range_m=300_000, electric=0, fixed_c=6_000, hour_c=2_880, km_mc=25,
    )  # fmt: skip
    row = np.arange(n)
    state.append(Scans.fill(n, package=row, at_s=MIDNIGHT_S, event=int(Event.INDUCTED), site=1, reason=0))
    state.put(Packages, row, last_scan=row, holder_kind=int(Holder.SITE), holder=1)
    return state


def desk(state: State, now_s: int, every_s: int = 900) -> Desk:
    return desk_at(state, now_s, {"weather": weather()}, RULES, every_s=every_s)


def posted(at: Desk, kind: type[Any]) -> Any:
    """All rows of one kind in the turn."""
    return kind.concat([fact for fact in at.posted if isinstance(fact, kind)])


def fold(at: Desk) -> None:
    for fact in at.posted:
        FOLDS[type(fact)](at.state, fact, at.now_s)


def leave(state: State, run: int, at_s: int) -> None:
    """The run leaves with all its packages."""
    FOLDS[RunMoved](state, RunMoved.fill(1, run=run, status=int(RunStatus.LEFT), at_s=at_s), at_s)
    package = state.table(Stops).package[state.table(Stops).run == run]
    out = Scanned.fill(
        len(package), package=package, at_s=at_s, event=int(Event.OUT_FOR_DELIVERY), ref=run, reason=0
    )
    FOLDS[Scanned](state, out, at_s)


def test_a_wave_plans_every_package_once_and_only_at_its_hour() -> None:
    state = station()
    early = desk(state, WAVE_S - 900)
    plan(early)
    assert early.posted == []
    at = desk(state, WAVE_S)
    plan(at)
    fold(at)
    stops = state.table(Stops)
    assert sorted(stops.package.tolist()) == list(range(120))
    assert (state.table(Packages).stop[stops.package] == np.arange(len(stops))).all()
    again = desk(state, WAVE_S)
    plan(again)
    assert posted(again, RunsPlanned).run.tolist() == []


def test_a_wave_between_two_calls_is_not_missed() -> None:
    at = desk(station(), WAVE_S + 100)
    plan(at)
    assert len(posted(at, RunsPlanned)) > 0


def test_vans_on_the_road_are_not_planned_again_until_they_are_back() -> None:
    state = station(vans=2)
    at = desk(state, WAVE_S)
    plan(at)
    fold(at)
    busy = set(state.table(Runs).vehicle.tolist())

    def free() -> set[int]:
        c = cars_at(
            state.table(Vehicles),
            state.table(Runs),
            state.table(Sites),
            1,
            (Way.OWN,),
            RULES,
            WAVE_S,
            MIDNIGHT_S,
        )
        return set(c.vehicle.tolist())

    assert free() == {0, 1} - busy
    for status, there in ((RunStatus.BROKEN, {0, 1} - busy), (RunStatus.DONE, {0, 1})):
        runs = np.arange(state.count(Runs))
        moved = RunMoved.fill(len(runs), run=runs, status=int(status), at_s=WAVE_S + 60, actual_m=5)
        FOLDS[RunMoved](state, moved, WAVE_S + 60)
        assert free() == there


def test_who_was_tried_today_waits_for_tomorrow_and_who_was_only_carried_does_not() -> None:
    state = station(4)
    scans = state.count(Scans)
    tried = Scans.fill(
        4, package=[0, 0, 1, 2], at_s=WAVE_S, reason=0, prev=[0, scans, 1, 2],
        event=[Event.ATTEMPTED, Event.BROUGHT_BACK, Event.BROUGHT_BACK, Event.BROUGHT_BACK],
    )  # fmt: skip
    state.append(tried)
    state.put(Packages, np.arange(3), last_scan=scans + np.array([1, 2, 3]))
    packages, history, orders = state.table(Packages), state.table(Scans), state.table(Orders)
    assert waiting(packages, history, orders, MIDNIGHT_S, (Way.OWN,)).tolist() == [1, 2, 3]
    assert waiting(packages, history, orders, MIDNIGHT_S + 86_400, (Way.OWN,)).tolist() == [0, 1, 2, 3]


def test_stations_sort_in_at_their_rate_without_losing_fractions() -> None:
    state = station(500)
    state.put(Packages, np.arange(500), status=int(Status.ARRIVED))
    state.put(Sites, np.array([1]), capacity=1_001)
    counts = []
    for k in range(1, 49):
        at = desk(state, MIDNIGHT_S + 300 * k, 300)
        induct(at)
        scans = posted(at, Scanned)
        counts.append(len(scans))
        due = state.table(Packages).due_s
        still = np.flatnonzero(state.table(Packages).status == Status.ARRIVED)
        rest = np.setdiff1d(still, scans.package)
        if len(scans) and len(rest):
            assert due[scans.package].max() <= due[rest].min()
        fold(at)
    assert sum(counts) == min(500, 1_001 * 4 // RULES.induct_day_h)
    assert max(counts) - min(counts[:20]) <= 1


def gig_world(status: BlockStatus, need: int) -> State:
    state = station(40, way=Way.FLEX)
    state.load(
        Drivers.fill(2, station=1, volume_ml=900_000, weight_g=300_000, car_km_mc=300, standing_pm=900)
    )
    state.append(
        Blocks.fill(
            1,
            station=1,
            start_s=WAVE_S,
            end_s=WAVE_S + 4 * HOUR,
            pay_c=9_000,
            driver=0,
            status=int(status),
            need=need,
        )
    )
    return state


def test_a_driver_who_checked_in_gets_one_run_inside_the_block() -> None:
    state = gig_world(BlockStatus.CHECKED_IN, 40)
    at = desk(state, WAVE_S - 900)
    plan(at)
    runs = posted(at, RunsPlanned)
    assert runs.block.tolist() == [0]
    assert runs.vehicle.tolist() == [-1]
    assert runs.depart_s[0] >= WAVE_S
    assert runs.back_s[0] <= WAVE_S + 4 * HOUR
    assert runs.cost_c[0] == 9_000 + runs.dist_m[0] * 300 // 1000
    fold(at)
    again = desk(state, WAVE_S)
    plan(again)
    assert len(posted(again, RunsPlanned)) == 0


@pytest.mark.parametrize(
    ("status", "at_s", "dropped"),
    [
        (BlockStatus.CLAIMED, WAVE_S, 40 - 25),
        (BlockStatus.OPEN, WAVE_S, 40 - 25),
        (BlockStatus.OPEN, MIDNIGHT_S + RULES.plan_s[-1] - 900, 40),
        (BlockStatus.NO_SHOW, WAVE_S, 40),
    ],
)
def test_without_hope_of_a_driver_packages_look_for_another_way(
    status: BlockStatus, at_s: int, dropped: int
) -> None:
    state = gig_world(status, 25)
    state.put(Blocks, np.array([0]), end_s=MIDNIGHT_S + 20 * HOUR)
    at = desk(state, at_s)
    plan(at)
    out = posted(at, WayDropped)
    assert len(out) == dropped
    assert set(out.reason.tolist()) <= {Reason.NO_DRIVER}
    packages = state.table(Packages)
    kept = np.setdiff1d(np.arange(40), out.package)
    if len(kept):
        assert packages.due_s[kept].max() <= packages.due_s[out.package].min()


def test_tomorrows_packages_keep_their_hope() -> None:
    state = gig_world(BlockStatus.NO_SHOW, 0)
    packages = state.table(Packages)
    row = np.arange(40)
    yesterday = MIDNIGHT_S - 86_400
    none = hopeless(packages, row, state.table(Blocks), state.table(Runs), RULES, WAVE_S - 86_400, yesterday)
    assert len(none) == 0


def test_vans_stay_for_packages_that_were_given_room_in_the_later_wave() -> None:
    day = 20_000
    ways = WayCapacity.fill(3, way=0, station=0, day=[day, day, day + 1], slot_s=[34_200, 50_400, 50_400])
    bills = Bills.fill(6, opening=[0, 1, 1, 2, 1, -1])
    status = [
        int(Status.SORTED),
        int(Status.SORTED),
        int(Status.MOVING),
        int(Status.SORTED),
        int(Status.READY),
        0,
    ]
    packages = Packages.fill(6, way=[0, 0, 1, 0, 0, 0], status=status)
    assert booked_later(packages, bills, ways, (Way.OWN, Way.DSP), RULES, day).tolist() == [1, 2]
    assert booked_later(packages, bills, ways, (Way.DSP,), RULES, day).tolist() == [2]


def test_what_the_last_wave_leaves_is_offered_to_other_ways_once() -> None:
    """No van in the yard: promised for today and not late yet, they lose their van; those of tomorrow keep it."""
    state = station(40, vans=0)
    late = MIDNIGHT_S + max(RULES.plan_s)
    state.put(Packages, np.arange(40), due_s=MIDNIGHT_S + 21 * HOUR)
    state.put(Packages, np.arange(20, 30), due_s=MIDNIGHT_S + 24 * HOUR + 21 * HOUR)
    state.put(Packages, np.arange(30, 40), due_s=late - HOUR)
    first = desk(state, WAVE_S)
    plan(first)
    assert len(posted(first, WayDropped)) == 0, "another wave follows"
    last = desk(state, late)
    plan(last)
    dropped = posted(last, WayDropped)
    assert dropped.package.tolist() == list(range(20)) and set(dropped.reason.tolist()) == {
        int(Reason.NO_VEHICLE)
    }
    state.load(Bills.fill(40, opening=-1, gates=1 << int(Way.OWN)))
    again = desk(state, late)
    plan(again)
    assert len(posted(again, WayDropped)) == 0


def test_packages_with_room_in_the_evening_wait_for_it() -> None:
    day = 20_000
    ways = WayCapacity.fill(3, way=2, station=0, day=[day, day, day + 1], slot_s=[34_200, 64_800, 64_800])
    bills = Bills.fill(4, opening=[0, 1, 2, -1])
    row, midnight_s = np.arange(5), day * 86_400

    def waits(hour: int) -> list[bool]:
        return evening_ahead(bills, ways, row, RULES, midnight_s + hour * 3_600, midnight_s, day).tolist()

    assert waits(10) == [False, True, True, False, False]
    assert waits(18) == [False, False, True, False, False]


def broken_world(vans: int) -> tuple[State, int]:
    """Run 0 left, did three stops and broke down."""
    state = station(60, vans=vans)
    at = desk(state, WAVE_S)
    plan(at)
    fold(at)
    leave(state, 0, WAVE_S + 1_800)
    now = WAVE_S + 4 * HOUR
    stop = np.arange(3)
    package = state.table(Stops).package[stop]
    done = StopDone.fill(3, stop=stop, done_s=now - 900, outcome=int(Outcome.DELIVERED))
    FOLDS[StopDone](state, done, now)
    given = Scanned.fill(3, package=package, at_s=now - 900, event=int(Event.DELIVERED), ref=1, reason=0)
    FOLDS[Scanned](state, given, now)
    broke = RunMoved.fill(1, run=0, status=int(RunStatus.BROKEN), at_s=now - 60, actual_m=9_000)
    FOLDS[RunMoved](state, broke, now)
    return state, now


def test_a_spare_van_takes_over_what_a_broken_one_carries() -> None:
    state, now = broken_world(3)
    before = state.table(Stops)
    locked = before.take(before.done_s >= 0)
    carried = np.flatnonzero(state.table(Packages).status == Status.OUT)
    at = desk(state, now, 300)
    rescue(at)
    new, moved = posted(at, RunsPlanned), posted(at, Scanned)
    assert sorted(moved.package.tolist()) == carried.tolist()
    assert set(moved.event.tolist()) == {Event.TRANSFERRED}
    assert not np.isin(new.vehicle, before_vehicles(state)).any()
    assert (new.depart_s >= now + RULES.rescue_s).all()
    assert (posted(at, StopsPlanned).plan_s >= now + RULES.rescue_s + RULES.transfer_s).all()
    fold(at)
    after = state.table(Stops)
    assert after.take(np.flatnonzero(after.done_s >= 0)).equals(locked)
    packages = state.table(Packages)
    assert (packages.holder[carried] == after.run[packages.stop[carried]]).all()
    remarks = posted(at, Remarks)
    assert remarks.reason.tolist() == [Reason.BROKE_DOWN]
    assert remarks.short.tolist() == [0]
    later = desk(state, now + 300, 300)
    rescue(later)
    assert later.posted == []


def before_vehicles(state: State) -> list[int]:
    """Vehicles of runs that are out."""
    runs = state.table(Runs)
    return runs.vehicle[runs.status != RunStatus.DONE].tolist()


def test_without_a_spare_van_packages_stay_aboard_and_are_told_of() -> None:
    state, now = broken_world(1)
    at = desk(state, now, 300)
    rescue(at)
    assert len(posted(at, Scanned)) == 0
    remarks = posted(at, Remarks)
    broke = remarks.take(remarks.reason == Reason.BROKE_DOWN)
    assert broke.short[0] == (state.table(Packages).status == Status.OUT).sum()
    assert Reason.NO_VEHICLE in remarks.reason


def test_run_numbers_must_continue() -> None:
    with pytest.raises(ValueError, match="do not continue"):
        fold_runs(State(), RunsPlanned.fill(1, run=3), 0)


def test_figures_of_routes_by_hand() -> None:
    runs = Runs.fill(
        2, way=int(Way.OWN), vehicle=[0, 1], status=[RunStatus.DONE, RunStatus.LEFT], packages=[6, 4], stops=[5, 3],
        actual_m=[9_000, -1], dist_m=[8_000, 11_000], volume_ml=[30, 20], depart_s=0, back_s=[100, 300],
    )  # fmt: skip
    vehicles = Vehicles.fill(2, volume_ml=100, shift_lo_s=0, shift_hi_s=400)
    stops = Stops.fill(
        4, run=[0, 0, 1, 1], seq=0, package=[0, 1, 1, 2], done_s=[10, 20, 90, -1],
        outcome=[Outcome.DELIVERED, Outcome.NOT_HOME, Outcome.DELIVERED, -1],
    )  # fmt: skip
    packages = Packages.fill(3, due_s=[50, 50, 50])
    figures = route_figures(runs, stops, packages, vehicles, (Way.OWN, Way.DSP))
    assert figures == (2, 10, 4_000, 5_000, 2_000, 250, 500, 500, 500, 40)
    assert route_figures(runs, stops, packages, vehicles, (Way.FLEX,)).dist_package_m == -1


def test_stops_planned_are_of_the_runs_planned() -> None:
    at = desk(station(), WAVE_S)
    plan(at)
    runs, stops = posted(at, RunsPlanned), posted(at, StopsPlanned)
    assert np.bincount(stops.run).tolist() == runs.packages.tolist()
