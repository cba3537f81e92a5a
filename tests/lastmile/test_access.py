"""Access notes: from the file and the generator to the stop, in seconds, and in what vehicles may do."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.core.units import HOUR_S
from doorward.lastmile.lint import lint
from doorward.lastmile.plan import must_go_before, parcels_of, shut_out
from doorward.lastmile.routing.doors import consolidate
from doorward.lastmile.routing.plan import plan_routes
from doorward.lastmile.rules import LastmileRules
from doorward.tables.fleet import Vehicles
from doorward.tables.orders import BARRING, Access, Orders, access_words
from doorward.tables.packages import Packages
from doorward.tables.remarks import Reason
from doorward.tables.sites import SiteKind, Sites
from doorward.tables.ways import Way
from tests.lastmile.world import MIDNIGHT_S, cars, depot, parcels
from tests.modes import station_state

RULES = LastmileRules()


@pytest.mark.parametrize("note", Access)
def test_each_note_costs_its_seconds(note: Access) -> None:
    plain = parcels(1, 1)
    noted = consolidate(plain.replace(access=[int(note)]), 10**9, RULES)
    extra = int(noted.service[0] - consolidate(plain, 10**9, RULES).service[0])
    assert extra == dict(zip(Access, RULES.access_s, strict=True))[note]
    assert noted.access.tolist() == [int(note)]


def test_stairs_and_dogs_are_for_every_customer_a_gate_is_opened_once() -> None:
    gate, stairs = RULES.access_s[0], RULES.access_s[1]
    p = parcels(4, 1, doors=1).replace(order=[0, 0, 1, 2])
    both = int(Access.GATE_CODE | Access.UPSTAIRS)
    doors = consolidate(p.replace(access=[both, both, both, int(Access.GATE_CODE)]), 10**9, RULES)
    assert int(doors.service[0] - consolidate(p, 10**9, RULES).service[0]) == gate + 2 * stairs
    assert doors.handling.sum() == doors.service.sum()


def test_a_door_nobody_spoke_of_takes_a_mean_doors_time_and_bars_nobody() -> None:
    p = parcels(1, 1)
    unknown = consolidate(p.replace(access=[-1]), 10**9, RULES)
    assert unknown.service[0] - consolidate(p, 10**9, RULES).service[0] == RULES.access_unknown_s
    assert unknown.access.tolist() == [0]


def test_notes_come_from_the_order_and_are_none_of_a_lockers() -> None:
    state = station_state(3, Way.OWN, 3, spread_m=5_000)
    state.load(
        Sites.concat(
            [state.table(Sites), Sites.fill(1, name=["L"], kind=SiteKind.LOCKER, lat_udeg=0, lon_udeg=0)]
        )
    )
    state.put(Orders, np.arange(3), access=[int(Access.DOG), int(Access.SIGN_IN), -1])
    state.put(Packages, np.array([1]), way=int(Way.LOCKER), locker=2)
    p = parcels_of(
        state.table(Packages), state.table(Orders), state.table(Sites), np.arange(3), RULES, 2**40, 0
    )
    assert p.access.tolist() == [Access.DOG, 0, -1]


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_no_van_goes_where_it_is_barred_and_the_checker_sees_it_if_it_does(seed: int) -> None:
    rng = np.random.default_rng(seed)
    notes = rng.choice([0, int(Access.HEIGHT_LIMIT), int(Access.FOOT_ONLY), int(BARRING)], 40)
    p, c = parcels(40, seed, skip_c=90_000).replace(access=notes), cars(4, max_stops=20)
    c = c.replace(barred=[0, int(Access.HEIGHT_LIMIT), int(Access.FOOT_ONLY), int(BARRING)])
    runs, stops, left = plan_routes(p, c, depot(), RULES, seed=seed, now_s=0)
    lint(runs, stops, p, c, depot(), RULES, 0)
    assert len(stops) + len(left) == 40
    blind, blind_stops, _ = plan_routes(p, c.replace(barred=np.zeros(4)), depot(), RULES, seed=seed, now_s=0)
    went = np.maximum(0, c.barred)[blind.vehicle[blind_stops.run]] & notes[blind_stops.package]
    if went.any():
        with pytest.raises(ValueError, match="barred"):
            lint(blind, blind_stops, p, c, depot(), RULES, 0)


def test_who_stays_because_all_are_barred_is_told_the_note_and_others_the_limit_of_a_van_that_may_go() -> (
    None
):
    p = parcels(1, 1, skip_c=90_000).replace(access=[int(Access.HEIGHT_LIMIT)], volume_ml=[30_000])
    c = cars(2).replace(barred=np.full(2, int(Access.HEIGHT_LIMIT)))
    _, _, left = plan_routes(p, c, depot(), RULES, seed=1, now_s=0)
    assert (left.reason.tolist(), left.short.tolist()) == ([Reason.BARRED], [Access.HEIGHT_LIMIT])
    c = c.replace(barred=[0, int(Access.HEIGHT_LIMIT)], volume_ml=[20_000, 8_000_000])
    _, _, left = plan_routes(p, c, depot(), RULES, seed=1, now_s=0)
    assert (left.reason.tolist(), left.limit.tolist()) == ([Reason.NO_VOLUME], [0])


def test_a_door_that_no_vehicle_of_the_station_may_serve_is_shut_out() -> None:
    p = parcels(4, 1).replace(access=[0, int(Access.HEIGHT_LIMIT), int(BARRING), int(Access.DOG)])
    barred = [int(Access.HEIGHT_LIMIT), int(Access.FOOT_ONLY), -1]
    vehicles = Vehicles.fill(3, name=["v"] * 3, station=[1, 1, 2], way=int(Way.OWN), barred=barred)
    assert shut_out(p, vehicles, 1, (Way.OWN,)).tolist() == [False, False, True, False]
    assert not shut_out(p, vehicles, 2, (Way.OWN,)).any()
    assert not shut_out(p, vehicles, 3, (Way.OWN,)).any()


def test_where_not_all_fit_who_is_in_a_hurry_and_who_waited_in_vain_go_first() -> None:
    n = 60
    state = station_state(n, Way.OWN, 3, spread_m=5_000)
    speed, row = np.arange(n) % 3, np.arange(n)
    now = MIDNIGHT_S + 9 * HOUR_S
    state.put(Orders, row, speed=speed)
    state.put(Packages, row, due_s=np.where(row < 9, now - HOUR_S, now + 10 * HOUR_S))
    tables = state.table(Packages), state.table(Orders), state.table(Sites), row
    c = cars(1, max_stops=20)
    here = depot()._replace(
        lat_udeg=int(state.table(Sites).lat_udeg[1]), lon_udeg=int(state.table(Sites).lon_udeg[1])
    )
    c = c.replace(lat_udeg=[here.lat_udeg], lon_udeg=[here.lon_udeg])

    def served(rules: LastmileRules) -> tuple[int, int]:
        p = parcels_of(*tables, rules, must_go_before(MIDNIGHT_S, rules), now)
        _, stops, _ = plan_routes(p, c, here, rules, seed=1, now_s=now)
        return int((stops.package < 9).sum()), int(((speed[stops.package] == 2) & (stops.package >= 9)).sum())

    assert served(RULES) == (9, 11)
    blind = served(LastmileRules(hurry_c=(0, 0, 0), overdue_c=0))
    assert blind[0] < 9 and blind[1] < 11


def test_words() -> None:
    assert access_words(int(Access.GATE_CODE | Access.DOG)) == "gate_code+dog"
    assert access_words(0) == access_words(-1) == ""
