"""One number from block to choice: what blocks carry, and what goes back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.flex.market import fitness, pick
from doorward.flex.plan import Outlook, packages_of, plan_blocks, share_mc, stretches
from doorward.flex.room import (
    Rates,
    begins_of,
    carried,
    changed,
    given_back,
    live_need,
    packages_on,
    rates,
    still_open,
)
from doorward.flex.rules import FlexRules
from doorward.tables.fleet import Runs
from doorward.tables.flex import Blocks, BlockStatus, Drivers
from doorward.tables.journey import Status
from doorward.tables.packages import Packages
from doorward.tables.sites import Sites
from doorward.tables.ways import Bills, Way, WayCapacity

DAY_S, FROM_S, SITES, RULES = 86_400, 86_400 * 20_000, 3, FlexRules()
HALF = Rates(np.array([0.5, 0.8, 0.9]), np.array([1.0, 0.5, 0.9]))


@st.composite
def market(draw: st.DrawFn) -> tuple[Blocks, Runs]:
    n = draw(st.integers(0, 20))

    def column(lo: int, hi: int) -> list[int]:
        return draw(st.lists(st.integers(lo, hi), min_size=n, max_size=n))

    start = FROM_S + 3600 * np.array(column(-10, 40), np.int64)
    blocks = Blocks.fill(
        n, station=column(0, 2), start_s=start, end_s=start + 14_400, status=column(0, 6), need=column(1, 60),
        driver=-1, pay_c=9000, base_c=9000,
    )  # fmt: skip
    k = draw(st.integers(0, n))
    runs = Runs.fill(k, block=np.arange(k) * 2 % max(1, n), packages=7)
    return blocks, runs


@settings(max_examples=100, deadline=None)
@given(market(), st.integers(0, 24))
def test_what_blocks_carry_block_by_block(made: tuple[Blocks, Runs], hour: int) -> None:
    blocks, runs = made
    on = packages_on(blocks, runs)
    room = carried(blocks, on, HALF, FROM_S, SITES, np.zeros(1, np.int64))[0]
    needs = live_need(blocks, on, FROM_S, SITES)
    for station in range(SITES):
        expected, need = 0.0, 0
        for b in range(len(blocks)):
            if blocks.station[b] != station or not FROM_S <= blocks.start_s[b] < FROM_S + DAY_S:
                continue
            mine = [int(runs.packages[r]) for r in range(len(runs)) if runs.block[r] == b]
            status = int(blocks.status[b])
            if mine:
                expected += sum(mine)
                continue
            chance = {0: HALF.show[station] * HALF.fill[station], 1: HALF.show[station], 2: 1.0}.get(
                status, 0.0
            )
            expected += chance * int(blocks.need[b])
            need += int(blocks.need[b]) * (status <= 2)
        assert room[station] == pytest.approx(expected) and needs[station] == need


@settings(max_examples=100, deadline=None)
@given(market(), st.integers(0, 24), st.integers(0, 60), st.integers(0, 999))
def test_what_goes_back_is_what_no_driver_will_carry(
    made: tuple[Blocks, Runs], hour: int, n: int, seed: int
) -> None:
    blocks, runs = made
    random = np.random.default_rng(seed)
    packages = Packages.fill(
        n, way=int(Way.FLEX), station=random.integers(0, SITES, n), status=random.choice([0, 3, 6, 7], n), stop=-1,
        due_s=FROM_S + random.integers(0, 2 * DAY_S, n),
    )  # fmt: skip
    now_s, on = FROM_S + 3600 * hour, packages_on(blocks, runs)
    back, limit, short = given_back(packages, blocks, on, FROM_S, now_s, SITES, RULES)
    for station in range(SITES):
        room = 0
        for b in range(len(blocks)):
            if blocks.station[b] == station and on[b] < 0 and blocks.start_s[b] < FROM_S + DAY_S:
                late = blocks.status[b] == BlockStatus.OPEN and blocks.start_s[b] > now_s + RULES.doubt_s
                if blocks.end_s[b] > now_s and (late or blocks.status[b] in (1, 2)):
                    room += int(blocks.need[b])
        mine = [p for p in range(n) if packages.station[p] == station and packages.due_s[p] < FROM_S + DAY_S]
        mine.sort(key=lambda p: (packages.due_s[p], p))
        told = [p for p in mine[room:] if packages.status[p] in (Status.READY, Status.PLANNED)]
        assert sorted(back[packages.station[back] == station].tolist()) == sorted(told)
        here = packages.station[back] == station
        assert (limit[here] == room).all() and (short[here] == len(mine) - room).all()


def test_rates_are_learned_from_drivers_and_blocks() -> None:
    drivers = Drivers.fill(2, station=[0, 1], blocks=[300, 0], noshows=[60, 0], forfeits=[40, 0])
    blocks = Blocks.fill(
        100, station=1, start_s=FROM_S, end_s=FROM_S + 14_400, status=np.where(np.arange(100) < 50, 5, 3)
    )
    found = rates(drivers, blocks, FROM_S, SITES)
    assert found.show.tolist() == pytest.approx([(300 + 95) / 500, 0.95, 0.95])
    assert found.fill.tolist() == pytest.approx([0.95, (50 + 95) / 200, 0.95])


def test_only_what_changed_is_said() -> None:
    ways = WayCapacity.fill(
        3, way=[2, 2, 0], station=[1, 2, 1], day=20_000, limit=[40, 50, 60], cost_mc=[5, 5, -1], taken=0
    )
    rows, limit, cost = changed(ways, 20_000, np.array([[0.0, 40.9, 49.2]]))
    assert (rows.tolist(), limit.tolist(), cost.tolist()) == ([1], [49], [-1])
    rows, limit, cost = changed(ways, 20_000, np.array([[0.0, 40.0, 50.0]]), np.array([9, 5, 6]))
    assert (rows.tolist(), limit.tolist(), cost.tolist()) == ([1], [50], [6])


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 400), st.floats(0, 600), st.floats(0, 600), st.integers(0, 500))
def test_early_looks_open_no_more_than_the_last(known: int, late: float, left: float, have: int) -> None:
    outlook = Outlook(
        np.full(known, FROM_S + 20 * 3600), np.full(known, FROM_S), 50.0, late, left, 9000.0, 500_000.0
    )
    begins = np.repeat(FROM_S + np.array(RULES.starts_s), 2)
    args = outlook, FROM_S, FROM_S, have, 0.95, 2213.0, RULES
    early, last = plan_blocks(*args, begins=begins, early=True), plan_blocks(*args, begins=begins)
    assert len(early.start_s) <= len(last.start_s)
    assert (early.need == packages_of(14_400, outlook, RULES)).all() or len(
        set(early.end_s - early.start_s)
    ) > 1
    if known and not have:
        assert early.need.sum() >= 0.8 * known - 52


@settings(max_examples=60, deadline=None)
@given(st.integers(10, 200), st.integers(0, 100), st.integers(0, 99))
def test_blocks_begin_when_what_they_carry_is_there(evening: int, morning: int, seed: int) -> None:
    """Of the day's starts the last is the evening's; what is there by then only gets no earlier block for it."""
    rules = FlexRules(starts_s=(32_400, 46_800, 64_800), evening_s=64_800)
    rng = np.random.default_rng(seed)
    due = FROM_S + np.r_[np.full(evening, 75_600), rng.integers(50_000, 64_000, morning)]
    begin = FROM_S + np.r_[np.full(evening, 64_800), np.zeros(morning, np.int64)]
    day, night = stretches(Outlook(due, begin, 9.0, 0.0, 0.0, 9000.0, 5e6), FROM_S, rules)
    assert len(day.outlook.due_s) == morning and len(night.outlook.due_s) == evening
    by_day, late = (
        plan_blocks(part.outlook, FROM_S, FROM_S, 0, 0.95, 2213.0, part.rules) for part in (day, night)
    )
    assert len(late.start_s) and (late.start_s == FROM_S + 64_800).all() and late.need.sum() >= 0.7 * evening
    assert (late.end_s <= FROM_S + 75_600).all(), "a block ends by the promise of what it carries"
    assert (by_day.start_s < FROM_S + 64_800).all()
    assert stretches(day.outlook, FROM_S, RULES) == [(day.outlook, RULES, 0, DAY_S)]


def test_doors_far_apart_make_blocks_carry_less() -> None:
    def carried(radius_m: float, known: int) -> int:
        land = np.full(4, np.pi * radius_m**2), np.ones(4), np.full(4, 5_000.0)
        seen = Outlook(np.full(known, FROM_S), np.full(known, FROM_S), 0.0, 0.0, 0.0, 9000.0, 5e6, land)
        return packages_of(10_800, seen, FlexRules(packages_h=60))

    assert carried(9_000, 40) < carried(3_000, 40) < carried(1_000, 40)
    assert carried(9_000, 40) < carried(9_000, 400), "more doors lie closer together"


def test_few_packages_pay_for_the_whole_block() -> None:
    seen = Outlook(np.zeros(0, np.int64), np.zeros(0, np.int64), 0.0, 0.0, 0.0, 9000.0, 5e6)
    pay = (4_000, 6_000, 8_000)
    full = [packages_of(length, seen, RULES) for length in RULES.lengths_s]
    assert share_mc(0.2, seen, pay, RULES) == 4_000_000, "one package has the shortest block to itself"
    assert share_mc(10.0, seen, pay, RULES) == 400_000
    assert share_mc(1e9, seen, pay, RULES) == min(round(p * 1000 / n) for p, n in zip(pay, full, strict=True))


def test_what_waits_for_its_evening_is_not_given_back() -> None:
    """The choice fills evenings until their blocks are opened: nothing is said of them and nothing taken back."""
    day = FROM_S // DAY_S
    ways = WayCapacity.fill(
        2, way=2, station=0, day=day, limit=[40, 40], taken=[9, 9], slot_s=[34_200, 64_800]
    )
    bills = Bills.fill(18, opening=np.repeat([0, 1], 9))
    packages = Packages.fill(
        18, way=int(Way.FLEX), station=0, status=int(Status.READY), stop=-1, due_s=FROM_S + 75_600
    )
    begins = begins_of(packages, bills, ways)
    assert begins.tolist() == [0] * 9 + [64_800] * 9
    none = Blocks.empty()
    args = packages, none, np.zeros(0, np.int64), FROM_S, FROM_S + 46_800, 1, RULES
    assert len(given_back(*args)[0]) == 18
    assert given_back(*args, begins >= 64_800)[0].tolist() == list(range(9))
    rows, limit, _ = changed(ways, day, np.zeros((2, 1)), before_s=64_800)
    assert (rows.tolist(), limit.tolist()) == ([0], [0])
    rules = FlexRules(evening_s=64_800)
    assert still_open(FROM_S + 13 * 3_600, 0, rules) and not still_open(FROM_S + 14 * 3_600, 0, rules)
    assert not still_open(FROM_S, 0, FlexRules())


def test_the_better_suited_are_asked_first() -> None:
    sites = Sites.fill(1, lat_udeg=0, lon_udeg=0)
    blocks = Blocks.fill(1, station=0, need=50, driver=-1)
    drivers = Drivers.fill(
        4, station=0, lat_udeg=[0, 200_000, 60_000, 61_000], lon_udeg=0, volume_ml=[100_000, 900_000, 900_000, 900_000],
        standing_pm=[1000, 1000, 800, 900], blocks=9,
    )  # fmt: skip
    rank = fitness(0, blocks, drivers, sites, 9000.0, RULES)
    order = pick(np.ones(4, np.bool_), 4, 9, blocks, drivers, FlexRules(newcomer_pm=0), rank)
    assert order.tolist() == [3, 2, 1, 0], (
        "near before far, of those alike the better standing, a small car last"
    )
