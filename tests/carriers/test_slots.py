"""Slots of a day: room and price of each, vans shared by waves, one number of stops with the promise."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.carriers.choose.plan import BLOCKED, choose
from doorward.carriers.choose.rooms import Index, divided, expected_demand, shift_vans
from doorward.carriers.net import network
from doorward.carriers.quote.plan import pickups_around
from doorward.carriers.rules import CarriersRules
from doorward.carriers.service import reference
from doorward.core.seed import generator
from doorward.core.units import DAY_S
from doorward.lastmile.rules import LastmileRules
from doorward.ledger.state import State
from doorward.promise.capacity import van_room
from doorward.promise.rules import PromiseRules
from doorward.runtime.shared import SHARED
from doorward.tables.fleet import Vehicles
from doorward.tables.flex import Drivers
from doorward.tables.journey import Status
from doorward.tables.orders import DRONE_OK, Access, Orders
from doorward.tables.outages import PlannedOutages, What
from doorward.tables.packages import Packages
from doorward.tables.sites import SiteKind
from doorward.tables.ways import Bills, Way, WayCapacity
from tests.carriers.world import MONDAY_S, desk, state_with, turn

EIGHT_S = MONDAY_S + 8 * 3600
WAVES = CarriersRules().wave_s


def two_slots(seed: int, n: int, scarce: int, ample: int) -> tuple[np.ndarray, ...]:
    """n packages for each of two slots of one way and day (openings 0 and 1), and a dearer way without limit."""
    rng = generator(seed, "test/slots")
    cost = np.stack([rng.integers(90_000, 160_000, 2 * n), rng.integers(200_000, 500_000, 2 * n)], axis=1)
    opening = np.stack([np.repeat([0, 1], n), np.full(2 * n, -1)], axis=1).astype(np.int32)
    return cost, opening, np.array([scarce, ample]), np.zeros(2, np.int64), np.arange(2, dtype=np.int32)


@pytest.mark.parametrize("seed", range(6))
def test_two_slots_of_a_day_have_their_own_prices(seed: int) -> None:
    found = choose(*two_slots(seed, 40, 12, 50))
    assert found.price[0] > 40_000 and found.price[1] == 0


@pytest.mark.oracle
@pytest.mark.parametrize("seed", range(8))
def test_prices_are_those_of_the_linear_program(seed: int) -> None:
    """Complementary slackness: what is not full is free, and at the prices nobody could do better; cost as the LP's."""
    highspy = pytest.importorskip("highspy")
    rng = generator(seed, "test/slots/lp")
    n, slots = 24, 4  # packages may take two of the hours of a drone, or a van
    cost = np.full((n, slots + 1), BLOCKED)
    first = rng.integers(0, slots, n)
    for i in range(n):
        cost[i, first[i] : first[i] + 2] = rng.integers(150_000, 250_000)
    cost[:, slots] = rng.integers(260_000, 600_000, n)
    opening = np.where(cost < BLOCKED, np.r_[np.arange(slots), -1][None], -1).astype(np.int32)
    room = rng.integers(2, 8, slots)
    group = np.r_[np.zeros(slots), 1].astype(np.int32)
    found = choose(cost, opening, room, np.zeros(slots, np.int64), group, 200)
    h = highspy.Highs()
    h.setOptionValue("output_flag", False)
    x = {(i, j): h.addVariable(0, 1) for i, j in np.argwhere(cost < BLOCKED).tolist()}
    for i in range(n):
        h.addConstr(sum(v for (a, _), v in x.items() if a == i) == 1)
    rows = [h.addConstr(sum(v for (_, j), v in x.items() if j == s) <= float(room[s])) for s in range(slots)]
    h.minimize(sum(float(cost[at]) * v for at, v in x.items()))
    assert cost[np.arange(n), found.option].sum() == round(h.getObjectiveValue())
    use = np.bincount(found.option, minlength=slots + 1)[:slots]
    lp = np.array([-h.constrDual(row) for row in rows])
    assert (use <= room).all() and (found.price[use < room] == 0).all() and (lp[use < room] < 1e-6).all()
    reduced = cost + np.where(opening >= 0, found.price[opening], 0)
    over = reduced[np.arange(n), found.option] - reduced.min(axis=1)
    assert over.max() == 0
    assert reduced.min(axis=1).sum() - (found.price * room).sum() == round(h.getObjectiveValue()), (
        "strong duality"
    )


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.integers(0, 3_000), min_size=2, max_size=4), st.lists(st.integers(0, 900), min_size=4, max_size=4),
    st.lists(st.integers(0, 900), min_size=4, max_size=4),
)  # fmt: skip
def test_waves_share_the_vans(full: list[int], taken: list[int], come: list[int]) -> None:
    f = np.array(full, float)[:, None]
    t, c = (np.array(x[: len(full)], float)[:, None] for x in (taken, come))
    t = np.minimum(t, f)
    room = divided(f, t, c)
    assert (room >= t).all()
    if (t / np.maximum(f, 1)).sum() <= 1:
        assert (room / np.maximum(f, 1)).sum() <= 1 + 1e-6
        assert (room[(c == 0) & (t == 0)] == 0).all()


