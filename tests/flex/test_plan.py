"""Blocks, prices and pay against slow obvious versions and known figures."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.flex.lint import lint_blocks, lint_statements
from doorward.flex.market import TAKEN, TOO_LATE, WITHDRAWN, winners
from doorward.flex.pay import Worked, base_pay_c, explain, statements
from doorward.flex.plan import Outlook, book, demand_quantiles, plan_blocks
from doorward.flex.price import MOST_BLOCKS, MOST_WAVES, accept, learn, price_table
from doorward.flex.rules import HOURLY, MINUTE_AND_MILE, WAGE_MULTIPLE, FlexRules
from doorward.tables.flex import Blocks, BlockStatus, Offers

ALL = FlexRules(active=("hourly", "minute-and-mile", "wage-multiple"))


@pytest.mark.parametrize(("show", "blocks"), [(0.85, 72), (0.92, 66), (0.97, 62)])
def test_overbooking_for_no_shows(show: float, blocks: int) -> None:
    """Sixty routes needed at 72, idle pay 60 %, overflow 150: figures worked out apart from this code."""
    assert book(np.full(1, 60.0), 1, show, 72, 0.6 * 72, 150, 100) == blocks


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 40), min_size=1, max_size=6), st.integers(1, 9), st.floats(0.5, 1.0),
    st.floats(1, 100), st.floats(0, 1), st.floats(1, 60),
)  # fmt: skip
def test_book_is_the_cheapest_number(
    demand: list[int], per_block: int, show: float, pay: float, idle: float, overflow: float
) -> None:
    def cost(n: int) -> float:
        total = 0.0
        for d in demand:
            used = -(-d // per_block)
            for s in range(n + 1):
                p = comb(n, s) * show**s * (1 - show) ** (n - s)
                total += p * (
                    min(s, used) * pay + max(0, s - used) * idle * pay + max(0, d - s * per_block) * overflow
                )
        return total

    chosen = book(np.array(demand, float), per_block, show, pay, idle * pay, overflow, 50)
    assert cost(chosen) <= min(cost(n) for n in range(51)) + 1e-6 * (1 + cost(0))


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 300),
    st.floats(0, 200),
    st.floats(0, 900),
    st.integers(0, 9),
    st.floats(5, 40),
    st.integers(0, 99),
)
def test_blocks_keep_their_rules(
    n: int, more: float, vans: float, have: int, earliest_h: float, seed: int
) -> None:
    rules, midnight_s = FlexRules(), 86_400 * 20_000
    due = midnight_s + 3600 * (10 + (np.arange(n) * 7 + seed) % 13)
    outlook = Outlook(
        due.astype(np.int64), np.zeros(len(due), np.int64), vans, more, 400.0, 9000.0, 500_000.0
    )
    earliest_s = midnight_s + int(earliest_h * 3600) - 5 * 3600
    new = plan_blocks(outlook, midnight_s, earliest_s, have * 52, 0.94, 2213.0, rules)
    lint_blocks(new, outlook, earliest_s, rules)
    wide = demand_quantiles(outlook, rules)
    assert (wide >= n).all() and (np.diff(wide) >= 0).all()
    if earliest_h <= 12 and n > 65 * (have + 1):
        assert new.need.sum() >= n * 0.8 - have * 52


def test_the_price_table_is_the_dynamic_programme() -> None:
    base, ceiling, fanout, a, b = 100, 180, 2, -0.5, 5.0
    table, cost = price_table(base, ceiling, 5, fanout, -500, 5000)
    prices = np.linspace(base, ceiling, 5)

    def value(waves: int, blocks: int) -> float:
        if waves == 0 or blocks == 0:
            return blocks * float(ceiling)
        best = np.inf
        for price in prices:
            p, total = float(accept(price, base, a, b)), 0.0
            for k in range(blocks * fanout + 1):
                chance = comb(blocks * fanout, k) * p**k * (1 - p) ** (blocks * fanout - k)
                filled = min(k, blocks)
                total += chance * (filled * price + value(waves - 1, blocks - filled))
            best = min(best, total)
        return best

    for waves, blocks in ((1, 1), (1, 3), (2, 2), (3, 3)):
        assert cost[waves, blocks] == pytest.approx(value(waves, blocks))
    assert table.shape == (MOST_WAVES + 1, MOST_BLOCKS + 1)
    assert (np.diff(table[1:, 1]) <= 0).all(), "more time left, no higher a price"


def test_the_curve_is_found_from_answers() -> None:
    base = np.full(3000, 9000)
    pay = base + (np.arange(3000) % 10) * 600
    truth = accept(pay.astype(float), 9000.0, -1.2, 4.0)
    yes = ((np.arange(3000) * 0.6180339887) % 1.0) < truth
    intercept, slope = learn(pay, base, yes)
    assert intercept == pytest.approx(-1.2, abs=0.15) and slope == pytest.approx(4.0, abs=0.5)
    nothing = np.zeros(0, np.int64)
    assert learn(nothing, nothing, nothing.astype(bool)) == (-0.5, 5.0)


@st.composite
def work(draw: st.DrawFn) -> Worked:
    n = draw(st.integers(1, 8))

    def column(lo: int, hi: int) -> np.ndarray:
        return np.array(draw(st.lists(st.integers(lo, hi), min_size=n, max_size=n)), np.int64)

    return Worked(
        np.arange(n), column(0, 50), column(0, 30_000), column(7200, 18_000), column(0, 30_000), column(0, 9000),
        column(0, 200_000), column(0, 60), column(0, 3000), column(0, 1).astype(bool),
    )  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(work())
def test_no_statement_is_below_a_rule_and_every_cent_is_explained(worked: Worked) -> None:
    sheet = statements(worked, ALL)
    lint_statements(sheet, worked, ALL)
    for row in range(len(sheet)):
        *lines, (word, total) = explain(sheet, row, ALL)
        assert word == "total" and sum(cents for _, cents in lines) == total == sheet.total_c[row]


def test_four_hours_under_each_rule() -> None:
    four = 4 * 3600
    assert base_pay_c(four, FlexRules(active=())) == 8800
    assert base_pay_c(four, FlexRules(active=(HOURLY.name,))) == 8853
    assert base_pay_c(four, FlexRules(active=(MINUTE_AND_MILE.name,))) == 10_800
    assert base_pay_c(four, FlexRules(active=(WAGE_MULTIPLE.name,), base_c_h=100)) == 8055


def test_the_first_yes_has_the_block() -> None:
    blocks = Blocks.fill(
        3, station=1, start_s=[0, 0, 20_000], end_s=[14_400, 14_400, 30_000], status=int(BlockStatus.OPEN)
    )
    offers = Offers.fill(5, block=[0, 0, 1, 2, 2], driver=[7, 8, 8, 8, 7], pay_c=1, at_s=0, answer=0)
    settled, won = winners(np.array([1, 0, 2, 3, 4]), np.ones(5, np.int64), offers, blocks, FlexRules())
    assert settled.tolist() == [TAKEN, TOO_LATE, WITHDRAWN, TAKEN, TOO_LATE]
    assert won.tolist() == [1, 3]
