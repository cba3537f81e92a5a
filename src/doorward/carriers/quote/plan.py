"""Every way to the door on one scale, in thousandths of a cent.

money   own vans: marginal seconds and metres of the zone (vans.py) x crew and distance cost + handling + linehaul share
        + expected redelivery; gig: a package's share of the block; lockers: a share of one stop; drones and robots: the
        sortie; partners: the rate card
late    P(late) x penalty + days that the median arrival lies behind the promise x price of a day.
        Own network: normal in the slack between ready time and the last trailer that holds the promise.
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
from doorward.core.hours import day_start, local_day, second_of_day
from doorward.core.units import DAY_S
from doorward.tables.ways import Services, Way

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]
DECILE = 1.2815515655446004
"""The ninth decile of the standard normal distribution."""


class Quotes(NamedTuple):
    """What every column (own ways, then services) costs each package: (m, n) arrays in thousandths of a cent, mg, s.

    rated (m, n) False where a partner has no rate for it
    leave_s (m, n) latest departure or the pick-up; day (m, n) local day whose opening it takes room of
    arrive_s (m, n) median arrival
    """

    money: I64
    late: I64
    carbon: I64
    co2: I64
    leave_s: I64
    day: I64
    arrive_s: I64
    rated: NDArray[np.bool_]


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
    a, b, c, d, e, f, g = np.zeros((7, m, n), np.int64)
    out = Quotes(a, b, c, d, e, f, g, np.ones((m, n), bool))
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
    """Departure, day and lateness of ways through a station."""
    station = np.maximum(batch.station, 0).astype(np.int64)
    pair = batch.fc * np.int64(net.hop.shape[1]) + station
    midnight = day_start(batch.due_s, utc_offset_s)
    early = latest_departure(net, pair, midnight + rules.station_cutoff_s, utc_offset_s)
    late = latest_departure(net, pair, batch.due_s - rules.lastmile_s, utc_offset_s)
    leave = np.where((early >= ready) & (midnight + rules.station_cutoff_s <= batch.due_s), early, late)
    here = batch.here == 1
    leave = np.where(here, np.maximum(ready, batch.due_s - rules.lastmile_s), leave)
    reached = ready + np.where(here, 0, np.maximum(net.hop_s[batch.fc, station], 0))
    second = second_of_day(reached, utc_offset_s)
    out_day = local_day(reached, utc_offset_s) + (second > rules.station_last_s)
    day = np.maximum(out_day, local_day(batch.due_s, utc_offset_s))
    arrive = np.maximum(day * DAY_S - utc_offset_s + rules.door_s, reached + rules.lastmile_s // 2)
    arrive = np.where((arrive > batch.due_s) & (leave >= ready), batch.due_s, arrive)
    deadline = np.where(here, batch.due_s - rules.lastmile_s, leave)
    missed = _phi((ready - deadline) / rules.floor_spread_s)
    slip_s = np.maximum(0, arrive - batch.due_s)
    for way in range(OWN_WAYS):
        p = rules.late_pm[way] / 1000
        out.late[way] = _lateness(p + (1 - p) * missed, slip_s, batch, rules)
        out.leave_s[way], out.day[way], out.arrive_s[way] = leave, day, arrive


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
        time = np.maximum(batch.due_s - pickup, 1) / p50
        arrive = pickup + p50
        # the building may miss this pick-up; the next is a day later
        miss = _phi((ready - pickup) / rules.floor_spread_s)
        after = np.maximum(batch.due_s - pickup - DAY_S, 1) / p50
        p = (1 - miss) * (1 - _phi(np.log(time) / sigma)) + miss * (1 - _phi(np.log(after) / sigma))
        out.money[column] = np.maximum(cents[:, row], 0) * 1000
        out.rated[column] = cents[:, row] >= 0
        kind = int(services.way[row]) - int(Way.POST)
        grams = rules.partner_mg_kg_km[kind] * far_km * batch.weight_g / 1000
        out.co2[column] = rules.partner_mg[kind] + np.rint(grams).astype(np.int64)
        out.late[column] = _lateness(p, np.maximum(0, arrive - batch.due_s), batch, rules)
        out.leave_s[column], out.day[column], out.arrive_s[column] = (
            pickup,
            local_day(pickup, utc_offset_s),
            arrive,
        )


def _lateness(p: F64, slip_s: I64, batch: Batch, rules: CarriersRules) -> I64:
    """Probability x penalty of the speed class + days of delay in the median, thousandths of a cent."""
    penalty = np.array(rules.late_c, np.float64)[np.clip(batch.speed, 0, 2)]
    return np.rint((np.clip(p, 0.0, 1.0) * penalty + slip_s / DAY_S * rules.late_day_c) * 1000).astype(
        np.int64
    )


def _phi(x: F64) -> F64:
    """Standard normal distribution function."""
    out = np.empty(len(x))
    _erf(np.ascontiguousarray(x, np.float64), out)
    return out


@nb.njit(cache=True)
def _erf(x: F64, out: F64) -> None:  # pragma: no cover - compiled
    for i in range(len(x)):
        out[i] = 0.5 * math.erfc(-x[i] * 0.7071067811865476)
