"""Fill slots in order of price, each to what a flow can bring there: exact, integers in and out.

Vans with needs on one side, slots with limits on the other, between them what a van's charger can give in a slot. The
slot totals that such a network can carry form a polymatroid (Fujishige 2005, "Submodular Functions and Optimization",
section 2.3), so the greedy algorithm is optimal for any price that depends on the slot alone (Edmonds 1970): the most
energy, and of all plans with that much the cheapest. A slot's increment is found by breadth-first augmenting paths
(Edmonds and Karp 1972): a van charged elsewhere may move into the new slot and leave its place to one that still needs.
Vans and slots from which nobody in need can be reached stay so for good, and are not looked at again.
"""

from __future__ import annotations

import numba as nb
import numpy as np
from numpy.typing import NDArray

Longs = NDArray[np.int64]


@nb.njit(cache=True)
def _search(
    start: int, room: Longs, x: Longs, left: Longs, dead: NDArray[np.bool_], from_slot: Longs, from_van: Longs,
    found: Longs,
) -> int:  # fmt: skip  # pragma: no cover - compiled
    """Everything reachable from slot `start`; fills parents and the vans in need; returns how many."""
    n, slots = room.shape
    from_slot[:] = -1
    from_van[:] = -1
    queue = np.empty(slots, np.int64)
    queue[0], tail, head = start, 1, 0
    hits = 0
    from_van[start] = n
    while head < tail:
        s = queue[head]
        head += 1
        for i in range(n):
            if dead[i] or from_slot[i] >= 0 or room[i, s] <= x[i, s]:
                continue
            from_slot[i] = s
            if left[i] > 0:
                found[hits] = i
                hits += 1
                continue
            for r in range(slots):
                if x[i, r] > 0 and from_van[r] < 0:
                    from_van[r] = i
                    queue[tail] = r
                    tail += 1
    return hits


@nb.njit(cache=True)
def _augment(
    van: int, start: int, give: int, room: Longs, x: Longs, left: Longs, from_slot: Longs, from_van: Longs
) -> int:  # pragma: no cover - compiled
    """Bring up to `give` from a van in need to slot `start` along the parents; returns how much."""
    amount = min(give, left[van])
    i, s = van, from_slot[van]
    while True:
        amount = min(amount, room[i, s] - x[i, s])
        if s == start:
            break
        i = from_van[s]
        amount = min(amount, x[i, s])
        s = from_slot[i]
    if amount <= 0:
        return 0
    left[van] -= amount
    i, s = van, from_slot[van]
    while True:
        x[i, s] += amount
        if s == start:
            return int(amount)
        i = from_van[s]
        x[i, s] -= amount
        s = from_slot[i]


@nb.njit(cache=True)
def fill_slots(need: Longs, room: Longs, cap: Longs, order: Longs) -> Longs:  # pragma: no cover - compiled
    """Energy of each van in each slot; see the module.

    need (n,) of each van; room (n, t) most a van can take in a slot; cap (t,) most all vans together; order (t,) slots,
    cheapest first. All in Wh, >= 0. Returns (n, t); sum over all is the most that fits.
    """
    n, slots = room.shape
    x = np.zeros((n, slots), np.int64)
    left = need.copy()
    dead = np.zeros(n, np.bool_)
    from_slot, from_van, found = np.empty(n, np.int64), np.empty(slots, np.int64), np.empty(n, np.int64)
    ahead = room.sum(axis=1)
    for k in range(slots):
        t, give = order[k], cap[order[k]]
        ahead -= room[:, t]
        for i in np.argsort(ahead - left, kind="mergesort"):  # least laxity first spares later detours
            amount = min(give, left[i], room[i, t])
            if amount > 0:
                x[i, t] = amount
                left[i] -= amount
                give -= amount
        while give > 0:
            hits = _search(t, room, x, left, dead, from_slot, from_van, found)
            if hits == 0:
                for i in range(n):
                    if from_slot[i] >= 0:
                        dead[i] = True
                break
            for h in range(hits):
                give -= _augment(found[h], t, give, room, x, left, from_slot, from_van)
    return x
