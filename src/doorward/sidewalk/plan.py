"""Which robot takes which packages where, and which package will not go by robot, and why.

Gates first (each with the number that would have fitted), then packages are put together into errands of up to three
doors (bundle.py), and errands go by their latest start on the station's robots inside the hours that the forecast
leaves open (core/dispatch.py: as few late as possible). Only starts within the horizon are decided.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from doorward.core.dispatch import dispatch
from doorward.core.units import HOUR_S
from doorward.sidewalk.bundle import bundle
from doorward.sidewalk.rules import SidewalkRules
from doorward.tables.cargo import Cargo, Dropped, Step, barred_by, first_shut
from doorward.tables.items import HAZMAT
from doorward.tables.orders import ROBOT_OK
from doorward.tables.remarks import Reason

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]


class Robots(NamedTuple):
    """The station's robots, alike but for when they are ready: row in Vehicles and Unix second (k,)."""

    vehicle: Longs
    ready_s: Longs
    range_m: int
    max_g: int
    max_ml: int
    barred: int = 0  # access bits of doors that they cannot serve


class Hours(NamedTuple):
    """Forecast and opening of a station by hour from `from_s` on, ascending; (h,)."""

    from_s: Longs
    rain_um: Longs
    temp_dc: Longs
    open_lo_s: Longs
    open_hi_s: Longs


class Errands(NamedTuple):
    """Errands decided now: one row an errand (e,), its doors in `Doors`."""

    vehicle: Longs
    depart_s: Longs
    back_s: Longs
    dist_m: Longs
    first: Longs
    """Row of its first door in Doors."""
    doors: Longs


class Doors(NamedTuple):
    """Doors of errands, by errand and sequence; `row` is the row in Cargo."""

    errand: Longs
    seq: Longs
    row: Longs
    leg_m: Longs
    leg_s: Longs
    plan_s: Longs


def plan_errands(
    cargo: Cargo, robots: Robots, hours: Hours, now_s: int, rules: SidewalkRules
) -> tuple[Errands, Doors, Dropped]:
    """Errands that start until `now_s + horizon_s`, and what cannot be kept; everything else waits. Deterministic."""
    path = pavement_m(np.hypot(cargo.x, cargo.y), rules)
    reason, limit, short = gates(cargo, robots, path, rules)
    opens, closes, bad = open_hours(hours, now_s, rules)
    rows = np.flatnonzero(reason == 0)
    rows = rows[np.lexsort((cargo.package[rows], cargo.due_s[rows]))]
    due = np.where(cargo.due_s < now_s + roll_s(path, rules), now_s + rules.hope_s, cargo.due_s)
    rows, first, latest, earliest = bundle(
        rows, cargo.x, cargo.y, cargo.weight_g, cargo.volume_ml, cargo.due_lo_s, due, now_s, rules.compartments,
        robots.max_g, robots.max_ml, _usable_m(robots, rules), float(rules.extra_m), rules.pavement_pm / 1000.0,
        rules.speed_mms / 1000.0, rules.handover_s,
    )  # fmt: skip
    doors, dist_m, away_s = _rounds(cargo, rows, first, rules)
    order = np.argsort(latest, kind="stable")
    turn = rules.turn_s + dist_m * rules.charge_s_km // 1000
    on, start, late = dispatch(
        order, np.maximum(robots.ready_s, now_s), np.maximum(now_s, earliest), latest, np.zeros_like(latest), away_s,
        turn, opens, closes, np.zeros(0, np.int64), 0,
    )  # fmt: skip
    never = rows[(on < 0)[doors.errand]]
    late_of = late[doors.errand][(on < 0)[doors.errand]]
    reason[never], limit[never], short[never] = _why_late(hours, bad, due[never], late_of, now_s, rules)
    gone = np.flatnonzero(reason > 0)
    dropped = Dropped(gone, reason[gone], limit[gone], short[gone])
    now = np.flatnonzero((on >= 0) & (start <= now_s + rules.horizon_s))
    return *_decided(robots, doors, first, now, on, start, dist_m, away_s), dropped


def _usable_m(robots: Robots, rules: SidewalkRules) -> float:
    """Metres that a robot may be planned to roll on one charge."""
    return robots.range_m * (1 - rules.reserve_pm / 1000)


def _rounds(cargo: Cargo, rows: Longs, first: Longs, rules: SidewalkRules) -> tuple[Doors, Longs, Longs]:
    """Doors of all errands, plan_s counted from the start; metres and seconds of each errand, home again.

    The seconds hold one wait in vain at the last door.
    """
    size = np.diff(first)
    errand = np.repeat(np.arange(len(size)), size)
    seq = np.arange(len(rows)) - first[errand]
    x, y = cargo.x[rows], cargo.y[rows]
    from_x, from_y = np.where(seq > 0, np.r_[0.0, x[:-1]], 0.0), np.where(seq > 0, np.r_[0.0, y[:-1]], 0.0)
    leg_m = np.rint(pavement_m(np.hypot(x - from_x, y - from_y), rules))
    leg_s = roll_s(leg_m, rules)
    sum_s = np.cumsum(leg_s + rules.handover_s)
    before = (np.r_[0, sum_s])[first[errand]]
    plan_s = sum_s - rules.handover_s - before
    last = first[1:] - 1
    home_m = np.rint(pavement_m(np.hypot(x[last], y[last]), rules))
    dist_m = (np.bincount(errand, leg_m, len(size)) + home_m).astype(np.int64)
    away_s = plan_s[last] + rules.wait_s + roll_s(home_m, rules)
    return Doors(errand, seq, rows, leg_m.astype(np.int64), leg_s, plan_s), dist_m, away_s


