"""The services on a small metro: everybody gets a way, folds conserve, drops are chosen for again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.carriers.bill import bill, capacity_use, explain, way_sums
from doorward.carriers.choose.rooms import Index, expected_demand
from doorward.carriers.lint import lint
from doorward.carriers.net import network
from doorward.carriers.plan import offers
from doorward.carriers.quote.plan import late_lognormal, late_normal
from doorward.carriers.rules import CarriersRules
from doorward.carriers.service import reference, situation
from doorward.carriers.waiting import waiting_batch
from doorward.core.seed import generator
from doorward.core.units import DAY_S
from doorward.ledger.state import State
from doorward.tables.cards import card_rows
from doorward.tables.journey import Status
from doorward.tables.orders import DRONE_OK, LOCKER_OK, ROBOT_OK, Orders
from doorward.tables.packages import Packages
from doorward.tables.remarks import Reason, Remarks
from doorward.tables.sites import Sites, Zones
from doorward.tables.ways import (
    OWN_NETWORK,
    Bills,
    Services,
    Way,
    WayCapacity,
    WayChosen,
    WayDropped,
    ZoneCosts,
)
from tests.carriers.world import LAT, MONDAY_S, desk, fold, state_with, turn

EIGHT_S = MONDAY_S + 8 * 3600


def kind(facts: list[Any], which: type[Any]) -> Any:
    return next((f for f in facts if type(f) is which), which.empty())


def opened(seed: int, n: int, expect_pm: int = 700, **more: Any) -> State:
    state = state_with(seed, n, **more)
    turn(state, "carriers.open", MONDAY_S + 600, expect_pm=expect_pm)
    return state


@pytest.mark.parametrize(("seed", "n", "vans"), [(1, 300, 12), (2, 1_500, 3), (3, 2_500, 1), (4, 40, 0)])
def test_every_package_gets_a_way_and_no_opening_overflows(seed: int, n: int, vans: int) -> None:
    state = opened(seed, n, vans=vans)
    before = state.table(WayCapacity).take(slice(None)), state.table(Packages).take(slice(None))
    capacity, packages = (t.replace(**{c: getattr(t, c).copy() for c in t.columns}) for t in before)
    facts = turn(state, "carriers.choose", EIGHT_S)
    chosen = kind(facts, WayChosen)
    assert lint(chosen, packages, capacity, state.table(Sites), state.table(Services)) == []
    assert (state.table(Packages).way >= 0).all()
    now = state.table(WayCapacity)
    assert (now.taken <= now.limit)[now.way >= 0].all()
    assert now.taken[now.way >= 0].sum() == (state.table(Bills).opening >= 0).sum()


def test_a_day_in_small_batches_keeps_within_room_and_close_to_one_batch() -> None:
    """Pacing: 60 batches of 40 know nothing of each other and still cost little more than all at once."""
    n = 2_400
    whole, parts = opened(5, n, 900, vans=2), opened(5, n, 900, vans=2, way=0)
    turn(whole, "carriers.choose", EIGHT_S)
    for k in range(60):
        parts.put(Packages, slice(k * 40, k * 40 + 40), way=-1)
        turn(parts, "carriers.choose", EIGHT_S + k)
    cost = []
    for state in (whole, parts):
        b, capacity = state.table(Bills), state.table(WayCapacity)
        assert (capacity.taken <= capacity.limit)[capacity.way >= 0].all()
        cost.append(int((b.money_mc + b.late_mc + b.carbon_mc).sum()))
    assert cost[0] <= cost[1] < 1.05 * cost[0]


def test_equal_inputs_equal_choices() -> None:
    one, two = (turn(opened(6, 800, vans=3), "carriers.choose", EIGHT_S) for _ in range(2))
    assert all(a.equals(b) for a, b in zip(one, two, strict=True))


def test_a_dropped_package_stays_at_its_station_and_avoids_the_way() -> None:
    state = opened(7, 400)
    turn(state, "carriers.choose", EIGHT_S)
    packages = state.table(Packages)
    row = np.flatnonzero(np.isin(packages.way, OWN_NETWORK))[:60]
    way, station = packages.way[row].copy(), packages.station[row].copy()
    taken = int(state.table(WayCapacity).taken.sum())
    fold(state, EIGHT_S, WayDropped.fill(len(row), package=row, way=way, reason=int(Reason.WIND)))
    state.put(Packages, row, status=int(Status.READY), holder=station)
    assert (state.table(Packages).way[row] == -1).all()
    assert ((state.table(Bills).gates[row] >> way) & 1 == 1).all()
    turn(state, "carriers.choose", MONDAY_S + DAY_S + 6 * 3600)
    packages = state.table(Packages)
    assert (packages.way[row] >= 0).all() and np.isin(packages.way[row], OWN_NETWORK).all()
    assert (packages.way[row] != way).all() and (packages.station[row] == station).all()
    assert int(state.table(WayCapacity).taken.sum()) == taken  # old openings and pools were given back


def test_when_every_way_was_dropped_the_last_resort_is_a_van() -> None:
    state = opened(8, 50)
    turn(state, "carriers.choose", EIGHT_S)
    packages = state.table(Packages)
    row = np.flatnonzero(packages.way == Way.OWN)[:3]
    state.put(Bills, row, gates=0x3FF)
    state.put(Packages, row, status=int(Status.READY), holder=packages.station[row], way=-1)
    facts = turn(state, "carriers.choose", EIGHT_S + 300)
    assert (state.table(Packages).way[row] == Way.OWN).all()
    assert sorted(kind(facts, Remarks).row) == sorted(row)


def test_too_heavy_for_all_goes_with_a_remark() -> None:
    state = opened(9, 5, weight_g=[90_000, 500, 500, 500, 500])
    facts = turn(state, "carriers.choose", EIGHT_S)
    remarks = kind(facts, Remarks)
    assert remarks.row.tolist() == [0] and remarks.reason.tolist() == [Reason.TOO_HEAVY]
    assert remarks.short[0] > 0 and state.table(Packages).way[0] >= 0


def test_without_room_packages_wait_and_are_named_once() -> None:
    state = opened(10, 30, vans=0)
    state.put(WayCapacity, slice(None), limit=0)
    first = turn(state, "carriers.choose", EIGHT_S)
    again = turn(state, "carriers.choose", EIGHT_S + 300)
    assert (state.table(Packages).way == -1).all()
    assert len(kind(first, Remarks)) == 30 and (kind(first, Remarks).reason == Reason.NO_CAPACITY).all()
    assert len(kind(first, WayChosen)) == 0 and len(again) <= 1


def offer_for(state: State, row: np.ndarray, **rules: Any) -> Any:
    at, r = desk(state, EIGHT_S), CarriersRules(**rules)
    ref = reference(at)
    now = situation(at, ref, r)
    net = network(ref, r)
    tables = state.table(Packages), state.table(Orders), state.table(Bills)
    batch = waiting_batch(row, *tables, ref, net, r, EIGHT_S)
    index = Index(now.capacity, len(ref.sites), len(ref.services), at.day)
    cards = ref.book.cards.take(card_rows(ref.services, ref.book.cards))
    return batch, offers(batch, net, ref, cards, now, index, expected_demand(now.capacity, at.day), r)


def test_gates_know_the_number_that_would_have_fitted() -> None:
    state = opened(11, 300)
    batch, offer = offer_for(state, np.arange(300))
    reason, short = offer.reason, offer.short
    drone = int(Way.DRONE)
    heavy = reason[drone] == Reason.PAYLOAD
    assert heavy.any() and (batch.weight_g[heavy] - short[drone][heavy] == CarriersRules().drone_g).all()
    far = reason[drone] == Reason.OUT_OF_REACH
    assert (batch.reach_m[far] - short[drone][far] == CarriersRules().drone_m).all()
    for way, bit in ((Way.LOCKER, LOCKER_OK), (Way.DRONE, DRONE_OK), (Way.ROBOT, ROBOT_OK)):
        assert (reason[way][(batch.consent & bit) == 0] != Reason.NONE).all()
    hazmat = batch.flags == 2
    assert hazmat.any() and (reason[[2, 3, 4, 5, 6, 7]][:, hazmat] != Reason.NONE).all()
    assert (reason[:6][:, batch.station < 0] == Reason.NO_COVERAGE).all()
    lines = explain(offer, int(np.flatnonzero(heavy)[0]), 0, state.table(Services))
    assert any("drone gated: heavier than the craft carries" in line and "kg over" in line for line in lines)


def test_quotes_move_the_right_way() -> None:
    state = opened(12, 200)
    row = np.arange(200)
    _, base = offer_for(state, row)
    _, carbon = offer_for(state, row, carbon_c_t=100_000)
    _, strict = offer_for(state, row, late_c=(2_000, 4_000, 8_000))
    assert (carbon.quotes.carbon >= 9 * base.quotes.carbon).all()
    assert (
        strict.quotes.late >= base.quotes.late
    ).all() and strict.quotes.late.sum() > 3 * base.quotes.late.sum()
    assert (base.quotes.money[:6, state.table(Zones).station[state.table(Orders).zone[row]] >= 0] > 0).all()


def test_leave_is_the_last_trailer_that_holds_the_promise() -> None:
    """Lanes leave FCs at 3, 9, 15, 21 h and the sort center 1.5 h later; cut-off is 7 h."""
    state = opened(13, 100)
    turn(state, "carriers.choose", EIGHT_S)
    packages = state.table(Packages)
    standard = np.isin(packages.way, OWN_NETWORK) & (packages.due_s > MONDAY_S + 2 * DAY_S)
    assert standard.any()
    leave = packages.leave_s[standard]
    assert set(((leave - MONDAY_S) % DAY_S).tolist()) <= {3 * 3600, 9 * 3600, 15 * 3600, 21 * 3600}
    assert (leave < packages.due_s[standard]).all() and (leave > packages.due_s[standard] - 2 * DAY_S).all()
    assert (packages.next_site[standard] == 2).all()


def test_bill_in_words_and_sums() -> None:
    state = opened(14, 300)
    turn(state, "carriers.choose", EIGHT_S)
    packages, bills = state.table(Packages), state.table(Bills)
    lines = bill(0, packages, bills, state.table(Services))
    assert (
        lines[0].endswith("in all")
        and any("money" in x for x in lines)
        and any(" lost by " in x for x in lines)
    )
    sums = way_sums(packages, packages.way)
    assert sums.packages.sum() == 300 and sums.bill_c.sum() == packages.bill_c.sum()
    day = int(state.table(WayCapacity).day[0])
    assert sum(capacity_use(state.table(WayCapacity), d).taken.sum() for d in range(day, day + 15)) == 300


def test_openings_roll_on_by_a_day() -> None:
    state = opened(15, 1)
    before = state.count(WayCapacity)
    turn(state, "carriers.open", MONDAY_S + DAY_S + 600)
    capacity = state.table(WayCapacity)
    assert (state.count(WayCapacity) - before) * 15 == before
    assert (np.diff(capacity.day) >= 0).all() and len(
        turn(state, "carriers.open", MONDAY_S + DAY_S + 700)
    ) == 0


def test_zones_learn_from_driven_stops() -> None:
    """A grid of doors 100 m apart on one street: leaving one out saves next to nothing beyond the street's ends."""
    from doorward.tables.fleet import Runs, Stops

    state = opened(16, 40)
    rng = generator(1, "test/street")
    state.put(
        Orders,
        slice(None),
        lat_udeg=LAT + np.arange(40) * 900,
        zone=3,
        lon_udeg=-122_300_000 + rng.integers(0, 50, 40),
    )
    state.load(Runs.fill(1, way=0, station=3, depart_s=EIGHT_S, left_s=EIGHT_S, status=3))
    state.load(
        Stops.fill(
            40, run=0, seq=np.arange(40), package=np.arange(40), leg_m=150, leg_s=40, done_s=0, outcome=0
        )
    )
    turn(state, "carriers.open", MONDAY_S + DAY_S + 600)
    learned = state.table(ZoneCosts)
    assert learned.stops[3] == 40 and (learned.stops[:3] == 0).all()
    assert 0 <= learned.drive_m[3] < 1_500 and learned.drive_s[3] >= 0


