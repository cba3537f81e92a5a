"""Put things into bins of limited volume and weight, group by group, in the order given.

First fit among the open bins of a group (Johnson 1974: never more than 1.7 times the least number, plus 2). Used for
pallets and bags: of one destination, most urgent first.
"""

from __future__ import annotations

import numba as nb
import numpy as np
from numpy.typing import NDArray


@nb.njit(cache=True)
def first_fit(
    group: NDArray[np.int64],
    volume: NDArray[np.int64],
    weight: NDArray[np.int64],
    most_volume: int,
    most_weight: int,
) -> NDArray[np.int64]:  # pragma: no cover - compiled
    """Bin number of every thing; bins are numbered from 0 in order of opening, no bin spans two groups.

    group (n,) rows of a group stand together. A thing beyond a limit gets a bin of its own.
    """
    n = group.shape[0]
    bins = np.empty(n, np.int64)
    held_v = np.zeros(n, np.int64)
    held_w = np.zeros(n, np.int64)
    opened = 0
    first = 0
    for i in range(n):
        if i > 0 and group[i] != group[i - 1]:
            first = opened
        found = -1
        for b in range(first, opened):
            if held_v[b] + volume[i] <= most_volume and held_w[b] + weight[i] <= most_weight:
                found = b
                break
        if found < 0:
            found = opened
            opened += 1
        bins[i] = found
        held_v[found] += volume[i]
        held_w[found] += weight[i]
    return bins


def closed_bins(
    chute: NDArray[np.int64], volume: NDArray[np.int64], weight: NDArray[np.int64], go: NDArray[np.bool_],
    *, most_volume: int, most_weight: int, full_pm: int = 800,
) -> NDArray[np.int64]:  # fmt: skip
    """Fill bins chute by chute and say which close now: bin number of each thing, -1 where its bin stays open.

    chute (n,) rows of a chute stand together, in filling order; go (n,) equal within a chute: it is emptied now.
    Where it is not, all bins but the last that are at least `full_pm` full (by the scarcer limit) close. Bins that
    close are numbered from 0.
    """
    bins = first_fit(chute, volume, weight, most_volume, most_weight)
    count = int(bins.max(initial=-1)) + 1
    of = np.zeros(count, np.int64)
    of[bins] = chute
    held_v, held_w = np.zeros(count, np.int64), np.zeros(count, np.int64)
    np.add.at(held_v, bins, volume)
    np.add.at(held_w, bins, weight)
    full = (held_v * 1000 >= most_volume * full_pm) | (held_w * 1000 >= most_weight * full_pm)
    closes = full & (np.diff(of, append=-1) == 0)
    closes[bins[go]] = True
    number = np.where(closes, np.cumsum(closes) - 1, -1)
    return np.asarray(number[bins], np.int64)
