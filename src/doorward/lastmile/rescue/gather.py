"""Who could come to a broken vehicle: vans in the yard and vans on the road, from where, when, with what room left."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from doorward.core.geo import crow_m
from doorward.core.units import DAY_S, HOUR_S
from doorward.lastmile.routing.doors import Cars
from doorward.lastmile.rules import LastmileRules
from doorward.tables.fleet import Runs, RunStatus, Stops, Vehicles
from doorward.tables.journey import Holder, Status
from doorward.tables.orders import Orders
from doorward.tables.packages import Packages
from doorward.tables.sites import Sites
from doorward.tables.ways import Way

Ints = NDArray[np.int64]


class Helpers(NamedTuple):
    """Vans on the road, each from the door that it is at or on its way to: that one stays its next.

    cars: departure there and what is left of volume, weight, stops, range and hours; run (n,) the run each is on;
    driven_m (n,) metres of that run until there; row: open rows of Stops of all of them, by helper and sequence;
    owner: the helper of each row
    """

    cars: Cars
    run: Ints
    driven_m: Ints
    row: Ints
    owner: Ints


def rows_of(stops: Stops, run: int) -> Ints:
    """Rows of one run; they stand together."""
    lo, hi = np.searchsorted(stops.run, np.array([run, run + 1], stops.run.dtype))
    return np.arange(lo, hi)


def place_of(stop: int, stops: Stops, packages: Packages, orders: Orders, sites: Sites) -> tuple[int, int]:
    """Where a stop is: door or locker."""
    package = int(stops.package[stop])
    locker = int(packages.locker[package])
    if packages.way[package] == Way.LOCKER and locker >= 0:
        return int(sites.lat_udeg[locker]), int(sites.lon_udeg[locker])
    order = packages.order[package]
    return int(orders.lat_udeg[order]), int(orders.lon_udeg[order])


def stranded_at(
    runs: Runs, run: int, stops: Stops, packages: Packages, orders: Orders, sites: Sites
) -> tuple[int, int]:
    """Where a broken run stands: at its newest finished door; at its station, or where it began, if there is none."""
    while run >= 0:
        rows = rows_of(stops, run)
        done = rows[stops.done_s[rows] >= 0]
        if len(done):
            return place_of(int(done[np.argmax(stops.done_s[done])]), stops, packages, orders, sites)
        station, run = int(runs.station[run]), int(runs.before[run])
    return int(sites.lat_udeg[station]), int(sites.lon_udeg[station])


def aboard(packages: Packages, run: int, status: Status = Status.OUT) -> Ints:
    """Packages of one status that a run carries."""
    held = (packages.status == status) & (packages.holder_kind == Holder.RUN) & (packages.holder == run)
    return np.flatnonzero(held)


def stay_c(due_s: Ints, rules: LastmileRules, now_s: int, midnight_s: int) -> Ints:
    """What it costs each package to be towed home and leave with the next vans that are planned then.

    At the door it is expected `wait_least_s` after those leave: waiting, a promise broken and hours late by the rules.
    """
    home = now_s + rules.tow_s
    waves = midnight_s + np.sort(
        np.r_[rules.plan_s, np.add(rules.plan_s, DAY_S), np.add(rules.plan_s, 2 * DAY_S)]
    )
    door = int(waves[np.searchsorted(waves, home)]) + rules.load_s + rules.wait_least_s
    late = np.maximum(0, door - np.maximum(due_s, now_s))
    broken = rules.late_c * ((late > 0) & (due_s > now_s))
    return np.asarray(rules.wait_c + broken + rules.late_c_h * late // HOUR_S, np.int64)


def helpers_near(
    runs: Runs, stops: Stops, packages: Packages, orders: Orders, sites: Sites, vehicles: Vehicles,
    station: int, lat_udeg: int, lon_udeg: int, used: Ints, rules: LastmileRules, now_s: int, midnight_s: int,
) -> Helpers:  # fmt: skip
    """The station's vans on the road whose next doors are nearest to a place, but for vehicles `used` already."""
    road = (runs.status == RunStatus.LEFT) & (runs.station == station) & (runs.vehicle >= 0)
    road &= np.isin(runs.way, (Way.OWN, Way.DSP))
    found: list[tuple[float, int, Ints, tuple[int, int]]] = []
    for each_run in np.flatnonzero(road):
        r = int(each_run)
        rows = rows_of(stops, r)
        package = stops.package[rows]
        mine = (packages.status[package] == Status.OUT) & (packages.holder[package] == r)
        left = rows[(stops.done_s[rows] < 0) & mine & (packages.stop[package] == rows)]
        if len(left) and runs.vehicle[r] not in used:
            door = place_of(int(left[0]), stops, packages, orders, sites)
            found.append((float(crow_m(*door, lat_udeg, lon_udeg)), r, left, door))
    found = sorted(found, key=lambda each: each[:2])[: rules.rescue_helpers]
    run = np.array([each[1] for each in found], np.int64)
    open_rows = [each[2] for each in found]
    if not len(run):
        return Helpers(Cars.empty(), run, run, run, run)
    first = [
        ahead(runs, int(r), left, stops, rules.break_after_s, now_s)
        for r, left in zip(run, open_rows, strict=True)
    ]
    depart, driven, doors, rest = np.array(first, np.int64).T
    v = runs.vehicle[run]
    failed = [tried(runs, packages, int(r)) for r in run]
    full = np.array([packages.volume_ml[each].sum() for each in failed], np.int64)
    heavy = np.array([packages.weight_g[each].sum() for each in failed], np.int64)
    before = np.array([driven_before(runs, int(r)) for r in run], np.int64)
    cars = Cars.fill(
        len(run),
        way=runs.way[run],
        vehicle=v,
        lat_udeg=[each[3][0] for each in found],
        lon_udeg=[each[3][1] for each in found],
        depart_s=depart,
        until_s=midnight_s + vehicles.shift_hi_s[v].astype(np.int64),
        volume_ml=np.maximum(0, vehicles.volume_ml[v] - -(-full * 1000 // rules.volume_fill_pm)),
        weight_g=np.maximum(0, vehicles.weight_g[v] - heavy),
        max_stops=np.maximum(0, vehicles.max_stops[v] - doors),
        break_s=np.where(rest < 0, 0, np.maximum(0, vehicles.break_s[v])),
        range_m=np.maximum(0, vehicles.range_m[v] - before - driven),
        fixed_c=0,
        hour_c=vehicles.hour_c[v],
        km_mc=vehicles.km_mc[v],
        rest_s=np.maximum(0, rest),
        barred=np.maximum(0, vehicles.barred[v]),
    )
    owner = np.repeat(np.arange(len(run)), [len(each) for each in open_rows])
    return Helpers(cars, run, driven, np.concatenate(open_rows), owner)


def ahead(
    runs: Runs, run: int, left: Ints, stops: Stops, rest_after_s: int, now_s: int
) -> tuple[int, int, int, int]:
    """(when it is at its next door, metres until there, doors done, seconds from then to its break; -1 had it)."""
    rows = rows_of(stops, run)
    done = rows[stops.done_s[rows] >= 0]
    first = run
    while runs.before[first] >= 0:
        first = int(runs.before[first])
    if len(done):
        last = int(done[np.lexsort((done, stops.done_s[done]))[-1]])
        same = rows[stops.seq[rows] == stops.seq[last]]
        over_s = int(stops.plan_s[last] + stops.service_s[same].sum())
        here = stops.seq[last] == stops.seq[left[0]]
        at = now_s if here else int(stops.done_s[last]) + int(stops.plan_s[left[0]]) - over_s
    else:
        over_s = int(runs.depart_s[run])
        at = int(runs.left_s[run]) + int(stops.plan_s[left[0]]) - over_s
    metres = int(stops.leg_m[rows[rows <= left[0]]].sum())
    at = max(now_s, at)
    rested = over_s - int(runs.depart_s[first]) >= rest_after_s
    rest = -1 if rested else max(0, int(runs.left_s[first]) + rest_after_s - at)
    return at, metres, len(np.unique(stops.seq[done])), rest


def tried(runs: Runs, packages: Packages, run: int) -> Ints:
    """Packages aboard that were tried in vain, on this run or on those that it goes on with."""
    held = []
    while run >= 0:
        held.append(aboard(packages, run, Status.FAILED))
        run = int(runs.before[run])
    return np.concatenate(held)


def driven_before(runs: Runs, run: int) -> int:
    """Metres of the runs that this one goes on with."""
    metres = 0
    while (run := int(runs.before[run])) >= 0:
        metres += max(0, int(runs.actual_m[run]))
    return metres
