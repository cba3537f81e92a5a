"""Compiled loops of placement. The formulas stand in plan.py."""

from __future__ import annotations

import numba as nb
import numpy as np
from numpy.typing import NDArray

Grid = NDArray[np.float64]
Whole = NDArray[np.int64]


@nb.njit(cache=True)
def cheapest(
    count: Grid, volume: Grid, haul: Grid, out: Grid, km: Grid, fixed: Grid, slot: Grid, many: Whole, toll: Grid
) -> tuple[float, Grid]:  # fmt: skip  # pragma: no cover - compiled
    """Sum over SKUs of the cheapest pattern, and the litres that choose each; toll (p,): price of a litre in it."""
    patterns = len(km)
    chosen = np.zeros(patterns)
    total = 0.0
    for s in range(len(count)):
        q = count[s]
        if q <= 0.0:
            continue
        best, which = q * out[s], -1
        for p in range(patterns):
            if many[p] <= q:
                cost = q * (fixed[p] + haul[s] * km[p] + volume[s] * toll[p]) + slot[s] * many[p]
                if cost < best:
                    best, which = cost, p
        total += best
        if which >= 0:
            chosen[which] += q * volume[s]
    return total, chosen


@nb.njit(cache=True)
def _spread(q: int, share: Grid, part: Whole) -> None:  # pragma: no cover - compiled
    """Whole pieces by largest remainder into `part`; buildings with a share get at least one while there are pieces."""
    left = q
    for f in range(len(share)):
        part[f] = int(q * share[f])
        left -= part[f]
    while left > 0:
        best, at = -1.0, 0
        for f in range(len(share)):
            lack = q * share[f] - part[f]
            if share[f] > 0.0 and lack > best:
                best, at = lack, f
        part[at] += 1
        left -= 1


@nb.njit(cache=True)
def _pick(
    q: int, volume: float, costs: Grid, limit: float, share: Grid, left: Grid, part: Whole
) -> int:  # pragma: no cover - compiled
    """The cheapest pattern below `limit` whose whole pieces fit, its pieces in `part`; -1 none. Spoils `costs`."""
    for _ in range(len(costs)):
        p = int(np.argmin(costs))
        if costs[p] >= limit:
            return -1
        _spread(q, share[p], part)
        fits = True
        for f in range(len(left)):
            fits = fits and (part[f] == 0 or part[f] * volume <= left[f] + 1e-9)
        if fits:
            return p
        costs[p] = 1e300
    return -1


@nb.njit(cache=True)
def fit(
    count: Grid, volume: Grid, haul: Grid, out: Grid, share: Grid, km: Grid, fixed: Grid, slot: Grid, many: Whole,
    room: Grid, tolls: Grid, deal: Whole,
) -> tuple[Whole, Whole, float]:  # fmt: skip  # pragma: no cover - compiled
    """Whole pieces that fit: SKUs by saving per litre, each in its cheapest pattern (at its prices) that still fits.

    tolls (k, p): price of a litre in each pattern; deal (s,): which row a SKU goes by. SKUs that are indifferent
    between patterns at the best prices are thus divided as the price search found it right. What fits in no pattern
    goes piece by piece to the building with the cheapest single pattern that has room. Once more, each SKU may then
    move to a cheaper pattern that fits. Returns units (f, s), pattern (s,), cost without prices.
    """
    skus, (patterns, buildings) = len(count), share.shape
    left, toll = room.copy(), tolls[0]
    units = np.zeros((buildings, skus), np.int64)
    pattern = np.full(skus, -1, np.int64)
    saving, paid = np.empty(skus), np.zeros(skus)
    for s in range(skus):
        low = 1e300
        for p in range(patterns):
            if many[p] <= count[s]:
                low = min(
                    low, fixed[p] + haul[s] * km[p] + slot[s] * many[p] / count[s] + volume[s] * toll[p]
                )
        saving[s] = (out[s] - low) / max(volume[s], 1e-9) if count[s] > 0 else -1e300
    order = np.argsort(-saving, kind="mergesort")
    costs, part = np.empty(patterns), np.zeros(buildings, np.int64)
    for turn in range(2):
        for s in order:
            q = int(count[s])
            if q <= 0:
                continue
            toll = tolls[deal[s]]
            for p in range(patterns):
                way = fixed[p] + haul[s] * km[p] + (volume[s] * toll[p] if turn == 0 else 0.0)
                costs[p] = q * way + slot[s] * many[p] if many[p] <= q else 1e300
            for f in range(buildings):
                left[f] += units[f, s] * volume[s]
            which = _pick(q, volume[s], costs, q * out[s] if turn == 0 else paid[s] - 1e-6, share, left, part)
            if which >= 0:
                pattern[s] = which
                paid[s] = q * (fixed[which] + haul[s] * km[which]) + slot[s] * many[which]
                units[:, s] = part
            for f in range(buildings):
                left[f] -= units[f, s] * volume[s]
            if turn == 0 and which < 0:
                paid[s] = _piecewise(
                    s, q, volume[s], haul[s], out[s], share, km, fixed, slot[s], many, left, units
                )
    return units, pattern, paid.sum()


@nb.njit(cache=True)
def _piecewise(
    s: int, q: int, volume: float, haul: float, out: float, share: Grid, km: Grid, fixed: Grid, slot: float,
    many: Whole, left: Grid, units: Whole,
) -> float:  # fmt: skip  # pragma: no cover - compiled
    """Fill single buildings one after the other with what fits; the rest stays out. Returns the cost."""
    total, rest = 0.0, q
    while rest > 0:
        best, which, fill = 1e300, -1, 0
        for p in range(len(many)):
            if many[p] != 1:
                continue
            f = int(np.argmax(share[p]))
            n = min(rest, int((left[f] + 1e-9) / max(volume, 1e-9)))
            each = fixed[p] + haul * km[p]
            if n > 0 and n * each + slot < n * out and each < best:
                best, which, fill = each, p, n
        if which < 0:
            break
        f = int(np.argmax(share[which]))
        units[f, s] += fill
        left[f] -= fill * volume
        rest -= fill
        total += fill * best + slot
    return total + rest * out
