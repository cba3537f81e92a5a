"""What to post for a block: an acceptance curve learned from answers, and an exact dynamic programme over waves.

Acceptance: logistic in ln(pay / base) with a Gaussian prior, maximum a posteriori by Newton's method over the newest
answers; nothing is remembered but the offers themselves, and everybody sees one price: nobody is priced alone. Price:
state (waves left, blocks unfilled), action a price on a grid, binomial takers; an unfilled block costs the ceiling.
Knowing the curve is worth more than a clever path (measured in bench/flex.py).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]
PRIOR = np.array([-0.5, 5.0])
"""Log odds of a yes at base pay, and their growth with ln(pay / base), before any answer."""
PRECISION = np.array([4.0, 0.5])
"""How sure of that: as inverse variances."""
MOST_BLOCKS, MOST_WAVES = 24, 32
"""The programme's size; larger groups and longer waits are taken as these."""


def learn(pay_c: Longs, base_c: Longs, yes: NDArray[np.bool_]) -> tuple[float, float]:
    """The acceptance curve (intercept, slope) after these answers (n,); slope at least 0.5."""
    x = np.stack([np.ones(len(pay_c)), np.log(np.maximum(1, pay_c) / np.maximum(1, base_c))], axis=1)
    theta = PRIOR.copy()
    for _ in range(8):
        chance = 1.0 / (1.0 + np.exp(-(x @ theta)))
        slope = x.T @ (yes - chance) - PRECISION * (theta - PRIOR)
        bend = (x * (chance * (1 - chance))[:, None]).T @ x + np.diag(PRECISION)
        step = np.linalg.solve(bend, slope)
        theta = theta + np.clip(step, -2.0, 2.0)
        if float(np.abs(step).max()) < 1e-9:
            break
    return float(theta[0]), max(0.5, float(theta[1]))


def accept(pay_c: Floats | float, base_c: float, intercept: float, slope: float) -> Floats:
    """Chance of a yes at a pay."""
    return np.asarray(1.0 / (1.0 + np.exp(-(intercept + slope * np.log(np.asarray(pay_c) / base_c)))))


def price_grid(base_c: int, ceiling_c: int, steps: int) -> Longs:
    """The prices considered, ascending."""
    return np.unique(np.rint(np.linspace(base_c, max(base_c, ceiling_c), steps)).astype(np.int64))


@lru_cache(maxsize=512)
def price_table(
    base_c: int, ceiling_c: int, steps: int, fanout: int, intercept_pm: int, slope_pm: int
) -> tuple[Longs, Floats]:
    """Prices and expected costs, (MOST_WAVES + 1, MOST_BLOCKS + 1) by waves left and blocks unfilled.

    Cost: pay of blocks filled, `ceiling_c` for each left over. In each wave `fanout` offers stand for each open block.
    """
    prices = price_grid(base_c, ceiling_c, steps)
    chance = accept(prices.astype(np.float64), base_c, intercept_pm / 1000.0, slope_pm / 1000.0)
    blocks = np.arange(MOST_BLOCKS + 1)
    taken = np.zeros((len(prices), MOST_BLOCKS + 1, MOST_BLOCKS + 1))
    for row, p in enumerate(chance.tolist()):
        taken[row] = _takers(p, fanout)
    cost = np.zeros((MOST_WAVES + 1, MOST_BLOCKS + 1))
    best = np.full((MOST_WAVES + 1, MOST_BLOCKS + 1), prices[-1], np.int64)
    cost[0] = blocks * float(ceiling_c)
    left = np.maximum(0, blocks[:, None] - blocks[None, :])
    for wave in range(1, MOST_WAVES + 1):
        after = prices[:, None, None] * blocks[None, None, :] + cost[wave - 1][left][None]
        expected = (taken * after).sum(axis=2)
        choice = expected.argmin(axis=0)
        best[wave], cost[wave] = prices[choice], expected[choice, blocks]
    return best, cost


def _takers(chance: float, fanout: int) -> Floats:
    """(blocks, takers): m blocks open, m * fanout offers answered each for itself; at most m takers count."""
    table = np.zeros((MOST_BLOCKS + 1, MOST_BLOCKS + 1))
    pmf = np.ones(1)
    one = np.ones(1)
    for _ in range(fanout):
        one = np.convolve(one, np.array([1.0 - chance, chance]))
    for m in range(MOST_BLOCKS + 1):
        table[m, : min(m, len(pmf) - 1) + 1] = pmf[: m + 1]
        table[m, m] += pmf[m + 1 :].sum()
        pmf = np.convolve(pmf, one)
    return table


def post_price(
    base_c: int, ceiling_c: int, waves: int, blocks: int, curve: tuple[float, float], steps: int, fanout: int
) -> int:
    """The pay to post for each of `blocks` alike with `waves` to go. Curves are rounded to 0.05 to reuse tables."""
    intercept, slope = (round(each * 20) * 50 for each in curve)
    table, _ = price_table(base_c, max(base_c, ceiling_c), steps, fanout, intercept, slope)
    return int(table[min(max(waves, 1), MOST_WAVES), min(max(blocks, 1), MOST_BLOCKS)])
