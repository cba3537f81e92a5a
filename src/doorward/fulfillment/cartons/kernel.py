"""Extreme-point packing of boxes in three dimensions, compiled.

Pieces are put one after another at the extreme point and in the turn with the best score (Crainic, Perboli and Tadei
2008, "Extreme point-based heuristics for three-dimensional bin packing"). A piece stands on the floor of the box or on
at least `SUPPORT_PM` of its base; a piece marked UPRIGHT is only turned about its vertical axis; nothing is put on a
FRAGILE piece. Lengths in mm, weights in g.
"""

from __future__ import annotations

import numba as nb
import numpy as np
from numpy.typing import NDArray

from doorward.tables.items import FRAGILE, UPRIGHT

SUPPORT_PM = 700
"""Share of a base that must rest on something, per mille."""
Ints = NDArray[np.int64]


@nb.njit(cache=True)
def _stands(
    at: Ints, flags: Ints, placed: int, x: int, y: int, z: int, a: int, b: int, c: int
) -> bool:  # pragma: no cover
    """Whether a piece a x b x c at (x, y, z) overlaps nothing, rests on enough and covers nothing fragile."""
    rests = 0
    for j in range(placed):
        over_x = min(x + a, at[j, 3]) - max(x, at[j, 0])
        over_y = min(y + b, at[j, 4]) - max(y, at[j, 1])
        if over_x <= 0 or over_y <= 0:
            continue
        if at[j, 2] < z + c and z < at[j, 5]:
            return False
        if at[j, 5] == z:
            if flags[at[j, 6]] & FRAGILE:
                return False
            rests += over_x * over_y
    return z == 0 or rests * 1000 >= a * b * SUPPORT_PM


@nb.njit(cache=True)
def _project(at: Ints, placed: int, axis: int, p: int, q: int, r: int) -> int:  # pragma: no cover
    """The farthest face below coordinate `p` on `axis`, seen from the point with other coordinates q and r."""
    one, two = (axis + 1) % 3, (axis + 2) % 3
    face = 0
    for j in range(placed):
        if (
            at[j, 3 + axis] <= p
            and at[j, 3 + axis] > face
            and at[j, one] <= q < at[j, 3 + one]
            and at[j, two] <= r < at[j, 3 + two]
        ):
            face = at[j, 3 + axis]
    return face


@nb.njit(cache=True)
def _new_points(at: Ints, placed: int, box: Ints, points: Ints, count: int) -> int:  # pragma: no cover
    """Add the extreme points that the newest piece makes; returns how many there are now."""
    new = placed - 1
    for axis in range(3):
        corner = np.array([at[new, 0], at[new, 1], at[new, 2]])
        corner[axis] = at[new, 3 + axis]
        if corner[axis] >= box[axis]:
            continue
        for other in range(3):
            if other == axis:
                continue
            spot = corner.copy()
            spot[other] = _project(
                at, new, other, corner[other], corner[(other + 1) % 3], corner[(other + 2) % 3]
            )
            twin = False
            for e in range(count):
                if points[e, 0] == spot[0] and points[e, 1] == spot[1] and points[e, 2] == spot[2]:
                    twin = True
                    break
            if not twin and count < points.shape[0]:
                points[count] = spot
                count += 1
    return count


@nb.njit(cache=True)
def _best_spot(
    size: Ints, upright: bool, at: Ints, flags: Ints, placed: int, box: Ints, points: Ints, count: int, mode: int,
    reach: Ints, spot: Ints,
) -> int:  # pragma: no cover  # fmt: skip
    """The best extreme point for a piece, -1 none; `spot` gets the sizes along x, y, z."""
    best, found = 1 << 62, -1
    for e in range(count):
        x, y, z = points[e, 0], points[e, 1], points[e, 2]
        for turn in range(2 if upright else 6):
            i = turn // 2
            c = size[2 - i]
            a, b = size[(3 - i) % 3], size[(4 - i) % 3]
            if turn % 2 == 1:
                a, b = b, a
            if turn % 2 == 1 and a == b:
                continue
            if x + a > box[0] or y + b > box[1] or z + c > box[2]:
                continue
            if mode == 0:
                score = ((z + c) * 8192 + y) * 8192 + x
            elif mode == 1:
                score = max(reach[0], x + a) * max(reach[1], y + b) * max(reach[2], z + c) * 64 + z // 64
            else:
                score = ((x + a) * 8192 + z) * 8192 + y
            if score < best and _stands(at, flags, placed, x, y, z, a, b, c):
                best, found = score, e
                spot[0], spot[1], spot[2] = a, b, c
    return found


@nb.njit(cache=True)
def fill_box(
    size: Ints, weight: Ints, flags: Ints, order: Ints, box: Ints, mode: int, at: Ints
) -> int:  # pragma: no cover
    """Pack pieces in `order` into one box (l, w, h, max g); returns how many lie in it.

    at (n, 7): x, y, z from, x, y, z to, piece; the first rows are filled in the order of packing.
    """
    points = np.zeros((6 * order.shape[0] + 8, 3), np.int64)
    count, placed, held = 1, 0, 0
    reach = np.zeros(3, np.int64)
    spot = np.zeros(3, np.int64)
    failed = -1
    for q in range(order.shape[0]):
        i = order[q]
        if held + weight[i] > box[3]:
            continue
        if (
            failed >= 0
            and size[i, 0] == size[failed, 0]
            and size[i, 1] == size[failed, 1]
            and (size[i, 2] == size[failed, 2] and flags[i] == flags[failed])
        ):
            continue
        e = _best_spot(
            size[i], flags[i] & UPRIGHT != 0, at, flags, placed, box, points, count, mode, reach, spot
        )
        if e < 0:
            failed = i
            continue
        failed = -1
        for k in range(3):
            at[placed, k] = points[e, k]
            at[placed, 3 + k] = points[e, k] + spot[k]
            reach[k] = max(reach[k], at[placed, 3 + k])
        at[placed, 6] = i
        points[e] = points[count - 1]
        count -= 1
        placed += 1
        held += weight[i]
        count = _new_points(at, placed, box, points, count)
    return placed


