"""Split an integer total into integer shares that add up to it exactly: grams, cents, watt hours.

Cascade rounding: with running weights C_k and total weight W, share_k = floor(T C_k / W) - floor(T C_{k-1} / W). The
sum telescopes to T, each share is the floor or the ceiling of its true value, one pass, no sort.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def split(total: int, weights: NDArray[np.int64]) -> NDArray[np.int64]:
    """Shares of `total` in proportion to `weights` (n,), all >= 0; equal shares if all weights are 0."""
    return split_groups(np.array([total]), np.zeros(len(weights), np.int64), weights)


def split_groups(
    totals: NDArray[np.int64], group: NDArray[np.int64], weights: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Split totals[g] over the rows of group g, rows of a group standing together and groups ascending.

    totals (g,), group (n,) ascending, weights (n,) >= 0 -> shares (n,). Groups without rows lose their total to nobody:
    the caller must see to that. Exact: products beyond 63 bits are taken in Python integers.
    """
    if len(group) == 0:
        return np.zeros(0, np.int64)
    count = np.bincount(group, minlength=len(totals))
    weight_sum = np.zeros(len(totals), np.int64)
    np.add.at(weight_sum, group, weights)
    equal = weight_sum[group] == 0
    weights = np.where(equal, 1, weights).astype(np.int64)
    weight_sum = np.where(weight_sum == 0, count, weight_sum)
    first = np.r_[0, np.cumsum(count)[:-1]]
    running = np.cumsum(weights)
    base = np.where(first > 0, running[np.maximum(first - 1, 0)], 0)
    inside = running - base[group]
    total, whole = totals[group], weight_sum[group]
    if int(np.abs(totals).max(initial=0)) * int(weight_sum.max(initial=1)) < 2**62:
        upto = total * inside // whole
    else:
        upto = np.array(
            [int(t) * int(c) // int(w) for t, c, w in zip(total, inside, whole, strict=True)], np.int64
        )
    starts = np.zeros(len(group), bool)
    starts[first[count > 0]] = True
    before = np.where(starts, 0, np.r_[0, upto[:-1]])
    return np.asarray(upto - before, np.int64)
