"""The sidewalk service: every quarter of an hour, send robots out and let go what they cannot bring in time."""

from __future__ import annotations

import numpy as np

from doorward.core.units import DAY_S, HOUR_S
from doorward.ledger.desk import Desk
from doorward.ledger.service import Service
from doorward.sidewalk.lint import lint
from doorward.sidewalk.plan import Doors, Errands, Hours, Robots, plan_errands
from doorward.sidewalk.rules import SidewalkRules
from doorward.tables.cargo import Cargo, barred_of, cargo_of, let_go, tell_overdue, waiting_for
from doorward.tables.fleet import Runs, RunsPlanned, RunStatus, StopsPlanned, Vehicles
from doorward.tables.orders import Orders
from doorward.tables.outages import Outages, What
from doorward.tables.packages import Packages
from doorward.tables.sites import Sites
from doorward.tables.ways import Way


def roll(desk: Desk) -> None:
    """Post errands that start within the horizon, WayDropped and a remark for what will not go by robot."""
    packages = desk.table(Packages)
    still = desk.table(Outages).down(len(desk.table(Sites)), desk.now_s, What.DEPARTURES)
    if not len(waiting_for(packages, Way.ROBOT, np.zeros_like(still))):
        return
    waiting, gone = waiting_for(packages, Way.ROBOT, still), [np.empty(0, np.int64)]
    rules, run, stops = desk.rule(SidewalkRules), desk.next(Runs), []
    station_of = packages.station[waiting]
    for station in np.unique(station_of):
        mine = waiting[station_of == station]
        cargo = cargo_of(packages, desk.table(Orders), desk.table(Sites), mine, int(station))
        robots = robots_at(desk, int(station))
        hours = hours_at(desk, int(station))
        errands, doors, dropped = plan_errands(cargo, robots, hours, desk.now_s, rules)
        lint(errands, doors, dropped, cargo, robots, hours, desk.now_s, rules)
        post_errands(desk, errands, doors, cargo, int(station), run)
        stops.append(
            StopsPlanned.fill(
                len(doors.row),
                run=run + doors.errand,
                seq=doors.seq,
                package=mine[doors.row],
                leg_m=doors.leg_m,
                leg_s=doors.leg_s,
                plan_s=doors.plan_s,
                service_s=rules.handover_s,
            )
        )
        run += len(errands.vehicle)
        desk.post(*let_go(dropped, mine, Way.ROBOT, desk.now_s))
        gone += [mine[dropped.row], stops[-1].package]
    desk.post(
        StopsPlanned.concat(stops), tell_overdue(desk.table, Way.ROBOT, np.concatenate(gone), desk.now_s)
    )


def post_errands(desk: Desk, errands: Errands, doors: Doors, cargo: Cargo, station: int, first: int) -> None:
    """One run an errand."""
    vehicles, n = desk.table(Vehicles), len(errands.vehicle)
    vehicle, away_s = errands.vehicle, errands.back_s - errands.depart_s
    drive_s = errands.dist_m * 1000 // desk.rule(SidewalkRules).speed_mms
    cost_c = (
        vehicles.fixed_c[vehicle]
        + vehicles.hour_c[vehicle].astype(np.int64) * away_s // HOUR_S
        + vehicles.km_mc[vehicle].astype(np.int64) * errands.dist_m // 1000
    )
    desk.post(
        RunsPlanned.fill(
            n,
            run=first + np.arange(n),
            way=int(Way.ROBOT),
            station=station,
            vehicle=vehicle,
            depart_s=errands.depart_s,
            back_s=errands.back_s,
            dist_m=errands.dist_m,
            drive_s=drive_s,
            service_s=away_s - drive_s,
            packages=errands.doors,
            stops=errands.doors,
            volume_ml=np.bincount(doors.errand, cargo.volume_ml[doors.row], n).astype(np.int64),
            weight_g=np.bincount(doors.errand, cargo.weight_g[doors.row], n).astype(np.int64),
            cost_c=cost_c,
        )
    )


def robots_at(desk: Desk, station: int) -> Robots:
    """The station's robots and when each is loaded and charged; the weakest of them speaks for all."""
    rules, vehicles, runs = desk.rule(SidewalkRules), desk.table(Vehicles), desk.table(Runs)
    mine = np.flatnonzero((vehicles.way == Way.ROBOT) & (vehicles.station == station))
    ready = np.full(len(vehicles), desk.now_s, np.int64)
    out = np.flatnonzero((runs.way == Way.ROBOT) & (runs.station == station))
    status = runs.status[out]
    home_s = np.where(status == RunStatus.DONE, runs.ended_s[out], np.maximum(runs.back_s[out], desk.now_s))
    broken_s = np.maximum(runs.ended_s[out], runs.depart_s[out]) + rules.repair_s
    charge_s = rules.turn_s + runs.dist_m[out].astype(np.int64) * rules.charge_s_km // 1000
    np.maximum.at(ready, runs.vehicle[out], np.where(status == RunStatus.BROKEN, broken_s, home_s + charge_s))
    return Robots(
        mine,
        ready[mine],
        int(vehicles.range_m[mine].min(initial=2**30)),
        int(vehicles.weight_g[mine].min(initial=2**30)),
        int(vehicles.volume_ml[mine].min(initial=2**30)),
        barred_of(vehicles, mine),
    )


def hours_at(desk: Desk, station: int) -> Hours:
    """Forecast and hours of service, today and tomorrow."""
    rules, region = desk.rule(SidewalkRules), int(desk.table(Sites).region[station])
    columns = []
    for ahead in range(2):
        hours = desk.world.weather.day(desk.day + ahead, desk.now_s).take(
            slice(region * 24, region * 24 + 24)
        )
        midnight_s = desk.midnight_s + ahead * DAY_S
        from_s = midnight_s + np.arange(24) * HOUR_S
        lo = np.maximum(from_s, midnight_s + rules.opens_s)
        hi = np.minimum(from_s + HOUR_S, midnight_s + rules.closes_s)
        columns.append((from_s, hours.rain_um, hours.temp_dc, lo, hi))
    from_s, rain, temp, lo, hi = (
        np.concatenate(parts).astype(np.int64) for parts in zip(*columns, strict=True)
    )
    return Hours(from_s, rain, temp, lo, hi)


SERVICES: list[Service] = [Service(name="sidewalk.roll", every_s=900, work=roll)]
"""In the roster's order."""
