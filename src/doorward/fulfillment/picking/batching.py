"""Which packages one picker collects on one walk, compiled.

Savings (Clarke and Wright 1964; for order batching: de Koster, van der Poort and Wolters 1999) on exact walks, then
simulated annealing over moving and swapping packages. Lengths come from routing.tour, so they are exact.
"""

from __future__ import annotations

import numba as nb
import numpy as np
from numpy.typing import NDArray

from doorward.fulfillment.picking.routing import tour

Ints = NDArray[np.int64]


@nb.njit(cache=True)
def _merged(a: Ints, n: int, b: Ints, m: int, out: Ints) -> int:  # pragma: no cover
    """Merge two ascending lists without doubles into `out`; returns the length."""
    i = j = k = 0
    while i < n or j < m:
        take_a = j >= m or (i < n and a[i] <= b[j])
        value = a[i] if take_a else b[j]
        if take_a:
            i += 1
        else:
            j += 1
        if k == 0 or out[k - 1] != value:
            out[k] = value
            k += 1
    return k


@nb.njit(cache=True)
def savings(start: Ints, slots: Ints, load: Ints, most: int, shape: Ints) -> Ints:  # pragma: no cover
    """Batch of each package: join the two batches that save most, while one cart holds both.

    start (n+1,) rows of package k in `slots` (ascending, no doubles within a package); load (n,) of the cart, whose
    limit is `most`; shape (4,) bays, front, pitch, width. O(n^2) walks, O(n^3) comparisons.
    """
    n = load.shape[0]
    bays, front, pitch, width = shape[0], shape[1], shape[2], shape[3]
    wide = slots.shape[0] + 1
    held = np.zeros((n, min(wide, 1 << 14)), np.int64)
    count, walk, full = np.zeros(n, np.int64), np.zeros(n, np.int64), load.copy()
    out = np.zeros(wide, np.int64)
    batch, alive = np.arange(n), np.ones(n, np.bool_)
    for i in range(n):
        count[i] = start[i + 1] - start[i]
        held[i, : count[i]] = slots[start[i] : start[i + 1]]
        walk[i] = tour(held[i], count[i], bays, front, pitch, width)
    gain = np.full((n, n), -1, np.int64)
    for i in range(n):
        for j in range(i + 1, n):
            if full[i] + full[j] <= most:
                k = _merged(held[i], count[i], held[j], count[j], out)
                gain[i, j] = walk[i] + walk[j] - tour(out, k, bays, front, pitch, width)
    while True:
        best, a, b = -1, -1, -1
        for i in range(n):
            if alive[i]:
                for j in range(i + 1, n):
                    if alive[j] and gain[i, j] > best:
                        best, a, b = gain[i, j], i, j
        if a < 0:
            return batch
        count[a] = _join(held, count, a, b, out)
        full[a] += full[b]
        alive[b] = False
        walk[a] = tour(held[a], count[a], bays, front, pitch, width)
        for i in range(n):
            if batch[i] == b:
                batch[i] = a
        for j in range(n):
            if j != a and alive[j]:
                value = -1
                if full[a] + full[j] <= most:
                    k = _merged(held[a], count[a], held[j], count[j], out)
                    value = walk[a] + walk[j] - tour(out, k, bays, front, pitch, width)
                gain[min(a, j), max(a, j)] = value


@nb.njit(cache=True)
def _join(held: Ints, count: Ints, a: int, b: int, out: Ints) -> int:  # pragma: no cover
    k = _merged(held[a], count[a], held[b], count[b], out)
    held[a, :k] = out[:k]
    return k


@nb.njit(cache=True)
def batch_walk(
    start: Ints, slots: Ints, batch: Ints, which: int, shape: Ints, room: Ints
) -> int:  # pragma: no cover
    """Length of the walk of one batch; `room` is working space."""
    k = 0
    for i in range(batch.shape[0]):
        if batch[i] != which:
            continue
        for r in range(start[i], start[i + 1]):
            value = slots[r]
            at = k
            while at > 0 and room[at - 1] > value:
                at -= 1
            if at > 0 and room[at - 1] == value:
                continue
            for q in range(k, at, -1):
                room[q] = room[q - 1]
            room[at] = value
            k += 1
    return tour(room, k, shape[0], shape[1], shape[2], shape[3])


@nb.njit(cache=True)
def _random(seed: np.uint64) -> np.uint64:  # pragma: no cover
    """The next state of a 64-bit xorshift (Marsaglia 2003)."""
    seed ^= seed << np.uint64(13)
    seed ^= seed >> np.uint64(7)
    seed ^= seed << np.uint64(17)
    return seed


@nb.njit(cache=True)
def improve(
    start: Ints,
    slots: Ints,
    load: Ints,
    most: int,
    shape: Ints,
    first: Ints,
    moves: int,
    warm: float,
    seed: int,
) -> Ints:  # pragma: no cover
    """Anneal batches by `moves` random moves and swaps; temperature falls linearly from `warm`; returns the best."""
    n = load.shape[0]
    batch, best = first.copy(), first.copy()
    room = np.zeros(slots.shape[0] + 1, np.int64)
    walk, full = np.zeros(n, np.int64), np.zeros(n, np.int64)
    for k in range(n):
        full[batch[k]] += load[k]
    for k in range(n):
        walk[k] = batch_walk(start, slots, batch, k, shape, room)
    now = least = int(walk.sum())
    draw = _random(np.uint64(seed) * np.uint64(2) + np.uint64(0x9E3779B97F4A7C15))
    for step in range(moves):
        heat = warm * (1.0 - step / moves) + 1e-9
        draw = _random(draw)
        i = np.int64((draw >> np.uint64(33)) % np.uint64(n))
        draw = _random(draw)
        j = np.int64((draw >> np.uint64(33)) % np.uint64(n))
        swap = (draw >> np.uint64(20)) & np.uint64(1) == np.uint64(1)
        a, b = batch[i], batch[j]
        back = load[j] if swap else 0
        if a == b or full[b] + load[i] - back > most or full[a] - load[i] + back > most:
            continue
        batch[i] = b
        if swap:
            batch[j] = a
        walk_a = batch_walk(start, slots, batch, a, shape, room)
        walk_b = batch_walk(start, slots, batch, b, shape, room)
        change = walk_a + walk_b - walk[a] - walk[b]
        draw = _random(draw)
        luck = float(draw >> np.uint64(11)) * 2.0**-53
        if change <= 0 or luck < np.exp(-change / heat):
            walk[a], walk[b] = walk_a, walk_b
            full[a] += back - load[i]
            full[b] += load[i] - back
            now += int(change)
            if now < least:
                least = now
                best[:] = batch
        else:
            batch[i] = a
            if swap:
                batch[j] = b
    return best
