"""The earliest honest date of one order from one FC.

By the days on which the FC may ship (room left), the truck of that day (room left) and the delivery days of the station
(room left), or a partner's pick-ups; the promise is the end of the first window that is not before the planned time at
the door plus the safety margin of its lane class.
"""

from __future__ import annotations

import math

import numba as nb
import numpy as np

from doorward.core.timetable import NEVER
from doorward.core.units import DAY_S
from doorward.promise.terms import (
    NO_CAPACITY,
    NO_COVERAGE,
    NO_DATE,
    OK,
    PARTNER_FULL,
    Asked,
    Ints,
    Room,
    Times,
)

ROOT_HALF = 0.7071067811865476


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
def _evening(
    t: Times, a: Asked, room: Room, i: int, fc: int, out: Ints
) -> int:  # pragma: no cover - compiled
    """Tonight, without vans, for what is on the shelf and still catches a truck: fills out as `_own`."""
    fcs, stations, place = t.door_day.shape[0], t.door_day.shape[2], a.station[i]
    nominal = t.tonight_s[fc, 0, place]
    if nominal >= NEVER or (nominal + t.offset_s) // DAY_S != t.today:
        return NO_COVERAGE
    truck, evening = t.leave_day[fc, 0, place], 2 * fcs + 2 * stations + place
    if (
        truck != 0
        or room.taken[0, fc] >= room.limit[0, fc]
        or room.taken[0, fcs + fc] >= room.limit[0, fcs + fc]
    ):
        return NO_CAPACITY
    if room.taken[0, evening] >= room.limit[0, evening]:
        return NO_CAPACITY
    klass = t.own // 2 + a.site[i]
    out[0], out[1] = _window(t, nominal, nominal + t.margin[klass], False)
    out[2], out[3] = klass, t.margin[klass]
    out[4], out[5], out[6] = fc, fcs + fc, evening
    return OK if (out[1] + t.offset_s) // DAY_S == t.today else NO_DATE


@nb.njit(cache=True)
def late_by(left_s: float, p50_s: float, sigma: float) -> tuple[float, float]:  # pragma: no cover - compiled
    """P(late) and expected seconds of lateness of a log-normal transit with `left_s` to go: what the choice reckons."""
    left = max(left_s, 1.0)
    d = math.log(left / p50_s) / sigma
    p = 0.5 * math.erfc(d * ROOT_HALF)
    mean = p50_s * math.exp(sigma * sigma / 2) * 0.5 * math.erfc((d - sigma) * ROOT_HALF)
    return p, max(0.0, mean - left * p) + max(0.0, -left_s)


@nb.njit(cache=True)
def _booked(
    t: Times, a: Asked, i: int, fc: int, k: int, service: int, due_s: int
) -> bool:  # pragma: no cover - compiled
    """Whether the choice, cheapest by fare and expected lateness, will keep a date that rests on this service.

    It need not book the service itself: any that is late no more often than stated will do.
    """
    least, risk, mine = np.inf, 0.0, 0.0
    for other in range(t.transit_s.shape[2]):
        if not a.takes[i, fc, other] or t.pick_s[fc, k, other] >= NEVER:
            continue
        z = a.zone[i]
        p50 = float(max(1, t.transit_s[z, fc, other]))
        p, late_s = late_by(float(due_s - t.pick_s[fc, k, other]), p50, t.sigma[z, fc, other])
        cost = a.cents[i, fc, other] + p * a.broken_c[i] + late_s / DAY_S * t.late_day_c
        if other == service:
            mine = p
        if cost < least:
            least, risk = cost, p
    return risk <= max(mine, t.late_pm / 1000)


@nb.njit(cache=True)
def _partner(
    t: Times, a: Asked, room: Room, i: int, fc: int, from_day: int, out: Ints
) -> int:  # pragma: no cover - compiled
    """Earliest promise through a partner service with room on the day of its pick-up: fills out = due_lo, due, class,
    margin, openings of the FC and of the partner, -1. Refused: out[4] is the opening that bound."""
    fcs, services = t.transit_s.shape[1], t.transit_s.shape[2]
    days, places = min(t.pick_s.shape[1], room.limit.shape[0]), room.limit.shape[1]
    first = 2 * fcs + 3 * t.door_day.shape[2] + fc * services
    why = NO_COVERAGE
    for service in range(services):
        if a.takes[i, fc, service]:
            why = NO_CAPACITY
    if why == NO_COVERAGE:
        return why
    best, bound = NEVER, -1
    for k in range(from_day, days):
        if room.taken[k, fc] >= room.limit[k, fc]:
            bound = k * places + fc if bound < 0 else bound
            continue
        full = False
        for service in range(services):
            if not a.takes[i, fc, service] or t.pick_s[fc, k, service] >= NEVER:
                continue
            day = (t.pick_s[fc, k, service] + t.offset_s) // DAY_S - t.today
            if day >= room.limit.shape[0]:
                continue
            if room.taken[day, first + service] >= room.limit[day, first + service]:
                full, why, bound = True, PARTNER_FULL, day * places + first + service
                continue
            klass = t.own + service * t.bands + a.band[i, fc]
            nominal = t.pick_s[fc, k, service] + t.transit_s[a.zone[i], fc, service]
            soonest = (t.today + a.first_day[i]) * DAY_S - t.offset_s + t.first_wave_s
            nominal = max(nominal, soonest)
            margin = max(0, t.margin[klass] + t.extra_s[a.zone[i], fc, service])
            begin, end = _window(t, nominal, nominal + margin, True)
            if end < best and _booked(t, a, i, fc, k, service, end):
                best = end
                out[0], out[1], out[2], out[3] = begin, end, klass, margin
                out[4], out[5], out[6] = k * places + fc, day * places + first + service, -1
        if best < NEVER and not full:
            break  # another day's pick-up is no sooner, unless a faster service was full on this one
    if best < NEVER and best <= t.latest_s:
        return OK
    if best < NEVER and why != PARTNER_FULL:
        return NO_DATE
    out[4] = bound
    return why


@nb.njit(cache=True)
def from_fc(
    t: Times, a: Asked, room: Room, i: int, fc: int, from_day: int, out: Ints
) -> int:  # pragma: no cover - compiled
    """Earliest promise of an FC: own network if it reaches the door, by its vans or, for who asked for today and would
    get tomorrow, without them; else partners."""
    why = NO_COVERAGE
    if a.own[i] and a.station[i] >= 0:
        why = _own(t, a, room, i, fc, from_day, out)
        if a.today[i] and from_day == 0 and (why != OK or (out[1] + t.offset_s) // DAY_S > t.today):
            kept = out.copy()
            if _evening(t, a, room, i, fc, out) == OK:
                return OK
            out[:] = kept
        if why == OK:
            return OK
    kept = out.copy()
    other = _partner(t, a, room, i, fc, from_day, out)
    if other == OK or (why == NO_COVERAGE):
        return other
    out[:] = kept
    return why
