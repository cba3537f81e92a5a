"""Which package flies when, on which craft; which one never will, and why.

Gates first (each with the number that would have fitted), then earliest due date first on the station's craft inside
the hours that the forecast leaves open (core/dispatch.py), then 4-D volumes: a sortie that would meet another waits.
Only take-offs within the horizon are decided; the rest of the schedule is there to know in time who cannot be kept.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from doorward.core.dispatch import dispatch
from doorward.core.units import HOUR_S
from doorward.drones.reach import cruise_wh_m, hover_wh, leg_s, paths, reach_m, usable_wh
from doorward.drones.rules import DronesRules
from doorward.drones.volumes import Flights, air_s, chosen, meetings, volumes
from doorward.tables.cargo import Cargo, Dropped, Step, barred_by, first_shut
from doorward.tables.items import HAZMAT
from doorward.tables.orders import DRONE_OK
from doorward.tables.remarks import Reason

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]


class Sky(NamedTuple):
    """Forecast of one station by hour from `from_s` on, ascending; all (h,) but the circles (c,), margin not included.

    day_lo_s, day_hi_s: when flying may begin and must end in that hour (daylight and opening hours), Unix seconds
    """

    from_s: Longs
    rain_um: Longs
    wind_mms: Longs
    gust_mms: Longs
    temp_dc: Longs
    day_lo_s: Longs
    day_hi_s: Longs
    circle_x: Floats
    circle_y: Floats
    circle_m: Floats


class Craft(NamedTuple):
    """The station's drones, alike but for when they are ready: row in Vehicles and Unix second (k,)."""

    vehicle: Longs
    ready_s: Longs
    range_m: int
    wh_km: int
    max_g: int
    barred: int = 0  # access bits of doors that they cannot serve


class Sorties(NamedTuple):
    """Take-offs decided now; all (s,). `row` is the row in Cargo."""

    row: Longs
    vehicle: Longs
    depart_s: Longs
    door_s: Longs
    back_s: Longs
    leg_s: Longs
    path_m: Longs
    flights: Flights


def plan_sorties(
    cargo: Cargo, craft: Craft, sky: Sky, busy: Flights, now_s: int, rules: DronesRules
) -> tuple[Sorties, Dropped]:
    """Take-offs until `now_s + horizon_s`, and what cannot be kept; everything else waits. Deterministic.

    busy: sorties of this station that are planned or in the air.
    """
    margin = rules.nofly_margin_m
    via_x, via_y, path, blocked = paths(
        cargo.x, cargo.y, sky.circle_x, sky.circle_y, sky.circle_m + (margin if len(sky.circle_m) else 0)
    )
    opens, closes, bad = open_hours(sky, now_s, rules)
    calm, wind_now = _winds(sky, bad, now_s)
    reason, limit, short = gates(cargo, craft, path, blocked, calm, rules)
    legs = leg_s(rules, path, wind_now)
    flights = Flights(np.zeros(len(path), np.int64), cargo.x, cargo.y, via_x, via_y, path, legs)
    rows = np.flatnonzero(reason == 0)
    rows = rows[np.lexsort((cargo.package[rows], cargo.due_s[rows]))]
    door = legs + 2 * rules.climb_s + rules.release_s
    due = np.where(cargo.due_s < now_s + door, now_s + rules.hope_s, cargo.due_s)
    air = air_s(rules, legs)
    start, on, late = _dispatch(cargo, craft, rows, due, door, air, opens, closes, busy, now_s, rules)
    never = rows[on < 0]
    why = _why_late(sky, bad, due[never], late[on < 0], now_s, rules)
    reason[never], limit[never], short[never] = why

    soon = np.flatnonzero((on >= 0) & (start <= now_s + rules.horizon_s))
    soon = soon[np.lexsort((rows[soon], start[soon]))]
    last = due[rows[soon]] - door[rows[soon]]
    holds, hope, far = _battery(cargo, craft, path, sky, bad, rows[soon], start[soon], last, rules)
    weak = rows[soon[~holds & ~hope]]
    reason[weak], limit[weak] = int(Reason.OUT_OF_REACH), far[~holds & ~hope]
    short[weak] = np.maximum(1, np.ceil(path[weak]).astype(np.int64) - limit[weak])
    soon = soon[holds]
    gone = np.flatnonzero(reason > 0)
    dropped = Dropped(gone, reason[gone], limit[gone], short[gone])
    ready = flights._replace(depart_s=_scatter(len(path), rows[soon], start[soon]))
    keep = soon[_clear(ready, rows[soon], busy, rules)]
    row = rows[keep]
    sorties = Sorties(
        row,
        craft.vehicle[on[keep]],
        start[keep],
        start[keep] + door[row],
        start[keep] + air[row],
        legs[row],
        np.rint(path[row]).astype(np.int64),
        chosen(ready, row),
    )
    return sorties, dropped


