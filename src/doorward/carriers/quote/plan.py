"""Every way to the door on one scale, in thousandths of a cent.

money   own vans: marginal seconds and metres of the zone (vans.py) x crew and distance cost + handling + linehaul share
        + expected redelivery; gig: a package's share of the block; lockers: a share of one stop; drones and robots: the
        sortie; partners: the rate card
late    expected lateness: P(late) x penalty + expected days of lateness x price of a day; smooth, and a promise that is
        lost anyway still goes by what arrives soonest for the money.
        Own network: trucks and waves of the promise's own clock (core/stationday.py), normal floor and door times.
        Drones and robots leave when a package is ready and their hours are open: they need no wave. Gig drivers go once
        more in the evening, with what is due today and came too late for the vans.
        Partners: log-normal transit through the quantiles p50 and p90 (sigma = ln(p90 / p50) / 1.2816).
carbon  CO2e in mg x price of a tonne
O(ways) array passes over the batch; measured in bench/carriers.py.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numba as nb
import numpy as np
from numpy.typing import NDArray

from doorward.carriers.cards.plan import month_day, rate
from doorward.carriers.gate.plan import Batch
from doorward.carriers.net import OWN_WAYS, Network, latest_departure
from doorward.carriers.rules import CarriersRules
from doorward.core.hours import day_start, local_day
from doorward.core.stationday import evening_door, first_door, wave_deadlines
from doorward.core.timetable import reach
from doorward.core.units import DAY_S, HOUR_S
from doorward.tables.ways import Services, Way

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]
DECILE = 1.2815515655446004
"""The ninth decile of the standard normal distribution."""
BETTER = 0.01
"""Gig drivers wait for the evening with a package that is late so much less often then."""
PARTS = (-1.2816, -0.5244, 0.0, 0.5244, 1.2816)
"""Medians of five equal parts of a standard normal distribution."""
MOST_S = 10 * DAY_S
"""A way through a station that leads nowhere is reckoned this late."""
MOST_TURNS = 21
"""A partner that does not come for so many days is no way."""
Pauses = tuple[tuple[int, int, int, int], ...]


class Quotes(NamedTuple):
    """What every column (own ways, then services) costs each package: (m, n) arrays in thousandths of a cent, mg, s.

    rated (m, n) False where a partner has no rate for it
    leave_s (m, n) latest departure or the pick-up; day (m, n) local day whose opening it takes room of, slot (m, n)
    second of it: the wave or evening, the pick-up, the first hour of drones and robots
    arrive_s (m, n) median arrival
    late_pm, late_s (m, n) chance to be late, per mille, and expected seconds of lateness
    still (m, n) a partner that does not collect before the promise ends
    """

    money: I64
    late: I64
    carbon: I64
    co2: I64
    leave_s: I64
    day: I64
    arrive_s: I64
    rated: NDArray[np.bool_]
    late_pm: I64
    late_s: I64
    slot: I64
    still: NDArray[np.bool_]


def quote(
    batch: Batch,
    net: Network,
    services: Services,
    stop_s: F64,
    stop_m: F64,
    block_mc: I64,
    rules: CarriersRules,
    utc_offset_s: int,
    day_on: int = 0,
    stops: Pauses = (),
) -> Quotes:
    """Quote a batch.

    stop_s, stop_m (n,) driving of one more stop (`vans.blended`); block_mc (S,) block pay per package by station
    day_on: leave this many days later than ready (for packages that found no room)
    stops: spans in which partners do not collect, see `pickups_around`
    """
    m, n = OWN_WAYS + len(services), len(batch)
    a, b, c, d, e, f, g, h, i, j = np.zeros((10, m, n), np.int64)
    out = Quotes(a, b, c, d, e, f, g, np.ones((m, n), bool), h, i, j, np.zeros((m, n), bool))
    ready = batch.ready_s + day_on * DAY_S
    _own_money(out, batch, net, stop_s, stop_m, block_mc, rules)
    _own_times(out, batch, net, ready, rules, utc_offset_s)
    _partners(out, batch, net, services, ready, rules, utc_offset_s, stops)
    out.carbon[:] = out.co2 * rules.carbon_c_t // 1_000_000
    return out


def _own_money(
    out: Quotes, batch: Batch, net: Network, stop_s: F64, stop_m: F64, block_mc: I64, rules: CarriersRules
) -> None:
    """Money and CO2e of the own ways."""
    station = np.maximum(batch.station, 0)
    haul = (
        np.where(batch.here == 1, 0, np.maximum(net.haul_uc_ml[batch.fc, station], 0))
        * batch.volume_ml
        // 1000
    )
    haul_mg = (
        np.where(batch.here == 1, 0, np.maximum(net.haul_ug_ml[batch.fc, station], 0))
        * batch.volume_ml
        // 1000
    )
    far = 2.0 * batch.reach_m
    road = rules.road_pm / 1000
    work = {
        Way.OWN: (stop_s + rules.stop_s, stop_m),
        Way.DSP: (stop_s + rules.stop_s, stop_m),
        Way.FLEX: (np.zeros(len(batch)), stop_m),
        Way.LOCKER: (
            (stop_s + rules.locker_s) / rules.locker_share + rules.cell_s,
            stop_m / rules.locker_share,
        ),
        Way.DRONE: (far * 1000 / rules.drone_mms + rules.drone_s, far),
        Way.ROBOT: (far * road * 1000 / rules.robot_mms + rules.robot_s, far * road),
    }
    for way, (seconds, metres) in work.items():
        trip = seconds * net.seconds_mc[way, station] / 1000 + metres * net.km_mc[way, station]
        if way in (Way.DRONE, Way.ROBOT):
            trip = trip + net.fixed_mc[way, station]
        if way == Way.ROBOT:
            trip = (
                trip * 1000 / rules.robot_packages_pm
            )  # a sortie carries one package, an errand up to three
        if way == Way.FLEX:
            trip = trip + block_mc[station]
        again = 1.0 + rules.fail_pm[way] / 1000
        out.money[way] = np.rint(trip * again + rules.handling_c * 1000).astype(np.int64) + haul
        out.co2[way] = np.rint(metres * net.co2_ug_m[way, station] * again / 1000).astype(np.int64) + haul_mg


def _own_times(
    out: Quotes, batch: Batch, net: Network, ready: I64, rules: CarriersRules, utc_offset_s: int
) -> None:
    """Departure, day and lateness of ways through a station, by the timetable and the station's waves.

    The floor's time is normal; its distribution stands for itself by the medians of `PARTS` equal parts, each of which
    gets the trucks and the wave that it reaches, so one missed cut-off costs a part of the day it costs, not all of it.
    """
    station = np.maximum(batch.station, 0).astype(np.int64)
    here = batch.here == 1
    pair = batch.fc * np.int64(net.hop.shape[1]) + station
    early_s, last_s = wave_deadlines(batch.due_s, rules, utc_offset_s)
    early = latest_departure(net, pair, early_s, utc_offset_s)
    last = latest_departure(net, pair, last_s, utc_offset_s)
    leave = np.where(early >= ready, early, last)
    leave = np.where(here, np.maximum(ready, batch.due_s - rules.lastmile_s), leave)
    start, back = np.unique(np.stack([batch.fc.astype(np.int64), ready]), axis=1, return_inverse=True)
    chance, seconds, soon, soon_s, eve, eve_s = np.zeros((6, len(batch)))
    waves = np.asarray(rules.wave_s, np.int64)
    doors = waves + np.asarray(rules.route_s, np.int64)
    for part, z in enumerate(PARTS):
        staged = start[1] + round(z * rules.floor_spread_s)
        origin, out_of, into, depart, cutoff, drive, days = start[0].astype(np.int32), *net.timetable
        there, _ = reach(
            staged, origin, net.hop.shape[1], out_of, into, depart, cutoff, drive, days, rules.crossdock_s,
            utc_offset_s,
        )  # fmt: skip
        at = there[back.ravel(), station]
        at = np.where(here, ready - rules.induct_s, np.minimum(at, batch.due_s + MOST_S))
        day, door, _ = first_door(at, rules, utc_offset_s)
        p, s = late_normal(door - batch.due_s, rules.door_spread_s)
        chance, seconds = chance + p / len(PARTS), seconds + s / len(PARTS)
        tonight = evening_door(at, rules, utc_offset_s)
        p, s = late_normal(np.minimum(door, tonight) - batch.due_s, rules.evening_spread_s)
        eve, eve_s = eve + p / len(PARTS), eve_s + s / len(PARTS)
        p, s = late_normal(at + rules.induct_s + rules.craft_wait_s - batch.due_s, rules.craft_spread_s)
        soon, soon_s = soon + p / len(PARTS), soon_s + s / len(PARTS)
        if part == len(PARTS) // 2:
            arrive = door
            out_day = np.maximum(day, local_day(batch.due_s, utc_offset_s))
            wave = waves[np.argmin(np.abs(doors[:, None] - (door + utc_offset_s) % DAY_S), axis=0)]
            wave = np.where(out_day > day, waves[0], wave)
            there_s, by_night = at + rules.induct_s, tonight
    for way in range(OWN_WAYS):
        miss = rules.late_pm[way] / 1000
        p, s = miss + (1 - miss) * chance, seconds + miss * (1 - chance) * rules.missed_day_s
        _lateness(out, way, p, s, batch, rules)
        out.leave_s[way], out.day[way], out.arrive_s[way], out.slot[way] = leave, out_day, arrive, wave
    _craft_times(out, batch, there_s, (chance, seconds), (soon, soon_s), rules, utc_offset_s)
    at = np.flatnonzero((by_night <= batch.due_s) & (eve < chance - BETTER))
    if len(at):
        until = by_night[at] - rules.evening_route_s - rules.evening_s + rules.evening_plan_s - rules.induct_s
        leave = latest_departure(net, pair[at], until, utc_offset_s)
        leave = np.where(here[at], ready[at], leave)
        _evening(out, at, by_night[at], leave, (eve[at], eve_s[at]), batch, rules, utc_offset_s)


def _evening(
    out: Quotes, at: I64, door_s: I64, leave_s: I64, risk: tuple[F64, F64], batch: Batch, rules: CarriersRules,
    utc_offset_s: int,
) -> None:  # fmt: skip
    """Packages `at` miss today's vans more often than the evening: gig drivers take them then, `door_s` (len(at),)."""
    for way in (Way.FLEX, Way.DRONE, Way.ROBOT):
        out.leave_s[way, at] = leave_s
    way = Way.FLEX
    miss = rules.late_pm[way] / 1000
    p, s = miss + (1 - miss) * risk[0], risk[1] + miss * (1 - risk[0]) * rules.missed_day_s
    price(out, way, at, p, s, batch, rules)
    out.day[way, at], out.slot[way, at] = local_day(door_s, utc_offset_s), rules.evening_s
    out.arrive_s[way, at] = door_s


