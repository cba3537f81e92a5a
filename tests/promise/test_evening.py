"""Tonight: who asked for today and misses the vans is promised the evening, within its room, and nobody else is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.core.hours import local_day
from doorward.core.stationday import evening_door
from doorward.core.timetable import NEVER
from doorward.core.units import DAY_S, HOUR_S
from doorward.ledger.state import State
from doorward.promise import service as promise
from doorward.promise.rules import PromiseRules
from doorward.tables.flex import Drivers
from doorward.tables.linehaul import Lanes
from doorward.tables.orders import Holds, OpeningKind, Openings, Orders, OrderStatus, Speed
from doorward.tables.promises import Promises
from doorward.tables.sites import SiteKind, Sites
from tests.promise.worlds import MIDNIGHT_S, OFFSET_S, Shop, basket, desk_at, fold, network

EVENING = {
    "evening_plan_s": 18 * HOUR_S, "evening_s": 18 * HOUR_S + 600, "evening_route_s": 3_600,
    "window_hi_s": (64_800, 79_200),
}  # fmt: skip
RULES = PromiseRules(**EVENING)
THREE = MIDNIGHT_S + 3 * HOUR_S


@given(st.integers(0, 9 * DAY_S), st.sampled_from([0, -18_000, 32_400]), st.integers(0, 127))
def test_the_evening_is_that_of_the_day_it_is_sorted_in(there: int, offset_s: int, days: int) -> None:
    rules = PromiseRules(evening_plan_s=61_000, evening_s=63_000, delivery_days=days)
    found = int(evening_door(np.array([there]), rules, offset_s)[0])
    day, second = divmod(there + rules.induct_s + offset_s, DAY_S)
    if second <= 61_000 and days >> (day + 3) % 7 & 1:
        assert found == day * DAY_S - offset_s + 63_000 + rules.evening_route_s
    else:
        assert found == NEVER
    assert evening_door(np.array([there]), PromiseRules(), offset_s)[0] == NEVER


def promised(speed: Speed, drivers: int, **rules: object) -> State:
    """A hundred orders of one speed at three in the morning: they reach their stations with the truck of 16:00."""
    state = network(3, most=40, zones=30, partners=False)
    stations = np.flatnonzero(state.table(Sites).kind == SiteKind.STATION)
    state.put(Lanes, slice(None), drive_s=HOUR_S)
    state.load(Drivers.fill(drivers * len(stations), station=np.repeat(stations, drivers)))
    desk = desk_at(state, MIDNIGHT_S + 300, Shop({}), **rules)
    promise.open_days(desk)
    fold(state, desk)
    shop = Shop({THREE: basket(state, 5, 100, lines=1, units=1, speed=int(speed))})
    for work in (promise.take, promise.quote):
        desk = desk_at(state, THREE, shop, **rules)
        work(desk)
        fold(state, desk)
    return state


def held(state: State) -> Openings:
    holds = state.table(Holds)
    return state.table(Openings).take(holds.opening)


def test_who_asked_for_today_gets_the_evening_and_room_is_kept() -> None:
    state = promised(Speed.SAME_DAY, 9, **EVENING)
    orders, openings = state.table(Orders), state.table(Openings)
    evening = openings.take(np.flatnonzero(openings.kind == OpeningKind.EVENING))
    assert (evening.taken <= evening.limit).all() and evening.taken.sum() > 30
    assert evening.limit.max() == 9 * RULES.gig_packages // 3 * RULES.fill_pm // 1000
    full = evening.take(np.flatnonzero(evening.taken == evening.limit))
    today = local_day(orders.due_s, OFFSET_S) == local_day(THREE, OFFSET_S)
    made = orders.status == OrderStatus.QUOTED
    tonight = state.table(Promises).klass >= state.count(Sites)
    assert (today[tonight & made]).all() and (tonight & made).sum() == evening.taken.sum()
    assert len(full), "the hundred must not all find room, or nothing was bounded"
    kinds = held(state).kind
    assert (kinds == OpeningKind.LINEHAUL).sum() == (kinds == OpeningKind.EVENING).sum() + np.isin(
        kinds, (OpeningKind.STATION, OpeningKind.LATE_WAVE)
    ).sum()


@pytest.mark.parametrize("speed", [Speed.STANDARD, Speed.NEXT_DAY])
def test_nobody_else_gets_it(speed: Speed) -> None:
    state = promised(speed, 9, **EVENING)
    assert (held(state).kind != OpeningKind.EVENING).all()
    assert len(held(state)) > 0


def test_without_an_evening_or_drivers_there_is_none() -> None:
    for drivers, rules in ((9, {}), (0, EVENING)):
        state = promised(Speed.SAME_DAY, drivers, **rules)
        openings = state.table(Openings)
        assert (openings.limit[openings.kind == OpeningKind.EVENING] == 0).all()
        assert (held(state).kind != OpeningKind.EVENING).all()
