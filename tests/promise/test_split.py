"""Promises for lines that no building has whole."""

from __future__ import annotations

import numpy as np

from doorward.promise import service as promise
from doorward.tables.items import Items
from doorward.tables.orders import Orders, OrderStatus
from doorward.tables.promises import Promises
from doorward.tables.remarks import Remarks
from doorward.tables.stock import Purchases, Stock
from tests.promise.worlds import MIDNIGHT_S, Shop, basket, network, run

NOON = MIDNIGHT_S + 12 * 3600


def asked(
    units: int, shelf: list[int], orders: int = 1, inbound: int = 0
) -> tuple[list[int], list[int], list[int]]:
    """Orders of one line for `units` of SKU 0: their status, buildings promised from, units told short."""
    state = network(5)
    new, lines = basket(state, 5, orders, lines=1)
    new = new.replace(lines=np.ones(orders))
    state.put(Stock, slice(None), on_hand=0)
    for fc, have in enumerate(shelf):
        state.put(Stock, np.array([fc * state.count(Items)]), on_hand=have)
    if inbound:
        due = NOON + 86_400
        state.append(Purchases.fill(1, fc=0, sku=0, units=inbound, ordered_s=0, due_s=due, received_s=-1))
    line = type(lines).fill(orders, sku=0, units=units)
    run(state, NOON, promise.open_days, promise.take, promise.quote, shop=Shop({NOON: (new, line)}))
    told = state.table(Remarks).short.tolist()
    return state.table(Orders).status.tolist(), state.table(Promises).parts.tolist(), told


def test_a_line_is_promised_from_two_buildings_if_none_has_it() -> None:
    assert asked(5, [3, 2, 0]) == ([OrderStatus.QUOTED], [2], [])
    assert asked(5, [3, 2, 5]) == ([OrderStatus.QUOTED], [1], [])


def test_units_pieced_together_are_promised_once() -> None:
    status, parts, short = asked(5, [3, 3, 1], orders=2)
    assert sorted(status) == [OrderStatus.QUOTED, OrderStatus.REFUSED]
    assert (max(parts), short) == (2, [3])


def test_what_comes_in_counts_beside_what_is_there() -> None:
    assert asked(5, [0, 3, 0], inbound=2) == ([OrderStatus.QUOTED], [2], [])
    assert asked(5, [0, 3, 0], inbound=1) == ([OrderStatus.REFUSED], [-1], [1])