def _craft_times(
    out: Quotes, batch: Batch, there_s: I64, by_wave: tuple[F64, F64], at_once: tuple[F64, F64],
    rules: CarriersRules, utc_offset_s: int,
) -> None:  # fmt: skip
    """Day, first hour and lateness of drones and robots for packages ready at the station at `there_s`.

    On the day of arrival, if their hours are still open, they come as soon as they can; else in the morning, when vans
    come as well: then they are as late as these.
    """
    for way, (first, last) in ((Way.DRONE, rules.drone_hours), (Way.ROBOT, rules.robot_hours)):
        day = local_day(there_s, utc_offset_s)
        second = there_s + utc_offset_s - day * DAY_S
        shut = second > last * HOUR_S - rules.craft_wait_s
        day, second = day + shut, np.where(shut, first * HOUR_S, np.maximum(second, first * HOUR_S))
        due = local_day(batch.due_s, utc_offset_s)
        waits = due > day
        out.day[way], out.slot[way] = np.maximum(day, due), np.where(waits, first * HOUR_S, second)
        out.arrive_s[way] = out.day[way] * DAY_S - utc_offset_s + out.slot[way] + rules.craft_wait_s
        miss = rules.late_pm[way] / 1000
        p, s = (np.where(shut, a, np.minimum(a, b)) for a, b in zip(by_wave, at_once, strict=True))
        _lateness(out, way, miss + (1 - miss) * p, s + miss * (1 - p) * rules.missed_day_s, batch, rules)


