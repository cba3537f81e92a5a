"""Sourcing on small networks: no unit twice, reasons for what is not sourced, moves that pay."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.ledger.state import State
from doorward.promise import service as promise
from doorward.runtime.checks import _lines
from doorward.sourcing import service as sourcing
from doorward.sourcing.costs import MC, load_price, scarcity_price
from doorward.sourcing.lint import lint_sources
from doorward.sourcing.rules import SourcingRules
from doorward.tables.items import Items
from doorward.tables.orders import (
    PARTS_OK,
    LineHeld,
    Lines,
    LineSourced,
    LineSplit,
    LineStatus,
    Orders,
    OrderStatus,
)
from doorward.tables.remarks import Reason, Remarks
from doorward.tables.sites import Floors
from doorward.tables.stock import Purchases, Stock
from tests.promise.worlds import MIDNIGHT_S, Shop, basket, desk_at, fold, network, run

NOON = MIDNIGHT_S + 12 * 3600


def accepted(seed: int, orders: int = 20, *, most: int = 6, lines: int = 4, **sizes: int) -> State:
    """A network whose orders were promised and accepted without asking for stock."""
    state = network(seed, most=most, **sizes)
    shop = Shop({NOON: basket(state, seed, orders, lines=lines)})
    run(state, NOON, promise.open_days, promise.take, shop=shop)
    state.put(
        Orders, slice(None), status=OrderStatus.ACCEPTED, due_s=NOON + 3 * 86_400 + np.arange(orders) % 3
    )
    return state


def assign(state: State, now_s: int = NOON) -> tuple[LineSourced, LineHeld]:
    desk = desk_at(state, now_s)
    sourcing.assign(desk)
    split = [f for f in desk.posted if isinstance(f, LineSplit)] or [LineSplit.empty()]
    sourced = [f for f in desk.posted if isinstance(f, LineSourced)] or [LineSourced.empty()]
    held = [f for f in desk.posted if isinstance(f, LineHeld)] or [LineHeld.empty()]
    lines, stock, items = state.table(Lines), state.table(Stock), state.table(Items)
    assert lint_sources(split[0], sourced[0], held[0], lines, stock, items, state.count(Floors)) == []
    fold(state, desk)
    return sourced[0], held[0]


def reserved_by_lines(state: State) -> np.ndarray:
    lines = state.table(Lines)
    mine = lines.status == LineStatus.SOURCED
    cell = lines.fc[mine].astype(np.int64) * state.count(Items) + lines.sku[mine]
    return np.bincount(cell, lines.units[mine], state.count(Stock))


def units_of_orders(state: State) -> np.ndarray:
    lines = state.table(Lines)
    return np.bincount(lines.order, lines.units, state.count(Orders))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 40), st.integers(1, 6), st.integers(1, 4))
def test_no_unit_is_promised_twice(seed: int, orders: int, most: int, fcs: int) -> None:
    state = accepted(seed, orders, most=most, fcs=fcs)
    state.put(Orders, np.arange(0, orders, 2), consent=PARTS_OK)
    asked = units_of_orders(state)
    sourced, held = assign(state)
    assert np.array_equal(units_of_orders(state), asked)
    assert _lines(state) == []
    stock = state.table(Stock)
    assert (stock.reserved <= stock.on_hand).all()
    assert np.array_equal(stock.reserved, reserved_by_lines(state))
    assert len(sourced) + len(held) == state.count(Lines)  # no purchase is open: nothing waits


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 40))
def test_reconsidering_keeps_the_books_and_never_costs(seed: int, orders: int) -> None:
    state = accepted(seed, orders, most=4, items=12)
    assign(state)
    state.put(Stock, slice(None), on_hand=state.table(Stock).on_hand + 3)
    desk = desk_at(state, NOON + 1800)
    sourcing.reconsider(desk)
    moved = [f for f in desk.posted if isinstance(f, LineSourced)]
    if moved:
        args = (state.table(Lines), state.table(Stock), state.table(Items), state.count(Floors))
        assert lint_sources(LineSplit.empty(), moved[0], LineHeld.empty(), *args) == []
        assert (state.table(Lines).fc[moved[0].line] != moved[0].fc).all()
    fold(state, desk)
    assert np.array_equal(state.table(Stock).reserved, reserved_by_lines(state))
    again = desk_at(state, NOON + 1800)
    sourcing.reconsider(again)
    saved = [f.short.sum() for f in again.posted if isinstance(f, Remarks)]
    assert sum(saved) >= 0


def test_urgent_orders_come_first() -> None:
    state = accepted(5, 2, lines=1)
    state.put(Lines, slice(None), sku=0, units=1)
    state.put(Stock, slice(None), on_hand=0)
    state.put(Stock, np.array([0]), on_hand=1)
    state.put(Orders, slice(None), due_s=np.array([NOON + 9 * 86_400, NOON + 2 * 86_400]))
    sourced, held = assign(state)
    assert sourced.line.tolist() == [1]
    assert held.line.tolist() == [0]
    assert held.reason.tolist() == [Reason.OUT_OF_STOCK]


def missing_one(state: State) -> None:
    """One order of two lines: SKU 0 lies nowhere, SKU 1 lies in FC 0."""
    state.put(Lines, slice(None), sku=np.array([0, 1]), units=2)
    state.put(Stock, slice(None), on_hand=0)
    state.put(Stock, np.array([1]), on_hand=5)


def two_lines(seed: int = 5) -> State:
    state = network(seed)
    new, lines = basket(state, seed, 1, lines=1)
    new, lines = new.replace(lines=[2]), type(lines)(sku=[0, 1], units=[2, 2])
    run(state, NOON, promise.open_days, promise.take, shop=Shop({NOON: (new, lines)}))
    state.put(Orders, slice(None), status=OrderStatus.ACCEPTED, due_s=NOON + 6 * 86_400)
    missing_one(state)
    return state


def buy(state: State, due_s: int, units: int = 2) -> None:
    state.append(Purchases(fc=[0], sku=[0], units=[units], ordered_s=[NOON], due_s=[due_s], received_s=[-1]))


def test_a_missing_line_is_cancelled_with_the_number_short() -> None:
    state = two_lines()
    sourced, held = assign(state)
    assert (sourced.line.tolist(), held.line.tolist()) == ([1], [0])
    assert held.status.tolist() == [LineStatus.CANCELLED]
    remark = state.table(Remarks)
    assert (remark.limit.tolist(), remark.short.tolist()) == ([0], [2])


def test_an_order_waits_whole_for_a_purchase_that_comes_in_time() -> None:
    state = two_lines()
    buy(state, NOON + 3600)
    sourced, held = assign(state)
    assert len(sourced) == 0
    assert held.status.tolist() == [LineStatus.BACKORDERED]
    assert assign(state, NOON + 300)[1].line.tolist() == []  # told once
    state.put(Stock, np.array([0]), on_hand=2)
    state.put(Purchases, np.array([0]), received_s=NOON + 600)
    assert assign(state, NOON + 600)[0].line.tolist() == [0, 1]


def test_an_order_does_not_wait_whole_for_a_purchase_that_comes_late() -> None:
    state = two_lines()
    buy(state, NOON + 5 * 86_400)
    sourced, held = assign(state)
    assert sourced.line.tolist() == [1]
    assert held.status.tolist() == [LineStatus.BACKORDERED]


def test_a_backorder_ends_when_it_has_become_too_long() -> None:
    state = two_lines()
    buy(state, NOON + 5 * 86_400)
    assign(state)
    state.put(Purchases, np.array([0]), due_s=NOON + 30 * 86_400)
    _, held = assign(state, NOON + 86_400)
    assert held.status.tolist() == [LineStatus.CANCELLED]
    assert held.reason.tolist() == [Reason.BACKORDER_TOO_LONG]


def test_split_orders_are_remarked() -> None:
    state = two_lines()
    state.put(Stock, np.array([state.count(Items)]), on_hand=2)  # SKU 0 in FC 1
    sourced, _ = assign(state)
    assert sorted(sourced.fc.tolist()) == [0, 1]
    remarks = state.table(Remarks)
    assert remarks.limit[remarks.reason == Reason.SPLIT].tolist() == [2]


def test_a_split_order_is_brought_together_when_stock_comes_back() -> None:
    state = two_lines()
    state.put(Stock, np.array([state.count(Items)]), on_hand=2)
    assign(state)
    state.put(Stock, np.array([0]), on_hand=9)
    posted = run(state, NOON + 1800, sourcing.reconsider)
    assert [type(f).__name__ for f in posted] == ["LineSourced", "Remarks"]
    assert state.table(Lines).fc.tolist() == [0, 0]
    assert state.table(Stock).reserved.sum() == 4


def test_lines_of_one_sku_are_not_given_the_same_units() -> None:
    state = two_lines()
    state.put(Lines, slice(None), sku=1, units=3)
    sourced, _ = assign(state)
    assert len(sourced) == 1
    assert (state.table(Stock).reserved <= state.table(Stock).on_hand).all()


def test_lines_of_one_sku_do_not_both_move_to_the_last_unit() -> None:
    state = two_lines()
    items = state.count(Items)
    state.put(Lines, slice(None), sku=1, units=1)
    state.put(Stock, np.arange(state.count(Stock)), on_hand=0)
    state.put(Stock, np.array([1, items + 1]), on_hand=1)
    assign(state)
    assign(state)
    assert sorted(state.table(Lines).fc.tolist()) == [0, 1]
    for now in (state, state):  # whichever of the two is looked at first
        run(now, NOON + 1800, sourcing.reconsider)
        assert (state.table(Stock).reserved <= state.table(Stock).on_hand).all()
        state.put(Lines, slice(None), fc=state.table(Lines).fc[::-1].copy())


def test_a_held_line_gives_its_units_back() -> None:
    state = accepted(8)
    sourced, _ = assign(state)
    desk = desk_at(state, NOON)
    desk.post(
        LineHeld.fill(len(sourced), line=sourced.line, status=LineStatus.WAITING, reason=Reason.DAMAGED)
    )
    fold(state, desk)
    assert state.table(Stock).reserved.sum() == 0
    assert (state.table(Lines).fc[sourced.line] == -1).all()


def test_load_price_is_zero_on_an_idle_floor_and_grows() -> None:
    state, rules = network(3), SourcingRules()
    prices = []
    for units in (0, 20_000, 40_000, 60_000):
        state.put(Stock, np.array([0]), reserved=units)
        prices.append(int(load_price(state.table(Stock), state.table(Floors), state.count(Items), rules)[0]))
    assert prices[0] == 0
    assert prices == sorted(prices)
    assert prices[-1] > rules.load_c * MC


def test_the_last_unit_is_dearer_than_the_hundredth() -> None:
    from doorward.sourcing.costs import ground
    from doorward.tables.linehaul import NextHop
    from doorward.tables.sites import Sites, Zones

    state, rules = network(3), SourcingRules()
    land = ground(state.table(Sites), state.table(Zones), state.table(NextHop), rules)
    state.put(Items, slice(None), rate_upm=20)
    free = np.array([[1, 100]] * state.count(Floors))
    price = scarcity_price(free, np.array([0, 1], np.int32), state.table(Items), land, rules)
    assert (price[0] >= price[1]).all()
    assert price[0].max() > 0
    assert price[0].max() <= land.extra_mc.max()
