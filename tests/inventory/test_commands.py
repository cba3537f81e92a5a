"""Receipts and counts by command: each purchase once, the books right afterwards, promised pieces never written off."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest

from doorward.core.errors import BadInput, Refused
from doorward.inventory.commands import Count, Receive, count, receive
from doorward.inventory.state import FOLDS, empty_stock
from doorward.ledger.desk import Desk
from doorward.ledger.state import State
from doorward.tables.items import Items
from doorward.tables.sites import SiteKind, Sites
from doorward.tables.stock import Bought, Purchases, Received, Stock

NOW = 1_000


def world() -> State:
    """Two buildings, three SKUs, ten pieces in each bin, seven of the first one promised, two open purchases."""
    state = State()
    state.load(Sites.fill(2, kind=int(SiteKind.FC)))
    state.load(Items.fill(3))
    state.load(empty_stock(2, 3))
    for fact in (
        Received.fill(6, fc=[0, 0, 0, 1, 1, 1], sku=[0, 1, 2, 0, 1, 2], units=10),
        Bought.fill(2, purchase=[0, 1], fc=[0, 1], sku=[2, 0], units=[40, 50], due_s=NOW),
    ):
        FOLDS[type(fact)](state, fact, 1)
    state.add(Stock, np.array([0]), reserved=7)
    return state


def ask(state: State, command: Any, asked: Any) -> Any:
    desk = Desk(state, cast(Any, None), {}, 1, 0, NOW, NOW)
    answer = command(desk, asked)
    for fact in desk.posted:
        FOLDS[type(fact)](state, fact, NOW)
    return answer


def test_a_purchase_is_received_once() -> None:
    state = world()
    first = ask(state, receive, Receive(purchase=[1, 0], units=[50, 38]))
    again = ask(state, receive, Receive(purchase=[0, 1], units=[38, 50]))
    assert (first.received, first.known, again.received, again.known) == (2, 0, 0, 2)
    stock = state.table(Stock)
    assert stock.dock.tolist() == [0, 0, 38, 50, 0, 0] and not stock.inbound.any()
    assert state.table(Purchases).received_s.tolist() == [NOW, NOW]


def test_a_count_puts_the_books_right_but_spares_promised_pieces() -> None:
    state = world()
    answer = ask(state, count, Count(fc=[0, 0, 1], sku=[0, 1, 2], units=[5, 14, 10]))
    assert (answer.found, answer.written_off) == (4, 3)
    assert state.table(Stock).on_hand.tolist() == [7, 14, 10, 10, 10, 10]
    again = ask(state, count, Count(fc=[0], sku=[1], units=[14]))
    assert (again.found, again.written_off) == (0, 0)


@pytest.mark.parametrize(
    ("command", "asked"),
    [
        (receive, Receive(purchase=[2], units=[1])),
        (receive, Receive(purchase=[0, 0], units=[1, 1])),
        (receive, Receive(purchase=[0], units=[-1])),
        (receive, Receive(purchase=[], units=[])),
        (count, Count(fc=[2], sku=[0], units=[1])),
        (count, Count(fc=[0], sku=[3], units=[1])),
        (count, Count(fc=[0, 0], sku=[1, 1], units=[1, 2])),
        (count, Count(fc=[0], sku=[1, 2], units=[1])),
    ],
)
def test_what_cannot_be_is_told(command: Any, asked: Any) -> None:
    with pytest.raises(BadInput):
        ask(world(), command, asked)


def test_nothing_is_counted_before_there_is_stock() -> None:
    with pytest.raises(Refused):
        ask(State(), count, Count(fc=[0], sku=[0], units=[1]))
