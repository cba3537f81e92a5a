"""The forecast of a day: what is known counts once, a young network does not take its whole history for late orders."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.flex.outlook import outlooks, promises_left, van_capacity, van_room
from doorward.flex.plan import Outlook, demand_quantiles, marginal_pm, packages_of, plan_blocks
from doorward.flex.rules import FlexRules
from doorward.ledger.state import State
from doorward.tables.fleet import Vehicles
from doorward.tables.flex import Drivers
from doorward.tables.journey import Status
from doorward.tables.orders import OpeningKind, Openings, Orders, OrderStatus
from doorward.tables.packages import Packages
from doorward.tables.sites import Sites, Zones
from doorward.tables.ways import Way, WayCapacity
from tests.modes import MIDNIGHT_S, load_vehicles, station_state

DAY_S, RULES = 86_400, FlexRules()


def look(
    state: State, *, tomorrow: bool = True, room: np.ndarray | None = None, promises: np.ndarray | None = None
) -> Outlook:
    return outlooks(
        state.table(Sites), state.table(Zones), state.table(Orders), state.table(Packages), state.table(Vehicles),
        state.table(Drivers), MIDNIGHT_S + DAY_S * tomorrow, MIDNIGHT_S + 17 * 3600, tomorrow, RULES,
        room, 0, promises,
    )[1]  # fmt: skip


def world(n: int = 1200) -> State:
    """Packages due tomorrow, one in twelve by gig driver, all ordered yesterday night."""
    state = station_state(n, Way.OWN, 1, spread_m=5000, hours=(13, 22))
    way = np.where(np.arange(n) % 12 == 0, int(Way.FLEX), int(Way.OWN))
    due = state.table(Packages).due_s + DAY_S
    state.put(Packages, slice(None), way=way, due_s=due, status=int(Status.ARRIVED))
    state.put(Orders, slice(None), due_s=due)
    load_vehicles(state, 12, Way.OWN, max_stops=170, volume_ml=12_000_000, shift_hi_s=36_000)
    return state


def add_orders(state: State, n: int, at_s: int, due_s: int) -> None:
    state.append(Orders.fill(n, at_s=at_s, zone=0, due_s=due_s, status=int(OrderStatus.ACCEPTED)))


def test_known_packages_and_the_orders_still_to_come() -> None:
    seen = look(world())
    assert len(seen.due_s) == 100
    # at 17:00 nine of fifteen hours of ordering are over; all of the station's packages go by road
    road = (1200 + 200 * 0.8) / 1400
    assert seen.late == pytest.approx(1200 * 6 / 9 * road)
    assert seen.to_come == 0 and seen.van_left == pytest.approx(12 * 170 * 1.15 - 1100)


def test_no_more_is_expected_than_may_still_be_promised() -> None:
    state, sites = world(), 2
    openings = Openings.fill(
        2, kind=int(OpeningKind.STATION), site=1, day=[20_001, 20_002], limit=[1300, 9], taken=[1250, 0]
    )
    left = promises_left(openings, 20_001, sites)
    assert left.tolist() == [-1, 50]
    assert look(state, promises=left).late == pytest.approx(50 * (1200 + 160) / 1400)


def test_what_the_choice_may_still_give_to_vans_goes_before_the_reckoning() -> None:
    ways = WayCapacity.fill(
        4, way=[0, 1, 0, 2], station=1, day=[5, 5, 6, 5], limit=[100, 40, 70, 30], taken=[90, 50, 0, 0]
    )
    assert van_room(ways, 5, 2).tolist() == [-1, 10]
    assert look(world(), room=van_room(ways, 5, 2)).van_left == 10


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 400), st.floats(0, 900), st.floats(0, 900), st.floats(0, 2000))
def test_the_shortfall_is_what_comes_less_what_vans_take(
    known: int, sure: float, late: float, left: float
) -> None:
    """Oracle: quantile by quantile, and the marginal block at both ends."""
    seen = Outlook(np.zeros(known, np.int64), np.zeros(known, np.int64), sure, late, left, 9000.0, 500_000.0)
    demand = demand_quantiles(seen, RULES)
    deviation = (sure + late) ** 0.5 + 0.25 * late
    for k, each in enumerate(demand.tolist()):
        coming = sure + late + NormalDist().inv_cdf((k + 0.5) / len(demand)) * deviation
        assert each == pytest.approx(known + max(0.0, max(0.0, coming) - left))
    assert marginal_pm(demand, float(demand.max()), RULES) == 400, "surely spare: only a call-off is saved"
    assert marginal_pm(demand, float(demand.min()) - 1, RULES) == 1000, "surely short: a block more"


def test_on_its_first_day_a_network_does_not_take_all_orders_for_late() -> None:
    state = world()
    before = look(state).late
    add_orders(state, 3000, MIDNIGHT_S + 9 * 3600, MIDNIGHT_S + 21 * 3600)
    state.put(Orders, slice(None), at_s=np.maximum(state.table(Orders).at_s, MIDNIGHT_S))
    after = look(state)
    assert after.late == pytest.approx(before, rel=0.01)
    assert demand_quantiles(after, RULES).max() < 200


def test_later_the_share_of_late_orders_is_its_own() -> None:
    state = State()
    for kind in (Sites, Zones, Packages, Vehicles):
        state.load(world().table(kind))
    state.load(Orders.empty())
    for back in range(10, 1, -1):
        due_s = MIDNIGHT_S + (1 - back) * DAY_S + 20 * 3600
        add_orders(state, 1000, due_s - 30 * 3600, due_s)
        add_orders(state, 400, due_s - 4 * 3600, due_s)
    known, late = 7000, 2800
    share = (late + 500 * 6 / 9) / (known + 500)
    state.load(Packages.empty())
    add_orders(state, 1000, MIDNIGHT_S, MIDNIGHT_S + DAY_S + 20 * 3600)
    sure = 1000 * RULES.order_packages_pm / 1000 * RULES.road_share_pm / 1000
    assert look(state).to_come == pytest.approx(sure) and look(state).late == pytest.approx(sure * share)


def test_blocks_are_about_as_many_as_packages_ask_for() -> None:
    seen = look(world())
    new = plan_blocks(seen, MIDNIGHT_S + DAY_S, MIDNIGHT_S + DAY_S, 0, 0.95, 2213.0, RULES)
    most = demand_quantiles(seen, RULES).max() / packages_of(14_400, seen, RULES)
    assert 2 <= len(new.start_s) <= np.ceil(most / 0.95) + 2


def test_vans_that_cannot_carry_it_all_call_for_blocks() -> None:
    state = world()
    load_vehicles(state, 4, Way.OWN, max_stops=170, volume_ml=12_000_000, shift_hi_s=36_000)
    assert van_capacity(state.table(Vehicles), 1, 5000.0, RULES) == pytest.approx(782)
    assert demand_quantiles(look(state), RULES).mean() > 100 + 300


def test_today_only_what_is_not_on_a_run_yet() -> None:
    state = world()
    state.put(Packages, slice(None), due_s=state.table(Packages).due_s - DAY_S)
    assert len(look(state, tomorrow=False).due_s) == 100
    state.put(Packages, slice(0, 600), stop=5)
    seen = look(state, tomorrow=False)
    assert len(seen.due_s) == 50 and seen.van_left == 0