def gates(
    cargo: Cargo, craft: Craft, path: Floats, blocked: Floats, calm_mms: float, rules: DronesRules
) -> tuple[Longs, Longs, Longs]:
    """Reason (0 may fly), limit and shortfall of each package; the first gate that shuts names the reason."""
    n = len(cargo.package)
    max_g = min(rules.payload_g, craft.max_g)
    far = reach_m(rules, craft.range_m, craft.wh_km, cargo.weight_g.astype(np.float64), np.full(n, calm_mms))
    steps: list[Step] = [
        (Reason.HAZMAT, (cargo.flags & HAZMAT) > 0, -1, -1),
        (Reason.NO_CONSENT, (cargo.consent & DRONE_OK) == 0, -1, -1),
        barred_by(cargo, craft.barred),
        (Reason.NOT_HOME, cargo.attempts > 0, 1, cargo.attempts),
        (Reason.PAYLOAD, cargo.weight_g > max_g, max_g, cargo.weight_g - max_g),
        (Reason.TOO_LARGE, cargo.longest_mm > rules.longest_mm, rules.longest_mm, cargo.longest_mm - rules.longest_mm),
        (Reason.NO_VEHICLE, np.full(n, len(craft.vehicle) == 0), 0, 1),
        (Reason.NO_FLY, blocked > 0, rules.nofly_margin_m, np.ceil(blocked)),
        (Reason.OUT_OF_REACH, path > far, np.floor(far).astype(np.int64), np.ceil(path - far)),
    ]  # fmt: skip
    return first_shut(steps, n)


def open_hours(sky: Sky, now_s: int, rules: DronesRules) -> tuple[Longs, Longs, Longs]:
    """Intervals in which the forecast lets drones fly, and for each hour the Reason that shuts it (0 open)."""
    bad = np.where(sky.day_hi_s <= np.maximum(sky.day_lo_s, now_s), int(Reason.DARK), 0)
    bad = np.where(sky.rain_um > rules.rain_um, int(Reason.RAIN), bad)
    windy = (sky.wind_mms > rules.wind_mms) | (sky.gust_mms > rules.gust_mms)
    bad = np.where(windy, int(Reason.WIND), bad).astype(np.int64)
    ok = bad == 0
    lo, hi = np.maximum(sky.day_lo_s[ok], now_s), sky.day_hi_s[ok]
    joined = np.r_[False, lo[1:] == hi[:-1]] if len(lo) else np.zeros(0, bool)
    first = np.flatnonzero(~joined)
    last = np.r_[first[1:] - 1, len(lo) - 1] if len(lo) else first
    return lo[first], hi[last], bad


def _winds(sky: Sky, bad: Longs, now_s: int) -> tuple[float, float]:
    """Least wind of an open hour to come (0 if there is none), and the wind of now, which is at most the limit."""
    ok = (bad == 0) & (sky.from_s + HOUR_S > now_s)
    calm = float(sky.wind_mms[ok].min()) if ok.any() else 0.0
    hour = min(len(sky.from_s) - 1, max(0, int(np.searchsorted(sky.from_s, now_s, "right")) - 1))
    return calm, float(sky.wind_mms[hour])


def _dispatch(
    cargo: Cargo, craft: Craft, rows: Longs, due: Longs, door: Longs, air: Longs, opens: Longs, closes: Longs,
    busy: Flights, now_s: int, rules: DronesRules,
) -> tuple[Longs, Longs, Longs]:  # fmt: skip
    """Start, craft (-1 never) and lateness of each of `rows`, which stand by due time."""
    if len(rows) == 0 or len(craft.vehicle) == 0:
        none = np.zeros(len(rows), np.int64)
        return none, none - 1, none - 1
    release = np.maximum(now_s, cargo.due_lo_s[rows] - door[rows])
    booked = np.concatenate([busy.depart_s, busy.depart_s + air_s(rules, busy.leg_s)])
    on, start, late = dispatch(
        np.arange(len(rows)), np.maximum(craft.ready_s, now_s), release, due[rows], door[rows], air[rows],
        np.full(len(rows), rules.turn_s), opens, closes, booked, rules.pad_gap_s,
    )  # fmt: skip
    return start, on, late


