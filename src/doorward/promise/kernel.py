"""The sequential part of promising: orders in order of arrival, each consuming stock and capacity before the next.

For one order and one FC the earliest honest date is found by walking the days on which the FC may ship (room left),
the truck of that day (room left) and the delivery days of the station (room left); the promise is the end of the first
window that is not before the planned time at the door plus the safety margin of its lane class.
"""

from __future__ import annotations

from typing import NamedTuple

import numba as nb
import numpy as np
from numpy.typing import NDArray

from doorward.core.timetable import NEVER
from doorward.core.units import DAY_S

Ints = NDArray[np.int64]

OK, NO_STOCK, NO_COVERAGE, NO_CAPACITY, NO_DATE = 0, 1, 2, 3, 7
"""Outcomes; the reasons bear the numbers of tables.remarks.Reason."""


class Times(NamedTuple):
    """What holds for all orders of a call: arrays as in promise.ways and promise.lanes, margins, latest date."""

    offset_s: int
    today: int
    latest_s: int
    sites: int
    bands: int
    candidates: int
    route_s: int
    first_wave_s: int
    door_day: Ints
    door_s: Ints
    door_late: NDArray[np.bool_]
    leave_day: Ints
    pick_s: Ints
    transit_s: Ints
    extra_s: Ints
    margin: Ints
    window_lo: Ints
    window_hi: Ints
    delivers: NDArray[np.bool_]


class Asked(NamedTuple):
    """Orders: station rank and its site (-1 none), zone, FCs nearest first (n, fc), distance band (n, fc), services
    counted on from each FC (n, fc, service), whether the own network does, first delivery day; merged lines by
    pointer."""

    station: Ints
    site: Ints
    zone: Ints
    near: Ints
    band: Ints
    takes: NDArray[np.bool_]
    own: NDArray[np.bool_]
    first_day: Ints
    pointer: Ints
    sku: Ints
    units: Ints


class Shelf(NamedTuple):
    """Units not promised yet (fc, sku), below zero where inbound units are promised; inbound by sku: fc, day, units."""

    free: Ints
    pointer: Ints
    fc: Ints
    day: Ints
    units: Ints


class Room(NamedTuple):
    """Openings from today on, (day, place); see promise.capacity.layout. `taken` grows."""

    limit: Ints
    taken: Ints


@nb.njit(cache=True)
def _window(
    t: Times, nominal_s: int, sure_s: int, whole_day: bool
) -> tuple[int, int]:  # pragma: no cover - compiled
    """Begin of the window of the planned time and end of the first one not before `sure_s`, a delivery day; whole_day:
    only the day's last window counts."""
    day = (nominal_s + t.offset_s) // DAY_S
    lo = t.window_lo[0]
    for w in range(len(t.window_lo)):
        if day * DAY_S - t.offset_s + t.window_lo[w] <= nominal_s:
            lo = t.window_lo[w]
    begin = day * DAY_S - t.offset_s + lo
    day = (max(sure_s, nominal_s) + t.offset_s) // DAY_S
    for _ in range(9):
        if t.delivers[(day + 3) % 7]:
            for w in range(len(t.window_hi) - 1 if whole_day else 0, len(t.window_hi)):
                end = day * DAY_S - t.offset_s + t.window_hi[w]
                if end >= sure_s and end > nominal_s:
                    return begin, end
        day += 1
    return begin, NEVER


@nb.njit(cache=True)
def _vans(room: Room, d: int, first: int, late: int, by_late: bool) -> bool:  # pragma: no cover - compiled
    """Whether a day's vans can take one more: those that left in the first wave are gone in the late one."""
    most, rest = room.limit[d, first], room.limit[d, late]
    if by_late:
        return bool(
            rest > 0 and room.taken[d, first] * rest + (room.taken[d, late] + 1) * most <= most * rest
        )
    if rest == 0:
        return bool(room.taken[d, first] < most)
    return bool((room.taken[d, first] + 1) * rest + room.taken[d, late] * most <= most * rest)


