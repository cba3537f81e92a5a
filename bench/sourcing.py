"""Sourcing: orders a processor second, distance from the optimum, parcels an order. `python -m bench.sourcing`.

Instance: 20 FCs over a country, 2,000 SKUs each in 2 to 8 of them, baskets of distinct SKUs; generated from a seed.
Baselines: every line from its cheapest building (myopic); the integer program of each order (HiGHS), on a sample.
"""

from __future__ import annotations

import time

import numpy as np

from doorward.sourcing.divide import FAR
from doorward.sourcing.each import Baskets, Inbound, source_each
from doorward.sourcing.kernel import scratch, solve

FCS, SKUS, REGIONS = 20, 2_000, 50


def baskets(seed: int, orders: int, low: int, high: int) -> tuple[Baskets, np.ndarray]:
    """Orders with low to high lines, and deep stock in 2 to 8 buildings a SKU."""
    rng = np.random.default_rng(seed)
    fc, region = rng.random((FCS, 2)) * (4_000, 2_500), rng.random((REGIONS, 2)) * (4_000, 2_500)
    km = np.hypot(*(region[:, None] - fc[None]).transpose(2, 0, 1))
    count = rng.integers(low, high + 1, orders)
    pointer = np.r_[0, np.cumsum(count)].astype(np.int64)
    lines = int(pointer[-1])
    sku = rng.integers(0, SKUS, lines)
    grams = rng.integers(100, 4_000, SKUS)[sku]
    where = region_of = rng.integers(0, REGIONS, orders)
    base = np.rint(260_000 + km[where] * 110).astype(np.int64)
    far = km[np.repeat(region_of, count)]
    cost = np.rint(grams[:, None] / 1000 * (12_000 + far * 40)).astype(np.int64) + 18_000
    cost += rng.integers(0, 30_000, FCS)[None]
    stock = np.zeros((FCS, SKUS), np.int64)
    for s in range(SKUS):
        stock[rng.choice(FCS, rng.integers(2, 9), replace=False), s] = 1_000_000
    none = np.full(lines, -1, np.int64)
    return Baskets(
        pointer,
        sku,
        np.ones(lines, np.int64),
        none,
        cost,
        base,
        np.zeros(orders, np.int64),
        np.zeros(lines, np.bool_),
    ), stock


def nothing() -> Inbound:
    """No purchases."""
    empty = np.zeros(0, np.int64)
    return Inbound(np.zeros(SKUS + 1, np.int64), empty, empty, empty)


def masked(b: Baskets, stock: np.ndarray, i: int) -> np.ndarray:
    """Costs of order i with FAR where the building lacks the SKU."""
    rows = slice(b.pointer[i], b.pointer[i + 1])
    return np.where(stock[:, b.sku[rows]].T > 0, b.cost[rows], FAR)


def myopic(b: Baskets, stock: np.ndarray) -> tuple[float, float]:
    """Mean cost in cents and parcels an order if each line goes to its own cheapest building, its parcel included."""
    cost, parcels = 0, 0
    for i in range(len(b.base)):
        c = masked(b, stock, i)
        at = (c + b.base[i]).argmin(axis=1)
        used = np.unique(at)
        cost += int(c[np.arange(len(c)), at].sum() + b.base[i, used].sum())
        parcels += len(used)
    return cost / len(b.base) / 1000, parcels / len(b.base)


def by_mip(cost: np.ndarray, base: np.ndarray) -> int:
    """The integer program: x[line, fc] <= y[fc], every line once."""
    import highspy

    model = highspy.Highs()
    model.setOptionValue("output_flag", False)
    model.setOptionValue("mip_rel_gap", 0.0)
    opened = [model.addBinary(obj=float(b)) for b in base]
    for line in cost:
        ships = []
        for f in np.flatnonzero(line < FAR):
            x = model.addVariable(lb=0, ub=1, obj=float(line[f]))
            model.addConstr(x - opened[f] <= 0)
            ships.append(x)
        model.addConstr(sum(ships[1:], ships[0]) == 1)
    model.run()
    return round(model.getInfo().objective_function_value)


def gap(b: Baskets, stock: np.ndarray, sample: int) -> tuple[float, float, int]:
    """Mean and worst distance from the integer program in per cent, and how many differ, on the first orders."""
    room, over = scratch(FCS), []
    for i in range(sample):
        cost = masked(b, stock, i)
        here = solve(cost, b.base[i], np.empty(len(cost), np.int64), np.empty(FCS, np.int64), room)
        over.append(here / by_mip(cost, b.base[i]) - 1)
    return 100 * float(np.mean(over)), 100 * max(over), int(np.sum(np.array(over) > 1e-9))


def main() -> None:
    """Print the table."""
    room = scratch(FCS)
    print(f"sourcing, {FCS} FCs, {SKUS:,} SKUs in 2 to 8 of them, seed 7 (generated)")
    head = (f"{'lines':>8} {'orders/s':>10} {'cost c':>8} {'parcels':>8} {'myopic c':>9} {'parcels':>8}",
            f"{'MIP differs':>14} {'mean gap %':>11} {'worst %':>8}")  # fmt: skip
    print(*head)
    for low, high, orders, sample in (
        (1, 3, 100_000, 40),
        (2, 8, 40_000, 60),
        (10, 10, 2_000, 20),
        (11, 30, 1_000, 40),
    ):
        b, stock = baskets(7, orders, low, high)
        few, _ = baskets(7, 50, low, high)
        source_each(few, stock.copy(), nothing(), room)
        began = time.process_time()
        got = source_each(b, stock.copy(), nothing(), room)
        fc, total = got.fc, got.total
        spent = time.process_time() - began
        owner = np.repeat(np.arange(orders), np.diff(b.pointer))
        first = owner < 1_000
        parcels = len(np.unique(owner[first] * FCS + fc[first])) / min(orders, 1_000)
        some = Baskets(b.pointer[:1001], *b[1:5], b.base[:1000], b.wait_until_s[:1000])
        cost, other = myopic(some, stock)
        mean, worst, differ = gap(b, stock, sample)
        mine = total[:1_000].mean() / 1000
        print(f"{low:>5}-{high:<2} {orders / spent:>10,.0f} {mine:>8.1f} {parcels:>8.3f} {cost:>9.1f} "
              f"{other:>8.3f} {differ:>8} of {sample:<3} {mean:>10.3f} {worst:>8.2f}")  # fmt: skip


if __name__ == "__main__":
    main()