def _why_late(
    sky: Sky, bad: Longs, due: Longs, late: Longs, now_s: int, rules: DronesRules
) -> tuple[Longs, Longs, Longs]:
    """Reason, limit, shortfall of packages that no craft can bring in time: weather if it shut hours, else the craft.

    The shortfall of weather is that of the mildest hour shut before the due time: had it been so much milder, the hour
    would have been open. DARK: -1. NO_PAD: seconds late.
    """
    reason = np.full(len(due), int(Reason.NO_PAD), np.int64)
    limit, short = np.full(len(due), -1, np.int64), np.maximum(late, 1)
    over = {
        Reason.WIND: np.maximum(sky.wind_mms - rules.wind_mms, sky.gust_mms - rules.gust_mms),
        Reason.RAIN: sky.rain_um - rules.rain_um,
        Reason.DARK: np.full(len(bad), -1),
    }
    bounds = {Reason.WIND: rules.wind_mms, Reason.RAIN: rules.rain_um, Reason.DARK: -1}
    for row in range(len(due)):
        hours = (sky.from_s < due[row]) & (sky.from_s + HOUR_S > now_s)
        if late[row] >= 0 and not (hours & ((bad == Reason.WIND) | (bad == Reason.RAIN))).any():
            continue
        for name in (Reason.WIND, Reason.RAIN, Reason.DARK):
            shut = hours & (bad == name)
            if shut.any():
                reason[row], limit[row] = name, bounds[name]
                short[row] = int(over[name][shut].min())
                break
    return reason, limit, short


def _battery(
    cargo: Cargo, craft: Craft, path: Floats, sky: Sky, bad: Longs, row: Longs, start: Longs, last: Longs,
    rules: DronesRules,
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], Longs]:  # fmt: skip
    """Whether each sortie's energy fits the battery in the wind and cold of its own hours; if not, whether an open hour
    before `last` is milder; and how far it could fly in its own hours, metres."""
    if len(row) == 0:
        return np.zeros(0, np.bool_), np.zeros(0, np.bool_), np.zeros(0, np.int64)
    after = np.r_[sky.wind_mms[1:], sky.wind_mms[-1:]]
    wind = np.minimum(np.maximum(sky.wind_mms, after), rules.wind_mms)
    load = cargo.weight_g[row].astype(np.float64)[:, None]
    left = usable_wh(rules, craft.range_m, craft.wh_km, sky.temp_dc.astype(np.float64)) - hover_wh(
        rules, load
    )
    far = np.maximum(0.0, left) / cruise_wh_m(rules, craft.wh_km, load, wind.astype(np.float64))
    hour = np.clip(np.searchsorted(sky.from_s, start, "right") - 1, 0, len(sky.from_s) - 1)
    fits = far >= path[row][:, None]
    here = np.arange(len(row))
    milder = fits & (bad == 0) & (sky.from_s > start[:, None]) & (sky.from_s <= last[:, None])
    return fits[here, hour], milder.any(axis=1), np.floor(far[here, hour]).astype(np.int64)


def _scatter(n: int, rows: Longs, values: Longs) -> Longs:
    whole = np.zeros(n, np.int64)
    whole[rows] = values
    return whole


def _clear(ready: Flights, rows: Longs, busy: Flights, rules: DronesRules) -> NDArray[np.bool_]:
    """Of sorties in order of take-off: those that meet neither the busy ones nor an earlier one that is kept."""
    good = np.ones(len(rows), np.bool_)
    if len(rows) == 0:
        return good
    new = volumes(chosen(ready, rows), rules)
    if len(busy.depart_s):
        good[new.flight[meetings(new, volumes(busy, rules))[:, 0]]] = False
    pairs = new.flight[meetings(new, new)]
    for late, early in np.unique(pairs[pairs[:, 0] > pairs[:, 1]], axis=0):
        if good[early]:
            good[late] = False
    return good
