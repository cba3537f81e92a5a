"""Replenishment: textbook newsvendors, levels that keep what they say, purchases that pass the linter."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.inventory.forecast.plan import plan_forecast
from doorward.inventory.plan import plan_sites
from doorward.inventory.replenish.lint import lint_purchases
from doorward.inventory.replenish.plan import (
    case_units,
    critical_ratio,
    lead_days,
    newsvendor_normal,
    newsvendor_poisson,
    plan_levels,
    plan_opening,
    plan_purchases,
    supplier_of,
)
from doorward.inventory.rules import InventoryRules
from doorward.tables.remarks import Reason
from tests.inventory.worlds import catalogue


def test_snyder_and_shen_example_4_3() -> None:
    """Fundamentals of Supply Chain Theory, example 4.3: h = 0.18, p = 0.70, normal(50, 8)."""
    best, cost = newsvendor_normal(50, 8, over=0.18, under=0.70)
    assert best == pytest.approx(56.6040, abs=5e-5)
    assert cost == pytest.approx(1.99761, abs=5e-6)


def poisson_cost(stock: int, mean: float, over: float, under: float) -> float:
    """Expected cost by the definition."""
    total, p = 0.0, math.exp(-mean)
    for k in range(400):
        total += p * (over * max(stock - k, 0) + under * max(k - stock, 0))
        p *= mean / (k + 1)
    return total


@given(st.floats(0.1, 90), st.floats(0.05, 1), st.floats(0.05, 5))
@settings(max_examples=50, deadline=None)
def test_the_poisson_newsvendor_is_the_cheapest_of_all(mean: float, over: float, under: float) -> None:
    best = newsvendor_poisson(mean, over, under)
    costs = [poisson_cost(stock, mean, over, under) for stock in range(max(0, best - 4), best + 5)]
    assert poisson_cost(best, mean, over, under) == pytest.approx(min(costs))


def test_poisson_newsvendor_known_value() -> None:
    """Demand Poisson(50) with the costs of example 4.3: S* = 56, cost 1.7972."""
    assert newsvendor_poisson(50, 0.18, 0.70) == 56
    assert poisson_cost(56, 50, 0.18, 0.70) == pytest.approx(1.7972, abs=5e-5)


def test_costs_must_be_costs() -> None:
    assert critical_ratio(3, 1) == 0.75
    with pytest.raises(ValueError, match="cost something"):
        critical_ratio(0, 1)


@given(st.integers(0, 10**6), st.integers(1, 300))
@settings(max_examples=40, deadline=None)
def test_purchases_pass_the_linter(seed: int, skus: int) -> None:
    draw = np.random.default_rng(seed)
    items, rules = catalogue(skus, seed), InventoryRules(least_order_c=int(draw.integers(0, 40_000)))
    history = draw.poisson(2, (int(draw.integers(0, 40)), skus)).astype(np.int32)
    look = plan_forecast(history, 0, items.rate_upm, rules)
    supplier = supplier_of(skus, rules)
    levels = plan_levels(look, supplier, rules)
    position = draw.integers(-3, 60, skus)
    per_day = look.mean / look.days
    units, remarks = plan_purchases(levels, position, items, per_day, supplier, rules, 7)
    assert lint_purchases(units, position, levels, case_units(items, per_day, rules)) == []
    low = position < levels.point
    assert np.array_equal(np.sort(np.r_[np.flatnonzero(units), remarks.row]), np.flatnonzero(low))
    assert (remarks.reason == Reason.BELOW_MINIMUM).all() and (remarks.short > 0).all()
    worth = np.bincount(supplier, weights=units * items.value_c, minlength=rules.suppliers)
    empty = np.bincount(supplier, weights=low & (position <= 0), minlength=rules.suppliers) > 0
    assert (worth[(worth > 0) & ~empty] >= rules.least_order_c).all()


def test_the_linter_sees_what_is_wrong() -> None:
    items, rules = catalogue(2, 0), InventoryRules()
    look = plan_forecast(np.zeros((0, 2), np.int32), 0, items.rate_upm, rules)
    levels = plan_levels(look, supplier_of(2, rules), rules)
    case = np.array([5, 5])
    full = levels.upto + 1
    assert "above its reorder point" in lint_purchases(np.array([5, 0]), full, levels, case)[0]
    low = np.array([0, levels.upto[1] + 9])
    assert any("broken cases" in told for told in lint_purchases(np.array([3, 0]), low, levels, case))


def test_suppliers_and_lead_times_are_fixed() -> None:
    rules = InventoryRules(suppliers=20, lead_days_lo=2, lead_days_hi=5)
    supplier = supplier_of(4_000, rules)
    assert np.array_equal(supplier, supplier_of(4_000, rules))
    assert set(supplier.tolist()) <= set(range(20))
    assert set(lead_days(supplier, rules).tolist()) == {2, 3, 4, 5}


def test_opening_covers_the_days_asked_for_and_thin_ones_do_not() -> None:
    items, rules = catalogue(500, 3), InventoryRules(open_cover_days=10, thin_cover_days=2)
    look = plan_forecast(np.zeros((0, 500), np.int32), 0, items.rate_upm, rules)
    levels = plan_levels(look, supplier_of(500, rules), rules)
    thin = np.arange(500) % 50 == 0
    units = plan_opening(items, look, levels, thin, rules)
    per_day = look.mean / look.days
    assert (units[~thin] >= 10 * per_day[~thin] - 1e-6).all()
    assert (units[thin] <= 2 * per_day[thin]).all()


@given(st.integers(0, 10**6))
@settings(max_examples=50, deadline=None)
def test_purchases_are_split_in_cases_and_none_are_lost(seed: int) -> None:
    draw = np.random.default_rng(seed)
    case = draw.integers(1, 13, 9)
    bought = case * draw.integers(0, 8, 9)
    target, position = draw.integers(0, 30, (4, 9)), draw.integers(0, 30, (4, 9))
    split = plan_sites(bought, target, position, case)
    assert np.array_equal(split.sum(axis=0), bought)
    assert (split >= 0).all() and (split % case == 0).all()
    lack = np.maximum(target - position, 0)
    full = lack.sum(axis=0) == bought
    assert (split[:, full & (case == 1)] == lack[:, full & (case == 1)]).all()