@given(st.integers(-20, 20), st.integers(1, 12), st.integers(1, 8), st.integers(5, 90))
def test_expected_lateness_is_the_mean_of_many_draws(
    left_h: int, spread_h: int, p50_h: int, sigma_pct: int
) -> None:
    rng = np.random.default_rng(5)
    z = rng.standard_normal(40_000)
    one = np.ones(1)
    late = np.maximum(0.0, z * spread_h * 3600 - left_h * 3600)
    p, s = late_normal(np.array([-left_h * 3600]), spread_h * 3600)
    assert p[0] == pytest.approx((late > 0).mean(), abs=0.02)
    assert s[0] == pytest.approx(late.mean(), rel=0.05, abs=spread_h * 60)
    t = 12 * p50_h * 3600 * np.exp(sigma_pct / 100 * z)
    late = np.maximum(0.0, t - left_h * 7200)
    p, s = late_lognormal(np.array([left_h * 7200]), 12 * p50_h * 3600 * one, sigma_pct / 100 * one)
    assert p[0] == pytest.approx((late > 0).mean(), abs=0.02)
    assert s[0] == pytest.approx(late.mean(), rel=0.05, abs=p50_h * 3600)


def test_more_time_never_costs_more_and_lateness_has_no_step() -> None:
    left = np.arange(-40 * 3600, 200 * 3600, 600)
    n = np.ones(len(left))
    for p, s in (
        late_normal(-left, 5_400),
        late_lognormal(left, 90_000 * n, 0.3 * n),
    ):
        assert (np.diff(p) <= 1e-12).all() and (np.diff(s) <= 1e-6).all()
        assert np.abs(np.diff(p)).max() < 0.06 and np.abs(np.diff(s)).max() <= 601