def test_vans_left_over_leave_with_the_first_wave_that_expects_something() -> None:
    full = np.array([[100.0, 100.0, 100.0], [50.0, 50.0, 50.0]])
    taken = np.array([[40.0, 40.0, 90.0], [0.0, 0.0, 0.0]])
    come = np.array([[1.0, 0.0, 40.0], [5.0, 5.0, 10.0]])
    room = divided(full, taken, come)
    assert room[:, 0].tolist() == [90, 5], "the late wave has what it expects, the first the rest"
    assert room[:, 1].tolist() == [40, 30], "the first is over: all vans left go late"
    assert room[:, 2].tolist() == [96, 1], "too few for both: in proportion"


def test_later_waves_of_today_have_the_vans_that_stayed() -> None:
    state = day_of(10)
    capacity, ref, rules = state.table(WayCapacity), reference(desk(state, EIGHT_S)), CarriersRules()
    day, net = int(capacity.day[0]), network(reference(desk(state, EIGHT_S)), CarriersRules())
    index = Index(capacity, len(ref.sites), len(ref.services), day)
    expected = expected_demand(capacity, day)
    nobody = np.zeros((2, len(ref.sites)))
    none = np.zeros(len(capacity), np.int64)
    moved = shift_vans(capacity, index, net, expected, none, rules.plan_s[0], rules, nobody)
    said = {int(o): int(limit) for o, limit in zip(moved.opening, moved.limit, strict=True)}
    today = np.flatnonzero((capacity.day == day) & np.isin(capacity.way, (Way.OWN, Way.DSP)))
    late = today[capacity.slot_s[today] == rules.wave_s[1]]
    assert len(late) and all(said.get(int(o), 0) == 0 for o in late if capacity.limit[o] > 4)
    early = shift_vans(capacity, index, net, expected, none, rules.plan_s[0] - 1, rules, nobody)
    gone = early.opening[early.limit == 0]
    assert not np.isin(gone, late).any(), "before the first wave is planned all are in the yard"


def day_of(n: int, **more: Any) -> State:
    state = state_with(21, n, **more)
    turn(state, "carriers.open", MONDAY_S + 600)
    return state


def test_every_choice_names_a_slot_with_room() -> None:
    """Those who reach their station for the late wave take its room, the others the morning's."""
    state = day_of(1_200, vans=3, due_s=MONDAY_S + DAY_S + 20 * 3600)
    for second in (8, 20):
        fresh = np.arange(600) + (600 if second == 20 else 0)
        state.put(Packages, np.arange(1_200), way=0)
        state.put(Packages, fresh, way=-1)
        turn(state, "carriers.choose", MONDAY_S + second * 3600)
    capacity, bills = state.table(WayCapacity), state.table(Bills)
    assert (capacity.taken <= capacity.limit)[capacity.way >= 0].all()
    taken = capacity.take(np.flatnonzero(capacity.taken > 0))
    vans = np.isin(taken.way, (Way.OWN, Way.DSP))
    assert np.isin(taken.slot_s[vans], WAVES).all()
    drones = taken.way == Way.DRONE
    assert (taken.slot_s[drones] % 3600 == 0).all() and (
        drones.sum() == 0 or len(set(taken.slot_s[drones])) > 1
    )
    held = bills.opening >= 0
    assert (
        np.bincount(bills.opening[held], minlength=len(capacity)).tolist()
        == np.where(capacity.way >= 0, capacity.taken, 0).tolist()
    )


def test_before_any_history_no_more_is_expected_than_the_road_has_room_for() -> None:
    """Drivers whose blocks are not opened bring nothing: what is paced for them would find no way at all."""
    state = day_of(10)
    capacity = state.table(WayCapacity)
    day = int(capacity.day[0])
    gigs = np.flatnonzero(capacity.way == Way.FLEX)
    state.put(WayCapacity, gigs, limit=0)
    capacity = state.table(WayCapacity)
    pool, road = capacity.way == -1, np.isin(capacity.way, (Way.OWN, Way.DSP))
    bounded = expected_demand(capacity, day, bounded=True)
    for station in np.unique(capacity.station[pool]):
        here = (capacity.station == station) & (capacity.day == day)
        assert bounded[here & pool].max() <= max(1, capacity.limit[here & road].sum())
    assert (bounded <= expected_demand(capacity, day)).all() and (bounded[~pool] == 0).all()


