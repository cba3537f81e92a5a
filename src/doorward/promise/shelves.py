"""Which FCs have the pieces of an order, now or with what is inbound, and how it is divided where none has all."""

from __future__ import annotations

import numba as nb
import numpy as np

from doorward.core.timetable import NEVER
from doorward.promise.terms import Asked, Ints, Shelf


@nb.njit(cache=True)
def ready_day(shelf: Shelf, fc: int, sku: int, units: int) -> int:  # pragma: no cover - compiled
    """First day (from today) on which the FC can ship these units: 0 from the shelf, later from inbound, -1 never."""
    have = shelf.free[fc, sku]
    if have >= units:
        return 0
    for s in range(shelf.pointer[sku], shelf.pointer[sku + 1]):
        if shelf.fc[s] == fc:
            have += shelf.units[s]
            if have >= units:
                return int(shelf.day[s])
    return -1


@nb.njit(cache=True)
def divide(a: Asked, shelf: Shelf, i: int, give: Ints) -> bool:  # pragma: no cover - compiled
    """Give each line an FC: again and again the one that covers most open lines from its shelf (nearest first), the
    rest where inbound units are soonest; a line that no FC has is pieced together. give (line, fc) units from each.
    False if units of a line are nowhere."""
    first, last = a.pointer[i], a.pointer[i + 1]
    give[:] = 0
    while True:
        chosen, most = -1, 0
        for fc in a.near[i]:
            covers = 0
            for j in range(first, last):
                if not give[j - first].any() and shelf.free[fc, a.sku[j]] >= a.units[j]:
                    covers += 1
            if covers > most:
                chosen, most = fc, covers
        if chosen < 0:
            break
        for j in range(first, last):
            if not give[j - first].any() and shelf.free[chosen, a.sku[j]] >= a.units[j]:
                give[j - first, chosen] = a.units[j]
    for j in range(first, last):
        soonest, at, have = NEVER, -1, 0
        if give[j - first].any():
            continue
        for fc in a.near[i]:
            have += max(0, shelf.free[fc, a.sku[j]])
            day = ready_day(shelf, fc, a.sku[j], a.units[j])
            if 0 <= day < soonest:
                soonest, at = day, fc
        if at >= 0 and have < a.units[j]:
            give[j - first, at] = a.units[j]
        elif not _pieced(a, shelf, i, j, give[j - first]):
            return False
    return True


@nb.njit(cache=True)
def _pieced(a: Asked, shelf: Shelf, i: int, j: int, give: Ints) -> bool:  # pragma: no cover - compiled
    """Units of line j from the shelves that have most (the nearest of equals), then as they come in. give (fc,)."""
    sku, left = a.sku[j], a.units[j]
    while left > 0:
        at, most = -1, 0
        for fc in a.near[i]:
            if give[fc] == 0 and shelf.free[fc, sku] > most:
                at, most = fc, shelf.free[fc, sku]
        if at < 0:
            break
        give[at] = min(left, most)
        left -= give[at]
    for s in range(shelf.pointer[sku], shelf.pointer[sku + 1]):
        fc = shelf.fc[s]
        have = shelf.free[fc, sku] - give[fc]
        for r in range(shelf.pointer[sku], s + 1):
            have += shelf.units[r] if shelf.fc[r] == fc else 0
        have = min(left, max(0, have))
        give[fc] += have
        left -= have
    return bool(left == 0)


@nb.njit(cache=True)
def missing(a: Asked, shelf: Shelf, i: int, best: Ints) -> None:  # pragma: no cover - compiled
    """The line that all FCs together cannot ship: best = (sku, units short, on the shelves and inbound)."""
    for j in range(a.pointer[i], a.pointer[i + 1]):
        have = shelf.free[:, a.sku[j]].copy()
        for s in range(shelf.pointer[a.sku[j]], shelf.pointer[a.sku[j] + 1]):
            have[shelf.fc[s]] += shelf.units[s]
        short = a.units[j] - np.maximum(0, have).sum()
        if short > 0:
            best[4], best[7] = a.sku[j], short
            return
