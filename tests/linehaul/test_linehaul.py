"""Departures by weekday, trailers within limits, transfers at the rate, late trucks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.core.units import DAY_S
from doorward.ledger.state import State
from doorward.linehaul.lint import lint_loads
from doorward.linehaul.plan import left_behind, plan_transfers, plan_trips
from doorward.linehaul.report import lane_fill
from doorward.linehaul.state import fold_loaded, fold_planned
from doorward.tables.journey import Event, Status
from doorward.tables.linehaul import Equipment, Lanes, Loaded, Pallets, Trips, TripsPlanned, TripStatus
from doorward.tables.packages import Packages, Scans
from doorward.tables.remarks import Reason, Remarks
from doorward.twin.floor import FloorRules
from doorward.twin.trucks import TruckRules, TwinTrucks
from tests.fulfillment.worlds import MIDNIGHT_S, OFFSET_S, World, conserved, lanes_of


def test_departures_follow_the_weekday_mask_and_are_planned_once() -> None:
    weekday = (MIDNIGHT_S + OFFSET_S) // DAY_S % 7
    today = (weekday + 3) % 7
    lanes = Lanes.fill(
        3, origin=0, dest=1, depart_s=[3_600, 7_200, 100], drive_s=600, days=[127, 1 << today, 127]
    )
    first = plan_trips(
        lanes, np.zeros(0, np.int64), np.zeros(0, np.int32), first=0, now_s=MIDNIGHT_S + 300, days=1,
        utc_offset_s=OFFSET_S,
    )  # fmt: skip
    assert first.lane.tolist() == [0, 1, 2, 0], "lane 2 has left today; lane 1 does not run tomorrow"
    assert (first.arrive_s - first.depart_s == 600).all()
    again = plan_trips(
        lanes,
        first.depart_s,
        first.lane,
        first=4,
        now_s=MIDNIGHT_S + 300 + DAY_S,
        days=1,
        utc_offset_s=OFFSET_S,
    )
    assert (again.depart_s >= MIDNIGHT_S + 2 * DAY_S).all()
    assert again.trip.tolist() == [4, 5]


def test_what_stays_behind_says_by_how_much() -> None:
    remark = left_behind(7, np.array([500, 300]), np.array([1, 1]), 200, 50, 9)
    assert (remark.row[0], remark.reason[0], remark.limit[0], remark.short[0]) == (
        7,
        int(Reason.TRAILER_FULL),
        0,
        600,
    )
    remark = left_behind(7, np.array([5]), np.array([80]), 200, 50, 9)
    assert (remark.limit[0], remark.short[0]) == (1, 30)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 60), st.integers(12, 500))
def test_transfers_keep_the_rate_and_the_urgent_go_first(seed: int, n: int, rate: int) -> None:
    rng = np.random.default_rng(seed)
    site, due = rng.integers(0, 3, n), rng.integers(0, 1_000, n)
    ready = rng.integers(0, 1_400, n)
    row, at_s = plan_transfers(np.arange(n), site, ready, due, np.full(3, rate), after_s=900, now_s=1_200)
    assert (at_s <= 1_200).all() and (at_s >= ready[row]).all()
    for s in range(3):
        mine, could = row[site[row] == s], np.flatnonzero((site == s) & (ready <= 1_200))
        assert len(mine) == min(len(could), rate * 300 // 3600)
        left = np.setdiff1d(could, mine)
        assert len(left) == 0 or len(mine) == 0 or due[mine].max() <= due[left].min()


def test_states_refuse_what_cannot_be() -> None:
    state = State()
    fold_planned(state, TripsPlanned.fill(1, trip=0, lane=0, depart_s=5, arrive_s=9), 0)
    state.append(Pallets.fill(1, site=0, dest=1, packages=3, volume_ml=10, weight_g=7))
    with pytest.raises(ValueError, match="continue"):
        fold_planned(state, TripsPlanned.fill(1, trip=0, lane=0, depart_s=5, arrive_s=9), 0)
    loaded = Loaded.fill(1, pallet=0, trip=0)
    fold_loaded(state, loaded, 0)
    trips = state.table(Trips)
    assert (trips.packages[0], trips.volume_ml[0], trips.status[0]) == (3, 10, int(TripStatus.LOADED))
    with pytest.raises(ValueError, match="twice"):
        fold_loaded(state, loaded, 0)


def test_small_trailers_leave_pallets_behind_and_everything_comes_in_the_end() -> None:
    def sound(world: World) -> None:
        conserved(world)
        for fact in world.turns[-1][2]:
            if isinstance(fact, Loaded):
                pallets, trips = world.state.table(Pallets), world.state.table(Trips)
                lanes = world.state.table(Lanes)
                before = Pallets(
                    **{c: getattr(pallets, c) for c in Pallets.columns if c != "trip"},
                    trip=pallets.trip * 0 - 1,
                )
                empty = trips.replace(
                    volume_ml=trips.volume_ml * 0, weight_g=trips.weight_g * 0, status=trips.status * 0
                )
                assert lint_loads(fact, before, empty, lanes) == []

    world = World(seed=5, orders=150, floor_rules=FloorRules(missort_ppm=100_000), check=sound)
    lanes = lanes_of()
    world.state.load(lanes.replace(volume_ml=np.full(len(lanes), 2_000_000)))
    world.run(60)
    remarks = world.state.table(Remarks)
    assert (remarks.reason == int(Reason.TRAILER_FULL)).any()
    assert (remarks.reason == int(Reason.MISSORT)).any()
    trips, pallets = world.state.table(Trips), world.state.table(Pallets)
    fill = lane_fill(trips, world.state.table(Lanes), pallets, Equipment.empty(), np.zeros(0, np.int64))
    assert fill.packages.sum() == trips.packages[trips.status >= int(TripStatus.LEFT)].sum()
    assert (fill.volume_pm <= 800).all()
    assert (
        fill.pallets.sum()
        == np.isin(pallets.trip, np.flatnonzero(trips.status >= int(TripStatus.LEFT))).sum()
    )


def test_nobody_misses_a_departure_with_room() -> None:
    world = World(seed=3, orders=400, floor_rules=FloorRules(missort_ppm=50_000))
    world.run(72)
    state = world.state
    scans, trips, lanes = state.table(Scans), state.table(Trips), state.table(Lanes)
    assert not (state.table(Remarks).reason == int(Reason.TRAILER_FULL)).any()
    gone = np.flatnonzero(scans.event == int(Event.DEPARTED))
    cutoff = trips.depart_s - lanes.cutoff_s[trips.lane]
    origin, dest = lanes.origin[trips.lane], lanes.dest[trips.lane]
    assert (origin[scans.ref[gone]] == 2).any(), "some leave the sort center"
    for scan in gone.tolist():
        trip, sorted_s = int(scans.ref[scan]), int(scans.at_s[scans.prev[scan]])
        same = (origin == origin[trip]) & (dest == dest[trip]) & (trips.depart_s < trips.depart_s[trip])
        same &= trips.status != int(TripStatus.CANCELLED)  # those that were held kept their promises
        assert not (cutoff[same] >= sorted_s + 600).any(), (
            "sorted two ticks before the cut-off of an earlier one"
        )
    packages, pallets = state.table(Packages), state.table(Pallets)
    staged = (packages.status == int(Status.SORTED)) & (packages.pallet >= 0)
    assert (pallets.closed_s[packages.pallet[staged]] > world.now_s - DAY_S).all()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 40_000))
def test_trucks_tell_the_same_story_whenever_they_are_asked(seed: int, wait: int) -> None:
    trips = Trips.fill(
        30, lane=0, depart_s=MIDNIGHT_S + np.arange(30) * 600, arrive_s=MIDNIGHT_S + np.arange(30) * 600 + 3_600,
        status=int(TripStatus.PLANNED),
    )  # fmt: skip
    trucks = TwinTrucks(seed, OFFSET_S, TruckRules(very_late_pm=100))
    left, arrived = trucks.times(trips, np.arange(30))
    assert (left >= trips.depart_s).all() and (arrived > left).all()
    now_s = MIDNIGHT_S + wait
    moved = trucks.moved(trips, np.arange(30), now_s)
    assert (moved.at_s <= now_s).all()
    gone = moved.trip[moved.status == int(TripStatus.LEFT)]
    assert gone.tolist() == np.flatnonzero(left <= now_s).tolist()
    assert set(moved.trip[moved.status == int(TripStatus.DONE)]) <= set(gone)


def test_a_departure_that_was_planned_past_its_cut_off_does_not_drive_air() -> None:
    """A run that begins between cut-off and departure."""
    world = World(seed=2, orders=60)
    lanes = lanes_of()
    first = plan_trips(
        lanes, np.zeros(0, np.int64), np.zeros(0, np.int32), first=0, now_s=world.now_s, days=1,
        utc_offset_s=OFFSET_S,
    )  # fmt: skip
    soon = first.depart_s.min() - world.now_s
    world.state.load(lanes.replace(cutoff_s=lanes.cutoff_s * 0 + int(soon) + 600))
    world.run(36)
    trips = world.state.table(Trips)
    assert (trips.packages[trips.status == int(TripStatus.DONE)] > 0).all()
    assert (trips.status == int(TripStatus.CANCELLED)).any()
