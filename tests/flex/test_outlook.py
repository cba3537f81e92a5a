"""The forecast of a day: what is known counts once, a young network does not take its whole history for late orders."""

from __future__ import annotations

import numpy as np
import pytest

from doorward.flex.outlook import outlooks, van_capacity
from doorward.flex.plan import Outlook, demand_quantiles, packages_of, plan_blocks
from doorward.flex.rules import FlexRules
from doorward.ledger.state import State
from doorward.tables.fleet import Vehicles
from doorward.tables.flex import Drivers
from doorward.tables.journey import Status
from doorward.tables.orders import Orders, OrderStatus
from doorward.tables.packages import Packages
from doorward.tables.sites import Sites, Zones
from doorward.tables.ways import Way
from tests.modes import MIDNIGHT_S, load_vehicles, station_state

DAY_S, RULES = 86_400, FlexRules()


def look(state: State, *, tomorrow: bool = True) -> Outlook:
    return outlooks(
        state.table(Sites), state.table(Zones), state.table(Orders), state.table(Packages), state.table(Vehicles),
        state.table(Drivers), MIDNIGHT_S + DAY_S * tomorrow, MIDNIGHT_S + 17 * 3600, tomorrow, RULES,
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


def test_known_packages_and_a_modest_uplift() -> None:
    seen = look(world())
    assert len(seen.due_s) == 100
    assert seen.flex == pytest.approx(1200 * 0.15 * 100 / 1200, rel=0.1)
    assert seen.van_capacity == pytest.approx(12 * 170 * 1.15)


def test_on_its_first_day_a_network_does_not_take_all_orders_for_late() -> None:
    state = world()
    before = look(state).flex
    add_orders(state, 3000, MIDNIGHT_S + 9 * 3600, MIDNIGHT_S + 21 * 3600)
    state.put(Orders, slice(None), at_s=np.maximum(state.table(Orders).at_s, MIDNIGHT_S))
    after = look(state)
    assert after.flex == pytest.approx(before)
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
    share = (late + 500 * 0.15) / (known + 500)
    state.load(Packages.empty())
    add_orders(state, 1000, MIDNIGHT_S, MIDNIGHT_S + DAY_S + 20 * 3600)
    flex_share = RULES.flex_share_pm / 1000
    expected = 1000 * RULES.order_packages_pm / 1000 * (1 + share) * flex_share
    assert look(state).flex == pytest.approx(expected, rel=0.02)


def test_blocks_are_about_as_many_as_packages_ask_for() -> None:
    seen = look(world())
    new = plan_blocks(seen, MIDNIGHT_S + DAY_S, MIDNIGHT_S + DAY_S, 0, 0.95, 2213.0, RULES)
    most = demand_quantiles(seen, RULES).max() / packages_of(14_400, seen, RULES)
    assert 2 <= len(new.start_s) <= np.ceil(most / 0.95) + 2


def test_vans_that_cannot_carry_it_all_call_for_blocks() -> None:
    state = world()
    load_vehicles(state, 4, Way.OWN, max_stops=170, volume_ml=12_000_000, shift_hi_s=36_000)
    assert van_capacity(state.table(Vehicles), 1, 5000.0, RULES) == pytest.approx(782)
    assert demand_quantiles(look(state), RULES).mean() > 100 + 1100 - 782


def test_today_only_what_is_not_on_a_run_yet() -> None:
    state = world()
    state.put(Packages, slice(None), due_s=state.table(Packages).due_s - DAY_S)
    assert len(look(state, tomorrow=False).due_s) == 100
    state.put(Packages, slice(0, 600), stop=5)
    seen = look(state, tomorrow=False)
    assert len(seen.due_s) == 50 and seen.van_capacity == -1
