"""What promises hold: a partner's day like any other opening, and room for every part of a divided order."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.ledger.state import State
from doorward.promise.service import SETTLE_S, answer, give_back, open_days, quote, take
from doorward.promise.state import FOLDS
from doorward.tables.items import Items
from doorward.tables.journey import Status
from doorward.tables.orders import (
    Answered,
    Holds,
    Lines,
    LineStatus,
    OpeningKind,
    Openings,
    Orders,
    OrderStatus,
    Speed,
)
from doorward.tables.packages import Packages
from doorward.tables.promises import Promises
from doorward.tables.remarks import Reason, Remarks
from doorward.tables.sites import Sites, Zones
from doorward.tables.stock import Stock
from doorward.tables.ways import Services, Way, WayCapacity
from tests.promise.worlds import MIDNIGHT_S, OFFSET_S, Shop, basket, network, run

NOON_S = MIDNIGHT_S + 12 * 3600
TODAY = (NOON_S + OFFSET_S) // 86_400


def partners_only(seed: int, room: int, fcs: int = 1) -> State:
    """Doors that only partners reach, everything in stock, `room` packages a day for each service at each FC."""
    state = network(seed, fcs=fcs)
    state.put(Zones, slice(None), station=-1)
    state.put(Stock, slice(None), on_hand=500)
    state.put(Services, slice(None), capacity=room)
    return state


def books(state: State) -> None:
    """What is taken is what orders hold, opening by opening, and between nothing and the limit."""
    holds, openings = state.table(Holds), state.table(Openings)
    held = Counter(holds.opening[holds.opening >= 0].tolist())
    assert [held[o] for o in range(len(openings))] == openings.taken.tolist()
    assert (openings.taken <= openings.limit).all()
    alive = np.isin(state.table(Orders).status, (OrderStatus.QUOTED, OrderStatus.ACCEPTED))
    assert alive[holds.order[holds.opening >= 0]].all()


def sold(state: State, **who: int) -> np.ndarray:
    """Partner openings taken, (day from today, FC, service)."""
    openings = state.table(Openings)
    mine = (openings.kind == OpeningKind.PARTNER) & (openings.day >= TODAY)
    return openings.taken[mine].reshape(-1, int((state.table(Sites).kind == 0).sum()), 2)


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10**6), room=st.integers(0, 4), orders=st.lists(st.integers(1, 40), max_size=3))
def test_no_partners_day_is_sold_twice_and_who_finds_none_is_told_so(
    seed: int, room: int, orders: list[int]
) -> None:
    state = partners_only(seed, room)
    for tick, n in enumerate(orders):
        at = NOON_S + 300 * tick
        new = basket(state, seed + tick, n, lines=1, units=1, speed=Speed.NEXT_DAY)
        run(state, at, open_days, take, quote, shop=Shop({at: new}))
        books(state)
    remarks, openings = state.table(Remarks), state.table(Openings)
    full = remarks.limit[remarks.reason == Reason.PARTNER_FULL]
    assert (openings.kind[full] == OpeningKind.PARTNER).all()
    assert (openings.taken[full] == openings.limit[full]).all()
    if room == 0 and sum(orders):
        assert len(full) == sum(orders)


def test_a_day_of_more_orders_than_the_partner_takes_is_promised_later_then_refused() -> None:
    state = partners_only(3, 2)
    new, lines = basket(state, 3, 60, lines=1, units=1, speed=Speed.NEXT_DAY)
    run(state, NOON_S, open_days, take, quote, shop=Shop({NOON_S: (new, lines)}))
    orders, taken = state.table(Orders), sold(state)
    good = orders.status == OrderStatus.QUOTED
    assert 0 < good.sum() < 60
    assert (orders.reason[~good] == Reason.PARTNER_FULL).all()
    used = taken[:, 0].sum(axis=1)
    assert (used <= 4).all()
    assert used.max() == 4
    days = np.unique((orders.due_s[good] + OFFSET_S) // 86_400, return_counts=True)[1]
    assert days.max() <= 4
    assert len(days) >= good.sum() / 4


def test_what_packages_have_taken_of_a_partner_is_not_promised_again() -> None:
    made = []
    for taken in (0, 5):
        state = partners_only(3, 5)
        days = np.repeat(TODAY + np.arange(3), 2)
        state.append(
            WayCapacity.fill(
                6, way=[Way.POST, Way.EXPRESS] * 3, station=0, day=days, limit=5, taken=taken, carrier=[0, 1] * 3,
                price_mc=0,
            )
        )  # fmt: skip
        new = basket(state, 3, 4, lines=1, units=1, speed=Speed.NEXT_DAY)
        run(state, NOON_S, open_days, take, quote, shop=Shop({NOON_S: new}))
        books(state)
        assert (sold(state)[:3].sum() == 0) == (taken == 5)
        made.append(state.table(Orders).due_s)
    assert (made[1] >= made[0] + 2 * 86_400).all()


def boxed(state: State, order: np.ndarray, way: int) -> None:
    """A package for each order: its lines are boxed, its way is chosen (-1: not yet)."""
    lines = state.table(Lines)
    state.put(Lines, np.flatnonzero(np.isin(lines.order, order)), status=int(LineStatus.BOXED))
    state.append(Packages.fill(len(order), order=order, way=way, status=int(Status.PLANNED)))


@pytest.mark.parametrize("way", [Way.POST, Way.OWN])
def test_partner_room_goes_back_when_every_package_has_its_way(way: int) -> None:
    state = partners_only(3, 50)
    new = basket(state, 3, 6, lines=1, units=1, speed=Speed.NEXT_DAY)
    run(state, NOON_S, open_days, take, quote, shop=Shop({NOON_S: new}))
    run(state, NOON_S + 300, answer)
    order = np.flatnonzero(state.table(Orders).status == OrderStatus.ACCEPTED)
    assert sold(state).sum() == len(order) == 6
    at = NOON_S + SETTLE_S
    assert run(state, at, give_back) == []
    boxed(state, order[:4], -1)
    assert run(state, at, give_back) == []
    state.put(Packages, np.arange(3), way=int(way))
    assert run(state, at + 300, give_back) == []
    run(state, at + SETTLE_S, give_back)
    books(state)
    assert sold(state).sum() == 3
    labour = state.table(Openings).taken[state.table(Openings).kind == OpeningKind.FC]
    assert labour.sum() == 6, "work of the building stays promised"


def divided(state: State, seed: int, shelves: tuple[int, int], whole: bool) -> None:
    """One order for SKUs 0 and 1 that lie in two buildings (whole), or each part as an order of its own."""
    items = state.count(Items)
    state.put(Stock, slice(None), on_hand=0)
    state.put(Items, slice(None), weight_g=500)
    for sku, fc in enumerate(shelves):
        state.put(Stock, np.array([fc * items + sku]), on_hand=5)
    new, lines = basket(state, seed, 1, lines=1, units=1, speed=Speed.NEXT_DAY)
    if whole:
        new, line = new.replace(lines=[2]), type(lines)(sku=[0, 1], units=[1, 1])
        run(state, NOON_S, take, quote, shop=Shop({NOON_S: (new, line)}))
        return
    for sku in (0, 1):
        line, at = type(lines)(sku=[sku], units=[1]), NOON_S
        run(state, at, take, quote, shop=Shop({at: (new.replace(lines=[1]), line)}))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), room=st.integers(1, 3), shelves=st.permutations([0, 1, 2]))
def test_a_divided_order_holds_what_its_parts_would_hold_as_orders(
    seed: int, room: int, shelves: list[int]
) -> None:
    """The slow version: every part an order of its own, one after the other; in one of the two orders of the parts."""
    results = []
    for whole, pair in ((True, shelves[:2]), (False, shelves[:2]), (False, shelves[1::-1])):
        state = network(seed, fcs=3, stations=2, zones=8)
        run(state, NOON_S, open_days)
        state.put(Openings, slice(None), limit=room)
        divided(state, seed, (pair[0], pair[1]), whole)
        books(state)
        orders = state.table(Orders)
        good = bool((orders.status == OrderStatus.QUOTED).all())
        results.append((good, int(orders.due_s.max()), state.table(Openings).taken.tolist()))
        if whole and good:
            assert state.table(Promises).parts.tolist() == [2]
    one, *parts = results
    if one[0]:
        assert one in parts
    else:
        assert sum(one[2]) == 0
        assert not all(each[0] for each in parts)


@settings(max_examples=10, deadline=None)
@given(
    seed=st.integers(0, 10**4),
    said=st.lists(st.sampled_from([OrderStatus.ACCEPTED, OrderStatus.EXPIRED]), min_size=25, max_size=25),
    cut=st.sets(st.integers(0, 24)),
)
def test_all_parts_are_given_back(seed: int, said: list[OrderStatus], cut: set[int]) -> None:
    state = network(seed, most=3, items=12)
    new = basket(state, seed, 25, lines=4, units=3)
    run(state, NOON_S, open_days, take, quote, shop=Shop({NOON_S: new}))
    books(state)
    promises, holds = state.table(Promises), state.table(Holds)
    quoted = np.flatnonzero(state.table(Orders).status == OrderStatus.QUOTED)
    kind = state.table(Openings).kind[holds.opening]
    labour = np.bincount(holds.order[kind == OpeningKind.FC], minlength=25)
    assert labour[quoted].tolist() == promises.parts[quoted].tolist()
    told = Answered.fill(len(quoted), order=quoted, status=[int(said[q]) for q in quoted], reason=0)
    FOLDS[Answered](state, told, NOON_S)
    books(state)
    lines = state.table(Lines)
    state.put(Lines, np.flatnonzero(np.isin(lines.order, list(cut))), status=int(LineStatus.CANCELLED))
    run(state, NOON_S + 600, give_back)
    books(state)
    holds = state.table(Holds)
    open_ = [q for q in quoted.tolist() if said[q] == OrderStatus.ACCEPTED and q not in cut]
    assert np.unique(holds.order[holds.opening >= 0]).tolist() == open_


def test_a_divided_order_that_is_refused_leaves_its_first_parts_room_to_the_next() -> None:
    """Two orders in one tick; the first finds room at the nearer building only."""
    made = []
    for alone in (False, True):
        state = network(4, fcs=2, stations=1, zones=4, partners=False)
        items, station = state.count(Items), int(np.flatnonzero(state.table(Sites).kind == 2)[0])
        state.put(Zones, slice(None), station=station)
        state.put(Items, slice(None), weight_g=500)
        state.put(Stock, slice(None), on_hand=0)
        state.put(Stock, np.array([0, items + 1]), on_hand=5)
        run(state, NOON_S, open_days)
        openings = state.table(Openings)
        state.put(Openings, slice(None), limit=1)
        for fc in (0, 1):
            labour = np.flatnonzero((openings.kind == OpeningKind.FC) & (openings.site == fc))
            state.put(Openings, labour if fc else labour[8:], limit=0)
        new, lines = basket(state, 1, 1, lines=1, units=1, speed=Speed.NEXT_DAY)
        orders = [new.replace(lines=[1])] if alone else [new.replace(lines=[2]), new.replace(lines=[1])]
        sku = [0] if alone else [0, 1, 0]
        asked = type(new).concat(orders), type(lines)(sku=sku, units=[1] * len(sku))
        run(state, NOON_S, take, quote, shop=Shop({NOON_S: asked}))
        books(state)
        made.append(state.table(Orders))
    assert made[0].status.tolist() == [OrderStatus.REFUSED, OrderStatus.QUOTED]
    assert made[0].due_s[1] == made[1].due_s[0]
