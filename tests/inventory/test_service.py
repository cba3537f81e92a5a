"""The services over some days of a small network: balanced, bought, stowed, counted, and the same every time."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from doorward.inventory.lint import stock_balances
from doorward.inventory.plan import demand_of, due_bins, plan_corrections, plan_stow, stow_quota
from doorward.inventory.rules import InventoryRules
from doorward.inventory.state import FOLDS, empty_stock
from doorward.tables.items import Items
from doorward.tables.orders import Lines, Orders, OrderStatus
from doorward.tables.remarks import Reason, Remarks
from doorward.tables.sites import Floors
from doorward.tables.stock import (
    COUNT_LESS,
    COUNT_MORE,
    Bought,
    DayClosed,
    Demand,
    DemandDays,
    Forecasts,
    Purchases,
    Received,
    Stock,
    Stowed,
)
from tests.inventory.worlds import MIDNIGHT_S, Shop, network

DAY_S = 86_400


@pytest.fixture(scope="module")
def week() -> Shop:
    shop = Shop(network(seed=4), 11)
    shop.run(MIDNIGHT_S, MIDNIGHT_S + 8 * DAY_S)
    return shop


def test_units_balance_at_the_end(week: Shop) -> None:
    stock = week.state.table(Stock)
    assert stock_balances(stock) == []
    assert stock.shipped.sum() > 0 and stock.written_off.sum() > 0 and stock.found.sum() > 0


def test_the_network_opens_once(week: Shop) -> None:
    opened = [(at, fact) for at, name, fact in week.posted if name == "inventory.open"]
    assert [at for at, _ in opened] == [MIDNIGHT_S]
    fact = opened[0][1]
    assert isinstance(fact, Received) and (fact.purchase == -1).all()


def test_days_close_with_what_was_asked_for(week: Shop) -> None:
    days, demand = week.state.table(DemandDays).day, week.state.table(Demand).units
    first = MIDNIGHT_S // DAY_S
    assert days.tolist() == list(range(first, first + 7))
    orders, lines = week.state.table(Orders), week.state.table(Lines)
    asked = lines.units[(orders.at_s >= MIDNIGHT_S) & (orders.at_s < MIDNIGHT_S + 7 * DAY_S)].sum()
    assert demand.sum() == asked


def test_purchases_arrive_and_are_stowed(week: Shop) -> None:
    bought, stock = week.state.table(Purchases), week.state.table(Stock)
    came = bought.received_s >= 0
    assert came.sum() > 20 and (bought.received_s[came] > bought.ordered_s[came]).all()
    assert (bought.due_s - bought.ordered_s <= (InventoryRules().lead_days_hi + 1) * DAY_S).all()
    kinds = Counter(type(fact) for _, name, fact in week.posted if name == "inventory.receive")
    assert kinds[Received] > 0 and kinds[Stowed] > 0
    assert (stock.dock >= 0).all()


def test_every_sku_has_a_forecast(week: Shop) -> None:
    look = week.state.table(Forecasts)
    assert len(look) == len(week.state.table(Items)) and (look.mean_mu > 0).all()
    assert (look.q50_mu <= look.q83_mu).all() and (look.q83_mu <= look.q95_mu).all()


def test_the_same_again() -> None:
    one, two = (Shop(network(seed=2), 5) for _ in range(2))
    for shop in (one, two):
        shop.run(MIDNIGHT_S, MIDNIGHT_S + 2 * DAY_S)
    assert len(one.posted) == len(two.posted)
    assert all(a[:2] == b[:2] and a[2].equals(b[2]) for a, b in zip(one.posted, two.posted, strict=True))


def test_stock_stays_in_most_of_the_time(week: Shop) -> None:
    """Nine of ten lines find their units although a fifth of the deliveries is late and a fifth short."""
    status = week.state.table(Lines).status
    assert (status == 3).mean() > 0.9


def test_what_finds_no_room_is_remarked() -> None:
    state = network(skus=40, fcs=2)
    state.load(Floors.fill(2, stow_uph=100, aisles=1, bays=1, opens_s=0, closes_s=DAY_S))
    shop = Shop(state, 1, InventoryRules(bay_ml=20_000))
    shop.run(MIDNIGHT_S, MIDNIGHT_S + 900)
    told = state.table(Remarks)
    assert len(told) > 0 and (told.reason == Reason.NO_SPACE).all() and (told.short > 0).all()
    held = state.table(Stock).on_hand.reshape(2, 40) @ state.table(Items).volume_ml()
    assert (held <= 17_000).all()


def test_refusals_that_stock_would_not_have_helped_are_no_demand() -> None:
    orders = Orders.fill(
        4,
        at_s=[10, 20, 30, DAY_S + 1],
        first_line=[0, 2, 3, 4],
        lines=[2, 1, 1, 1],
        status=[int(OrderStatus.ACCEPTED), int(OrderStatus.REFUSED), int(OrderStatus.REFUSED), 2],
        reason=[0, int(Reason.NO_STOCK), int(Reason.NO_COVERAGE), 0],
    )
    lines = Lines.fill(
        5, order=[0, 0, 1, 2, 3], sku=[1, 1, 0, 2, 1], units=[1, 2, 4, 8, 16], asked=[1, 2, 4, 8, 16]
    )
    closed = demand_of(orders, lines, -1, 2, 3, 0)
    told = list(zip(closed.day.tolist(), closed.sku.tolist(), closed.units.tolist(), strict=True))
    assert told == [(0, 0, 4), (0, 1, 3), (1, 1, 16), (2, 0, 0)]
    east = demand_of(orders, lines, -1, 0, 3, -3_600)  # local midnight is an hour later
    assert east.units.sum() == 16 and (east.day == 0).all()
    assert isinstance(closed, DayClosed)


def test_stowing_keeps_the_rate_to_the_piece() -> None:
    """100 an hour in ticks of 300 s: 8 or 9 a tick, 100 after an hour; what is sold out first."""
    floors = Floors.fill(1, stow_uph=100, opens_s=0, closes_s=DAY_S)
    ticks = [int(stow_quota(floors, 1, t, t + 300, 0)[0]) for t in range(0, 3_600, 300)]
    assert sum(ticks) == 100 and set(ticks) == {8, 9}
    stock = empty_stock(1, 3).replace(dock=[5, 5, 5], on_hand=[4, 0, 0])
    stowed = plan_stow(stock, floors, 3, 0, 300, 0)
    assert (stowed.sku.tolist(), stowed.units.tolist()) == ([1, 2], [5, 3])


def test_nothing_is_stowed_while_the_floor_is_closed() -> None:
    floors = Floors.fill(1, stow_uph=3_600, opens_s=8 * 3_600, closes_s=20 * 3_600)
    assert stow_quota(floors, 1, 0, 300, 0).tolist() == [0]
    assert stow_quota(floors, 1, 8 * 3_600 - 100, 8 * 3_600 + 200, 0).tolist() == [200]
    assert stow_quota(floors, 1, 21 * 3_600, DAY_S, 0).tolist() == [0]


def test_each_bin_is_counted_once_in_its_turn() -> None:
    stock = empty_stock(2, 50).replace(on_hand=np.arange(100))
    rows = np.concatenate([due_bins(stock, day, 7) for day in range(100, 107)])
    assert np.array_equal(np.sort(rows), np.arange(1, 100))


def test_reserved_units_are_never_written_off() -> None:
    stock = empty_stock(1, 3).replace(on_hand=[5, 5, 5], reserved=[4, 5, 0])
    moved = plan_corrections(stock, np.array([0, 0, 0]), np.array([0, 1, 2]), np.array([-3, -1, 2]), 3)
    assert moved.sku.tolist() == [0, 2] and moved.units.tolist() == [1, 2]
    assert moved.why.tolist() == [COUNT_LESS, COUNT_MORE]


def test_every_fact_of_the_room_has_its_fold() -> None:
    assert {Received, Stowed, Bought, DayClosed} <= set(FOLDS)
