"""A day of errands at one station: on time or let go early, with the reason; several doors on one errand."""

from __future__ import annotations

import numpy as np
import pytest

from doorward.core.table import Table
from doorward.ledger.state import State
from doorward.sidewalk.rules import SidewalkRules
from doorward.sidewalk.service import SERVICES
from doorward.tables.fleet import Runs, Stops
from doorward.tables.journey import Status
from doorward.tables.orders import Access, Orders
from doorward.tables.outages import Outages, What
from doorward.tables.packages import Packages
from doorward.tables.remarks import Reason, Remarks
from doorward.tables.ways import Way
from doorward.twin.weather import Spell
from tests.modes import FOLDS, MIDNIGHT_S, desk_at, fly_home, load_vehicles, station_state, turn, weather

ROBOT = dict(range_m=12_000, weight_g=10_000, volume_ml=40_000)


def roll_a_day(state: State, *spells: Spell, hours: int = 22) -> list[list[Table]]:
    turns, world = [], {"weather": weather(*spells)}
    for tick in range(6 * 4, hours * 4):
        now_s = MIDNIGHT_S + tick * 900
        fly_home(state, now_s)
        desk = desk_at(state, now_s, world, SidewalkRules())
        for service in SERVICES:
            service.work(desk)
        turns.append(turn(desk, FOLDS))
    return turns


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_dry_day_delivers_or_lets_go_and_nobody_is_late(seed: int) -> None:
    state = station_state(70, Way.ROBOT, seed, spread_m=2_600, hours=(9, 21))
    load_vehicles(state, 5, Way.ROBOT, **ROBOT)
    roll_a_day(state)
    packages, remarks, runs = state.table(Packages), state.table(Remarks), state.table(Runs)
    went = packages.status == Status.DELIVERED
    assert (went | (packages.way == -1)).all()
    assert (packages.ended_s[went] <= packages.due_s[went]).all()
    assert sorted(remarks.row.tolist()) == np.flatnonzero(packages.way == -1).tolist()
    assert not np.isin(remarks.reason, (Reason.NO_PAD, Reason.RAIN, Reason.WINDOW_CLOSED)).any()
    assert went.sum() > 35
    assert runs.packages.max() > 1, "robots take along what lies on the way"
    assert int(runs.packages.sum()) == len(state.table(Stops)) == int(went.sum())


def test_snow_and_heavy_rain_stop_robots_but_drizzle_does_not() -> None:
    for spell, reason in (
        (Spell(start="00:00", to="24:00", um=600, temp_dc=-20), Reason.RAIN),
        (Spell(start="00:00", to="24:00", um=9000), Reason.RAIN),
        (Spell(start="00:00", to="24:00", um=600), None),
    ):
        state = station_state(10, Way.ROBOT, 4, spread_m=900)
        load_vehicles(state, 5, Way.ROBOT, **ROBOT)
        roll_a_day(state, spell)
        rained = state.table(Remarks).reason == Reason.RAIN
        assert rained.any() == (reason is not None)


def test_far_doors_say_by_how_much() -> None:
    state = station_state(40, Way.ROBOT, 6, spread_m=4_000)
    load_vehicles(state, 5, Way.ROBOT, **ROBOT)
    roll_a_day(state, hours=9)
    far = state.table(Remarks).take(state.table(Remarks).reason == Reason.OUT_OF_REACH)
    assert len(far) > 5
    assert (far.limit == 3000).all() and (far.short >= 1).all() and (far.short < 2300).all()


def test_a_package_that_nobody_took_in_goes_another_way() -> None:
    state = station_state(1, Way.ROBOT, 9, spread_m=500)
    state.put(Packages, slice(0, 1), attempts=1)
    load_vehicles(state, 1, Way.ROBOT, **ROBOT)
    roll_a_day(state, hours=7)
    assert state.table(Remarks).reason.tolist() == [Reason.NOT_HOME]


def test_doors_that_the_access_notes_bar_are_let_go_with_the_bits_as_reason() -> None:
    state = station_state(20, Way.ROBOT, 6, spread_m=800, hours=(14, 20))
    load_vehicles(state, 4, Way.ROBOT, barred=int(Access.SIGN_IN | Access.UPSTAIRS), **ROBOT)
    barred = np.arange(0, 20, 2)
    state.put(Orders, barred, access=int(Access.SIGN_IN | Access.DOG))
    state.put(Orders, barred + 1, access=int(Access.DOG))
    roll_a_day(state)
    remarks, orders = state.table(Remarks), state.table(Packages).order
    told = remarks.take(remarks.reason == Reason.BARRED)
    assert len(told) > 5 and (told.short == Access.SIGN_IN).all()
    assert (orders[told.row] % 2 == 0).all()
    gone = orders[state.table(Stops).package]
    assert len(gone) > 5 and (gone % 2 == 1).all()


@pytest.mark.parametrize("known", [True, False])
def test_a_station_that_stands_still_past_the_promise_is_told_once(known: bool) -> None:
    state = station_state(20, Way.ROBOT, 5, spread_m=900, hours=(8, 11))
    load_vehicles(state, 3, Way.ROBOT)
    until_s = MIDNIGHT_S + 16 * 3600 if known else -1
    state.append(
        Outages.fill(1, site=1, service=-1, what=int(What.CLOSED), from_s=MIDNIGHT_S + 3600, until_s=until_s)
    )
    roll_a_day(state, hours=14)
    remarks, packages = state.table(Remarks), state.table(Packages)
    assert sorted(remarks.row.tolist()) == list(range(20)), "each once"
    assert (remarks.reason == Reason.STANDSTILL).all() and (remarks.limit == 1).all()
    late_s = remarks.at_s - packages.due_s[remarks.row]
    assert ((late_s >= 0) & (late_s < 900)).all(), "as soon as the promise has passed"
    assert (remarks.short == (until_s - remarks.at_s if known else -1)).all()
