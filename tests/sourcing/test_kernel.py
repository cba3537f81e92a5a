"""Sourcing one order: the fast ways against the obvious one and against the integer program."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.sourcing.divide import FAR
from doorward.sourcing.kernel import by_lines, by_search, by_sets, scratch, solve


def order(seed: int, lines: int, fcs: int) -> tuple[np.ndarray, np.ndarray]:
    """Costs (line, fc) with gaps, every line somewhere; bases (fc,)."""
    rng = np.random.default_rng(seed)
    cost = rng.integers(0, 300_000, (lines, fcs))
    cost[rng.random((lines, fcs)) < 0.5] = FAR
    for row in cost:
        row[rng.integers(0, fcs)] = rng.integers(0, 300_000)
    return cost, rng.integers(0, 400_000, fcs)


def cost_of(cost: np.ndarray, base: np.ndarray, assign: np.ndarray) -> int:
    return int(cost[np.arange(len(cost)), assign].sum() + base[np.unique(assign)].sum())


def by_hand(cost: np.ndarray, base: np.ndarray) -> int:
    """Every assignment there is."""
    return min(cost_of(cost, base, np.array(a)) for a in product(range(cost.shape[1]), repeat=len(cost)))


def solved(cost: np.ndarray, base: np.ndarray) -> tuple[int, np.ndarray]:
    fcs = len(base)
    assign, use = np.empty(len(cost), np.int64), np.empty(fcs, np.int64)
    return solve(cost, base, assign, use, scratch(fcs)), assign


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 5), st.integers(1, 4))
def test_no_assignment_is_cheaper(seed: int, lines: int, fcs: int) -> None:
    cost, base = order(seed, lines, fcs)
    total, assign = solved(cost, base)
    assert total == by_hand(cost, base)
    assert total == cost_of(cost, base, assign)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 9), st.integers(2, 9))
def test_both_exact_ways_agree(seed: int, lines: int, fcs: int) -> None:
    cost, base = order(seed, lines, fcs)
    use, a, b = np.arange(fcs), np.empty(lines, np.int64), np.empty(lines, np.int64)
    assert by_lines(cost, base, use, a, scratch(fcs)) == by_sets(cost, base, use, b)
    assert cost_of(cost, base, a) == cost_of(cost, base, b)


@pytest.mark.oracle
def test_equals_the_integer_program() -> None:
    from bench.sourcing import by_mip

    for seed in range(25):
        cost, base = order(seed, 2 + seed % 9, 12)
        total, _ = solved(cost, base)
        assert total == by_mip(cost, base)


def test_local_search_is_close_and_never_below_the_optimum() -> None:
    over = []
    for seed in range(60):
        cost, base = order(seed, 14, 9)
        assign = np.empty(14, np.int64)
        exact = by_sets(cost, base, np.arange(9), np.empty(14, np.int64))
        found = by_search(cost, base, np.arange(9), assign)
        assert found == cost_of(cost, base, assign)
        assert found >= exact
        over.append(found / exact - 1)
    assert np.mean(over) < 0.02


def test_two_lines_travel_together_when_that_saves_a_parcel() -> None:
    cost = np.array([[10, 15], [15, 10]])
    assert solved(cost, np.array([100, 100]))[0] == 125
    assert solved(cost, np.array([2, 2]))[0] == 24
