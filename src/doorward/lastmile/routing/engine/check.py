"""An independent checker: reads only routes and the problem, shares no line with the search, and trusts nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def faults(
    routes: Sequence[Ints], xy: Ints, demand: Ints, depot: tuple[int, int], capacity: int
) -> list[str]:
    """Every breach, in words: a stop served twice or never, one that is not there, a vehicle over its capacity."""
    found = []
    visits = np.concatenate([np.zeros(0, np.int64), *routes])
    strange = visits[(visits < 0) | (visits >= len(demand))]
    found += [f"there is no stop {stop}" for stop in strange.tolist()]
    times = np.bincount(visits[(visits >= 0) & (visits < len(demand))], minlength=len(demand))
    found += [f"stop {stop} is served {times[stop]} times" for stop in np.flatnonzero(times != 1).tolist()]
    for number, route in enumerate(routes):
        load = int(demand[route[(route >= 0) & (route < len(demand))]].sum())
        if load > capacity:
            found.append(f"route {number} carries {load} of {capacity}")
        if len(route) == 0:
            found.append(f"route {number} has no stop")
    return found


def cost(
    routes: Sequence[Ints], xy: Ints, depot: tuple[int, int], unit: float = 1.0, half: float = 0.5
) -> int:
    """Sum over all arcs of the whole part of `unit` times the straight line, plus `half`."""
    total, home = 0, np.array([depot], np.float64)
    for route in routes:
        way = np.vstack([home, xy[route].astype(np.float64), home])
        arcs = np.sqrt(((way[1:] - way[:-1]) ** 2).sum(axis=1))
        total += int(np.floor(arcs * unit + half).sum())
    return total