def _partners(
    out: Quotes,
    batch: Batch,
    net: Network,
    services: Services,
    ready: I64,
    rules: CarriersRules,
    utc_offset_s: int,
    stops: Pauses,
) -> None:
    """Rate, pick-up, lateness and CO2e of partner services."""
    if len(services) == 0:
        return
    size = np.stack([batch.longest_mm, batch.second_mm, batch.third_mm], axis=1).astype(np.int64)
    md = month_day(local_day(ready, utc_offset_s))
    cents = rate(
        net.rates, size, batch.weight_g, batch.lane, batch.zone.astype(np.int64), md, net.zone_of, net.area_of
    )
    far_km = net.far_m[batch.lane] / 1000
    for row in range(len(services)):
        column = OWN_WAYS + row
        midnight = day_start(ready, utc_offset_s)
        pickup = midnight + int(services.pickup_s[row])
        pickup = np.where(pickup < ready, pickup + DAY_S, pickup)
        asked, pickup = pickup, pickups_around(stops, pickup, batch.fc, row)
        out.still[column] = (pickup > asked) & (pickup > batch.due_s)
        p50, p90 = net.p50_s[row, batch.lane], net.p90_s[row, batch.lane]
        sigma = np.log(np.maximum(p90, p50 + 1) / p50) / DECILE
        arrive = pickup + p50
        # the building may miss this pick-up; the next is a day later
        miss = _phi((ready - pickup) / rules.floor_spread_s)
        p0, s0 = late_lognormal(batch.due_s - pickup, p50, sigma)
        p1, s1 = late_lognormal(batch.due_s - pickup - DAY_S, p50, sigma)
        p, s = (1 - miss) * p0 + miss * p1, (1 - miss) * s0 + miss * s1
        out.money[column] = np.maximum(cents[:, row], 0) * 1000
        out.rated[column] = cents[:, row] >= 0
        kind = int(services.way[row]) - int(Way.POST)
        grams = rules.partner_mg_kg_km[kind] * far_km * batch.weight_g / 1000
        out.co2[column] = rules.partner_mg[kind] + np.rint(grams).astype(np.int64)
        _lateness(out, column, p, s, batch, rules)
        out.leave_s[column], out.arrive_s[column] = pickup, arrive
        out.day[column], out.slot[column] = local_day(pickup, utc_offset_s), int(services.pickup_s[row])


