"""A day of flying at one station: on time or let go early, with the reason."""

from __future__ import annotations

import numpy as np
import pytest

from doorward.core.table import Table
from doorward.drones.rules import DronesRules
from doorward.drones.service import SERVICES
from doorward.ledger.state import State
from doorward.tables.fleet import NoFly, Runs, Stops
from doorward.tables.journey import Status
from doorward.tables.orders import Access, Orders
from doorward.tables.outages import Outages, What
from doorward.tables.packages import Packages
from doorward.tables.remarks import Reason, Remarks
from doorward.tables.ways import Way, WayDropped
from doorward.twin.weather import Spell
from tests.modes import (
    FOLDS,
    LAT,
    LON,
    MIDNIGHT_S,
    desk_at,
    fly_home,
    load_vehicles,
    station_state,
    turn,
    weather,
)


def fly_a_day(
    state: State, *spells: Spell, rules: DronesRules | None = None, hours: int = 22
) -> list[list[Table]]:
    turns = []
    world = {"weather": weather(*spells)}
    for tick in range(5 * 4, hours * 4):
        now_s = MIDNIGHT_S + tick * 900
        fly_home(state, now_s)
        desk = desk_at(state, now_s, world, rules or DronesRules())
        for service in SERVICES:
            service.work(desk)
        turns.append(turn(desk, FOLDS))
    return turns


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_calm_day_delivers_or_lets_go_and_nobody_is_late(seed: int) -> None:
    state = station_state(80, Way.DRONE, seed, spread_m=13_000)
    load_vehicles(state, 4, Way.DRONE)
    state.load(NoFly.fill(1, lat_udeg=LAT + 40_000, lon_udeg=LON, radius_m=1500, from_s=0, to_s=86_400))
    fly_a_day(state)
    packages, remarks = state.table(Packages), state.table(Remarks)
    flown = packages.status == Status.DELIVERED
    assert (flown | (packages.way == -1)).all(), "everything flew or was let go"
    assert (packages.ended_s[flown] <= packages.due_s[flown]).all()
    assert sorted(remarks.row.tolist()) == np.flatnonzero(packages.way == -1).tolist(), "each with one remark"
    assert flown.sum() > 30
    assert set(remarks.reason.tolist()) <= {
        Reason.HAZMAT, Reason.NO_CONSENT, Reason.PAYLOAD, Reason.TOO_LARGE, Reason.NO_FLY, Reason.OUT_OF_REACH,
        Reason.NO_PAD,
    }  # fmt: skip
    heavy = remarks.take(remarks.reason == Reason.PAYLOAD)
    assert (packages.packed_g[heavy.row] - heavy.short == 2270).all()


def test_a_storm_all_day_lets_everything_go_at_the_first_look() -> None:
    state = station_state(20, Way.DRONE, 4, spread_m=5000)
    load_vehicles(state, 2, Way.DRONE)
    turns = fly_a_day(state, Spell(start="00:00", to="24:00", wind_mms=14_000, gust_mms=20_000), hours=6)
    dropped = [fact for fact in turns[0] if isinstance(fact, WayDropped)]
    assert sum(len(fact) for fact in dropped) == 20
    windy = state.table(Remarks).take(state.table(Remarks).reason == Reason.WIND)
    assert len(windy) > 10
    assert (windy.limit == 11_000).all() and (windy.short == 5000).all()


def test_rain_until_noon_is_waited_out() -> None:
    state = station_state(20, Way.DRONE, 5, spread_m=5000, hours=(15, 19))
    load_vehicles(state, 4, Way.DRONE)
    fly_a_day(state, Spell(start="00:00", to="12:00", um=5000))
    stops = state.table(Stops)
    assert len(stops) > 10
    assert (state.table(Runs).depart_s >= MIDNIGHT_S + 12 * 3600).all()
    assert (stops.plan_s <= state.table(Packages).due_s[stops.package]).all()


def test_nothing_to_do_posts_nothing() -> None:
    state = station_state(0, Way.DRONE, 1, spread_m=1.0)
    assert fly_a_day(state, hours=6) == [[]] * 4


def test_doors_that_the_access_notes_bar_are_let_go_with_the_bits_as_reason() -> None:
    state = station_state(20, Way.DRONE, 6, spread_m=800, hours=(14, 20))
    load_vehicles(state, 4, Way.DRONE, barred=int(Access.SIGN_IN | Access.UPSTAIRS))
    barred = np.arange(0, 20, 2)
    state.put(Orders, barred, access=int(Access.SIGN_IN | Access.DOG))
    state.put(Orders, barred + 1, access=int(Access.DOG))
    fly_a_day(state)
    remarks, orders = state.table(Remarks), state.table(Packages).order
    told = remarks.take(remarks.reason == Reason.BARRED)
    assert len(told) > 5 and (told.short == Access.SIGN_IN).all()
    assert (orders[told.row] % 2 == 0).all()
    gone = orders[state.table(Stops).package]
    assert len(gone) > 5 and (gone % 2 == 1).all()


@pytest.mark.parametrize("known", [True, False])
def test_a_station_that_stands_still_past_the_promise_is_told_once(known: bool) -> None:
    state = station_state(20, Way.DRONE, 5, spread_m=900, hours=(8, 11))
    load_vehicles(state, 3, Way.DRONE)
    until_s = MIDNIGHT_S + 16 * 3600 if known else -1
    state.append(
        Outages.fill(1, site=1, service=-1, what=int(What.CLOSED), from_s=MIDNIGHT_S + 3600, until_s=until_s)
    )
    fly_a_day(state, hours=14)
    remarks, packages = state.table(Remarks), state.table(Packages)
    assert sorted(remarks.row.tolist()) == list(range(20)), "each once"
    assert (remarks.reason == Reason.STANDSTILL).all() and (remarks.limit == 1).all()
    late_s = remarks.at_s - packages.due_s[remarks.row]
    assert ((late_s >= 0) & (late_s < 900)).all(), "as soon as the promise has passed"
    assert (remarks.short == (until_s - remarks.at_s if known else -1)).all()