@nb.njit(cache=True)
def _sorted(
    size: Ints, flags: Ints, free: Ints, count: int, attempt: int, most: int
) -> Ints:  # pragma: no cover
    """Free pieces, largest first by the attempt's measure, fragile ones last; at most `most`; ties as they came."""
    key = np.empty(count, np.float64)
    for q in range(count):
        i = free[q]
        a, b, c = float(size[i, 0]), float(size[i, 1]), float(size[i, 2])
        if attempt % 3 == 0:
            key[q] = -a * b * c
        elif attempt % 3 == 1:
            key[q] = -a * 1e7 - a * b * c * 1e-3
        else:
            key[q] = -a * b - 1e-3 * c
        if flags[i] & FRAGILE:
            key[q] += 1e15
    return free[:count][np.argsort(key, kind="mergesort")][:most]


@nb.njit(cache=True)
def _could_hold(
    size: Ints, flags: Ints, weight: Ints, free: Ints, count: int, box: Ints
) -> bool:  # pragma: no cover
    """Whether volume, weight and every single piece would allow all free pieces in this box."""
    room = box[0] * box[1] * box[2]
    held = 0
    inner = np.sort(box[:3])
    for q in range(count):
        i = free[q]
        room -= size[i, 0] * size[i, 1] * size[i, 2]
        held += weight[i]
        if room < 0 or held > box[3]:
            return False
        if flags[i] & UPRIGHT:
            long, short = max(box[0], box[1]), min(box[0], box[1])
            if size[i, 2] > box[2] or size[i, 0] > long or size[i, 1] > short:
                return False
        elif size[i, 0] > inner[2] or size[i, 1] > inner[1] or size[i, 2] > inner[0]:
            return False
    return True


@nb.njit(cache=True)
def _choose(
    size: Ints, weight: Ints, flags: Ints, free: Ints, count: int, boxes: Ints, tries: int, most: int, at: Ints,
    best_at: Ints,
) -> tuple[int, int]:  # pragma: no cover  # fmt: skip
    """(box, pieces in it): the first box that takes everything, else the one that takes the most volume."""
    for b in range(boxes.shape[0]):
        if count > most or not _could_hold(size, flags, weight, free, count, boxes[b]):
            continue
        for attempt in range(tries):
            order = _sorted(size, flags, free, count, attempt, most)
            if fill_box(size, weight, flags, order, boxes[b], (attempt // 3) % 3, at) == count:
                best_at[:count] = at[:count]
                return b, count
    best, held, chosen = -1, 0, 0
    for b in range(boxes.shape[0]):
        for attempt in range(tries):
            order = _sorted(size, flags, free, count, attempt, most)
            placed = fill_box(size, weight, flags, order, boxes[b], (attempt // 3) % 3, at)
            volume = 0
            for j in range(placed):
                i = at[j, 6]
                volume += size[i, 0] * size[i, 1] * size[i, 2]
            if volume > held:
                best, held, chosen = b, volume, placed
                best_at[:placed] = at[:placed]
    return best, chosen


@nb.njit(cache=True)
def pack_groups(
    start: Ints, size: Ints, weight: Ints, flags: Ints, boxes: Ints, tries: int, most: int
) -> tuple[Ints, Ints, Ints]:  # pragma: no cover
    """Pack each group of pieces into as few boxes as the greedy finds.

    start (g+1,) rows of group k are start[k]:start[k+1]; size (n, 3) longest first; weight, flags (n,)
    boxes (b, 4) inside length, width, height, most grams, in order of preference
    -> carton (n,) carton of each piece, numbered group by group; place (n, 6) where it lies; box (cartons,), -1 for
    a piece that no box holds
    """
    n = size.shape[0]
    carton = np.full(n, -1, np.int64)
    place = np.zeros((n, 6), np.int64)
    box = np.full(n, -1, np.int64)
    cartons = 0
    for g in range(start.shape[0] - 1):
        lo, hi = start[g], start[g + 1]
        free = np.arange(lo, hi)
        count = hi - lo
        window = min(count, most)
        at = np.empty((window, 7), np.int64)
        best_at = np.empty((window, 7), np.int64)
        while count > 0:
            b, placed = _choose(size, weight, flags, free, count, boxes, tries, most, at, best_at)
            if placed == 0:
                look = _sorted(size, flags, free, count, 0, most)
                for q in range(look.shape[0]):
                    i = look[q]
                    carton[i] = cartons
                    place[i, 3:] = size[i]
                    cartons += 1
            else:
                for j in range(placed):
                    i = best_at[j, 6]
                    carton[i] = cartons
                    place[i] = best_at[j, :6]
                box[cartons] = b
                cartons += 1
            left = 0
            for q in range(count):
                if carton[free[q]] < 0:
                    free[left] = free[q]
                    left += 1
            count = left
    return carton, place, box[:cartons]