def test_promise_and_choice_read_one_number_of_stops() -> None:
    state = day_of(10)
    ref = reference(desk(state, EIGHT_S))
    full = CarriersRules(load_pm=1_000)
    net, stations = network(ref, full), np.flatnonzero(ref.sites.kind == SiteKind.STATION)
    drivers = Drivers.empty()
    promised = van_room(ref.sites, ref.zones, state.table(Vehicles), drivers, PromiseRules())
    mine = net.vans.sum(axis=1)[:, stations]
    assert (np.abs(mine - promised) <= 3).all() and (promised > 100).all()  # rounded down by way
    p, c = PromiseRules(), CarriersRules()
    origin, keys = SHARED["carriers"]
    assert origin == "promise" and all(getattr(p, k) == getattr(c, ours) for k, ours in keys.items())
    assert p.stop_s == LastmileRules().stop_s + LastmileRules().access_unknown_s
    assert p.break_after_s == LastmileRules().break_after_s


def test_a_door_that_no_van_may_reach_is_not_given_to_vans() -> None:
    state = day_of(200, way=-1)
    vehicles = state.table(Vehicles)
    dsp = np.flatnonzero(vehicles.way == Way.DSP)
    state.put(Vehicles, dsp, barred=int(Access.HEIGHT_LIMIT))
    network.cache_clear()
    state.put(Orders, np.arange(100), access=int(Access.HEIGHT_LIMIT | Access.DOG))
    turn(state, "carriers.choose", EIGHT_S)
    way, gates = state.table(Packages).way, state.table(Bills).gates
    assert (way[:100] != Way.DSP).all() and ((gates[:100] >> Way.DSP) & 1).all()
    assert (way[100:] == Way.DSP).any()
    network.cache_clear()


def test_pickups_wait_for_the_end_of_a_standstill() -> None:
    noon = EIGHT_S + 4 * 3600
    pickup, fc = np.array([noon, noon, noon + DAY_S]), np.array([0, 1, 0], np.int32)
    stops = ((0, 2, noon - 60, noon + 60),)
    assert (pickups_around(stops, pickup, fc, 2) - pickup).tolist() == [DAY_S, 0, 0]
    assert (pickups_around(stops, pickup, fc, 1) == pickup).all()
    assert (pickups_around(((-1, -1, noon - 60, noon + DAY_S),), pickup, fc, 1) - pickup).tolist() == [
        DAY_S,
        DAY_S,
        0,
    ]


def test_a_partner_that_is_announced_stopped_is_not_chosen() -> None:
    free, shut = (state_with(22, 200, vans=0, due_s=MONDAY_S + 2 * DAY_S) for _ in range(2))
    for service in range(2):
        shut.append(
            PlannedOutages.fill(
                1,
                site=-1,
                service=service,
                what=int(What.PICKUPS),
                from_s=MONDAY_S,
                until_s=MONDAY_S + 9 * DAY_S,
            )
        )
    for state in (free, shut):
        turn(state, "carriers.open", MONDAY_S + 600)
        turn(state, "carriers.choose", EIGHT_S)
    assert np.isin(free.table(Packages).way, (Way.POST, Way.REGIONAL)).any()
    stopped = np.isin(shut.table(Packages).way, (Way.POST, Way.REGIONAL))
    assert not stopped.any()
    gates = shut.table(Bills).gates
    assert ((gates >> Way.POST) & 1).all() and ((gates >> Way.REGIONAL) & 1).all()


def test_what_vans_cannot_hold_today_flies_today() -> None:
    """A light package near a drone station, there after the last wave was planned and due by evening."""
    n = 20
    state = state_with(
        23, n, weight_g=500, length_mm=200, width_mm=150, height_mm=100, flags=0, due_s=MONDAY_S + 19 * 3600,
        due_lo_s=MONDAY_S + 8 * 3600,
    )  # fmt: skip
    state.put(Orders, np.arange(n), consent=DRONE_OK)
    ref = reference(desk(state, EIGHT_S))
    near = ref.sites.lat_udeg[3] + 9_000
    state.put(Orders, np.arange(n), lat_udeg=near, lon_udeg=ref.sites.lon_udeg[3])
    zone = int(np.flatnonzero(ref.zones.station == 3)[0])
    state.put(Orders, np.arange(n), zone=zone)
    state.put(Packages, np.arange(n), status=int(Status.READY), holder=3)
    turn(state, "carriers.open", MONDAY_S + 600)
    turn(state, "carriers.choose", MONDAY_S + 15 * 3600)
    bills, way = state.table(Bills), state.table(Packages).way
    assert (way == Way.DRONE).mean() > 0.9 and (bills.late_pm[way == Way.DRONE] < 300).all()
    second = bills.second[way == Way.DRONE]
    assert (bills.second_mc[(way == Way.DRONE)][second >= 0] > 500_000).all()
