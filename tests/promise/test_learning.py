"""Margins learnt from lateness; promises against actual."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.promise.learn import first_offers, plan_margins, track
from doorward.promise.report import promises_kept
from doorward.promise.rules import PromiseRules
from doorward.tables.journey import Event, Status
from doorward.tables.orders import Orders
from doorward.tables.packages import Packages, Scans
from doorward.tables.promises import Margins, Promises

DAY = 86_400


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=60))
def test_track_is_the_formula(told: list[tuple[int, bool]]) -> None:
    margin, seen = np.full(4, 3600.0), np.zeros(4, np.int64)
    slow = [3600.0] * 4
    count = [0] * 4
    for c, late in told:
        gamma = max(300, 0.1 * slow[c]) + 3600 / (1 + count[c]) ** 0.5
        slow[c] += gamma * (late - (1 - 0.95))
        slow[c] = min(9000.0, max(0.0, slow[c]))
        count[c] += 1
    klass = np.array([c for c, _ in told], np.int64)
    need = np.array([10_000 if late else -1 for _, late in told], np.int64)
    track(klass, need, margin, seen, 0.95, 300.0, 0.1, 3600.0, 0.0, 9000.0)
    assert np.allclose(margin, slow)
    assert seen.tolist() == count


def test_coverage_comes_back_after_the_network_became_slower() -> None:
    """Lateness shifts by two days; a fixed margin breaks its word, the learnt one recovers to the stated share."""
    rng = np.random.default_rng(1)
    error = np.r_[rng.exponential(20_000, 6_000), rng.exponential(20_000, 6_000) + 2 * DAY]
    margin, seen, late = np.array([60_000.0]), np.zeros(1, np.int64), []
    for each in error:
        late.append(each > margin[0])
        track(
            np.zeros(1, np.int64),
            np.array([int(each)]),
            margin,
            seen,
            0.95,
            900.0,
            0.0,
            3600.0,
            0.0,
            5.0 * DAY,
        )
    kept = 1 - np.array(late)
    assert abs(kept[1_000:6_000].mean() - 0.95) < 0.01
    assert abs(kept[8_000:].mean() - 0.95) < 0.01
    assert (error[8_000:] <= 60_000).mean() < 0.05  # what the margin that was right before would have kept


def small_world() -> tuple[Orders, Promises, Packages, Scans]:
    """Order 0: two packages; order 1: tried, then delivered late; order 2: lost; order 3: open and overdue."""
    orders = Orders.fill(4, at_s=0, due_s=[2 * DAY, 2 * DAY, 2 * DAY, DAY], due_lo_s=0)
    promises = Promises.fill(4, klass=[0, 0, 1, 1], quantile_pm=950, margin_s=600, parts=1)
    packages = Packages.fill(
        5,
        order=[0, 0, 1, 2, 3],
        status=[Status.DELIVERED, Status.DELIVERED, Status.DELIVERED, Status.LOST, Status.OUT],
        ended_s=[DAY, 3 * DAY, 3 * DAY, DAY, -1],
        attempts=[0, 0, 1, 0, 0],
    )
    scans = Scans.fill(
        5,
        package=[0, 2, 3, 1, 2],
        event=[Event.DELIVERED, Event.ATTEMPTED, Event.LOST, Event.DELIVERED, Event.DELIVERED],
        at_s=[DAY, 2 * DAY, DAY, 3 * DAY, 3 * DAY],
    )
    return orders, promises, packages, scans


def test_only_the_first_offer_counts() -> None:
    _, _, packages, scans = small_world()
    told = first_offers(scans, packages)
    assert told.package.tolist() == [0, 2, 3, 1]
    assert told.event.tolist() == [Event.DELIVERED, Event.ATTEMPTED, Event.LOST, Event.DELIVERED]
    assert first_offers(scans.take(slice(4, 5)), packages).package.tolist() == []  # its first was before


def test_margins_move_by_class() -> None:
    orders, promises, packages, scans = small_world()
    margins = Margins(margin_s=[600, 600, 600], seen=[0, 0, 0], kept=[0, 0, 0], scans=[0, 0, 0])
    rules = PromiseRules(margin_min_s=0)
    moved = plan_margins(
        scans, 5, packages, orders, promises, margins, margins.margin_s.astype(np.int64), rules
    )
    assert moved.klass.tolist() == [0, 1]
    assert moved.seen.tolist() == [3, 1]
    assert moved.kept.tolist() == [2, 0]
    assert (moved.margin_s > 600).all()
    assert moved.scans.tolist() == [5, 5]


def test_report_by_hand() -> None:
    kept = promises_kept(*small_world(), now_s=4 * DAY)
    assert kept.klass.tolist() == [-1, 0, 1]
    assert kept.packages.tolist() == [5, 3, 2]
    assert kept.judged.tolist() == [5, 3, 2]
    assert kept.in_time.tolist() == [2, 2, 0]
    assert kept.delivered.tolist() == [3, 3, 0]
    assert kept.delivered_in_time.tolist() == [1, 1, 0]
    assert kept.promised_s[1] == 2 * DAY
    assert kept.taken_s[1] == 2 * DAY


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([0.0, 8.0]), st.sampled_from([900, 950, 980]))
def test_a_margin_finds_the_stated_share_from_above_and_from_below(
    seed: int, start_h: float, stated_pm: int
) -> None:
    """Promises end at whole hours; the time needed is normal with a known quantile. Far too cautious or far too bold at
    first, the share kept comes to the stated one, and the promise to within an hour of the quantile."""
    rng = np.random.default_rng(seed)
    needed_h = np.clip(rng.normal(3.0, 1.0, 12_000), 0, None)
    margin, seen = np.array([start_h * 3600]), np.zeros(1, np.int64)
    kept, given = np.empty(len(needed_h), np.bool_), np.empty(len(needed_h))
    for i, need_h in enumerate(needed_h):
        given[i] = np.ceil(margin[0] / 3600)  # hours to the window's end
        kept[i] = need_h <= given[i]
        need_s = int((need_h - given[i]) * 3600 + margin[0])  # as plan_margins reckons it
        track(
            np.zeros(1, np.int64),
            np.array([need_s]),
            margin,
            seen,
            stated_pm / 1000,
            300.0,
            0.02,
            3600.0,
            0.0,
            5.0 * DAY,
        )
    true_h = float(np.quantile(needed_h, stated_pm / 1000))
    assert abs(kept[4_000:].mean() - stated_pm / 1000) < 0.012
    assert abs(given[4_000:].mean() - true_h) < 1.0


def test_a_partners_parcel_that_was_in_time_counts_once_when_its_promise_ends() -> None:
    """Parcel 0 comes on day 1 of 4, parcel 1 a day late, parcel 2 is lost on day 2: hour by hour, each is seen once."""
    orders = Orders.fill(3, at_s=0, due_s=4 * DAY, due_lo_s=0)
    promises = Promises.fill(3, klass=0, quantile_pm=950, margin_s=DAY, parts=1)
    margins = Margins(margin_s=[DAY], seen=[0], kept=[0], scans=[0])
    came = [DAY, 2 * DAY, 5 * DAY]
    every = Scans.fill(3, package=[0, 2, 1], event=[Event.DELIVERED, Event.LOST, Event.DELIVERED], at_s=came)
    seen_at = []
    for now_s in range(3600, 6 * DAY, 3600):
        told = [s for s in range(3) if came[s] <= now_s]
        status = np.full(3, int(Status.WITH_CARRIER))
        status[every.package[told]] = np.where(every.event[told] == Event.LOST, Status.LOST, Status.DELIVERED)
        ended = np.full(3, -1, np.int64)
        ended[every.package[told]] = every.at_s[told]
        packages = Packages.fill(3, order=[0, 1, 2], carrier=0, status=status, ended_s=ended, attempts=0)
        fresh = every.take([s for s in told if came[s] > now_s - 3600])
        moved = plan_margins(
            fresh, len(told), packages, orders, promises, margins, margins.margin_s.astype(np.int64),
            PromiseRules(), due_between=(now_s - 3600, now_s),
        )  # fmt: skip
        if len(moved):
            seen_at.append(now_s)
            margins = Margins(**{c: getattr(moved, c) for c in Margins.columns})
    assert seen_at == [2 * DAY, 4 * DAY, 5 * DAY]
    assert (margins.seen[0], margins.kept[0]) == (3, 1)
