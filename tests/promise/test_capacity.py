"""What is open at stations: bounded by vans as well as by the building; first and late wave share the same vans."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.core.stationday import first_door
from doorward.core.units import DAY_S
from doorward.promise import service as promise
from doorward.promise.capacity import UNKNOWN, layout, van_room
from doorward.promise.dates import _vans
from doorward.promise.rules import PromiseRules
from doorward.promise.terms import Room
from doorward.tables.fleet import Vehicles
from doorward.tables.flex import Drivers
from doorward.tables.orders import OpeningKind, Openings
from doorward.tables.sites import Sites, Zones
from doorward.tables.ways import Way
from tests.promise.worlds import MIDNIGHT_S, OFFSET_S, Shop, desk_at, fold, network


def vans(station: np.ndarray, **columns: int) -> Vehicles:
    usual = {
        "way": Way.OWN, "volume_ml": 7_000_000, "weight_g": 1_000_000, "max_stops": 190, "shift_lo_s": 33_300,
        "shift_hi_s": 71_100, "break_s": 1_800,
    }  # fmt: skip
    return Vehicles.fill(len(station), name="van", station=station, **(usual | columns))


def near_zones(zones: Zones, sites: Sites) -> Zones:
    """The same zones, up to 9 km from their stations."""
    step = np.arange(len(zones)) % 9 * 9_000
    home = np.maximum(zones.station, 0)
    return zones.replace(lat_udeg=sites.lat_udeg[home] + step, lon_udeg=sites.lon_udeg[home])


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 40), st.integers(0, 40), st.integers(1, 40), st.integers(0, 40), st.booleans())
def test_the_two_waves_never_use_more_than_all_vans(
    first: int, late: int, most: int, rest: int, by_late: bool
) -> None:
    rest = min(rest, most)
    room = Room(limit=np.array([[most, rest]]), taken=np.array([[first, late]]))
    after = Fraction(first + (not by_late), most)
    after += Fraction(late + by_late, rest) if rest else Fraction(0 if not by_late else 2)
    if rest == 0 and late:
        return  # nothing can have been sold to a wave that has no room
    assert _vans(room, 0, 0, 1, by_late) == (after <= 1)


def test_a_station_takes_what_its_vans_bring_there() -> None:
    state = network(5, stations=3, zones=12)
    sites = state.table(Sites)
    zones = near_zones(state.table(Zones), sites)
    _, stations = layout(sites)
    station = np.repeat(stations[:2], [4, 8])
    rules, none = PromiseRules(), Drivers.empty()
    room = van_room(sites, zones, vans(station), none, rules)
    assert room.shape == (2, 3)
    assert (room[0, :2] > room[1, :2]).all()
    assert (room[1, :2] > 0).all()
    assert (room[:, 2] == UNKNOWN).all()  # nobody is known to drive there: the building alone bounds it
    gigs = Drivers.fill(10, station=stations[0])
    more = van_room(sites, zones, vans(station), gigs, rules)
    assert (more[:, 0] - room[:, 0] == 10 * rules.gig_packages).all()
    wide = zones.replace(radius_m=zones.radius_m * 4)
    assert (van_room(sites, wide, vans(station), none, rules)[:, :2] < room[:, :2]).all()
    small = vans(station, volume_ml=120_000)  # ten packages of 12 litres
    assert van_room(sites, zones, small, none, rules)[0, :2].tolist() == [40, 80]


def test_the_openings_are_the_least_of_building_and_vans() -> None:
    state = network(5, stations=2)
    sites = state.table(Sites)
    _, stations = layout(sites)
    state.load(vans(np.repeat(stations, [2, 30])))
    near = near_zones(state.table(Zones), sites)
    state.put(Zones, slice(None), lat_udeg=near.lat_udeg, lon_udeg=near.lon_udeg)
    state.put(Sites, stations, capacity=1_000)
    desk = desk_at(state, MIDNIGHT_S + 300, Shop({}))
    promise.open_days(desk)
    fold(state, desk)
    openings = state.table(Openings)
    rules = PromiseRules()
    room = van_room(
        state.table(Sites), state.table(Zones), state.table(Vehicles), state.table(Drivers), rules
    )
    later = openings.day > openings.day[0]
    for place, station in enumerate(stations.tolist()):
        mine = later & (openings.site == station)
        first = min(1_000, int(room[0, place])) * rules.fill_pm // 1000
        late = min(1_000, int(room[1, place])) * rules.fill_pm // 1000
        assert (openings.limit[mine & (openings.kind == OpeningKind.STATION)] == first).all()
        assert (openings.limit[mine & (openings.kind == OpeningKind.LATE_WAVE)] == late).all()
    assert room[0, 0] < 1_000 < room[0, 1]


def test_a_wave_takes_what_is_sorted_in_when_it_is_planned_not_when_it_leaves() -> None:
    rules = PromiseRules()
    planned = MIDNIGHT_S + rules.plan_s[0]
    there = np.array([planned, planned + 1, MIDNIGHT_S + rules.wave_s[0], MIDNIGHT_S + rules.plan_s[1] + 1])
    day, door, late = first_door(there - rules.induct_s, rules, OFFSET_S)
    assert late.tolist() == [False, True, True, False]
    assert (day - day[0]).tolist() == [0, 0, 0, 1]
    first, second = (rules.wave_s[w] + rules.route_s[w] for w in (0, 1))
    assert (door - MIDNIGHT_S).tolist() == [first, second, second, DAY_S + first]
