"""Standstills that promising knows of: announced ones, and those under way, whose end is guessed.

Dates are composed around them: a building that stands still works later, its trucks leave at the end, a wave that
cannot leave goes with the next, a partner that does not collect comes on another day, and a day's room
shrinks with its hours.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.core.hours import day_start
from doorward.core.standstill import united, worked
from doorward.core.units import DAY_S, HOUR_S
from doorward.promise.rules import PromiseRules
from doorward.tables.outages import Outages, PlannedOutages, What
from doorward.tables.sites import SiteKind, Sites

Ints = NDArray[np.int64]
Closures = tuple[tuple[int, int, int, int, int], ...]
"""(site, service, what, from_s, until_s) of each, by beginning: a value, so that it can key what is kept."""
DOCKS = (int(What.CLOSED), int(What.DEPARTURES))
FLOOR = (int(What.CLOSED), int(What.PICKING), int(What.SORTING))
GATE = (int(What.CLOSED), int(What.SORTING))
MOST_TURNS = 21
"""A partner that does not come for so many days is no way."""


def known_closures(
    outages: Outages, planned: PlannedOutages, rules: PromiseRules, now_s: int, reach_s: int
) -> Closures:
    """What stands still at or after `now_s` and begins before `reach_s`, as far as anybody knows.

    An outage without a known end is taken to last `outage_guess_s` from now, to the next full hour.
    """
    guess_s = -(-(now_s + rules.outage_guess_s) // HOUR_S) * HOUR_S
    found = set()
    for table in (outages, planned):
        until = np.where(table.until_s < 0, guess_s, table.until_s)
        for row in np.flatnonzero((until > now_s) & (table.from_s < reach_s)).tolist():
            one = tuple(int(getattr(table, c)[row]) for c in ("site", "service", "what", "from_s"))
            found.add((*one, int(until[row])))
    return tuple(sorted(found, key=lambda c: (c[3], c[4], c[0], c[1], c[2])))  # type: ignore[arg-type]


def still_at(closures: Closures) -> Ints | None:
    """The spans as core.timetable.reach wants them; None if there are none."""
    rows = [
        (site, lo, hi, int(what in DOCKS), int(what in GATE))
        for site, _, what, lo, hi in closures
        if site >= 0 and what != What.PICKUPS
    ]
    return np.array(rows, np.int64) if rows else None


def spans_of(closures: Closures, kinds: tuple[int, ...]) -> tuple[Ints, Ints, Ints]:
    """(site, from_s, until_s) of buildings that stand still in these respects, united."""
    rows = [(site, lo, hi) for site, _, what, lo, hi in closures if site >= 0 and what in kinds]
    place, lo, hi = np.array(rows, np.int64).reshape(-1, 3).T
    return united(place, lo, hi)


def staged_around(closures: Closures, begin_s: Ints, staged_s: Ints, never: int) -> Ints:
    """When work of FC f on day d is staged, (fc, day), if its floor stands still from time to time."""
    spans = spans_of(closures, FLOOR)
    if not len(spans[0]):
        return staged_s
    fc = np.broadcast_to(np.arange(len(staged_s))[:, None], staged_s.shape).ravel()
    never_at = staged_s >= never
    out = worked(begin_s.ravel(), np.where(never_at, begin_s, staged_s).ravel(), fc, spans)
    return np.where(never_at, staged_s, out.reshape(staged_s.shape))


def picked_up(closures: Closures, pick_s: Ints, never: int) -> Ints:
    """When partners collect, (fc, day, service): on a later day where they or the docks do not work at the hour."""
    out = pick_s.copy()
    rows = [c for c in closures if c[2] in DOCKS or c[2] == What.PICKUPS]
    if not rows:
        return out
    fc, service = np.arange(out.shape[0])[:, None, None], np.arange(out.shape[2])[None, None]
    for _ in range(MOST_TURNS):
        hit = np.zeros(out.shape, bool)
        for site, which, what, lo, hi in rows:
            here = (site < 0) | (fc == site)
            mine = here & ((what != What.PICKUPS) | (which < 0) | (service == which))
            hit |= mine & (out >= lo) & (out < hi)
        if not hit.any():
            return out
        out[hit] += DAY_S
    out[hit] = never
    return out


def wave_around(
    closures: Closures, there_s: Ints, leave_s: Ints, stations: NDArray[np.int64], never: int
) -> Ints:
    """When packages of vans that cannot leave at `leave_s` count as there: at the end of the standstill. Last axis:
    stations."""
    out = there_s.copy()
    place, lo, hi = spans_of(closures, DOCKS)
    for p, from_s, until_s in zip(place.tolist(), lo.tolist(), hi.tolist(), strict=True):
        at = (..., np.flatnonzero(stations == p))
        hit = (leave_s[at] >= from_s) & (leave_s[at] < until_s) & (there_s[at] < never)
        out[at] = np.where(hit, np.maximum(out[at], until_s), out[at])
    return out


def shrink(
    limit: Ints, closures: Closures, sites: Sites, rules: PromiseRules, now_s: int, offset_s: int
) -> Ints:
    """Room (day from today, place of promise.capacity.layout) less what standstills take.

    FC: the share of the day that its floor works. Station: the share of the hours from its first wave to the last
    window; none for a wave that cannot leave on time.
    """
    if not closures:
        return limit
    fcs = int((sites.kind == SiteKind.FC).sum())
    stations = np.flatnonzero(sites.kind == SiteKind.STATION)
    out, midnight = limit.copy(), int(day_start(now_s, offset_s)) + np.arange(len(limit)) * DAY_S
    first, last = rules.wave_s[0], rules.window_hi_s[-1]
    for kinds, places, begin, end in ((FLOOR, np.arange(fcs), 0, DAY_S), (DOCKS, stations, first, last)):
        for p, lo, hi in zip(*(each.tolist() for each in spans_of(closures, kinds)), strict=True):
            for place in np.flatnonzero(places == p).tolist():
                gone = np.minimum(midnight + end, hi) - np.maximum(midnight + begin, lo)
                share = 1 - np.maximum(0, gone) / (end - begin)
                columns = (
                    [place] if kinds is FLOOR else [2 * fcs + n * len(stations) + place for n in range(3)]
                )
                for wave, column in enumerate(columns):
                    out[:, column] = (out[:, column] * share).astype(np.int64)
                    if kinds is DOCKS and wave < len(rules.wave_s):
                        leaves = midnight + rules.wave_s[wave]
                        out[(leaves >= lo) & (leaves < hi), column] = 0
    return out
