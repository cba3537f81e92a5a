"""What depots do without a plan, for comparison: plug in and charge, or least laxity first under the site's limit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Longs = NDArray[np.int64]


def plug_in(need: Longs, room: Longs) -> Longs:
    """Every van as fast as its charger can from when it comes, no limit: (n, t)."""
    upto = np.minimum(need[:, None], np.cumsum(room, axis=1))
    return np.diff(upto, axis=1, prepend=0)


def least_laxity(need: Longs, room: Longs, cap: Longs) -> Longs:
    """Slot by slot, the vans that can wait least first, within the site's limit: (n, t).

    Laxity = what the van's charger could still give minus what it still needs (Mok 1983; for charging: ACN, Lee et al.
    2020, arXiv 2012.02636). Needs no forecast of departures of others and no prices: the fall-back between plans.
    """
    x = np.zeros_like(room)
    left, ahead = need.copy(), room.sum(axis=1)
    for t in range(room.shape[1]):
        give = int(cap[t])
        for i in np.lexsort((np.arange(len(need)), ahead - left)):
            amount = min(give, int(left[i]), int(room[i, t]))
            if amount > 0:
                x[i, t] = amount
                left[i] -= amount
                give -= amount
        ahead -= room[:, t]
    return x
