"""Every way to the door on one scale, in thousandths of a cent.

money   own vans: marginal seconds and metres of the zone (vans.py) x crew and distance cost + handling + linehaul share
        + expected redelivery; gig: a package's share of the block; lockers: a share of one stop; drones and robots: the
        sortie; partners: the rate card
late    expected lateness: P(late) x penalty + expected days of lateness x price of a day; smooth, and a promise that is
        lost anyway still goes by what arrives soonest for the money.
        Own network: trucks and waves of the promise's own clock (core/stationday.py), normal floor and door times.
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
from doorward.core.stationday import first_door, wave_deadlines
from doorward.core.timetable import reach
from doorward.core.units import DAY_S
from doorward.tables.ways import Services, Way

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]
DECILE = 1.2815515655446004
"""The ninth decile of the standard normal distribution."""
PARTS = (-1.2816, -0.5244, 0.0, 0.5244, 1.2816)
"""Medians of five equal parts of a standard normal distribution."""
MOST_S = 10 * DAY_S
"""A way through a station that leads nowhere is reckoned this late."""


class Quotes(NamedTuple):
    """What every column (own ways, then services) costs each package: (m, n) arrays in thousandths of a cent, mg, s.

    rated (m, n) False where a partner has no rate for it
    leave_s (m, n) latest departure or the pick-up; day (m, n) local day whose opening it takes room of
    arrive_s (m, n) median arrival
    late_pm, late_s (m, n) chance to be late, per mille, and expected seconds of lateness
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
) -> Quotes:
    """Quote a batch.

    stop_s, stop_m (n,) driving of one more stop (`vans.blended`); block_mc (S,) block pay per package by station
    day_on: leave this many days later than ready (for packages that found no room)
    """
    m, n = OWN_WAYS + len(services), len(batch)
    a, b, c, d, e, f, g, h, i = np.zeros((9, m, n), np.int64)
    out = Quotes(a, b, c, d, e, f, g, np.ones((m, n), bool), h, i)
    ready = batch.ready_s + day_on * DAY_S
    _own_money(out, batch, net, stop_s, stop_m, block_mc, rules)
    _own_times(out, batch, net, ready, rules, utc_offset_s)
    _partners(out, batch, net, services, ready, rules, utc_offset_s)
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
            trip = trip + net.fixed_mc[way, station]  # a sortie carries one package
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
    chance, seconds = np.zeros(len(batch)), np.zeros(len(batch))
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
        if part == len(PARTS) // 2:
            arrive = door
            out_day = np.maximum(day, local_day(batch.due_s, utc_offset_s))
    for way in range(OWN_WAYS):
        miss = rules.late_pm[way] / 1000
        p, s = miss + (1 - miss) * chance, seconds + miss * (1 - chance) * rules.missed_day_s
        _lateness(out, way, p, s, batch, rules)
        out.leave_s[way], out.day[way], out.arrive_s[way] = leave, out_day, arrive


def _partners(
    out: Quotes,
    batch: Batch,
    net: Network,
    services: Services,
    ready: I64,
    rules: CarriersRules,
    utc_offset_s: int,
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
        out.leave_s[column], out.day[column], out.arrive_s[column] = (
            pickup,
            local_day(pickup, utc_offset_s),
            arrive,
        )


def _lateness(out: Quotes, column: int, p: F64, seconds: F64, batch: Batch, rules: CarriersRules) -> None:
    """Expected lateness: probability x penalty of the speed class + expected days x price of a day."""
    penalty = np.array(rules.late_c, np.float64)[np.clip(batch.speed, 0, 2)]
    p = np.clip(p, 0.0, 1.0)
    cents = p * penalty + seconds / DAY_S * rules.late_day_c
    out.late[column] = np.rint(cents * 1000).astype(np.int64)
    out.late_pm[column] = np.rint(p * 1000).astype(np.int64)
    out.late_s[column] = np.rint(seconds).astype(np.int64)


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
