"""Placement: equal to the linear programme on small cases, whole pieces within the shelves, near the buyer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.inventory.place.lint import lint_placement
from doorward.inventory.place.plan import (
    Patterns,
    plan_patterns,
    plan_placement,
    shelf_ml,
    zone_weights,
)
from doorward.inventory.place.prices import best_prices
from doorward.inventory.rules import InventoryRules
from doorward.tables.items import Items
from doorward.tables.sites import Floors
from doorward.tables.stock import Regional
from tests.inventory.worlds import buildings, catalogue


def world(seed: int, skus: int, fcs: int, tightness: float):
    draw = np.random.default_rng(seed)
    rules = InventoryRules()
    items = catalogue(skus, seed)
    sites, zones = buildings(fcs, 5 * fcs, seed)
    patterns = plan_patterns(sites, fcs, zones, zone_weights(zones, Regional.empty()), rules)
    units = np.ceil(items.rate_upm * 0.0864 * 5).astype(np.int64)
    whole = float((units * items.volume_ml()).sum())
    free = (draw.dirichlet(np.full(fcs, 6.0)) * whole * tightness).astype(np.int64)
    return items, patterns, units, free, rules


def program(items: Items, patterns: Patterns, units, free_ml, rules: InventoryRules) -> float:
    """The same choice as a linear programme, written out again and solved by HiGHS: its optimum."""
    highspy = pytest.importorskip("highspy")
    solver = highspy.Highs()
    solver.silent()
    litres = items.volume_ml() / 1000
    kg = np.maximum(items.weight_g / 1000, litres / 5)
    haul = rules.haul_mc_km + rules.haul_mc_kg_km * kg
    used = [0.0] * len(free_ml)
    cost = 0.0
    for s, q in enumerate(units.tolist()):
        if q == 0:
            continue
        stay = solver.addVariable(lb=0)
        out = items.value_c[s] * 1000 + haul[s] * patterns.km.min()
        out += (patterns.cross * rules.cross_mc).max() + 2 * rules.slot_mc
        cost, share = cost + float(q * out) * stay, stay
        for p in np.flatnonzero(patterns.many <= q):
            x = solver.addVariable(lb=0)
            way = q * (patterns.cross[p] * rules.cross_mc + haul[s] * patterns.km[p])
            cost, share = cost + float(way + patterns.many[p] * rules.slot_mc) * x, share + x
            for f in np.flatnonzero(patterns.share[p]):
                used[f] = used[f] + float(q * litres[s] * patterns.share[p, f]) * x
        solver.addConstr(share == 1)
    for f, room in enumerate(free_ml.tolist()):
        solver.addConstr(used[f] <= room / 1000)
    solver.minimize(cost)
    return float(solver.getObjectiveValue())


@pytest.mark.oracle
@pytest.mark.parametrize(("seed", "fcs", "tightness"), [(1, 2, 0.9), (2, 2, 3.0), (3, 3, 1.05), (4, 4, 1.2)])
def test_bound_and_plan_enclose_the_linear_programme(seed: int, fcs: int, tightness: float) -> None:
    items, patterns, units, free, rules = world(seed, 80, fcs, tightness)
    best = program(items, patterns, units, free, rules)
    placed = plan_placement(units, items, patterns, free, rules)
    assert placed.bound_mc <= best * (1 + 1e-9)
    assert placed.bound_mc == pytest.approx(best, rel=2e-3)
    assert placed.cost_mc <= best * 1.06


def test_without_limits_the_plan_is_the_best_one() -> None:
    items, patterns, units, _, rules = world(5, 200, 3, 1.0)
    placed = plan_placement(units, items, patterns, np.full(3, 2**53), rules)
    assert placed.gap == pytest.approx(0.0, abs=1e-12)
    assert placed.missing.sum() == 0 and (placed.price_mc == 0).all()


@given(st.integers(0, 10**6), st.integers(1, 60), st.integers(1, 4), st.floats(0.0, 2.0))
@settings(max_examples=40, deadline=None)
def test_plans_pass_the_linter(seed: int, skus: int, fcs: int, tightness: float) -> None:
    items, patterns, units, free, rules = world(seed, skus, fcs, tightness)
    placed = plan_placement(units, items, patterns, free, rules)
    assert lint_placement(placed, units, items, patterns, free) == []
    again = plan_placement(units, items, patterns, free, rules)
    assert np.array_equal(placed.units, again.units)


def test_slow_movers_lie_in_few_buildings_and_fast_ones_in_all() -> None:
    items, patterns, units, _, rules = world(6, 600, 4, 1.0)
    placed = plan_placement(units, items, patterns, np.full(4, 2**53), rules)
    held = (placed.units > 0).sum(axis=0)
    order = np.argsort(units, kind="stable")
    assert held[order[:60]].mean() < held[order[-60:]].mean()
    assert (held[units == 1] == 1).all()
    assert held[order[-10:]].min() == 4


def test_far_buyers_draw_stock_to_their_region() -> None:
    """Nine tenths of the people live beside the second building: it gets about nine tenths of a fast mover."""
    sites, zones = buildings(2, 8, 1)
    sites = sites.replace(lon_udeg=[0, 10_000_000])
    lon = np.where(zones.region == 1, 10_000_000, 0)
    zones = zones.replace(people=np.where(zones.region == 1, 9_000, 1_000), lon_udeg=lon)
    rules = InventoryRules()
    patterns = plan_patterns(sites, 2, zones, zone_weights(zones, Regional.empty()), rules)
    placed = plan_placement(np.array([1_000]), catalogue(1, 0), patterns, np.full(2, 2**50), rules)
    assert placed.units[:, 0].tolist() == [100, 900]


def test_regional_shares_override_people() -> None:
    _, zones = buildings(2, 8, 1)
    weight = zone_weights(zones, Regional.fill(2, share_pm=[300, 700]))
    assert np.bincount(zones.region, weights=weight) == pytest.approx([0.3, 0.7])


def test_many_buildings_have_chains_of_growing_sets() -> None:
    sites, zones = buildings(12, 60, 2, span_udeg=9_000_000)
    patterns = plan_patterns(sites, 12, zones, zone_weights(zones, Regional.empty()), InventoryRules())
    assert set(patterns.many.tolist()) == set(range(1, 13))
    assert patterns.share.sum(axis=1) == pytest.approx(np.ones(len(patterns.km)))
    alone = patterns.many == 1
    assert alone.sum() == 12 and patterns.cross[patterns.many == 12].max() < patterns.cross[alone].min()


def test_shelves() -> None:
    rules = InventoryRules(bay_ml=1000, fill_pm=500)
    assert shelf_ml(Floors.fill(1, aisles=4, bays=5), 1, rules).tolist() == [10_000]
    assert (shelf_ml(Floors.empty(), 2, rules) == 2**53).all()


def test_the_price_search_climbs_to_a_known_top() -> None:
    """min(x + 1, 5 - x, 3 - y / 2, 2 + y) has its top 2 2/3 where y = 2/3 and x lies between 1 2/3 and 2 1/3."""
    planes = np.array([[1.0, 0.0, 1.0], [-1.0, 0.0, 5.0], [0.0, -0.5, 3.0], [0.0, 1.0, 2.0]])

    def ask(price):
        values = planes[:, :2] @ price + planes[:, 2]
        k = int(values.argmin())
        return float(values[k]), planes[k, :2]

    value, spots, weight = best_prices(ask, np.zeros(2), 0.1, 200, 1e-7)
    assert value == pytest.approx(8 / 3, abs=1e-4)
    assert spots[0, 1] == pytest.approx(2 / 3, abs=1e-3)
    assert weight.sum() == pytest.approx(1.0, abs=1e-4)
