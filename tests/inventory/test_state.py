"""The stock ledger: whatever happens, units balance."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.inventory.lint import stock_balances
from doorward.inventory.state import FOLDS, empty_stock
from doorward.ledger.state import State
from doorward.tables.stock import (
    COUNT_LESS,
    COUNT_MORE,
    DAMAGED,
    PICKED,
    RELEASED,
    RESTOCKED,
    Bought,
    DayClosed,
    Demand,
    DemandDays,
    Forecasted,
    Forecasts,
    Purchases,
    Received,
    Stock,
    StockMoved,
    Stowed,
    Unreserved,
)
from tests.inventory.worlds import network

STEPS = st.lists(
    st.tuples(st.sampled_from(["open", "buy", "arrive", "stow", "reserve", "give back", "move"]),
              st.integers(0, 1), st.integers(0, 2), st.integers(1, 9), st.integers(0, 5)),
    max_size=40,
)  # fmt: skip


def apply(state: State, step: tuple[str, int, int, int, int]) -> None:
    """One step, cut to what is there."""
    what, fc, sku, units, why = step
    row = np.array([fc * 3 + sku])
    held = state.table(Stock).take(row)
    free = int(held.on_hand[0] - held.reserved[0])
    where = {"fc": fc, "sku": sku}
    if what == "open":
        FOLDS[Received](state, Received.fill(1, **where, units=units, purchase=-1), 0)
    elif what == "buy":
        purchase = state.count(Purchases)
        FOLDS[Bought](state, Bought.fill(1, **where, purchase=purchase, units=units, due_s=9), 5)
    elif what == "arrive":
        bought = state.table(Purchases)
        for purchase in np.flatnonzero(bought.received_s < 0)[:1]:
            got = max(1, int(bought.units[purchase]) - why)
            came = Received.fill(
                1, fc=bought.fc[purchase], sku=bought.sku[purchase], units=got, purchase=purchase
            )
            FOLDS[Received](state, came, 7)
    elif what == "stow" and held.dock[0]:
        FOLDS[Stowed](state, Stowed.fill(1, **where, units=min(units, int(held.dock[0]))), 8)
    elif what == "reserve" and free:
        state.add(Stock, row, reserved=min(units, free))
    elif what == "give back" and held.reserved[0]:
        FOLDS[Unreserved](state, Unreserved.fill(1, **where, units=min(units, int(held.reserved[0]))), 8)
    elif what == "move":
        most = {PICKED: int(held.reserved[0]), DAMAGED: free, COUNT_LESS: free, COUNT_MORE: 9, RESTOCKED: 9,
                RELEASED: int(held.shipped[0])}[why]  # fmt: skip
        if most:
            FOLDS[StockMoved](state, StockMoved.fill(1, **where, units=min(units, most), why=why), 8)


@given(STEPS)
@settings(max_examples=150, deadline=None)
def test_units_balance_after_every_step(steps: list[tuple[str, int, int, int, int]]) -> None:
    state = network(skus=3, fcs=2)
    for step in steps:
        apply(state, step)
        assert stock_balances(state.table(Stock)) == []
    bought = state.table(Purchases)
    still = bought.received_s < 0
    inbound = np.bincount(bought.fc[still] * 3 + bought.sku[still], weights=bought.units[still], minlength=6)
    assert np.array_equal(state.table(Stock).inbound, inbound)


def test_each_breach_is_told() -> None:
    stock = empty_stock(1, 2)
    assert stock_balances(stock) == []
    assert "received" in stock_balances(stock.replace(on_hand=[1, 0]))[0]
    assert "more is reserved" in stock_balances(stock.replace(reserved=[0, 2]))[0]
    assert "row 1" in stock_balances(stock.replace(reserved=[0, -1]))[0]


def test_a_row_named_twice_gets_both() -> None:
    state = network(skus=3, fcs=2)
    FOLDS[Received](state, Received.fill(2, fc=1, sku=2, units=[4, 5], purchase=-1), 0)
    assert state.table(Stock).on_hand[5] == 9


def test_a_purchase_is_received_once() -> None:
    state = network(skus=3, fcs=2)
    FOLDS[Bought](state, Bought.fill(1, purchase=0, fc=0, sku=1, units=6, due_s=9), 5)
    came = Received.fill(1, fc=0, sku=1, units=4, purchase=0)
    FOLDS[Received](state, came, 7)
    stock = state.table(Stock)
    assert (stock.dock[1], stock.inbound[1], stock.received[1]) == (4, 0, 4)
    with pytest.raises(ValueError, match="received twice"):
        FOLDS[Received](state, came, 8)
    with pytest.raises(ValueError, match="continue the table at 1"):
        FOLDS[Bought](state, Bought.fill(1, purchase=3, fc=0, sku=1, units=6, due_s=9), 9)


def test_the_table_is_laid_out_at_first_need() -> None:
    state = network(skus=4, fcs=2)
    state.load(Stock.empty())
    FOLDS[Received](state, Received.fill(1, fc=1, sku=3, units=2, purchase=-1), 0)
    assert np.array_equal(state.table(Stock).on_hand, [0, 0, 0, 0, 0, 0, 0, 2])
    with pytest.raises(ValueError, match="outside the catalogue"):
        FOLDS[Received](state, Received.fill(1, fc=0, sku=4, units=2, purchase=-1), 0)


def test_days_close_once_and_leave_no_gap() -> None:
    state = network(skus=3, fcs=1)
    FOLDS[DayClosed](state, DayClosed.fill(2, day=[7, 9], sku=[1, 2], units=[5, 6]), 0)
    assert np.array_equal(state.table(DemandDays).day, [7, 8, 9])
    assert np.array_equal(state.table(Demand).units.reshape(3, 3), [[0, 5, 0], [0, 0, 0], [0, 0, 6]])
    FOLDS[DayClosed](state, DayClosed.fill(1, day=10, sku=0, units=0), 0)
    assert len(state.table(Demand)) == 12
    with pytest.raises(ValueError, match="closed already"):
        FOLDS[DayClosed](state, DayClosed.fill(1, day=9, sku=0, units=1), 0)


def test_the_newest_forecast_replaces_the_one_before() -> None:
    state = network(skus=3, fcs=1)
    FOLDS[Forecasted](state, Forecasted.fill(1, sku=1, method=2, mean_mu=7, q50_mu=6, q83_mu=8, q95_mu=9), 0)
    assert np.array_equal(state.table(Forecasts).mean_mu, [-1, 7, -1])
