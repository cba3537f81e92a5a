"""Cover an order of which no single building has some line: that line's units come from several.

Cost of a set of open buildings = their parcels + every whole line at its cheapest + every divided line's units where a
unit is cheapest first. For a given set that is optimal: lines share nothing but the parcels, and a unit's cost does not
depend on how many others come along. So all sets of buildings are tried (at most 2^SETS); beyond, local search.
"""

from __future__ import annotations

from typing import NamedTuple

import numba as nb
import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
SETS = 12
"""Most buildings of which all sets are tried."""
FAR: int = 1 << 50
"""Cost of what cannot be."""


class Basket(NamedTuple):
    """One order: need (m,) units; unit (m, fc) cost of one; have (m, fc) units that may be taken; whole (m,) the line
    must come from one building; base (fc,) a parcel."""

    need: Ints
    unit: Ints
    have: Ints
    whole: NDArray[np.bool_]
    base: Ints


@nb.njit(cache=True)
def _at_open(
    o: Basket, use: Ints, rank: Ints, open_: int, limit: int, give: Ints
) -> int:  # pragma: no cover - compiled
    """Cost of shipping from the buildings `open_` (bits of `use`); FAR if they lack units or it is not below `limit`.
    rank (m, n): places in `use` by a unit's cost. Fills give (m, fc)."""
    total = 0
    for n in range(len(use)):
        if (open_ >> n) & 1:
            total += o.base[use[n]]
    give[:] = 0
    for i in range(len(o.need)):
        if total >= limit:
            return FAR
        left = o.need[i]
        for n in rank[i]:
            f = use[n]
            if (open_ >> n) & 1 and left > 0 and o.have[i, f] >= (left if o.whole[i] else 1):
                part = min(left, o.have[i, f])
                give[i, f] = part
                total += part * o.unit[i, f]
                left -= part
        if left > 0:
            return FAR
    return int(total) if total < limit else FAR


@nb.njit(cache=True)
def divide(o: Basket, give: Ints) -> int:  # pragma: no cover - compiled
    """Least cost of the order; give (m, fc) units from each building. Every line must be coverable."""
    m, fcs = o.unit.shape
    use = np.empty(fcs, np.int64)
    n = 0
    for f in range(fcs):
        for i in range(m):
            if o.have[i, f] >= (o.need[i] if o.whole[i] else 1):
                use[n] = f
                n += 1
                break
    use = use[:n]
    rank = np.empty((m, n), np.int64)
    for i in range(m):
        rank[i] = np.argsort(o.unit[i][use], kind="mergesort")
    every = (1 << n) - 1
    best, best_set = _at_open(o, use, rank, every, FAR, give), every
    if n <= SETS:
        for open_ in range(1, every):
            total = _at_open(o, use, rank, open_, best, give)
            if total < best:
                best, best_set = total, open_
    else:
        better = True
        while better:
            better, now = False, best_set
            for a in range(n):
                for b in range(a + 1):
                    other = now ^ (1 << a) ^ (1 << b if b < a else 0)
                    total = _at_open(o, use, rank, other, best, give)
                    if total < best:
                        best, best_set, better = total, other, True
    _at_open(o, use, rank, best_set, FAR, give)
    return int(best)