@nb.njit(cache=True)
def _own(
    t: Times, a: Asked, room: Room, i: int, fc: int, from_day: int, out: Ints
) -> int:  # pragma: no cover - compiled
    """Earliest promise through the own network: fills out = due_lo, due, class, margin, three openings."""
    fcs, stations, place = t.door_day.shape[0], t.door_day.shape[2], a.station[i]
    days = min(t.door_day.shape[1], room.limit.shape[0])
    why = NO_COVERAGE
    for k in range(from_day, days):
        door = t.door_day[fc, k, place]
        if door < 0:
            continue
        if why == NO_COVERAGE:
            why = NO_CAPACITY
        if room.taken[k, fc] >= room.limit[k, fc]:
            out[4] = k * room.limit.shape[1] + fc
            continue
        truck = t.leave_day[fc, k, place]
        if truck >= days or room.taken[truck, fcs + fc] >= room.limit[truck, fcs + fc]:
            out[4] = min(truck, days - 1) * room.limit.shape[1] + fcs + fc
            continue
        for d in range(max(door, a.first_day[i]), days):
            if not t.delivers[(t.today + d + 3) % 7]:
                continue
            late = d == door and t.door_late[fc, k, place]
            if not _vans(room, d, 2 * fcs + place, 2 * fcs + stations + place, late):
                out[4] = d * room.limit.shape[1] + 2 * fcs + place
                continue
            nominal = t.door_s[fc, k, place]
            if d > door:
                nominal = (t.today + d) * DAY_S - t.offset_s + t.first_wave_s + t.route_s
            klass = a.site[i]
            out[0], out[1] = _window(t, nominal, nominal + t.margin[klass], False)
            out[2], out[3] = klass, t.margin[klass]
            out[4], out[5], out[6] = (
                k * room.limit.shape[1] + fc,
                truck * room.limit.shape[1] + fcs + fc,
                d * room.limit.shape[1] + 2 * fcs + place + (stations if late else 0),
            )
            return OK if out[1] <= t.latest_s else NO_DATE
    return why


@nb.njit(cache=True)
def _partner(
    t: Times, a: Asked, room: Room, i: int, fc: int, from_day: int, out: Ints
) -> int:  # pragma: no cover - compiled
    """Earliest promise through a partner service; columns of `out` as for the own network."""
    why = NO_COVERAGE
    days = min(t.pick_s.shape[1], room.limit.shape[0])
    for service in range(t.transit_s.shape[2]):
        if a.takes[i, fc, service] and why == NO_COVERAGE:
            why = NO_CAPACITY
    if why == NO_COVERAGE:
        return why
    for k in range(from_day, days):
        if room.taken[k, fc] >= room.limit[k, fc]:
            out[4] = k * room.limit.shape[1] + fc
            continue
        best = NEVER
        for service in range(t.transit_s.shape[2]):
            if not a.takes[i, fc, service] or t.pick_s[fc, k, service] >= NEVER:
                continue
            klass = t.sites + service * t.bands + a.band[i, fc]
            nominal = t.pick_s[fc, k, service] + t.transit_s[a.zone[i], fc, service]
            soonest = (t.today + a.first_day[i]) * DAY_S - t.offset_s + t.first_wave_s
            nominal = max(nominal, soonest)
            margin = max(0, t.margin[klass] + t.extra_s[a.zone[i], fc, service])
            begin, end = _window(t, nominal, nominal + margin, True)
            if end < best:
                best = end
                out[0], out[1], out[2], out[3] = begin, end, klass, margin
        if best < NEVER:
            out[4], out[5], out[6] = k * room.limit.shape[1] + fc, -1, -1
            return OK if best <= t.latest_s else NO_DATE
    return why


@nb.njit(cache=True)
def _from_fc(
    t: Times, a: Asked, room: Room, i: int, fc: int, from_day: int, out: Ints
) -> int:  # pragma: no cover - compiled
    """Earliest promise of an FC: own network if it reaches the door, else partners."""
    why = NO_COVERAGE
    if a.own[i] and a.station[i] >= 0:
        why = _own(t, a, room, i, fc, from_day, out)
        if why == OK:
            return OK
    kept = out.copy()
    other = _partner(t, a, room, i, fc, from_day, out)
    if other == OK or (why == NO_COVERAGE):
        return other
    out[:] = kept
    return why


