"""The choice never exceeds room and is the cheapest there is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.carriers.choose.plan import BLOCKED, choose
from doorward.core.seed import generator
from tests.carriers.oracle import best_assignment


def world(seed: int, n: int, stations: int, tight: float = 0.6) -> tuple[np.ndarray, ...]:
    """Costs of n packages: 5 own ways with an opening at each station, 2 partners with one each, post without limit."""
    rng = generator(seed, "test/choose")
    m, at = 8, rng.integers(0, stations, n)
    cost = rng.integers(60_000, 700_000, (n, m))
    cost[rng.uniform(size=(n, m)) < 0.25] = BLOCKED
    opening = np.full((n, m), -1, np.int32)
    for j in range(5):
        opening[:, j] = at * 5 + j
    opening[:, 5], opening[:, 6] = stations * 5, stations * 5 + 1
    k = stations * 5 + 2
    room = rng.integers(0, max(2, int(tight * n / stations / 2)), k).astype(np.int64)
    return cost, opening, room, np.zeros(k, np.int64), np.arange(m, dtype=np.int32)


def use_of(option: np.ndarray, opening: np.ndarray, k: int) -> np.ndarray:
    taken = opening[np.arange(len(option)), option][option >= 0]
    return np.bincount(taken[taken >= 0], minlength=k)


def total(option: np.ndarray, cost: np.ndarray) -> int:
    got = option >= 0
    return int(cost[np.flatnonzero(got), option[got]].sum()) + int((~got).sum()) * 10**9


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 120), st.integers(1, 5), st.floats(0.0, 2.0))
def test_room_is_never_exceeded(seed: int, n: int, stations: int, tight: float) -> None:
    cost, opening, room, price, group = world(seed, n, stations, tight)
    found = choose(cost, opening, room, price, group, 60)
    assert (use_of(found.option, opening, len(room)) <= room).all()
    chosen = np.flatnonzero(found.option >= 0)
    assert (cost[chosen, found.option[chosen]] < BLOCKED).all()
    assert (found.price >= 0).all()
    assert ((found.second < 0) | (found.gap >= 0)).all()
    stuck = np.flatnonzero(found.option < 0)
    full = (opening >= 0) & (use_of(found.option, opening, len(room)) >= room)[opening]
    assert (full | (cost >= BLOCKED))[stuck].all(), "who found nothing had no room anywhere"


@pytest.mark.oracle
@pytest.mark.parametrize("seed", range(12))
def test_equals_the_integer_program(seed: int) -> None:
    cost, opening, room, price, group = world(seed, 60 + 10 * seed, 1 + seed % 4)
    found = choose(cost, opening, room, price, group, 60)
    assert total(found.option, cost) == pytest.approx(best_assignment(cost, opening, room, BLOCKED), rel=1e-9)


def test_beats_first_come_cheapest() -> None:
    cost, opening, room, price, group = world(4, 2_000, 6)
    found = choose(cost, opening, room, price, group, 60)
    left, naive = room.copy(), np.full(len(cost), -1)
    for i in range(len(cost)):
        for j in np.argsort(cost[i], kind="stable"):
            if cost[i, j] < BLOCKED and (opening[i, j] < 0 or left[opening[i, j]] > 0):
                left[opening[i, j]] -= opening[i, j] >= 0
                naive[i] = j
                break
    assert total(found.option, cost) < 0.99 * total(naive, cost)


def test_prices_support_the_choice() -> None:
    """At the prices found nearly everybody's choice is the cheapest for him (complementary slackness)."""
    cost, opening, room, price, group = world(9, 3_000, 5)
    found = choose(cost, opening, room, price, group, 200)
    reduced = np.where(cost < BLOCKED, cost + np.where(opening >= 0, found.price[opening], 0), BLOCKED)
    rows = np.flatnonzero(found.option >= 0)
    mine = reduced[rows, found.option[rows]]
    assert ((mine - reduced[rows].min(axis=1)) < 5_000).mean() > 0.97


def test_nothing_to_choose() -> None:
    none = choose(
        np.zeros((0, 3), np.int64),
        np.zeros((0, 3), np.int32),
        np.zeros(2, np.int64),
        np.ones(2, np.int64),
        np.arange(3, dtype=np.int32),
    )
    assert len(none.option) == 0
