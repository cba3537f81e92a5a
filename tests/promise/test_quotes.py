"""Promises on small networks: honest, within stock and capacity, given back, refused with reasons."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.core.table import Table
from doorward.ledger.state import State
from doorward.promise import service as promise
from doorward.promise.lint import lint_quotes
from doorward.promise.rules import PromiseRules
from doorward.sourcing import service as sourcing
from doorward.tables.items import Items
from doorward.tables.linehaul import Lanes
from doorward.tables.orders import (
    Answered,
    Held,
    Holds,
    Lines,
    LineStatus,
    OpeningKind,
    Openings,
    Orders,
    OrderStatus,
    Quoted,
    Speed,
)
from doorward.tables.promises import Margins, Promises
from doorward.tables.remarks import Reason, Remarks, Subject
from doorward.tables.sites import Sites, Zones
from doorward.tables.stock import Purchases, Stock
from doorward.tables.ways import Services
from tests.promise.worlds import MIDNIGHT_S, OFFSET_S, Shop, basket, desk_at, fold, network, run

NINE = MIDNIGHT_S + 9 * 3600


def only(posted: list[Table], kind: type[Table]) -> Table:
    return next((f for f in posted if type(f) is kind), kind.empty())


def quoted(state: State, seed: int = 1, orders: int = 20, now_s: int = NINE, **ask: int) -> Quoted:
    """Take orders and promise them; linted."""
    shop = Shop({now_s: basket(state, seed, orders, **ask)})
    run(state, now_s, promise.open_days, promise.take, shop=shop)
    desk = desk_at(state, now_s)
    promise.quote(desk)
    made = only(desk.posted, Quoted)
    assert isinstance(made, Quoted)
    held = only(desk.posted, Held)
    assert isinstance(held, Held)
    assert lint_quotes(made, held, state.table(Openings), PromiseRules(), now_s, OFFSET_S) == []
    fold(state, desk)
    return made


def served(seed: int, **sizes: int) -> State:
    """A network where every zone has a station and every item lies everywhere."""
    state = network(seed, **sizes)
    stations = np.flatnonzero(state.table(Sites).kind == 2)
    state.put(Zones, slice(None), station=stations[np.arange(state.count(Zones)) % len(stations)])
    state.put(Stock, slice(None), on_hand=50)
    return state


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 60), st.integers(0, 86_399))
def test_promises_stay_within_stock_and_capacity(seed: int, orders: int, second: int) -> None:
    state = network(seed, most=8)
    now_s = MIDNIGHT_S + second
    made = quoted(state, seed, orders, now_s)
    order, lines = state.table(Orders), state.table(Lines)
    assert np.isin(order.status, (OrderStatus.QUOTED, OrderStatus.REFUSED)).all()
    want = np.isin(lines.order, made.order)
    asked = np.bincount(lines.sku[want], lines.units[want], state.count(Items))
    stock = state.table(Stock)
    assert (asked <= stock.on_hand.reshape(-1, state.count(Items)).sum(axis=0)).all()
    openings = state.table(Openings)
    assert (openings.taken <= openings.limit).all()
    held = state.table(Holds)
    assert (np.bincount(held.opening, minlength=len(openings)) == openings.taken).all()
    assert np.unique(held.order).tolist() == made.order.tolist()
    refused = np.flatnonzero(order.status == OrderStatus.REFUSED)
    remarks = state.table(Remarks)
    assert remarks.row.tolist() == refused.tolist()
    assert (remarks.reason == order.reason[refused]).all()
    assert (order.reason[refused] > 0).all()
    assert (lines.status[np.isin(lines.order, refused)] == LineStatus.CANCELLED).all()


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6))
def test_what_is_promised_from_the_shelf_can_be_sourced(seed: int) -> None:
    """Promises over several ticks, nobody sourced in between: no unit is promised twice."""
    state = network(seed, most=4, items=10)
    for tick in range(4):
        quoted(state, seed + tick, 8, NINE + 300 * tick, lines=1)
    run(state, NINE + 1200, promise.answer)
    run(state, NINE + 1200, sourcing.assign)
    lines = state.table(Lines)
    accepted = state.table(Orders).status[lines.order] == OrderStatus.ACCEPTED
    assert (lines.status[accepted] == LineStatus.SOURCED).all()


def test_an_early_standard_order_comes_tomorrow_and_a_fast_one_can_come_sooner() -> None:
    state = served(4)
    at = MIDNIGHT_S + 3600
    slow = quoted(state, 3, 5, at, speed=Speed.STANDARD, lines=1)
    fast = quoted(state, 3, 5, at + 300, speed=Speed.SAME_DAY, lines=1)
    assert (slow.due_s >= MIDNIGHT_S + 86_400).all()
    assert (fast.due_s <= slow.due_s).all()
    assert (fast.price_c >= slow.price_c).all()


def test_a_full_station_moves_promises_to_later_days() -> None:
    state = served(4, stations=1)
    run(state, NINE, promise.open_days)
    openings = state.table(Openings)
    station = np.flatnonzero(openings.kind == OpeningKind.STATION)
    state.put(Openings, station, limit=2)
    made = quoted(state, 1, 8, lines=1)
    days = (made.due_s + OFFSET_S) // 86_400
    assert np.bincount(days - days.min()).tolist() == [2, 2, 2, 2]


def test_no_room_at_all_is_refused_with_the_opening_that_bound() -> None:
    state = served(4, stations=1, partners=False)
    run(state, NINE, promise.open_days)
    openings = state.table(Openings)
    state.put(Openings, np.flatnonzero(openings.kind == OpeningKind.STATION), limit=0)
    assert len(quoted(state, 1, 3, lines=1)) == 0
    remarks = state.table(Remarks)
    assert (remarks.reason == Reason.NO_CAPACITY).all()
    assert (state.table(Openings).kind[remarks.limit] == OpeningKind.STATION).all()
    assert remarks.short.tolist() == [1, 1, 1]


def test_missing_stock_is_refused_with_the_number_missing() -> None:
    state = served(4)
    state.put(Stock, slice(None), on_hand=0)
    state.put(Stock, np.array([7]), on_hand=1)
    new, lines = basket(state, 1, 1, lines=1)
    shop = Shop({NINE: (new, type(lines)(sku=[7], units=[3]))})
    run(state, NINE, promise.open_days, promise.take, promise.quote, shop=shop)
    remarks = state.table(Remarks)
    assert (remarks.subject[0], remarks.reason[0]) == (Subject.ORDER, Reason.NO_STOCK)
    assert (remarks.limit[0], remarks.short[0]) == (7, 2)


def test_inbound_units_are_promised_later_and_only_once() -> None:
    state = served(4)
    state.put(Stock, slice(None), on_hand=0)
    due = MIDNIGHT_S + 3 * 86_400
    state.append(Purchases(fc=[0], sku=[7], units=[3], ordered_s=[NINE], due_s=[due], received_s=[-1]))
    new, lines = basket(state, 1, 2, lines=1)
    shop = Shop({NINE: (new, type(lines)(sku=[7, 7], units=[2, 2]))})
    run(state, NINE, promise.open_days, promise.take, promise.quote, shop=shop)
    orders = state.table(Orders)
    assert orders.status.tolist() == [OrderStatus.QUOTED, OrderStatus.REFUSED]
    assert orders.due_s[0] > due
    assert state.table(Remarks).short.tolist() == [1]
    again = Shop({NINE + 300: (new.take([0]), type(lines)(sku=[7], units=[2]))})
    run(state, NINE + 300, promise.take, promise.quote, shop=again)
    assert state.table(Orders).status[2] == OrderStatus.REFUSED


def test_too_heavy_and_no_coverage() -> None:
    state = network(4, partners=False)
    state.put(Stock, slice(None), on_hand=50)
    station = np.where(np.arange(state.count(Zones)) < 6, 4, -1)
    state.put(Zones, slice(None), station=station)
    state.put(Items, np.array([7]), weight_g=40_000)
    new, lines = basket(state, 1, 2, lines=1)
    shop = Shop({NINE: (new.replace(zone=[0, 11]), type(lines)(sku=[7, 3], units=[1, 1]))})
    run(state, NINE, promise.open_days, promise.take, promise.quote, shop=shop)
    remarks = state.table(Remarks)
    assert remarks.reason.tolist() == [Reason.TOO_HEAVY, Reason.NO_COVERAGE]
    assert remarks.limit.tolist() == [31_500, 11]
    assert remarks.short.tolist() == [8_500, -1]


def test_no_honest_date_within_what_may_be_said() -> None:
    state = network(4, stations=1)
    state.put(Stock, slice(None), on_hand=50)
    state.put(Zones, slice(None), station=-1)
    state.put(Services, slice(None), transit_p50_s=40 * 86_400)
    assert len(quoted(state, 1, 3, lines=1)) == 0
    remarks = state.table(Remarks)
    assert (remarks.reason == Reason.NO_HONEST_DATE).all()
    assert (remarks.short > 20 * 86_400).all()


@pytest.mark.parametrize(("says", "status"), [(1, OrderStatus.ACCEPTED), (0, OrderStatus.EXPIRED)])
def test_answers(says: int, status: OrderStatus) -> None:
    state = served(4)
    made = quoted(state)
    held = int(state.table(Openings).taken.sum())
    assert held > 0
    run(state, NINE + 300, promise.answer, shop=Shop({}, says=says))
    assert (state.table(Orders).status[made.order] == status).all()
    assert int(state.table(Openings).taken.sum()) == (held if says else 0)
    if not says:
        assert (state.table(Holds).opening == -1).all()
        assert (state.table(Lines).status == LineStatus.CANCELLED).all()


def test_silence_ends_with_the_hold() -> None:
    state = served(4)
    quoted(state)
    assert run(state, NINE + 600, promise.answer, shop=Shop({}, says=-1)) == []
    posted = run(state, NINE + 900, promise.answer, shop=Shop({}, says=-1))
    told = only(posted, Answered)
    assert isinstance(told, Answered)
    assert (told.reason == Reason.ABANDONED).all()
    assert state.table(Openings).taken.sum() == 0


def test_a_larger_margin_never_promises_sooner() -> None:
    dues = []
    for margin in (0, 6 * 3600, 30 * 3600):
        state = served(4)
        run(state, NINE, promise.open_days)
        state.put(Margins, slice(None), margin_s=margin)
        made = quoted(state, lines=1)
        dues.append(made.due_s)
        assert (state.table(Promises).margin_s[made.order] == margin).all()
    assert (dues[0] <= dues[1]).all()
    assert (dues[1] < dues[2]).all()


def test_days_open_once_and_in_a_regular_order() -> None:
    state = served(4)
    run(state, NINE, promise.open_days)
    first = state.count(Openings)
    assert run(state, NINE + 300, promise.open_days) == []
    run(state, NINE + 86_400, promise.open_days)
    openings = state.table(Openings)
    rows = (
        3 + 3 + 3 + 3 + 3 + 3 * 2
    )  # FCs, their trucks, stations, late waves, evenings, two services at three FCs
    assert state.count(Openings) == first + rows
    assert (np.diff(openings.day.reshape(-1, rows)[:, 0]) == 1).all()
    assert (openings.site.reshape(-1, rows) == openings.site[:rows]).all()
    today, tomorrow = openings.limit[:3], openings.limit[rows : rows + 3]
    assert (
        today == (tomorrow * 15 / 24).astype(int)
    ).all()  # a run that begins at nine sells what is left of the day


def earliest(state: State, station: int, now_s: int, margin_s: int, first_day: int) -> int:
    """The obvious way for one FC with endless room: try every truck to the sort center and every one behind it."""
    rules, lanes, day = PromiseRules(), state.table(Lanes), 86_400
    best = 1 << 60
    for a in np.flatnonzero(lanes.origin == 0):
        for b in np.flatnonzero(lanes.dest == station):
            for d in range(4):
                for e in range(5):
                    leaves = MIDNIGHT_S + d * day + int(lanes.depart_s[a])
                    onward = MIDNIGHT_S + e * day + int(lanes.depart_s[b])
                    if leaves < now_s + rules.process_s + lanes.cutoff_s[a]:
                        continue
                    if onward < leaves + lanes.drive_s[a] + rules.crossdock_s + lanes.cutoff_s[b]:
                        continue
                    best = min(best, onward + int(lanes.drive_s[b]))
    waves = [(MIDNIGHT_S + d * day + plan_s, MIDNIGHT_S + d * day + wave_s + route_s) for d in range(first_day, 9)
             for plan_s, wave_s, route_s in zip(rules.plan_s, rules.wave_s, rules.route_s, strict=True)]  # fmt: skip
    door = min(w for plan, w in waves if plan >= best + rules.induct_s)
    ends = [MIDNIGHT_S + d * day + end for d in range(9) for end in rules.window_hi_s]
    return min(end for end in ends if end >= door + margin_s)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 86_399), st.integers(0, 40 * 3600), st.integers(0, 2))
def test_the_date_is_the_earliest_honest_one(seed: int, second: int, margin_s: int, speed: int) -> None:
    state = served(seed, fcs=1, stations=2)
    now_s = MIDNIGHT_S + second
    run(state, now_s, promise.open_days)
    openings = state.table(Openings)
    state.put(Openings, slice(None), limit=1_000)
    assert openings.day[0] == (now_s + OFFSET_S) // 86_400
    state.put(Margins, slice(None), margin_s=margin_s)
    made = quoted(state, seed, 3, now_s, lines=1, speed=speed)
    zone = state.table(Orders).zone[made.order]
    station = state.table(Zones).station[zone]
    first_day = 1 if speed == Speed.STANDARD else 0
    expected = [earliest(state, int(s), now_s, margin_s, first_day) for s in station]
    assert made.due_s.tolist() == expected