@nb.njit(cache=True)
def _when(shelf: Shelf, fc: int, sku: int, units: int) -> int:  # pragma: no cover - compiled
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
def _whole(
    t: Times, a: Asked, shelf: Shelf, room: Room, i: int, on_shelf: bool, out: Ints, best: Ints
) -> tuple[int, int]:  # pragma: no cover - compiled
    """Best promise from one FC that has all lines, on the shelf or with what is inbound. Returns (fc, why)."""
    fc_best, why, tried = -1, NO_COVERAGE, 0
    for fc in a.near[i]:
        day = 0
        for j in range(a.pointer[i], a.pointer[i + 1]):
            when = _when(shelf, fc, a.sku[j], a.units[j])
            if when < 0 or (on_shelf and when > 0):
                day = -1
                break
            day = max(day, when)
        if day < 0:
            continue
        tried += 1
        found = _from_fc(t, a, room, i, fc, day, out)
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
def _split(a: Asked, shelf: Shelf, i: int, give: Ints) -> bool:  # pragma: no cover - compiled
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
            day = _when(shelf, fc, a.sku[j], a.units[j])
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
def _parts(
    t: Times, a: Asked, shelf: Shelf, room: Room, i: int, give: Ints, out: Ints, best: Ints
) -> tuple[int, int, int]:  # pragma: no cover - compiled
    """The promise of a split order is its latest part. Returns (fc of that part, why, how many parts)."""
    first, last = a.pointer[i], a.pointer[i + 1]
    latest, fc_latest, parts = -1, -1, 0
    for fc in a.near[i]:
        day = -1
        for j in range(first, last):
            if give[j - first, fc] > 0:
                day = max(day, _when(shelf, fc, a.sku[j], give[j - first, fc]))
        if day < 0:
            continue
        parts += 1
        why = _from_fc(t, a, room, i, fc, day, out)
        if why != OK:
            best[:] = out
            return -1, why, parts
        if out[1] > latest:
            latest, fc_latest = out[1], fc
            best[:] = out
    return fc_latest, OK, parts


@nb.njit(cache=True)
def _short(a: Asked, shelf: Shelf, i: int, best: Ints) -> None:  # pragma: no cover - compiled
    """The line that all FCs together cannot ship: best = (sku, units short, on the shelves and inbound)."""
    for j in range(a.pointer[i], a.pointer[i + 1]):
        have = shelf.free[:, a.sku[j]].copy()
        for s in range(shelf.pointer[a.sku[j]], shelf.pointer[a.sku[j] + 1]):
            have[shelf.fc[s]] += shelf.units[s]
        short = a.units[j] - np.maximum(0, have).sum()
        if short > 0:
            best[4], best[7] = a.sku[j], short
            return


@nb.njit(cache=True)
def quote_each(t: Times, a: Asked, shelf: Shelf, room: Room) -> Ints:  # pragma: no cover - compiled
    """Promise one order after the other; `shelf.free` and `room.taken` are consumed.

    Returns (n, 11): due_lo, due, class, margin, opening a, b, c (counted from today's first), number short, FC, why,
    parts. Refused: column 4 is the limit that bound (opening, or sku of the line), column 7 the number short.
    """
    n = len(a.station)
    result = np.full((n, 11), -1, np.int64)
    out, best, whole = np.empty(8, np.int64), np.empty(8, np.int64), np.empty(8, np.int64)
    longest = np.max(np.diff(a.pointer)) if n else 1
    give = np.empty((longest, shelf.free.shape[0]), np.int64)
    for i in range(n):
        out[:], best[:], whole[:] = -1, -1, -1
        fc, why = _whole(t, a, shelf, room, i, True, out, best)
        parts = 1
        if why == NO_STOCK:
            fc, why = _whole(t, a, shelf, room, i, False, out, whole)
            best[:] = whole
            if _split(a, shelf, i, give):
                fc_split, why_split, split = _parts(t, a, shelf, room, i, give, out, best)
                if why_split == OK and (why != OK or best[1] < whole[1]):
                    fc, why, parts = fc_split, OK, split
                else:
                    best[:] = whole if why != NO_STOCK else best
                    why = why if why != NO_STOCK else why_split
            if why == NO_STOCK:
                _short(a, shelf, i, best)
        result[i, :8], result[i, 8], result[i, 9], result[i, 10] = best, fc, why, parts
        if why != OK:
            continue
        for j in range(a.pointer[i], a.pointer[i + 1]):
            if parts > 1:
                shelf.free[:, a.sku[j]] -= give[j - a.pointer[i]]
            else:
                shelf.free[fc, a.sku[j]] -= a.units[j]
        for held in best[4:7]:
            if held >= 0:
                room.taken[held // room.taken.shape[1], held % room.taken.shape[1]] += 1
    return result
