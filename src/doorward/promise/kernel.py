"""The sequential part of promising: orders in order of arrival, each consuming stock and capacity before the next.

One order from one FC: promise.dates. Which FCs have its pieces: promise.shelves.
"""

from __future__ import annotations

import numba as nb
import numpy as np

from doorward.promise.dates import from_fc
from doorward.promise.shelves import divide, missing, ready_day
from doorward.promise.terms import NO_COVERAGE, NO_STOCK, OK, Asked, Ints, Room, Shelf, Times


@nb.njit(cache=True)
def _whole(
    t: Times, a: Asked, shelf: Shelf, room: Room, i: int, on_shelf: bool, out: Ints, best: Ints
) -> tuple[int, int]:  # pragma: no cover - compiled
    """Best promise from one FC that has all lines, on the shelf or with what is inbound. Returns (fc, why)."""
    fc_best, why, tried = -1, NO_COVERAGE, 0
    for fc in a.near[i]:
        day = 0
        for j in range(a.pointer[i], a.pointer[i + 1]):
            when = ready_day(shelf, fc, a.sku[j], a.units[j])
            if when < 0 or (on_shelf and when > 0):
                day = -1
                break
            day = max(day, when)
        if day < 0:
            continue
        tried += 1
        found = from_fc(t, a, room, i, fc, day, out)
        if found == OK and (fc_best < 0 or out[1] < best[1]):
            fc_best = fc
            best[:] = out
        elif found != OK and fc_best < 0 and found >= why:
            why = found
            best[:] = out
        if tried >= t.candidates:
            break
    if fc_best < 0 and tried == 0:
        why = NO_STOCK
    return fc_best, (OK if fc_best >= 0 else why)


@nb.njit(cache=True)
def _hold(room: Room, i: int, found: Ints, held: Ints, count: int) -> int:  # pragma: no cover - compiled
    """Take the openings of a date found (columns 4 to 6) for order i; `held` (., 2) goes on at `count`, returned."""
    places = room.taken.shape[1]
    for opening in found[4:7]:
        if opening >= 0:
            room.taken[opening // places, opening % places] += 1
            held[count, 0], held[count, 1] = i, opening
            count += 1
    return count


@nb.njit(cache=True)
def _let_go(room: Room, held: Ints, count: int, until: int) -> None:  # pragma: no cover - compiled
    """Give back what rows count .. until - 1 of `held` took."""
    places = room.taken.shape[1]
    for h in range(count, until):
        room.taken[held[h, 1] // places, held[h, 1] % places] -= 1


@nb.njit(cache=True)
def _parts(
    t: Times,
    a: Asked,
    shelf: Shelf,
    room: Room,
    i: int,
    give: Ints,
    out: Ints,
    best: Ints,
    held: Ints,
    count: int,
) -> tuple[int, int, int, int]:  # pragma: no cover - compiled
    """The promise of a split order is its latest part; each part takes room before the next one is looked at.

    Returns (fc of the latest part, why, how many parts, the new count of `held`); refused, nothing was taken.
    """
    first, last = a.pointer[i], a.pointer[i + 1]
    latest, fc_latest, parts, upto = -1, -1, 0, count
    for fc in a.near[i]:
        day = -1
        for j in range(first, last):
            if give[j - first, fc] > 0:
                day = max(day, ready_day(shelf, fc, a.sku[j], give[j - first, fc]))
        if day < 0:
            continue
        parts += 1
        out[:] = -1
        why = from_fc(t, a, room, i, fc, day, out)
        if why != OK:
            best[:] = out
            _let_go(room, held, count, upto)
            return -1, why, parts, count
        upto = _hold(room, i, out, held, upto)
        if out[1] > latest:
            latest, fc_latest = out[1], fc
            best[:] = out
    return fc_latest, OK, parts, upto


@nb.njit(cache=True)
def quote_each(
    t: Times, a: Asked, shelf: Shelf, room: Room
) -> tuple[Ints, Ints]:  # pragma: no cover - compiled
    """Promise one order after the other; `shelf.free` and `room.taken` are consumed.

    Returns (n, 11): due_lo, due, class, margin, openings a, b, c of the latest part (counted from today's first),
    number short, FC, why, parts; and the openings held by all parts, (., 2) order and opening, by order. Refused:
    column 4 is the limit that bound (opening, or sku of the line), column 7 the number short.
    """
    n, fcs = len(a.station), shelf.free.shape[0]
    result = np.full((n, 11), -1, np.int64)
    held, count = np.empty((3 * n * fcs, 2), np.int64), 0
    out, best, whole = np.empty(8, np.int64), np.empty(8, np.int64), np.empty(8, np.int64)
    longest = np.max(np.diff(a.pointer)) if n else 1
    give = np.empty((longest, fcs), np.int64)
    for i in range(n):
        out[:], best[:], whole[:] = -1, -1, -1
        fc, why = _whole(t, a, shelf, room, i, True, out, best)
        parts, upto = 1, count
        if why == NO_STOCK:
            fc, why = _whole(t, a, shelf, room, i, False, out, whole)
            best[:] = whole
            if divide(a, shelf, i, give):
                fc_split, why_split, split, upto = _parts(t, a, shelf, room, i, give, out, best, held, count)
                if why_split == OK and (why != OK or best[1] < whole[1]):
                    fc, why, parts = fc_split, OK, split
                else:
                    _let_go(room, held, count, upto)
                    upto = count
                    best[:] = whole if why != NO_STOCK else best
                    why = why if why != NO_STOCK else why_split
            if why == NO_STOCK:
                missing(a, shelf, i, best)
        result[i, :8], result[i, 8], result[i, 9], result[i, 10] = best, fc, why, parts
        if why != OK:
            continue
        for j in range(a.pointer[i], a.pointer[i + 1]):
            if parts > 1:
                shelf.free[:, a.sku[j]] -= give[j - a.pointer[i]]
            else:
                shelf.free[fc, a.sku[j]] -= a.units[j]
        count = upto if upto > count else _hold(room, i, best, held, count)
    return result, held[:count].copy()
