"""The marketplace's decisions beside simpler ones: price paths, a misjudged curve, show-up overbooking.

    python -m bench.flex

Exact expectations, no simulation: the cost of a fixed policy is worked out on the same states as the programme's.
The programme is exact on its grid of 13 prices; the ladder may use any cent in between, so that it can come out ahead
by what the coarse grid costs (0.03 % here; with 49 prices the programme is ahead everywhere).
Synthetic: 12 blocks alike, base 88.53, overflow 159.35 a block, 3 offers for each open block and wave.
"""

from __future__ import annotations

import time

import numpy as np

from doorward.flex.plan import book
from doorward.flex.price import _takers, accept, price_table

BASE, CEILING, BLOCKS, FANOUT, STEPS = 8853, 15_935, 12, 3, 13
WAVES = (4, 8, 16)


def cost_of(prices: list[int], curve: tuple[float, float], blocks: int = BLOCKS) -> float:
    """Expected cents of posting prices[w] with w + 1 waves left, whatever is unfilled."""
    cost = np.arange(blocks + 1) * float(CEILING)
    for price in prices:
        taken = _takers(float(accept(price, BASE, *curve)), FANOUT)[: blocks + 1, : blocks + 1]
        left = np.maximum(0, np.arange(blocks + 1)[:, None] - np.arange(blocks + 1))
        cost = (taken * (price * np.arange(blocks + 1) + cost[left])).sum(axis=1)
    return float(cost[blocks])


def cost_of_table(table: np.ndarray, waves: int, curve: tuple[float, float]) -> float:
    """Expected cents of a price table used under the true curve."""
    cost = np.arange(BLOCKS + 1) * float(CEILING)
    for wave in range(1, waves + 1):
        new = np.zeros(BLOCKS + 1)
        for m in range(1, BLOCKS + 1):
            price = int(table[wave, m])
            taken = _takers(float(accept(price, BASE, *curve)), FANOUT)[m, : m + 1]
            new[m] = (taken * (price * np.arange(m + 1) + cost[m - np.arange(m + 1)])).sum()
        cost = new
    return float(cost[BLOCKS])


def main() -> None:
    """Print the tables."""
    grid = np.linspace(BASE, CEILING, STEPS).astype(int)
    print("intercept waves |  programme  best single  ladder  curve misjudged by 0.9 | ms for the table")
    for intercept in (-2.5, -3.5, -4.5):
        curve = (intercept, 6.0)
        began = time.perf_counter()
        _, cost = price_table.__wrapped__(BASE, CEILING, STEPS, FANOUT, int(intercept * 1000), 6000)
        took = 1000 * (time.perf_counter() - began)
        wrong, _ = price_table(BASE, CEILING, STEPS, FANOUT, int((intercept + 0.9) * 1000), 6000)
        for waves in WAVES:
            best = float(cost[waves, BLOCKS])
            single = min(cost_of([int(p)] * waves, curve) for p in grid)
            ladder = min(
                cost_of([int(hi - (hi - lo) * w / max(1, waves - 1)) for w in range(waves)], curve)
                for lo in grid
                for hi in grid
                if hi >= lo
            )
            off = cost_of_table(wrong, waves, curve)
            print(
                f"{intercept:9.1f} {waves:5d} | {best / 100:10.2f} {100 * (single / best - 1):+11.2f}%"
                f" {100 * (ladder / best - 1):+6.2f}% {100 * (off / best - 1):+22.2f}% | {took:.1f}"
            )
    print("\nshow rate | booked for 60 | not overbooking costs")
    for show in (0.85, 0.92, 0.97):
        demand = np.full(1, 60.0)
        n = book(demand, 1, show, 72, 43.2, 150, 100)

        def expected(blocks: int, show: float = show) -> float:
            chance = np.ones(1)
            for _ in range(blocks):
                chance = np.convolve(chance, [1 - show, show])
            s = np.arange(blocks + 1)
            return float(
                chance @ (72 * np.minimum(s, 60) + 43.2 * np.maximum(0, s - 60) + 150 * np.maximum(0, 60 - s))
            )

        print(f"{show:9.2f} | {n:13d} | {100 * (expected(60) / expected(n) - 1):+.1f}%")


if __name__ == "__main__":
    main()
