"""Pallets and bags: sorted packages wait at the chute of their next building until a pallet is full or must go.

A pallet is closed when its volume or weight is used up, or when the staging cut-off of a departure to its building is
reached; so pallets are as full as the timetable allows and none waits for company past its truck.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.core.bins import closed_bins
from doorward.tables.linehaul import PalletsBuilt
from doorward.tables.packages import Palletized

Ints = NDArray[np.int64]


def plan_pallets(
    package: Ints, site: Ints, dest: Ints, due_s: Ints, volume_ml: Ints, weight_g: Ints, go: NDArray[np.bool_],
    opened_s: Ints, *, first: int, most_ml: int, most_g: int, now_s: int,
) -> tuple[PalletsBuilt, Palletized]:  # fmt: skip
    """Pallets to close now, numbered from `first`, most urgent packages first on them.

    package (n,) at the chutes of `site` (n,) for `dest` (n,); go (n,): the chute closes now; opened_s (n,) when the
    package came to the chute. Without `go`, only full pallets close: all of a chute but its last.
    """
    rank = np.lexsort((package, due_s, dest, site))
    site, dest, volume, weight = site[rank], dest[rank], volume_ml[rank], weight_g[rank]
    chute = np.cumsum((np.diff(site, prepend=-1) != 0) | (np.diff(dest, prepend=-1) != 0)).astype(np.int64)
    bins = closed_bins(chute, volume, weight, go[rank], most_volume=most_ml, most_weight=most_g)
    shut = bins >= 0
    bins, mine = bins[shut], rank[shut]
    count = int(bins.max(initial=-1)) + 1
    held_ml, held_g = np.zeros(count, np.int64), np.zeros(count, np.int64)
    np.add.at(held_ml, bins, volume[shut])
    np.add.at(held_g, bins, weight[shut])
    opened = np.full(count, now_s)
    np.minimum.at(opened, bins, opened_s[mine])
    any_of = np.zeros(count, np.int64)
    any_of[bins] = np.flatnonzero(shut)
    built = PalletsBuilt.fill(
        count,
        pallet=first + np.arange(count),
        site=site[any_of],
        dest=dest[any_of],
        packages=np.bincount(bins, minlength=count),
        volume_ml=held_ml,
        weight_g=held_g,
        opened_s=opened,
        closed_s=now_s,
    )
    order = np.argsort(package[mine], kind="stable")
    return built, Palletized.fill(len(mine), package=package[mine][order], pallet=first + bins[order])