def _decided(
    robots: Robots,
    doors: Doors,
    first: Longs,
    now: Longs,
    on: Longs,
    start: Longs,
    dist_m: Longs,
    away_s: Longs,
) -> tuple[Errands, Doors]:
    """The errands `now` in order of their start, numbered anew, with their doors in Unix seconds."""
    now = now[np.lexsort((now, start[now]))]
    size = np.diff(first)[now]
    begins = np.cumsum(size) - size
    errand = np.repeat(np.arange(len(now)), size)
    row = np.arange(len(errand)) - begins[errand] + first[now][errand]
    errands = Errands(
        robots.vehicle[on[now]], start[now], start[now] + away_s[now], dist_m[now], begins, size
    )
    chosen = Doors(
        errand,
        doors.seq[row],
        doors.row[row],
        doors.leg_m[row],
        doors.leg_s[row],
        doors.plan_s[row] + start[now][errand],
    )
    return errands, chosen


def pavement_m(crow_m: Floats, rules: SidewalkRules) -> Floats:
    """Metres of pavement for metres as the crow flies."""
    return np.asarray(crow_m * rules.pavement_pm / 1000.0)


def roll_s(path_m: Floats, rules: SidewalkRules) -> Longs:
    """Seconds to roll so far, rounded up."""
    return np.ceil(path_m * 1000.0 / rules.speed_mms).astype(np.int64)


def gates(cargo: Cargo, robots: Robots, path: Floats, rules: SidewalkRules) -> tuple[Longs, Longs, Longs]:
    """Reason (0 may go), limit and shortfall of each package; the first gate that shuts names the reason."""
    n = len(cargo.package)
    max_g, max_ml = min(rules.load_g, robots.max_g), min(rules.compartment_ml, robots.max_ml)
    far = min(rules.reach_m, int(robots.range_m * (1 - rules.reserve_pm / 1000) / 2))
    steps: list[Step] = [
        (Reason.HAZMAT, (cargo.flags & HAZMAT) > 0, -1, -1),
        (Reason.NO_CONSENT, (cargo.consent & ROBOT_OK) == 0, -1, -1),
        barred_by(cargo, robots.barred),
        (Reason.NOT_HOME, cargo.attempts > 0, 1, cargo.attempts),
        (Reason.PAYLOAD, cargo.weight_g > max_g, max_g, cargo.weight_g - max_g),
        (Reason.NO_VOLUME, cargo.volume_ml > max_ml, max_ml, cargo.volume_ml - max_ml),
        (Reason.TOO_LARGE, cargo.longest_mm > rules.longest_mm, rules.longest_mm, cargo.longest_mm - rules.longest_mm),
        (Reason.NO_VEHICLE, np.full(n, len(robots.vehicle) == 0), 0, 1),
        (Reason.OUT_OF_REACH, path > far, far, np.ceil(path - far)),
    ]  # fmt: skip
    return first_shut(steps, n)


def open_hours(hours: Hours, now_s: int, rules: SidewalkRules) -> tuple[Longs, Longs, Longs]:
    """Intervals in which robots may be out, and for each hour the Reason that shuts it (0 open)."""
    bad = np.where(hours.open_hi_s <= np.maximum(hours.open_lo_s, now_s), int(Reason.WINDOW_CLOSED), 0)
    bad = np.where(hours.rain_um > _rain_limit(hours, rules), int(Reason.RAIN), bad).astype(np.int64)
    ok = bad == 0
    lo, hi = np.maximum(hours.open_lo_s[ok], now_s), hours.open_hi_s[ok]
    joined = np.r_[False, lo[1:] == hi[:-1]] if len(lo) else np.zeros(0, bool)
    first = np.flatnonzero(~joined)
    last = np.r_[first[1:] - 1, len(lo) - 1] if len(lo) else first
    return lo[first], hi[last], bad


def _rain_limit(hours: Hours, rules: SidewalkRules) -> Longs:
    """Most water an hour, by whether it falls as snow."""
    return np.where(hours.temp_dc < rules.snow_below_dc, rules.snow_um, rules.rain_um)


def _why_late(
    hours: Hours, bad: Longs, due: Longs, late: Longs, now_s: int, rules: SidewalkRules
) -> tuple[Longs, Longs, Longs]:
    """RAIN (micrometres too much in the mildest shut hour before due), WINDOW_CLOSED, or NO_PAD (seconds late)."""
    reason = np.full(len(due), int(Reason.NO_PAD), np.int64)
    limit, short = np.full(len(due), -1, np.int64), np.maximum(late, 1)
    bound = _rain_limit(hours, rules)
    for row in range(len(due)):
        before = (hours.from_s < due[row]) & (hours.from_s + HOUR_S > now_s)
        wet = np.flatnonzero(before & (bad == Reason.RAIN))
        if len(wet):
            mildest = wet[np.argmin((hours.rain_um - bound)[wet])]
            reason[row], limit[row] = int(Reason.RAIN), bound[mildest]
            short[row] = hours.rain_um[mildest] - bound[mildest]
        elif late[row] < 0:
            reason[row] = int(Reason.WINDOW_CLOSED)
    return reason, limit, short