def pickups_around(stops: Pauses, pickup_s: I64, fc: NDArray[np.int32], service: int) -> I64:
    """When a partner collects if it, or the dock, stands still at some of its times: on the first day that it works.

    stops: (FC, -1 all; service, -1 all; from, until Unix seconds)
    """
    mine = [s for s in stops if s[1] in (-1, service)]
    out = pickup_s.copy()
    for _ in range(MOST_TURNS if mine else 0):
        hit = np.zeros(len(out), bool)
        for site, _, from_s, until_s in mine:
            hit |= ((site < 0) | (fc == site)) & (out >= from_s) & (out < until_s)
        if not hit.any():
            break
        out[hit] += DAY_S
    return out


def _lateness(out: Quotes, column: int, p: F64, seconds: F64, batch: Batch, rules: CarriersRules) -> None:
    """Expected lateness: probability x penalty of the speed class + expected days x price of a day."""
    price(out, column, np.arange(len(batch)), p, seconds, batch, rules)


def price(
    out: Quotes, column: int, at: I64, p: F64, seconds: F64, batch: Batch, rules: CarriersRules
) -> None:
    """Likewise for the packages `at`; p, seconds (len(at),)."""
    penalty = np.array(rules.late_c, np.float64)[np.clip(batch.speed[at], 0, 2)]
    p = np.clip(p, 0.0, 1.0)
    cents = p * penalty + seconds / DAY_S * rules.late_day_c
    out.late[column, at] = np.rint(cents * 1000).astype(np.int64)
    out.late_pm[column, at] = np.rint(p * 1000).astype(np.int64)
    out.late_s[column, at] = np.rint(seconds).astype(np.int64)


def later_wave(out: Quotes, column: int, at: I64, door_s: I64, batch: Batch, rules: CarriersRules) -> None:
    """Lateness of packages `at` in this column if they go in a wave that is at the door at `door_s` (len(at),)."""
    p, s = late_normal(door_s - batch.due_s[at], rules.door_spread_s)
    was_p, was_s = out.late_pm[column, at] / 1000, out.late_s[column, at]
    price(out, column, at, np.maximum(p, was_p), np.maximum(s, was_s), batch, rules)


def late_normal(over_s: I64, spread_s: int) -> tuple[F64, F64]:
    """P(late) and expected seconds of lateness of a normal time whose mean lies `over_s` (n,) behind the promise."""
    z = over_s / spread_s
    p = _phi(z)
    return p, over_s * p + spread_s * np.exp(-0.5 * z * z) / math.sqrt(2 * math.pi)


def late_lognormal(left_s: I64, p50_s: I64, sigma: F64) -> tuple[F64, F64]:
    """P(late) and expected seconds of lateness of a log-normal transit with `left_s` (n,) to the promise.

    E[(T - t)+] = m exp(s^2 / 2) Phi(s - d) - t Phi(-d), d = ln(t / m) / s: the Black-Scholes form of a partial mean.
    """
    t = np.maximum(left_s, 1).astype(np.float64)
    d = np.log(t / p50_s) / sigma
    p = _phi(-d)
    seconds = p50_s * np.exp(sigma * sigma / 2) * _phi(sigma - d) - t * p
    return p, np.maximum(0.0, seconds) + np.maximum(0, -left_s)


def _phi(x: F64) -> F64:
    """Standard normal distribution function."""
    out = np.empty(len(x))
    _erf(np.ascontiguousarray(x, np.float64), out)
    return out


@nb.njit(cache=True)
def _erf(x: F64, out: F64) -> None:  # pragma: no cover - compiled
    for i in range(len(x)):
        out[i] = 0.5 * math.erfc(-x[i] * 0.7071067811865476)
