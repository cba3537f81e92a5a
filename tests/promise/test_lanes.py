"""Partners are promised by lane: near doors sooner than far ones, as the rate cards say."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.core.geo import crow_m
from doorward.ledger.state import State
from doorward.promise import service as promise
from doorward.promise.lanes import plan_transits, spread_s
from doorward.promise.learn import plan_margins
from doorward.promise.rules import PromiseRules
from doorward.tables.cards import CardBands, Cards, CardTransit
from doorward.tables.journey import Event, Status
from doorward.tables.orders import Orders
from doorward.tables.packages import Packages, Scans
from doorward.tables.promises import Margins, Promises
from doorward.tables.sites import Sites, Zones
from doorward.tables.stock import Stock
from doorward.tables.ways import Services
from tests.promise.worlds import MIDNIGHT_S, Shop, basket, network, run

NINE, HOUR, DAY = MIDNIGHT_S + 9 * 3600, 3600, 86_400


def carded(seed: int, p50_h: list[int], p90_h: list[int]) -> State:
    """A network of partners only, whose one card has a zone every 150 km."""
    state = network(seed, fcs=2, stations=1, zones=10)
    n, far = len(p50_h), 20_000_000
    state.load(Cards.fill(1, name="example"))
    bounds = [150_000 * z for z in range(n)]
    state.load(CardBands.fill(n, card=0, from_m=bounds, to_m=[*bounds[1:], far], zone=np.arange(1, n + 1)))
    hours = np.array(p50_h) * HOUR, np.array(p90_h) * HOUR
    state.load(CardTransit.fill(n, card=0, zone=np.arange(1, n + 1), p50_s=hours[0], p90_s=hours[1]))
    state.put(Zones, slice(None), station=-1)
    state.put(Stock, slice(None), on_hand=50)
    return state


def transits_of(state: State, rules: PromiseRules | None = None):  # type: ignore[no-untyped-def]
    tables = (state.table(kind) for kind in (Sites, Zones, Services, Cards, CardBands, CardTransit))
    return plan_transits(*tables, rules or PromiseRules())


def test_spread_is_the_log_normal_quantile() -> None:
    """The ninth decile itself at 0.9; at 0.95 the median times (p90 / p50) ** (1.6449 / 1.2816)."""
    assert spread_s([40 * HOUR], [70 * HOUR], 0.9).tolist() == [30 * HOUR]
    assert abs(spread_s([40 * HOUR], [70 * HOUR], 0.95)[0] / HOUR - (40 * 1.75**1.28348 - 40)) < 0.01


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_transits_are_those_of_the_zone_of_the_card(seed: int) -> None:
    state = carded(seed, [24, 60, 96, 150], [36, 100, 150, 260])
    lanes, sites, zones = transits_of(state), state.table(Sites), state.table(Zones)
    rules = PromiseRules()
    for zone in range(len(zones)):
        for fc in range(2):
            ends = (zones.lat_udeg[zone], zones.lon_udeg[zone], sites.lat_udeg[fc], sites.lon_udeg[fc])
            far = round(float(crow_m(*(np.array([x]) for x in ends))[0]))
            hours = [24, 60, 96, 150][min(3, far // 150_000)]
            assert (lanes.p50_s[zone, fc] == hours * HOUR).all()
            band = int(np.searchsorted(rules.band_m, far, side="right"))
            klass = np.array([lanes.own + 1 * 3 + band])
            spread = lanes.prior_s[1, band] + lanes.extra_of(klass, np.array([zone]), np.array([fc]))[0]
            expected = spread_s([hours * HOUR], [[36, 100, 150, 260][min(3, far // 150_000)] * HOUR], 0.95)
            assert spread == expected[0]
    assert lanes.extra_of(np.array([0]), np.array([0]), np.array([0])).tolist() == [0]


def test_without_cards_the_service_speaks_for_all_lanes() -> None:
    state = network(3)
    lanes, services = transits_of(state), state.table(Services)
    assert (lanes.p50_s == services.transit_p50_s).all()
    assert (lanes.extra_s == 0).all()


def test_a_promise_is_pick_up_and_median_and_spread_of_the_lane() -> None:
    state = carded(4, [24, 60, 96, 150], [36, 100, 150, 260])
    shop = Shop({NINE: basket(state, 1, 30, lines=1)})
    run(state, NINE, promise.open_days, promise.take, promise.quote, shop=shop, longest_days=40)
    orders, promises = state.table(Orders), state.table(Promises)
    lanes = transits_of(state, PromiseRules(longest_days=40))
    made = np.flatnonzero(promises.klass >= 0)
    assert len(made) == 30
    service = (promises.klass[made] - lanes.own) // 3
    lane = orders.zone[made], orders.promise_fc[made], service
    sure = lanes.p50_s[lane] + promises.margin_s[made]
    tenth = np.array([36, 100, 150, 260])[np.searchsorted([24, 60, 96, 150], lanes.p50_s[lane] // HOUR)]
    assert (promises.margin_s[made] == spread_s(lanes.p50_s[lane], tenth * HOUR, 0.95)).all()
    late = orders.due_s[made] - (NINE + sure)
    assert (late >= 0).all()
    assert (late <= 3 * DAY).all()  # the wait for the pick-up and the end of the window
    far = lanes.p50_s[lane]
    assert orders.due_s[made][far == far.max()].min() > orders.due_s[made][far == far.min()].max()


def test_lanes_of_a_class_teach_it_alike() -> None:
    """Each lane late by the same beyond its own quantile moves the margin the same, however long the lane."""
    state = carded(4, [24, 60, 96, 150], [36, 100, 150, 260])
    lanes, rules = transits_of(state), PromiseRules(margin_max_s=40 * DAY)
    zone, fc = (int(x[0]) for x in np.nonzero(lanes.extra_s[:, :, 0] > 0))
    short = tuple(int(x[0]) for x in np.nonzero(lanes.extra_s[:, :, 0] < 0))
    moved = []
    for at, where in ((zone, fc), short):
        klass = lanes.own
        given_s = int(lanes.prior_s[0, 0] + lanes.extra_s[at, where, 0])
        orders = Orders.fill(1, at_s=0, due_s=10 * DAY, zone=at, promise_fc=where)
        promises = Promises.fill(1, klass=klass, margin_s=given_s, quantile_pm=950, parts=1)
        packages = Packages.fill(1, order=0, status=Status.DELIVERED, attempts=0)
        scans = Scans.fill(1, package=0, event=Event.DELIVERED, at_s=10 * DAY + HOUR)
        count = lanes.own + lanes.prior_s.size
        now = np.r_[np.zeros(lanes.own, np.int64), lanes.prior_s.ravel()]
        margins = Margins.fill(count, margin_s=now, seen=0, kept=0, scans=0)
        moved.append(plan_margins(scans, 1, packages, orders, promises, margins, now, rules, lanes))
    assert moved[0].margin_s.tolist() == moved[1].margin_s.tolist()
    assert moved[0].margin_s[0] > lanes.prior_s[0, 0]
